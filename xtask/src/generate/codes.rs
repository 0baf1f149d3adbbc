//! The codes: `docs/codes.md`, TypeScript's types of them, and the words that an operator reads.

use super::messages::{LANGUAGES, Translation, translations};
use super::script::{members, quoted, union};
use super::{HEAD, NOTE};
use crate::Outcome;
use fieldpost::code::found::{ACCOUNTS, MAPPINGS};
use fieldpost::code::operator::{
    ALERTED, ASKED, EVENTS, HELD, PHASES, STAYS, STUCK, TRIED, WARNED,
};
use fieldpost::code::options::OPTIONS;
use fieldpost::code::relay::ANSWERS;
use fieldpost::code::{self, ISSUES, Row, SUBJECTS, Section, Weight, call, words};
use fieldpost::outcome::VendorCode;
use fieldpost::systems::{marketo, pardot, token};
use std::fmt::Write;
use std::path::Path;

/// The types of codes, each with what it is for and its rows.
const TYPES: &[(&str, &str, &[Section])] = &[
    (
        "IssueCode",
        "What a check says of values and parameters, and a system of what it stored.",
        ISSUES,
    ),
    ("AnswerCode", "What a relay says of a whole request.", &[ANSWERS]),
    ("OptionCode", "What is wrong with a relay's options.", &[OPTIONS]),
    ("HeldCode", "Why a lead waits for a person; also an answer's code or the module's.", &[HELD]),
    ("StuckCode", "Why a delivery is refused, or waits.", &[STUCK]),
    ("WarnedCode", "What a system does not get as the lead has it.", &[WARNED]),
    ("StaysCode", "Why something stays that a person wanted to move.", &[STAYS]),
    ("TriedCode", "What becomes of a test lead's record.", &[TRIED]),
    ("AskedCode", "Why an operator's call is not taken.", &[ASKED]),
    ("AlertCode", "What an alert is about.", &[ALERTED]),
    ("FoundCode", "What a check of accounts and mappings finds.", &[ACCOUNTS, MAPPINGS]),
    ("CallCode", "What became of a call.", &[call::CALLS]),
    ("ThrownCode", "What a function throws.", &[call::THROWN]),
];

/// The table of the reference.
pub(super) fn page(root: &Path) -> Outcome<String> {
    let issues = translations(root, "messages")?;
    let answers = translations(root, "relay")?;
    let mut page = format!(
        "# Codes\n\n{NOTE}\n\
         Every issue has a `code`, which programs compare and which stays, and a `message`, which people read and which may\n\
         change. *stops*: an error, the lead does not go on. *warns*: the lead goes on, and somebody may look at it. A parameter\n\
         that a system takes as it is (the phone number of `prospects.prospect.upsert`) has its errors lowered to warnings, and\n\
         so has a field of kind `hidden`, which no visitor can mend: what is wrong with it is left out.\n\
         `{{}}` is the limit that was passed, never what the visitor typed.\n\n\
         How to say something else, or the same in another language, is in [messages.md](messages.md). Codes that begin with a\n\
         system's name and a number (`marketo.1006`, `pardot.4`) are the vendor's own: [errors.md](errors.md).\n"
    );
    for section in ISSUES {
        heading(&mut page, section)?;
        table(&mut page, &["code", "", "English", "es", "fr-CA"])?;
        for row in section.rows {
            let weight = match row.weight {
                Weight::Stops => "stops",
                Weight::Warns => "warns",
                Weight::Either => "stops or warns",
            };
            write!(page, "| `{}` | {weight} | {}", row.name, row.sentence)?;
            translated(&mut page, &issues, row.name)?;
            page.push_str(" |\n");
        }
    }
    heading(&mut page, &ANSWERS)?;
    table(&mut page, &["code", "English", "es", "fr-CA", "what it means, and what to do"])?;
    for row in ANSWERS.rows {
        write!(page, "| `{}` | {}", row.name, row.sentence)?;
        translated(&mut page, &answers, row.name)?;
        writeln!(page, " | {} |", advice(row))?;
    }
    for section in SUBJECTS.iter().skip(1).chain([&EVENTS]) {
        heading(&mut page, section)?;
        let says = section.rows.iter().any(|row| !row.sentence.is_empty());
        let columns: &[&str] = if says { &["code", "message", ADVICE] } else { &["code", ADVICE] };
        table(&mut page, columns)?;
        for row in section.rows {
            let advice = advice(row);
            let cells =
                if says { vec![row.sentence, advice.as_str()] } else { vec![advice.as_str()] };
            write!(page, "| `{}` |", row.name)?;
            for text in cells {
                write!(page, "{}{text} |", if text.is_empty() { "" } else { " " })?;
            }
            page.push('\n');
        }
    }
    for (title, note, rows, said) in [
        (
            "What an attached form says",
            "`{}` is where names, a time or the suggestion go.",
            words::FORM,
            &issues,
        ),
        (
            "What stands on a relay's own page",
            "`{}` is where a time or an address goes.",
            words::PAGE,
            &answers,
        ),
    ] {
        write!(page, "\n## {title}\n\n{note}\n\n")?;
        table(&mut page, &["word", "English", "es", "fr-CA"])?;
        for (word, text) in rows {
            write!(page, "| `{word}` | {text}")?;
            translated(&mut page, said, word)?;
            page.push_str(" |\n");
        }
    }
    Ok(page)
}

