// Everything that a relay answers but "yes": JSON to who asks for it, and to a browser that follows a form a page in the
// form's language, with what was typed where it may be shown, and a way on.
import type { AnswerCode } from "../../core/codes.gen.js";
import type { Issue } from "../../core/types.js";
import { OWN, type OwnFields, type OwnName } from "../../core/wire.gen.js";
import { facts } from "../host/facts.js";
import { sign } from "./again.js";
import { type Answer, answer, page, wantsJson } from "./answer.js";
import { ANSWERS, type AnswerRow } from "./answers.gen.js";
import type { Lead } from "../lead/lead.js";
import { contactHtml, refusedHtml, siteHtml, toldHtml } from "../pages/answer.js";
import { fieldIssues, fieldsHtml } from "../pages/fields.js";
import { asked as askedLanguage, speaker, type Speaker } from "../pages/language.js";
import { type Page, pageHtml } from "../pages/page.js";
import { policy } from "./policy.js";
import { isSealed } from "./seal.js";
import { type Asked, challengeOf, entered, identify, isKey, newest } from "./submission.js";
import { issueToken } from "./token.js";

const ROWS = new Map(ANSWERS.map((row) => [row.code, row]));

/** The row of an answer that there is once. */
const answerOf = (code: AnswerCode): AnswerRow => ROWS.get(code) as AnswerRow;

/** Its place in the table. */
export const rowOf = (code: AnswerCode): number => ANSWERS.indexOf(answerOf(code));

/** Answers that a request was not taken, or that nobody knows. */
export async function problem(
  asked: Asked,
  status: number,
  code: AnswerCode,
  headers?: Record<string, string>,
): Promise<Answer> {
  const { request, form, origin, lead } = asked;
  const said = speakerOf(asked);
  const row = answerOf(code);
  if (wantsJson(request)) {
    return answer(
      status,
      {
        id: null,
        state: isSealed(request) ? row.saved : row.state,
        issues: [{ field: "", code, severity: "error", message: said.say(code) }],
      },
      headers,
    );
  }
  const isSent = request.method === "POST";
  const isAgain = lead?.own["again"] !== undefined;
  const heading = row.headings[facts(isSent, isAgain)];
  const shown = await formOf(asked, said, [], row);
  const told = {
    plain: row.plain || code,
    heading,
    isSent,
    hasForm: shown !== undefined,
    wait: headers?.["retry-after"],
    now: Date.now(),
    timeZone: (request as { cf?: { timezone?: string } }).cf?.timezone ?? "UTC",
  };
  return html(
    asked,
    status,
    {
      ...frame(asked, said),
      heading: said.say(heading as string),
      isError: true,
      paragraphsHtml: toldHtml(said, told, siteHtml(said, form, origin)),
      ...(shown && { form: shown }),
    },
    headers,
  );
}

/** Answers that the fields are not right. */
export async function refuse(asked: Asked, issues: readonly Issue[]): Promise<Answer> {
  const said = speakerOf(asked);
  const translated = said.translate(issues);
  if (wantsJson(asked.request))
    return answer(422, { id: null, state: "refused", issues: [...translated] });
  const fields = asked.form?.fields ?? {};
  const form = await formOf(asked, said, translated, { form: "fresh" });
  return html(asked, 422, {
    ...frame(asked, said),
    heading: said.say("page.check"),
    isError: true,
    paragraphsHtml: refusedHtml(said, fields, translated),
    listHtml: fieldIssues(fields, translated),
    ...(form && { form }),
  });
}

/** What a browser is told that opens the form's address. */
export function describePage(asked: Asked): Promise<Answer> {
  const said = speakerOf(asked);
  return html(asked, 200, {
    ...frame(asked, said),
    heading: said.say("page.address"),
    isError: false,
    paragraphsHtml: siteHtml(said, asked.form, asked.origin),
  });
}

async function html(
  { form }: Asked,
  status: number,
  content: Page,
  headers?: Record<string, string>,
): Promise<Answer> {
  return page(
    status,
    pageHtml(content),
    await policy(content.form && form?.thanks, form?.origins ?? []),
    headers,
  );
}

export function speakerOf({ form, request }: Asked): Speaker {
  return form
    ? speaker(form)
    : speaker({
        language: wantsJson(request) ? "en" : askedLanguage(request.headers.get("accept-language")),
      });
}

/** What is told of a body beside its values: of more fields than are read, those behind are left out. */
export const ofBody = (asked: Asked, { cut }: Pick<Lead, "cut">): Issue[] =>
  cut === undefined
    ? []
    : [
        {
          field: "",
          code: "body.fields",
          severity: "warning",
          message: speakerOf(asked).say("body.fields"),
        },
      ];

/** Issues in the form's language. */
export const translated = (asked: Asked, issues: readonly Issue[]): Issue[] =>
  issues[0] ? [...speakerOf(asked).translate(issues)] : [];

/** What every page of a form has. */
const frame = (asked: Asked, said: Speaker): Pick<Page, "speaker" | "title" | "lastHtml"> => ({
  speaker: said,
  lastHtml: contactHtml(said, asked.form),
  ...(asked.form && { title: asked.form.title ?? said.say("page.title") }),
});

/** The form with what was typed, where it could be read. */
async function formOf(
  { relay, name, form, lead, url }: Asked,
  said: Speaker,
  issues: readonly Issue[],
  offers: Pick<AnswerRow, "form">,
): Promise<Page["form"]> {
  if (!relay || !form || !lead || offers.form === "none") return undefined;
  const fields = entered(form, lead);
  // Behind a proxy nobody here knows under which address the page is shown: neither its token nor its form says one.
  const { token } = await issueToken(
    newest(relay),
    name,
    form.origins[0] ?? url.origin,
    Date.now(),
    "relay",
  );
  const hidden: OwnFields = { ...kept(lead), _fp_token: token };
  const { key } = lead.own;
  if (offers.form === "same" && (key === undefined || isKey(key)))
    hidden._fp_again = await sign(
      newest(relay),
      name,
      form,
      await identify({ relay, name, form, lead }),
      fields,
    );
  return { action: name, hidden, fieldsHtml: fieldsHtml(said, form.fields, fields, issues) };
}

/** What travels through the relay's own page unseen. The key does not: other values are another lead. */
const UNSEEN: readonly OwnName[] = [
  "page",
  "query",
  "referrer",
  "first",
  "last",
  "pardot",
  "mkto_trk",
  "again",
];

function kept(lead: Lead): OwnFields {
  const { own } = lead;
  const challenge = challengeOf(lead);
  return {
    ...Object.fromEntries(
      UNSEEN.flatMap((name) => [own[name] || []].flat().map((text) => [OWN + name, text])),
    ),
    ...(challenge && { _fp_turnstile: challenge }),
  };
}
