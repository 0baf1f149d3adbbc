// Everything that a relay answers but "yes": JSON to who asks for it, and to a browser that follows a form a page in the
// form's language, with what was typed where it may be shown, and a way on.
import type { AnswerCode } from "../../core/codes.gen.js";
import type { Issue } from "../../core/types.js";
import { OWN, type OwnFields, type OwnName, type State } from "../../core/wire.gen.js";
import { sign } from "./again.js";
import { type Answer, answer, page, wantsJson } from "./answer.js";
import { ANSWERS, type AnswerRow } from "./answers.gen.js";
import type { Lead } from "../lead/lead.js";
import { escapeHtml, fieldIssues, fieldsHtml } from "../pages/fields.js";
import { asked as askedLanguage, speaker, type Speaker } from "../pages/language.js";
import { type Page, pageHtml, policy } from "../pages/page.js";
import { isSealed } from "./seal.js";
import { type Asked, challengeOf, entered, identify, isKey, newest } from "./submission.js";
import { issueToken } from "./token.js";

const ROWS = new Map<string, AnswerRow>(
  ANSWERS.filter(({ code }) => code).map((row) => [row.code, row]),
);

/** The place in the table of an answer that there is once. */
export const rowOf = (code: AnswerCode): number => ANSWERS.indexOf(ROWS.get(code) as AnswerRow);

/** The statuses of a lead that may have been taken, or is being taken: it must be known when it comes again. */
const AGAIN = new Set(
  ANSWERS.filter(({ state }) => state === "retry" || state === "unknown").map(
    ({ status }) => status,
  ),
);

/** What a page is told of a lead. One that was saved is kept by pages of before, too, only where nobody calls it refused. */
function stateOf(request: Request, code: AnswerCode): State {
  const state = ROWS.get(code)?.state ?? "refused";
  return state === "refused" && isSealed(request) ? "retry" : state;
}

