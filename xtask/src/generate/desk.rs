//! What goes at the operator's desk.

use super::HEAD;
use super::ruling::{answers, table, yes};
use super::script::quoted;
use crate::Outcome;
use fieldpost::relay::desk::{self, Right};
use std::fmt::Write;

/// `pkg/src/relay/desk.gen.ts`.
pub(super) fn rules() -> Outcome<String> {
    let mut text = HEAD.to_owned();
    let list = |rights: &[Right]| {
        rights.iter().map(|right| quoted(right.name())).collect::<Vec<_>>().join(", ")
    };
    writeln!(
        text,
        "\n/** What a key of the operator's may allow. */\nexport const RIGHTS = [{}] as const;\n\n/** One of them. */\nexport type Right = (typeof RIGHTS)[number];",
        list(&Right::ALL)
    )?;
    text.push_str(
        "\n/** The rights that a call needs, all of them. */\nexport const NEEDS: Readonly<Record<string, readonly Right[]>> = {\n",
    );
    for (call, rights) in desk::CALLS {
        writeln!(text, "  {}: [{}],", quoted(call), list(rights))?;
    }
    writeln!(
        text,
        "}};\n\n/** The calls that show values to whom may see them and asks for them. */\nexport const SHOWS: readonly string[] = [\n{}];\n\n/** What any other call needs. */\nexport const OTHERS: readonly Right[] = [{}];\n\n/** For so many milliseconds a person can take back what they ruled. */\nexport const UNDO = {};\n\n/** The most bytes of a call's body. */\nexport const MOST_BODY = {};",
        desk::SHOWS.iter().map(|call| ["  ", &quoted(call), ",\n"].concat()).collect::<String>(),
        list(desk::OTHERS),
        desk::UNDO,
        desk::MOST_BODY
    )?;
    keys(&mut text)?;
    table(
        &mut text,
        "By what somebody asks, or the code of why nobody knows them: whether there is a key, an assertion, and a session, and whether the console calls.",
        "ASKS",
        answers(|has| quoted(desk::asks(has))),
    )?;
    table(
        &mut text,
        "Whether Access's assertion is believed: whether it is of the team, for this relay, has an end, that is not over, has begun, and names somebody.",
        "ADMITS",
        answers(|is| yes(desk::admits(is))),
    )?;
    table(
        &mut text,
        "Whether a team's keys are asked for: whether there are any, they are old, this one is there, and somebody asked of late.",
        "FETCHES",
        answers(|has| yes(desk::fetches(has))),
    )?;
    table(
        &mut text,
        "Whether a session is one still: whether its keys let somebody see, and act.",
        "STAYS",
        answers(|[views, operates]| yes(desk::stays(views, operates))),
    )?;
    table(
        &mut text,
        "What comes of a sign-in: whether there is a key, it opens, there is a session, a key for values, and that allows them.",
        "SIGNS",
        answers(|has| quoted(desk::signs(has))),
    )?;
    table(
        &mut text,
        "Whom an erasure is about: whether a lead is named, and a person.",
        "ERASES",
        answers(|[has_lead, has_person]| quoted(desk::erases(has_lead, has_person))),
    )?;
    table(
        &mut text,
        "Whether it is said which leads are meant: whether there are ids, a code, and a phase.",
        "IS_ABOUT",
        answers(|has| yes(desk::is_about(has))),
    )?;
    table(
        &mut text,
        "Whether a page of lines ends before a line: whether that is about the same lead, the page has as many as were asked for, and as many bytes as may be.",
        "BREAKS",
        answers(|is| yes(desk::breaks(is))),
    )?;
    Ok(text)
}

