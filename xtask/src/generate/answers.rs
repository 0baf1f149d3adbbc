//! The relay's own answers: a part of `docs/errors.md`, and the table that the relay answers out of.

use super::HEAD;
use super::script::quoted;
use crate::Outcome;
use fieldpost::relay::visitor::{heading, offers, saved};
use fieldpost::systems::relay::answers::{ANSWERS, Answer, Meaning};
use std::fmt::Write;
use std::path::Path;

fn said(row: &Answer) -> String {
    if row.code.is_empty() {
        if row.meaning == Meaning::Values { "the form's own issues" } else { "–" }.to_owned()
    } else {
        format!("`{}`", row.code)
    }
}

fn meaning(meaning: Meaning) -> &'static str {
    match meaning {
        Meaning::Taken => "taken: the page drops what it kept",
        Meaning::Values => "these values are not taken: the visitor is shown why",
        Meaning::NotNow => "not now: the page keeps it, and sends it again",
    }
}

/// A part of the page of errors.
pub(super) fn part() -> Outcome<String> {
    let mut page = "\n## The relay\n\nWhat a relay answers to a lead, and what a page does that has saved it \
        ([form.md](form.md#when-it-cannot-be-sent)). Whatever else comes, from a proxy or a portal, is *not now*. To a lead that was \
        saved (it comes sealed) a relay says `retry` wherever it says `refused` here, and never that its values are not taken: it keeps \
        them for a person ([relay.md](relay.md#leads-that-waited-in-a-browser)).\n\n\
        | HTTP | `state` | code | a lead that was kept |\n|---|---|---|---|\n"
        .to_owned();
    for row in ANSWERS {
        writeln!(
            page,
            "| {} | `{}` | {} | {} |",
            row.status,
            row.state.name(),
            said(row),
            meaning(row.meaning)
        )?;
    }
    Ok(page)
}

/// The table in TypeScript.
pub(super) fn table(_: &Path) -> Outcome<String> {
    let mut text = format!(
        "{HEAD}import type {{ AnswerCode }} from \"../../core/codes.gen.js\";\nimport type {{ State }} from \"../../core/wire.gen.js\";\n\n\
        /** An answer: its one issue's code, what it means for whoever keeps the lead until it is taken, and what the relay's own page says and has: \
        the words above it, by whether something was sent, and whether it comes again, and the form. `saved` is told of a lead that a page has kept. */\n\
        export interface AnswerRow {{\n  status: number;\n  code: AnswerCode | \"\";\n  state: State;\n  meaning: \"taken\" | \"values\" | \"notNow\";\n  saved: State;\n  headings: readonly string[];\n  plain: string;\n  form: \"none\" | \"fresh\" | \"same\";\n  /** What comes with it. */\n  headers?: Readonly<Record<string, string>>;\n}}\n\n\
        /** What a relay answers to a lead. */\n\
        export const ANSWERS: readonly AnswerRow[] = [\n"
    );
    for row in ANSWERS {
        let Answer { status, code, state, meaning, heading: _, plain, header } = row;
        let headings: Vec<_> = [(false, false), (true, false), (false, true), (true, true)]
            .into_iter()
            .map(|(is_sent, is_again)| quoted(heading(row, is_sent, is_again)))
            .collect();
        let (form, kept) = (offers(*status, *state), saved(*state).name());
        let (state, meaning) = (
            state.name(),
            match meaning {
                Meaning::Taken => "taken",
                Meaning::Values => "values",
                Meaning::NotNow => "notNow",
            },
        );
        let headers = header.map_or_else(String::new, |(name, value)| {
            format!(", headers: {{ {name:?}: {value:?} }}")
        });
        writeln!(
            text,
            "  {{ status: {status}, code: {code:?}, state: {state:?}, saved: {kept:?}, meaning: {meaning:?}, headings: [{}], plain: {plain:?}, form: {form:?}{headers} }},",
            headings.join(", ")
        )?;
    }
    text.push_str("];\n");
    Ok(text)
}
