//! What a person's rulings go by: tables of answers to yes and no, the first question's yes counting 1, the second's 2.

use super::HEAD;
use super::script::quoted;
use crate::Outcome;
use fieldpost::relay::arrival::broke;
use fieldpost::relay::reconcile::counts_for;
use fieldpost::relay::ruling::{STOPPED, Ways, bars, checked, may_take, renamed, renames};
use std::fmt::Write;
use std::path::Path;

/// Both questions with each answer.
const ASKED: [(bool, bool); 4] = [(false, false), (true, false), (false, true), (true, true)];

fn table(
    out: &mut String,
    what: &str,
    name: &str,
    rows: impl IntoIterator<Item = String>,
) -> Outcome<()> {
    let rows: Vec<String> = rows.into_iter().collect();
    writeln!(out, "\n/** {what} */\nexport const {name} = [{}] as const;", rows.join(", "))?;
    Ok(())
}

/// `pkg/src/relay/storage/ruling.gen.ts`.
pub(super) fn tables(_: &Path) -> Outcome<String> {
    let mut out = HEAD.to_owned();
    let gone = ASKED.map(|(has_form, goes)| Ways { has_form, goes }.gone());
    table(
        &mut out,
        "Why nobody asks about a delivery any more: whether there is its form, and whether that goes to its account.",
        "GONE",
        gone.map(|code| code.map_or("undefined".to_owned(), quoted)),
    )?;
    table(
        &mut out,
        "Whether an account may take what waits for another one: whether nobody knows that one's system, and whether both are of one.",
        "MAY_TAKE",
        ASKED.map(|(is_unknown, is_same)| u8::from(may_take(is_unknown, is_same)).to_string()),
    )?;
    table(
        &mut out,
        "What follows for a lead that a person sends on: whether there is its form, and whether it was kept as it came.",
        "BARS",
        ASKED.map(|(has_form, is_raw)| quoted(bars(has_form, is_raw))),
    )?;
    table(
        &mut out,
        "What follows for a lead whose form has another name now: whether there is the old one, and whether the new one goes to any of its accounts.",
        "RENAMES",
        ASKED.map(|(has_old, has_way)| quoted(renames(has_old, has_way))),
    )?;
    table(
        &mut out,
        "What follows of a form's check: whether the lead passes.",
        "CHECKED",
        [false, true].map(|passes| quoted(checked(passes))),
    )?;
    out.push_str(
        "\n/** What a person is told of what stopped a ruling, by its code: all others are one. */\nexport const STOPPED: Readonly<Record<string, string>> & { readonly other: string } = {\n",
    );
    for (code, said) in STOPPED {
        let name = if code.contains('.') { quoted(code) } else { (*code).to_owned() };
        writeln!(out, "  {name}: {},", quoted(said))?;
    }
    out.push_str("};\n");
    table(
        &mut out,
        "What a delivery counts for once its system was asked about it: whether its record was missed, and whether the system has said which one it is.",
        "COUNTS_FOR",
        ASKED.map(|(is_missed, is_named)| quoted(counts_for(is_missed, is_named))),
    )?;
    table(
        &mut out,
        "What becomes of one of its deliveries: whether the new form goes to its account, and whether its call may have arrived.",
        "RENAMED",
        ASKED.map(|(has_way, is_out)| quoted(renamed(has_way, is_out))),
    )?;
    Ok(out)
}

/// `pkg/src/relay/http/broken.gen.ts`.
pub(super) fn broken(_: &Path) -> Outcome<String> {
    let mut out = HEAD.to_owned();
    table(
        &mut out,
        "What a sender is told where the relay itself breaks: whether the lead may have been taken, and whether the options are wrong.",
        "BROKE",
        ASKED.map(|(is_unsure, is_options)| quoted(broke(is_unsure, is_options).name)),
    )?;
    Ok(out)
}