const ADVICE: &str = "what it means, and what to do";

fn heading(page: &mut String, section: &Section) -> Outcome<()> {
    write!(page, "\n## {}\n\n", section.title)?;
    if !section.note.is_empty() {
        write!(page, "{}\n\n", section.note)?;
    }
    Ok(())
}

fn table(page: &mut String, columns: &[&str]) -> Outcome<()> {
    // A column without a name has one blank.
    let names: Vec<String> = columns
        .iter()
        .map(|name| if name.is_empty() { " ".to_owned() } else { format!(" {name} ") })
        .collect();
    writeln!(page, "|{}|\n{}|", names.join("|"), "|---".repeat(columns.len()))?;
    Ok(())
}

fn translated(page: &mut String, languages: &[Translation], code: &str) -> Outcome<()> {
    for (language, said) in LANGUAGES.iter().zip(languages) {
        write!(
            page,
            " | {}",
            said.of(code).ok_or_else(|| format!("{language} does not say {code}"))?
        )?;
    }
    Ok(())
}

/// What a code means and what to do, as sentences.
fn advice(row: &Row) -> String {
    let mut letters = row.means.chars();
    let mut means: String =
        letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
    if !means.is_empty() && !means.ends_with('.') {
        means.push('.');
    }
    // The message has said it.
    if means == row.sentence {
        means.clear();
    }
    [means.as_str(), row.mend].join(" ").trim().to_owned()
}

fn names(sections: &[Section]) -> impl Iterator<Item = &str> {
    sections.iter().flat_map(|section| section.rows).map(|row| row.name)
}

/// `pkg/src/core/codes.gen.ts`.
pub(super) fn types(_: &Path) -> Outcome<String> {
    let mut text = HEAD.to_owned();
    for (name, what, sections) in TYPES {
        writeln!(
            text,
            "\n/** {what} */\nexport type {name} =\n  | {};",
            names(sections).map(quoted).collect::<Vec<_>>().join("\n  | ")
        )?;
    }
    let all: Vec<&str> = TYPES.iter().map(|(name, ..)| *name).collect();
    writeln!(
        text,
        "\n/** Every code but the vendors' own. */\nexport type Code = {};",
        all.join(" | ")
    )?;
    writeln!(
        text,
        "\n/** What a line of the log is about. */\nexport type LogEvent = {};",
        union(names(&[EVENTS]))
    )?;
    Ok(text)
}