/** Answers that a request was not taken, or that nobody knows. */
export async function problem(
  asked: Asked,
  status: number,
  code: AnswerCode,
  headers?: Record<string, string>,
): Promise<Answer> {
  const { request } = asked;
  const said = speakerOf(asked);
  if (wantsJson(request)) {
    return answer(
      status,
      {
        id: null,
        state: stateOf(request, code),
        issues: [{ field: "", code, severity: "error", message: said.say(code) }],
      },
      headers,
    );
  }
  const sent = request.method === "POST";
  // Nobody has looked whether a lead that comes again was taken when it came first.
  const unsure = code === "address.limit" && asked.lead?.own["again"] !== undefined;
  const row = ROWS.get(code);
  const heading = !sent ? code : unsure ? "page.unsure" : (row?.heading ?? "page.refused");
  const again = status === 403 ? undefined : await formOf(asked, said, [], AGAIN.has(status));
  const wait = headers?.["retry-after"];
  const paragraphsHtml = [
    ...(sent ? [escapeHtml(said.say(row?.plain || code))] : []),
    ...(again ? [escapeHtml(said.say("page.entries"))] : []),
    ...(again && heading !== "page.refused" ? [escapeHtml(said.say("page.once"))] : []),
    ...(sent && wait ? [waitHtml(said, Number(wait), request)] : []),
    ...(sent && !again ? [escapeHtml(said.say("page.back"))] : []),
    ...(again ? [] : siteHtml(asked, said)),
  ];
  return html(
    asked,
    status,
    {
      ...frame(asked, said),
      heading: said.say(heading),
      isError: true,
      paragraphsHtml,
      ...(again && { form: again }),
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
  const whole = translated.filter(
    ({ field, severity }) => severity === "error" && !Object.hasOwn(fields, field),
  );
  const form = await formOf(asked, said, translated, false);
  return html(asked, 422, {
    ...frame(asked, said),
    heading: said.say("page.check"),
    isError: true,
    paragraphsHtml: [
      `${escapeHtml(said.say("page.refused"))}. ${escapeHtml(said.say("page.correct"))} ${escapeHtml(said.say("page.entries"))}`,
      ...whole.map(({ message }) => escapeHtml(message)),
    ],
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
    paragraphsHtml: siteHtml(asked, said),
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
  cut
    ? [
        {
          field: "",
          code: "body.fields",
          severity: "warning",
          message: speakerOf(asked).say("body.fields"),
        },
      ]
    : [];

/** Issues in the form's language. */
export const translated = (asked: Asked, issues: readonly Issue[]): Issue[] =>
  issues.length > 0 ? [...speakerOf(asked).translate(issues)] : [];

/** What every page of a form has. */
const frame = (asked: Asked, said: Speaker): Pick<Page, "speaker" | "title" | "lastHtml"> => ({
  speaker: said,
  lastHtml: contactHtml(asked, said),
  ...(asked.form && { title: asked.form.title ?? said.say("page.title") }),
});

/** The form with what was typed, where it could be read. */
async function formOf(
  { relay, name, form, lead, url }: Asked,
  said: Speaker,
  issues: readonly Issue[],
  same: boolean,
): Promise<Page["form"]> {
  if (!relay || !form || !lead) return undefined;
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
  if (same && (key === undefined || isKey(key)))
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
    ...Object.fromEntries(UNSEEN.flatMap((name) => (own[name] ? [[OWN + name, own[name]]] : []))),
    ...(challenge && { _fp_turnstile: challenge }),
  };
}

/** A sentence with something that is HTML already in the place of its `{}`. */
const withHtml = (said: Speaker, code: string, inner: string): string =>
  escapeHtml(said.say(code, "\0")).replace("\0", () => inner);

const UNITS = [
  { unit: "hour", from: 5400, seconds: 3600 },
  { unit: "minute", from: 60, seconds: 60 },
  { unit: "second", from: 0, seconds: 1 },
];

/** How long to wait, and until what time where that helps: in the visitor's zone as far as the platform knows it. */
function waitHtml(said: Speaker, seconds: number, request: Request): string {
  const { unit, seconds: size } = UNITS.find(({ from }) => seconds >= from) ?? {
    unit: "second",
    seconds: 1,
  };
  const span = new Intl.NumberFormat(said.lang, {
    style: "unit",
    unit,
    unitDisplay: "long",
  }).format(Math.ceil(seconds / size));
  const timeZone = (request as { cf?: { timezone?: string } }).cf?.timezone ?? "UTC";
  // Rounded up, so that who comes at that minute does not come too early.
  const at = Math.ceil((Date.now() + seconds * 1000) / 60_000) * 60_000;
  const time = new Intl.DateTimeFormat(said.lang, {
    hour: "numeric",
    minute: "2-digit",
    timeZone,
    timeZoneName: "short",
  }).format(at);
  return withHtml(
    said,
    "page.wait",
    `<time datetime="PT${seconds}S">${escapeHtml(span)}</time>${size > 1 ? ` (${escapeHtml(time)})` : ""}`,
  );
}

const link = (href: string, shown: string): string =>
  `<a href="${escapeHtml(href)}">${escapeHtml(shown)}</a>`;

/** Where the form itself is: of the page that asked, where it is one of the form's, else the first of them. */
function siteHtml({ form, origin }: Asked, said: Speaker): string[] {
  const site = origin !== null && form?.origins.includes(origin) ? origin : form?.origins[0];
  return site?.startsWith("http")
    ? [withHtml(said, "page.site", link(site, new URL(site).host))]
    : [];
}

function contactHtml({ form }: Asked, said: Speaker): string[] {
  return form?.contact
    ? [
        withHtml(
          said,
          "page.contact",
          link(
            form.contact,
            form.contact.replace(/^(https:\/\/|mailto:|tel:)/, "").replace(/\?.*$/, ""),
          ),
        ),
      ]
    : [];
}
