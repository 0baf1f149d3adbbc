//! What a person's rulings go by: tables of answers to yes and no, the first question's yes counting 1, the second's 2.

use super::HEAD;
use super::script::quoted;
use crate::Outcome;
use fieldpost::relay::acceptance::{counts_as, frees, is_empty, is_of_the_day, turns};
use fieldpost::relay::delivering::LONGEST_REPLY;
use fieldpost::relay::limiter::{TIDY, told};
use fieldpost::relay::reconcile::{counts_for, goes_on, writes};
use fieldpost::relay::ruling::{
    STOPPED, Ways, bars, checked, lets_ask, looks, may_take, mends, renamed, renames,
};
use fieldpost::relay::visitor::{
    LONGEST_ANSWER, MAX_SEALED, MOST_WAITING, PATIENCE, TOLD, answered, broke, counting, is_known,
    keeps, verified, waits,
};
use std::fmt::Write;
use std::path::Path;

/// Both questions with each answer.
const ASKED: [(bool, bool); 4] = [(false, false), (true, false), (false, true), (true, true)];

pub(super) fn table(
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
        "Whether an event goes on with an account of reconciliation: whether there may be more to do, and whether it may make more calls and look more often.",
        "GOES_ON",
        answers(|[may_be_more, has_calls, has_looks]| {
            yes(goes_on(may_be_more, has_calls, has_looks))
        }),
    )?;
    table(
        &mut out,
        "Whether it is written down how far that is: whether there were rows, and whether nothing comes behind them.",
        "WRITES",
        answers(|[has_rows, is_last]| yes(writes(has_rows, is_last))),
    )?;
    table(
        &mut out,
        "Whether what asked to be left alone is asked again: whether it is the first portion of a ruling, and whether leads are sent on.",
        "LETS_ASK",
        answers(|[is_first, is_replay]| yes(lets_ask(is_first, is_replay))),
    )?;
    table(
        &mut out,
        "Whether the outbox looks what is due: whether that is asked again, and whether something has moved.",
        "LOOKS",
        answers(|[lets_ask, has_moved]| yes(looks(lets_ask, has_moved))),
    )?;
    table(
        &mut out,
        "What becomes of one of its deliveries: whether the new form goes to its account, and whether its call may have arrived.",
        "RENAMED",
        ASKED.map(|(has_way, is_out)| quoted(renamed(has_way, is_out))),
    )?;
    Ok(out)
}

/// All answers to so many questions, the first one's yes counting 1, the second's 2, and so on.
pub(super) fn answers<const N: usize>(says: impl Fn([bool; N]) -> String) -> Vec<String> {
    (0..1_usize << N).map(|yes| says(std::array::from_fn(|at| yes >> at & 1 == 1))).collect()
}

pub(super) fn yes(is: bool) -> String {
    u8::from(is).to_string()
}