/// The keys of the options, what is said of a right that lacks, what is written down, and how a call is spelled.
fn keys(text: &mut String) -> Outcome<()> {
    let list = |rights: &[Right]| {
        rights.iter().map(|right| quoted(right.name())).collect::<Vec<_>>().join(", ")
    };
    text.push_str("\n/** The keys of the options without names of their own: what each is called, by which option, and what it allows. */\nexport const KEYS = [\n");
    for (name, option, rights) in desk::KEYS {
        writeln!(text, "  [{}, {}, [{}]],", quoted(name), quoted(option), list(rights))?;
    }
    writeln!(
        text,
        "] as const;\n\n/** Keys that open nothing by themselves. */\nexport const SECOND: Readonly<Record<string, true>> = {{ {}: true }};",
        desk::VALUES
    )?;
    text.push_str("\n/** What somebody is told who lacks a right, and what the log says of it. */\nexport const LACKS: Readonly<Record<Right, { readonly code: \"operator.role\" | \"value.key\"; readonly log?: \"values.refused\" }>> = {\n");
    for right in Right::ALL {
        let (code, log) = desk::lacks(right);
        let log = log.map_or_else(String::new, |log| format!(", log: {}", quoted(log)));
        writeln!(text, "  {}: {{ code: {}{log} }},", right.name(), quoted(code))?;
    }
    text.push_str("};\n\n/** What is written down of a call, by whether values are wanted: `nothing`, who `acts`, or who `sees` values. */\nexport const AUDITS: Readonly<Record<string, readonly string[]>> & { readonly other: readonly string[] } = {\n");
    let audits = |rights: &[Right], shows: bool| {
        [false, true].map(|wants| quoted(desk::audits(rights, shows, wants))).join(", ")
    };
    for (call, rights) in desk::CALLS {
        let shows = desk::SHOWS.contains(call);
        writeln!(text, "  {}: [{}],", quoted(call), audits(rights, shows))?;
    }
    writeln!(text, "  other: [{}],\n}};", audits(desk::OTHERS, false))?;
    text.push_str("\n/** How somebody is answered whom nobody knows. */\nexport const UNKNOWN: Readonly<Record<string, { readonly status: number; readonly headers?: Readonly<Record<string, string>> }>> = {\n");
    for (code, status) in desk::UNKNOWN {
        let headers =
            if *status == 401 { ", headers: { \"www-authenticate\": \"Bearer\" }" } else { "" };
        writeln!(text, "  {}: {{ status: {status}{headers} }},", quoted(code))?;
    }
    text.push_str("};\n");
    let (algorithm, kind) = desk::SIGNED;
    writeln!(
        text,
        "\n/** How assertions may be signed, and of what kind the keys of that are. */\nexport const SIGNED: Readonly<Record<string, true>> = {{ {algorithm}: true }};\nexport const SIGNERS: Readonly<Record<string, true>> = {{ {kind}: true }};"
    )?;
    text.push_str("\n/** How texts of a call are spelled, and the longest that is looked at. */\nexport const SPELLED = {\n");
    for (name, most, pattern) in desk::SPELLED {
        writeln!(text, "  {name}: {{ most: {most}, is: {pattern} }},")?;
    }
    text.push_str(
        "} as const;\n\n/** What numbers of a call may be. */\nexport const RANGES = {\n",
    );
    for (name, least, most) in desk::RANGES {
        writeln!(text, "  {name}: {{ least: {least}, most: {most} }},")?;
    }
    text.push_str("} as const;\n");
    for (what, name, most) in [
        ("The longest assertion.", "MOST_ASSERTION", desk::MOST_ASSERTION),
        (
            "So many bytes has an answer at most that is held as a whole.",
            "MOST_PAGE",
            desk::MOST_PAGE,
        ),
        ("So many columns has a table.", "MOST_COLUMNS", desk::MOST_COLUMNS),
        (
            "So many ids are named where it is written down what a call was about.",
            "MOST_TOLD",
            desk::MOST_TOLD,
        ),
    ] {
        writeln!(text, "\n/** {what} */\nexport const {name} = {most};")?;
    }
    writeln!(
        text,
        "\n/** So many rows has one answer at most. */\nexport const MOST_ROWS = {};",
        desk::MOST_ROWS
    )?;
    Ok(())
}
