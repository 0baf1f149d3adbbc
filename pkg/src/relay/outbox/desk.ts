import type { OperatorStore } from "../storage/operator-store.js";

/** A session of the console, by the hash of its token. */
export interface Session {
  token: string;
  who: string;
  /** The keys that were given, each as its name and what tells whether it is still the same. */
  keys: [name: string, mark: string][];
  until: number;
}

/** Who saw or changed what: names, ids and codes, never a value. */
export interface Audited {
  at: number;
  who: string;
  what: string;
  about: string;
}

/** A sender whose leads go on though something about them is odd: of an e-mail its keyed hash, else a domain. */
export interface Pass {
  id: string;
  form: string;
  kind: "email" | "domain";
  sender: string;
  until: number;
  made: number;
  who: string;
}

/** Whoever wants more than this loses the oldest. */
const MOST_SESSIONS = 1_000;
const MOST_AUDITED = 20_000;
const MOST_PASSES = 1_000;

/** An audit is kept for so long where the owner says nothing. */
const AUDITED = 366 * 24 * 60 * 60 * 1000;

/** So many lines has one page of it. */
const PAGE = 200;

/** What the people at the console have in common: kept in the one object that knows of all shards. */
export class Desk {
  /** `audited`: for how long an audit is kept, where the owner says so. */
  constructor(
    readonly store: OperatorStore,
    readonly audited: () => number | undefined,
  ) {}

  /** The answer to a call about it; nothing for a path that is none. */
  async answer(path: string, request: Request): Promise<Response | undefined> {
    const act = this.acts[path];
    return act && Response.json(act((await request.json()) as never) ?? null);
  }

  private readonly acts: Record<string, (given: never) => unknown> = {
    "/session": ({ token }: { token: string }) => this.session(token),
    "/session/add": (session: Session) => this.begin(session),
    "/session/end": ({ token }: { token: string }) =>
      void this.store.rows("DELETE FROM sessions WHERE token = ?", token),
    "/audit/add": (line: Audited) => this.write(line),
    "/audit": ({ before }: { before: number }) =>
      this.store.rows(
        `SELECT n, at, who, what, about FROM audit WHERE n < ? ORDER BY n DESC LIMIT ${PAGE}`,
        before,
      ),
    "/passes": () => this.passes(),
    "/pass/add": (pass: Pass) => this.let(pass),
    "/pass/remove": ({ id }: { id: string }) =>
      this.store.rows("DELETE FROM passes WHERE id = ? RETURNING 1", id).length > 0,
    "/pass/of": ({ form, senders }: { form: string; senders: string[] }) =>
      this.store.rows(
        "SELECT 1 FROM passes WHERE form = ? AND until > ? AND sender IN (SELECT value FROM json_each(?)) LIMIT 1",
        form,
        Date.now(),
        JSON.stringify(senders),
      ).length > 0,
  };

  private session(token: string): Omit<Session, "token"> | null {
    const [row] = this.store.rows(
      "SELECT who, keys, until FROM sessions WHERE token = ? AND until > ?",
      token,
      Date.now(),
    );
    return row
      ? {
          who: String(row["who"]),
          keys: JSON.parse(String(row["keys"])) as Session["keys"],
          until: Number(row["until"]),
        }
      : null;
  }

  private begin({ token, who, keys, until }: Session): void {
    this.store.together(() => {
      this.store.rows("DELETE FROM sessions WHERE until <= ?", Date.now());
      this.store.rows(
        `DELETE FROM sessions WHERE token IN (SELECT token FROM sessions ORDER BY until DESC LIMIT -1 OFFSET ${MOST_SESSIONS - 1})`,
      );
      this.store.rows(
        "INSERT INTO sessions (token, who, keys, until) VALUES (?, ?, ?, ?)",
        token,
        who,
        JSON.stringify(keys),
        until,
      );
    });
  }

  private write({ at, who, what, about }: Audited): void {
    this.store.together(() => {
      const [row] = this.store.rows(
        "INSERT INTO audit (at, who, what, about) VALUES (?, ?, ?, ?) RETURNING n",
        at,
        who,
        what,
        about,
      );
      this.store.rows(
        "DELETE FROM audit WHERE n <= ? OR (n IN (SELECT n FROM audit ORDER BY n LIMIT 100) AND at < ?)",
        Number(row?.["n"]) - MOST_AUDITED,
        at - (this.audited() ?? AUDITED),
      );
    });
  }

  private passes(): Record<string, unknown>[] {
    return this.store.rows(
      "SELECT id, form, kind, iif(kind = 'domain', sender, NULL) AS domain, until, made, who FROM passes WHERE until > ? ORDER BY made DESC",
      Date.now(),
    );
  }

  private let({ id, form, kind, sender, until, made, who }: Pass): void {
    this.store.together(() => {
      this.store.rows("DELETE FROM passes WHERE until <= ?", Date.now());
      this.store.rows(
        `DELETE FROM passes WHERE id IN (SELECT id FROM passes ORDER BY made DESC LIMIT -1 OFFSET ${MOST_PASSES - 1})`,
      );
      this.store.rows(
        "INSERT INTO passes (id, form, kind, sender, until, made, who) VALUES (?, ?, ?, ?, ?, ?, ?)",
        id,
        form,
        kind,
        sender,
        until,
        made,
        who,
      );
    });
  }
}
