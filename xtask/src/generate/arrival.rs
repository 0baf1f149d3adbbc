//! What the host of an arrival needs: the numbers that it says and hears, and their names.

use super::HEAD;
use super::script::{quoted, union};
use crate::Outcome;
use fieldpost::relay::arrival::{
    Ask, CHALLENGE, CHECKED, NATIVE_WINDOW, REASONS, REQUEST, SPENDING, STATES, TOKEN,
};
use fieldpost::relay::shards;
use fieldpost::relay::token::{HOLDERS, LIFE};
use std::fmt::Write;
use std::path::Path;

/// Numbers that are known by names.
fn numbers(out: &mut String, what: &str, name: &str, rows: &[&[(&str, u32)]]) -> Outcome<()> {
    writeln!(out, "\n/** {what} */\nexport const enum {name} {{")?;
    for (name, number) in rows.iter().copied().flatten() {
        writeln!(out, "  {name} = {number},")?;
    }
    out.push_str("}\n");
    Ok(())
}

/// `meet` for `Meet`.
fn lower(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

/// A list of texts, a line each.
fn list<'a>(
    out: &mut String,
    what: &str,
    name: &str,
    rows: impl Iterator<Item = &'a str>,
) -> Outcome<()> {
    writeln!(out, "\n/** {what} */\nexport const {name} = [")?;
    for row in rows {
        writeln!(out, "  {},", quoted(row))?;
    }
    out.push_str("] as const;\n");
    Ok(())
}

/// `pkg/src/relay/arrival.gen.ts`.
pub(super) fn table(_: &Path) -> Outcome<String> {
    let mut out = HEAD.to_owned();
    let asks: Vec<String> = Ask::ALL.iter().map(|(name, _)| lower(name)).collect();
    list(
        &mut out,
        "What the host of a request does next, as the lowest five bits of its state have it; the next five are a row of `ANSWERS`.",
        "ASKS",
        asks.iter().map(String::as_str),
    )?;
    out.push_str("\n/** One of them. */\nexport type Ask = (typeof ASKS)[number];\n");
    let reasons: Vec<&str> = REASONS.iter().map(|code| code.name).collect();
    list(
        &mut out,
        "Why a person should look at a lead, a bit of the state for each: the first one is its eleventh.",
        "REASONS",
        reasons.into_iter(),
    )?;
    out.push_str(
        "\n/** One of them: the code of a delivery that waits for a person. */\nexport type ReviewCode = (typeof REASONS)[number];\n",
    );
    numbers(
        &mut out,
        "What a request says, and what its lead is, a bit for each.",
        "Fact",
        &[REQUEST, CHECKED],
    )?;
    numbers(&mut out, "What a form token says.", "TokenSays", &[TOKEN])?;
    numbers(&mut out, "What became of a form token.", "Spending", &[SPENDING])?;
    numbers(&mut out, "What is said of a challenge.", "Challenge", &[CHALLENGE])?;
    out.push_str(
        "\n/** What an outbox says of a lead, and what is said beside that; an outbox that is away says nothing, 0. */\nexport const STATES: Readonly<Record<string, number>> = {\n",
    );
    for (name, number) in STATES.iter().filter(|(name, _)| !name.is_empty()) {
        writeln!(out, "  {name}: {number},")?;
    }
    writeln!(
        out,
        "}};\n\n/** A form token ends after so many milliseconds. */\nexport const TOKEN_LIFE = {LIFE};"
    )?;
    writeln!(
        out,
        "\n/** Two native submits of the same within so many milliseconds are one. */\nexport const NATIVE_WINDOW = {NATIVE_WINDOW};"
    )?;
    out.push_str(
        "\n/** What stands before a token's nonce, by who got it: a page of an origin, whoever asked without one, or the relay's own page. */\nexport const HOLDERS = {\n",
    );
    for (name, mark) in HOLDERS {
        writeln!(out, "  {name}: {},", quoted(mark))?;
    }
    writeln!(
        out,
        "}} as const;\n\n/** One of those. */\nexport type Holder = {};",
        union(HOLDERS.iter().map(|(name, _)| *name))
    )?;
    Ok(out)
}

/// `pkg/src/relay/outbox/shards.gen.ts`.
pub(super) fn walk(_: &Path) -> Outcome<String> {
    let mut out = HEAD.to_owned();
    numbers(
        &mut out,
        "What is asked next of the shards that have a say about a key, or with which purpose that begins: the lowest three bits of a walk. The next eight are a home, the rest a shard.",
        "Walk",
        &[shards::ASKS],
    )?;
    writeln!(
        out,
        "\n/** What no Worker has used for so many milliseconds has no keys left; a number is written down again after so many; the registry looks for older ones once in so many; and what it says is gone by for so many. */\nexport const [REMEMBERED, AGAIN, DAY, BELIEVED] = [{}, {}, {}, {}];",
        shards::REMEMBERED,
        shards::AGAIN,
        shards::DAY,
        shards::BELIEVED
    )?;
    writeln!(
        out,
        "\n/** So many shards above the last known one are looked at, until none of them was ever in use, and so many at once. */\nexport const [ABOVE, AT_ONCE] = [{}, {}];",
        shards::ABOVE,
        shards::AT_ONCE
    )?;
    out.push_str(
        "\n/** What a shard's status says: its answer, or that it runs the release before, which has no such call. */\nexport const SAYS: Readonly<Record<number, Says>> = {\n",
    );
    let says = (100..600).filter_map(|status| Some((status, shards::says(status)?)));
    for (status, says) in says {
        writeln!(out, "  {status}: {},", quoted(says))?;
    }
    writeln!(
        out,
        "}};\n\n/** One of those. */\nexport type Says = \"answer\" | \"before\";\n\n/** How an outbox says what a Worker of the release before must not take for an answer. */\nexport const STATUSES: Readonly<Record<string, number>> = {{ moved: {} }};",
        shards::MISDIRECTED
    )?;
    let all = [(false, false), (true, false), (false, true), (true, true)];
    let believes = all.map(|(is_own, is_new)| shards::believes(is_own, is_new).to_string());
    writeln!(
        out,
        "\n/** What is done with what the registry once said: whether it was for the same number of shards, which counts 1, and whether that is not long ago, which counts 2. */\nexport const BELIEVES = [{}] as const;",
        believes.join(", ")
    )?;
    Ok(out)
}