/// Codes of issues that a script finds by itself.
const FOUND: [&str; 9] = [
    "value.kind",
    "value.too_large",
    "value.file",
    "account.system",
    "account.base_url",
    "account.version",
    "account.business_unit",
    "account.token",
    "pardot.export_state",
];

/// `pkg/src/core/said.gen.ts`: what scripts say. The compiler puts each text where it is said, so a page carries its own alone.
pub(super) fn said(_: &Path) -> Outcome<String> {
    let mut text = format!(
        "{HEAD}\n/** What is said with a code that a script finds or throws. */\nexport const enum Said {{\n"
    );
    let found = code::issues().filter(|row| FOUND.contains(&row.name));
    for row in [call::CALLS, call::THROWN].iter().flat_map(|section| section.rows).chain(found) {
        if !row.sentence.is_empty() {
            let name = row.name.replace('.', "_").to_uppercase();
            writeln!(text, "  {name} = {},", quoted(row.sentence))?;
        }
    }
    text.push_str("}\n");
    Ok(text)
}

/// `pkg/src/relay/codes.gen.ts`.
pub(super) fn operator(_: &Path) -> Outcome<String> {
    let mut text = HEAD.to_owned();
    text.push_str("\n/** What is said to an operator with a code. */\nexport const MESSAGES = {\n");
    let says = [HELD, STUCK, STAYS, ASKED, ALERTED];
    members(
        &mut text,
        says.iter()
            .flat_map(|section| section.rows)
            .filter(|row| !row.sentence.is_empty())
            .map(|row| (row.name, row.sentence)),
    )?;
    text.push_str("} as const;\n\n/** What is wrong with a relay's options, by code. */\nexport const OPTIONS = {\n");
    members(&mut text, OPTIONS.rows.iter().map(|row| (row.name, row.sentence)))?;
    text.push_str("} as const;\n\n/** What a code means to an operator. */\nexport const MEANS: Readonly<Record<string, string>> = {\n");
    let other = code::all().filter(|row| OTHERS.contains(&row.name));
    let means = [HELD, STUCK, WARNED, TRIED, call::CALLS];
    members(
        &mut text,
        means
            .iter()
            .flat_map(|section| section.rows)
            .chain(other)
            .filter(|row| !row.means.is_empty())
            .map(|row| (row.name, row.means)),
    )?;
    text.push_str("};\n\n/** Where a delivery stands. */\nexport const PHASES = {\n");
    members(&mut text, PHASES.iter().copied())?;
    text.push_str("} as const;\n\n/** One of them. */\nexport type Phase = keyof typeof PHASES;\n");
    Ok(text)
}

/// `packages/cli/src/operator/codes.gen.ts`: what the command line says of a call that a relay does not take.
pub(super) fn refused(_: &Path) -> Outcome<String> {
    let mut text = HEAD.to_owned();
    text.push_str("\n/** Why a relay does not do what an operator asks, and what to mend. */\nexport const REFUSALS: Readonly<Record<string, string>> = {\n");
    let said = ASKED.rows.iter().map(|row| (row, row.sentence)).chain(
        ANSWERS.rows.iter().filter(|row| ANSWERED.contains(&row.name)).map(|row| (row, row.means)),
    );
    for (row, sentence) in said {
        let sentence = if sentence.is_empty() { row.means } else { sentence };
        let whole = [sentence, row.mend].join(" ");
        members(&mut text, [(row.name, whole.trim_end())])?;
    }
    text.push_str("};\n");
    Ok(text)
}

/// What is answered to a lead, and to an operator, too.
const ANSWERED: [&str; 2] = ["outbox.unavailable", "relay.failed"];

