// Made of src/systems/relay/answers.rs by `FIELDPOST_WRITE_REFERENCE=1 cargo test --test reference`; do not edit.
import type { RelayAnswer } from "../types.js";

/** What a relay answers to a lead, and what it means for whoever keeps the lead until it is taken. */
export const ANSWERS: readonly { status: number; code: string; state: RelayAnswer["state"]; meaning: "taken" | "values" | "notNow" }[] = [
  { status: 200, code: "", state: "stored", meaning: "taken" },
  { status: 202, code: "", state: "queued", meaning: "taken" },
  { status: 422, code: "", state: "refused", meaning: "values" },
  { status: 422, code: "key.reused", state: "refused", meaning: "values" },
  { status: 400, code: "body.cut", state: "refused", meaning: "notNow" },
  { status: 400, code: "body.fields", state: "refused", meaning: "notNow" },
  { status: 400, code: "body.json", state: "refused", meaning: "notNow" },
  { status: 400, code: "body.multipart", state: "refused", meaning: "notNow" },
  { status: 400, code: "key.invalid", state: "refused", meaning: "notNow" },
  { status: 400, code: "wire.version", state: "refused", meaning: "notNow" },
  { status: 403, code: "origin.forbidden", state: "refused", meaning: "notNow" },
  { status: 404, code: "not_found", state: "refused", meaning: "notNow" },
  { status: 405, code: "method", state: "refused", meaning: "notNow" },
  { status: 409, code: "key.running", state: "retry", meaning: "notNow" },
  { status: 409, code: "seal.unknown", state: "retry", meaning: "notNow" },
  { status: 413, code: "body.size", state: "refused", meaning: "notNow" },
  { status: 415, code: "body.type", state: "refused", meaning: "notNow" },
  { status: 429, code: "address.limit", state: "retry", meaning: "notNow" },
  { status: 429, code: "review.full", state: "retry", meaning: "notNow" },
  { status: 500, code: "relay.failed", state: "retry", meaning: "notNow" },
  { status: 500, code: "outbox.unknown", state: "unknown", meaning: "notNow" },
  { status: 503, code: "outbox.full", state: "retry", meaning: "notNow" },
  { status: 503, code: "outbox.unavailable", state: "retry", meaning: "notNow" },
  { status: 503, code: "outbox.unknown", state: "unknown", meaning: "notNow" },
];
