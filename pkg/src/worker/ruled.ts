/** What became of one delivery that waited for a person. */
export interface Ruled {
  id: string;
  lead: string;
  account: string;
  moved: boolean;
  /** Why it did not move. */
  code?: string;
  message?: string;
}

const REASONS: Record<string, string> = {
  "lead.invalid": "The lead does not pass the form's check: mend the form, send it on anyway, or discard it.",
  "form.gone": "The relay has no form of this name any more.",
  "account.gone": "The form no longer goes to an account of this name.",
  "account.there": "The form goes to this account: there is nothing to move.",
  "account.target": "The form does not go to that account.",
  "account.twice": "The lead goes to that account by itself.",
  "account.system": "That account is another system's.",
  "account.unknown": "Nobody knows any more of which system the account was: say that you are sure.",
  "delivery.out": "A call may still be out: try it again in a minute.",
  "delivery.doubt": "Nobody knows whether the old account has it: say that you are sure.",
  "form.there": "The relay has this form: there is nothing to move.",
  "state.invalid": "The delivery's stored state cannot be read by this version.",
  "outbox.failed": "It could not be written down; it is where it was.",
};

export const stays = (own: { id: string; lead: string; account: string }, code: string): Ruled => ({
  ...own,
  moved: false,
  code,
  message: REASONS[code] ?? "The delivery cannot be sent on as it is.",
});