/// `pkg/src/relay/pages/operator/codes.gen.ts`: what the console says of a code.
pub(super) fn console(_: &Path) -> Outcome<String> {
    let mut text = HEAD.to_owned();
    text.push_str("\n/** What the vendors' codes mean, and what to mend. */\nexport const VENDORS: Readonly<Record<string, string>> = {\n");
    let token: Vec<VendorCode> = token::CODES.iter().map(|(row, _)| *row).collect();
    let vendors = [marketo::REQUEST, marketo::LEAD, pardot::CODES, &token];
    let mut said = std::collections::BTreeMap::new();
    for row in vendors.into_iter().flatten() {
        said.entry(row.name).or_insert(row.sentence);
    }
    members(&mut text, said)?;
    text.push_str("};\n\n/** What to do about a code of ours. */\nexport const MENDS: Readonly<Record<string, string>> = {\n");
    let other = code::all().filter(|row| OTHERS.contains(&row.name));
    let ours = [HELD, STUCK, WARNED, TRIED, call::CALLS];
    members(
        &mut text,
        ours.iter()
            .flat_map(|section| section.rows)
            .chain(other)
            .filter(|row| !row.mend.is_empty())
            .map(|row| (row.name, row.mend)),
    )?;
    text.push_str("};\n");
    Ok(text)
}

/// Codes of other subjects that may stand beside a delivery.
const OTHERS: [&str; 4] = ["key.reused", "wasm.trap", "params.invalid", "account.invalid"];

/// The subjects that only the second module of a page speaks of.
const LATE: [&str; 7] = [
    "Numbers",
    "Whole numbers",
    "Dates",
    "Web addresses",
    "Postal codes",
    "Countries",
    "States and provinces",
];

/// The codes that only the third one says.
const BUILD: [&str; 10] = [
    "params.one_of",
    "params.any_of",
    "params.many",
    "params.few",
    "params.ipv4",
    "params.cookie",
    "params.exclusive",
    "params.ids",
    "account.version",
    "account.business_unit",
];

/// The others of these subjects that a page says.
const PAGE: [&str; 5] =
    ["params.unknown", "params.operation", "account.system", "account.base_url", "account.token"];

/// Never said of a form's own values.
const NEVER: [&str; 2] = ["text.character", "labels.comma"];

/// Subjects of which only some codes are a page's.
const PARTS: [&str; 5] = [
    "Specs of forms",
    "Parameters of operations",
    "Accounts",
    "What Pardot says of an export",
    "What the prospects API says of a lead that it stored",
];

/// `pkg/src/core/words.gen.ts`: what the first module of a page says.
pub(super) fn words(_: &Path) -> Outcome<String> {
    spoken(|section, name| {
        !LATE.contains(&section)
            && !NEVER.contains(&name)
            && (!PARTS.contains(&section) || PAGE.contains(&name))
    })
}

/// `pkg/src/core/late.gen.ts`.
pub(super) fn late(_: &Path) -> Outcome<String> {
    spoken(|section, _| LATE.contains(&section))
}

/// `pkg/src/core/build.gen.ts`.
pub(super) fn build(_: &Path) -> Outcome<String> {
    spoken(|_, name| BUILD.contains(&name))
}

/// Names and sentences of the codes that one module of a page says, each in the line of its number.
fn spoken(is_said: impl Fn(&str, &str) -> bool) -> Outcome<String> {
    let rows =
        ISSUES.iter().flat_map(|section| section.rows.iter().map(|row| (section.title, row)));
    let mut lines = String::new();
    for (title, row) in rows {
        lines.push('\n');
        if is_said(title, row.name) {
            if row.sentence.contains(['|', '\n']) {
                return Err(
                    format!("the sentence of {} has a sign that parts words", row.name).into()
                );
            }
            write!(lines, "{}|{}", row.name, row.sentence)?;
        }
    }
    Ok(format!(
        "{HEAD}\n/** What its module says, by the numbers of codes: a line each, name and sentence. */\nexport const WORDS = {};\n",
        quoted(lines.trim_end())
    ))
}
