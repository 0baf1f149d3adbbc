//! What a person's lists go by.

use super::HEAD;
use super::ruling::{answers, table as rule, yes};
use super::script::quoted;
use crate::Outcome;
use fieldpost::relay::listing::{
    FOR_PERSON, Found, HAS_RECORD, KEPT, LARGEST, MOST_LEADS, MOST_NAME, MOST_NAMES, MOST_STATES,
    MOST_TEXT, OVER, PERSON, PIECE, STAYS, WAITS, ends, finds, gone, is_days, means, passes,
    states,
};
use std::fmt::Write;
use std::path::Path;

/// Words that are asked for by name.
fn words(out: &mut String, what: &str, name: &str, all: &[&str]) -> Outcome<()> {
    let members: Vec<_> = all.iter().map(|word| format!("{}: true", key(word))).collect();
    writeln!(out, "\n/** {what} */\nexport const {name} = {{ {} }} as const;", members.join(", "))?;
    Ok(())
}

fn key(word: &str) -> String {
    if word.contains('.') { quoted(word) } else { word.to_owned() }
}

/// `pkg/src/relay/storage/listing.gen.ts`.
pub(super) fn table(_: &Path) -> Outcome<String> {
    let mut out = HEAD.to_owned();
    let states = states();
    out.push_str("\n/** Where a lead as a whole stands, as SQL asks it of a row of `leads`; the first that holds is its state. `person` is `review` or `dead`, and of those that wait the ones whose account or form is gone. */\nexport const STATES = {\n");
    for state in &states {
        writeln!(out, "  {}: {},", state.name, quoted(&state.is))?;
    }
    out.push_str("} as const;\n\nexport type LeadState = keyof typeof STATES;\n");
    let cases: Vec<_> = states
        .iter()
        .filter(|state| state.name != PERSON)
        .map(|state| format!("WHEN {} THEN '{}'", state.is, state.name))
        .collect();
    writeln!(
        out,
        "\n/** The name of a lead's state, as SQL. */\nexport const LEAD_STATE =\n  {};",
        quoted(&format!("CASE {} END", cases.join(" ")))
    )?;
    out.push_str("\n/** The states whose leads an index for persons has, and by which phase; all others are walked. */\nexport const SOUGHT: Readonly<Record<string, { readonly phase?: string }>> = {\n");
    for state in &states {
        match state.found {
            Found::ForPerson(Some(phase)) => {
                writeln!(out, "  {}: {{ phase: {} }},", state.name, quoted(phase))?;
            }
            Found::ForPerson(None) => writeln!(out, "  {}: {{}},", state.name)?,
            _ => (),
        }
    }
    out.push_str("};\n\n/** Among which leads those of a state are walked; of all states where none is asked for. */\nexport const WALKED: Readonly<Record<LeadState | \"any\", string>> = {\n");
    for (name, found) in
        states.iter().map(|state| (state.name, state.found)).chain([("any", Found::All)])
    {
        let among = match found {
            Found::All => "leads WHERE true",
            _ => "leads INDEXED BY open_leads WHERE finished IS NULL",
        };
        writeln!(out, "  {name}: {},", quoted(among))?;
    }
    out.push_str("};\n");
    words(&mut out, "Codes that no row has: today's options say them.", "GONE_CODES", &gone())?;
    words(&mut out, "The phases of a delivery that waits for a system.", "WAITS", &WAITS)?;
    words(&mut out, "The phases of one that waits for a person.", "FOR_PERSON", &FOR_PERSON)?;
    words(&mut out, "The phases of one that is over.", "OVER", &OVER)?;
    words(
        &mut out,
        "The phases of which values may be kept for longer than the lead is open.",
        "KEPT",
        &KEPT,
    )?;
    words(&mut out, "Kinds of outcomes that say which record it is.", "HAS_RECORD", &HAS_RECORD)?;
    rule(
        &mut out,
        "By what leads are found that somebody means: whether they are named, their code is one of no row, they are asked for by a phase for persons, they wait for a person, they are open, and whether a phase or a code is asked for.",
        "FINDS",
        answers(|asks| quoted(finds(asks))),
    )?;
    rule(
        &mut out,
        "Whether a delivery is meant: whether a phase is asked for, it is that one, a code is asked for, and it is that one.",
        "MEANS",
        answers(|asks| yes(means(asks))),
    )?;
    rule(
        &mut out,
        "Whether a page ends with a lead: whether it is full, and whether it is the last that was looked at.",
        "ENDS",
        answers(|[is_full, is_last]| yes(ends(is_full, is_last))),
    )?;
    rule(
        &mut out,
        "Whether an owner's word is a number of days: whether it is a number, and whether it counts from none on.",
        "IS_DAYS",
        answers(|[is_number, is_counted]| yes(is_days(is_number, is_counted))),
    )?;
    rule(
        &mut out,
        "By how many milliseconds forgetting passes the last lead of a portion: whether it was all there is, and whether all were done at one time.",
        "PASSES",
        answers(|[is_all, is_one_time]| passes(is_all, is_one_time).to_string()),
    )?;
    out.push_str("\n/** Why the record of a test lead stays, by its delivery's code. */\nexport const STAYS: Readonly<Record<string, string>> = {");
    let stays: Vec<_> =
        STAYS.iter().map(|(code, why)| format!("{}: {}", quoted(code), quoted(why))).collect();
    writeln!(out, " {} }};", stays.join(", "))?;
    for (what, name, most) in [
        ("So much text is in one page of a list, and one line more.", "MOST_TEXT", MOST_TEXT),
        ("So many leads are looked at for one.", "MOST_LEADS", MOST_LEADS),
        ("The names of fields that one table may have as columns.", "MOST_NAMES", MOST_NAMES),
        ("The length of one.", "MOST_NAME", MOST_NAME),
        (
            "So many states and codes are told apart of what a person has sent on.",
            "MOST_STATES",
            MOST_STATES,
        ),
        ("So much of an answer is handed on at a time.", "PIECE", PIECE),
        ("The most bytes of a stored request.", "LARGEST", LARGEST),
    ] {
        writeln!(out, "\n/** {what} */\nexport const {name} = {most};")?;
    }
    Ok(out)
}