/// `pkg/src/relay/visitor.gen.ts`.
pub(super) fn visitor(_: &Path) -> Outcome<String> {
    let mut out = HEAD.to_owned();
    out.push_str("import type { AnswerCode } from \"../core/codes.gen.js\";\n");
    table(
        &mut out,
        "Whether a page's origin is known: whether it is listed, whether the browser says that it is of this site, and whether it is this host's.",
        "KNOWN",
        answers(|[is_listed, is_own_site, is_own_host]| {
            yes(is_known(is_listed, is_own_site, is_own_host))
        }),
    )?;
    table(
        &mut out,
        "What becomes of the count of an address with one lead more: whether its time is still running, and whether its share is used up.",
        "COUNTING",
        answers(|[is_running, is_used_up]| quoted(counting(is_running, is_used_up))),
    )?;
    table(
        &mut out,
        "Whether a lead that was kept as it came is kept as the form makes it now: whether it passes, and whether a person sends on what passes.",
        "MENDS",
        answers(|[passes, anyway]| yes(mends(passes, anyway))),
    )?;
    writeln!(
        out,
        "\n/** A longer answer to one lead is not read. */\nexport const LONGEST_REPLY = {LONGEST_REPLY};"
    )?;
    writeln!(
        out,
        "\n/** The most bytes of a sealed lead. */\nexport const MAX_SEALED = {MAX_SEALED};"
    )?;
    writeln!(
        out,
        "\n/** A longer answer to a challenge is refused. */\nexport const LONGEST_ANSWER = {LONGEST_ANSWER};"
    )?;
    table(
        &mut out,
        "What is said of an answer to a challenge at once: whether it was given, and whether it fits.",
        "ANSWERED",
        answers(|[is_given, fits]| {
            answered(is_given, fits).map_or("undefined".to_owned(), |said| said.to_string())
        }),
    )?;
    table(
        &mut out,
        "What is said of one that was asked about: whether that was possible, whether it holds, whether it is of a page of ours, and whether it is meant for this form.",
        "VERIFIED",
        answers(|heard| verified(heard).to_string()),
    )?;
    table(
        &mut out,
        "What is kept beside a form's values: whether any consent was given, and whether all were.",
        "KEEPS",
        answers(|[has_some, has_all]| quoted(keeps(has_some, has_all))),
    )?;
    writeln!(
        out,
        "\n/** So many milliseconds somebody waits for what becomes of a lead, and so many may at once. */\nexport const [PATIENCE, MOST_WAITING] = [{PATIENCE}, {MOST_WAITING}];"
    )?;
    table(
        &mut out,
        "Whether somebody goes on waiting: whether nothing has become of the lead, whether there is time, whether there is room, and whether somebody works at it.",
        "WAITS",
        answers(|has| yes(waits(has))),
    )?;
    out.push_str(
        "\n/** What a sender is told where the relay itself breaks, by the code of that: whether the lead may have been taken just now, and whether it comes again. */\nexport const BROKE: Readonly<Record<string, readonly AnswerCode[]>> & { readonly other: readonly AnswerCode[] } = {\n",
    );
    for code in TOLD.iter().map(|code| code.name).chain(["other"]) {
        let says = answers(|[is_offered, is_again]| quoted(broke(is_offered, is_again, code).name));
        let name = if code.contains('.') { quoted(code) } else { code.to_owned() };
        writeln!(out, "  {name}: [{}],", says.join(", "))?;
    }
    out.push_str("};\n");
    writeln!(
        out,
        "\n/** The limiters forget persons by the clock once in so many milliseconds. */\nexport const TIDY = {TIDY};"
    )?;
    table(
        &mut out,
        "What they are told with a word of the cron: whether that time is over.",
        "TOLD",
        answers(|[is_over]| {
            let all: Vec<_> = told(is_over).iter().map(|word| quoted(word)).collect();
            format!("[{}]", all.join(", "))
        }),
    )?;
    Ok(out)
}

/// `pkg/src/relay/storage/passing.gen.ts`.
pub(super) fn passing(_: &Path) -> Outcome<String> {
    let mut out = HEAD.to_owned();
    table(
        &mut out,
        "What goes of a table that strangers add to, so that there is room for one more row: whether it is full, and whether what has ended is gone.",
        "FREES",
        answers(|[is_full, is_tidy]| quoted(frees(is_full, is_tidy))),
    )?;
    table(
        &mut out,
        "Whether nobody looks into one: whether all of its rows are known, and whether none is counted.",
        "EMPTY",
        answers(|[knows_all, counts_none]| yes(is_empty(knows_all, counts_none))),
    )?;
    out.push_str(
        "\n/** What a delivery's new phase is to its lead: it counts, for the lead may stand elsewhere now, or it ends; nothing while it goes on. */\nexport const TURNS: Readonly<Record<string, \"counts\" | \"ends\">> = {",
    );
    let phases = ["waiting", "sent", "done", "dead", "review", "discarded"];
    let turned: Vec<_> = phases
        .into_iter()
        .filter_map(|phase| Some(format!("{phase}: {}", quoted(turns(phase)?))))
        .collect();
    writeln!(out, " {} }};", turned.join(", "))?;
    table(
        &mut out,
        "Under which name something is counted: whether that is known, and whether there is room for one more.",
        "COUNTS_AS",
        answers(|[is_known, has_room]| quoted(counts_as(is_known, has_room))),
    )?;
    table(
        &mut out,
        "Whether a lead is one of the day's: whether it is a test.",
        "OF_THE_DAY",
        answers(|[is_test]| yes(is_of_the_day(is_test))),
    )?;
    Ok(out)
}
