//! The sentences in other languages: `src/data/messages/` and `src/data/relay/`, as modules that a page or a relay imports.

use super::HEAD;
use crate::Outcome;
use fieldpost::code;
use std::fmt::Write;
use std::fs;
use std::path::Path;

/// The languages beside English (BCP 47).
pub(super) const LANGUAGES: [&str; 2] = ["es", "fr-CA"];

/// A file of data: what its first line says of its source, and its other lines.
pub(super) struct Data {
    pub(super) source: String,
    pub(super) lines: Vec<String>,
}

pub(super) fn data(root: &Path, path: &str) -> Outcome<Data> {
    let text = fs::read_to_string(root.join(path))?;
    let mut lines = text.trim_end().lines().map(str::to_owned);
    let source = lines.next().and_then(|line| line.strip_prefix("# ").map(str::to_owned));
    Ok(Data {
        source: source.ok_or_else(|| format!("{path} does not say its source"))?,
        lines: lines.collect(),
    })
}

/// The rows of a file whose lines are a code and its sentence.
pub(super) fn rows(data: &Data) -> Outcome<Vec<(&str, &str)>> {
    data.lines
        .iter()
        .map(|line| line.split_once(' ').ok_or_else(|| format!("{line} has no sentence").into()))
        .collect()
}

/// The rows of a language: codes, and the words of what an attached form says itself.
pub(super) fn of_language(root: &Path, name: &str) -> Outcome<Data> {
    data(root, &format!("src/data/messages/{name}.txt"))
}

/// Text as JavaScript and JSON write it.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn members(text: &mut String, rows: &[(&str, &str)]) -> Outcome<()> {
    for (name, sentence) in rows {
        writeln!(text, "  {}: {},", quoted(name), quoted(sentence))?;
    }
    Ok(())
}

/// `fieldpost/messages/{name}`.
pub(super) fn language(root: &Path, name: &str) -> Outcome<String> {
    let data = of_language(root, name)?;
    let mut text =
        format!("{HEAD}/** {} */\nconst messages: Readonly<Record<string, string>> = {{\n", data.source);
    members(&mut text, &rows(&data)?)?;
    text.push_str("};\nexport default messages;\n");
    Ok(text)
}

/// The English sentences that carry a limit.
pub(super) fn limits(_: &Path) -> Outcome<String> {
    let mut text = format!(
        "{HEAD}/** The English sentences that carry a limit. */\nexport const LIMITS: Readonly<Record<string, string>> = {{\n"
    );
    let limited: Vec<_> = code::all()
        .filter(|code| code.sentence.contains("{}"))
        .map(|code| (code.name, code.sentence))
        .collect();
    members(&mut text, &limited)?;
    text.push_str("};\n");
    Ok(text)
}

/// What a relay says of a whole request, and around the form on a page of its own.
pub(super) fn relay(root: &Path) -> Outcome<String> {
    let mut text = format!(
        "{HEAD}/** By language: what a relay says about a whole request, and around the form on a page of its own. */\n\
         export const WORDS: Readonly<Record<string, Readonly<Record<string, string>>>> = {{\n"
    );
    for name in ["en"].into_iter().chain(LANGUAGES) {
        let data = data(root, &format!("src/data/relay/{name}.txt"))?;
        writeln!(text, "{}: {{", quoted(name))?;
        members(&mut text, &rows(&data)?)?;
        text.push_str("},\n");
    }
    text.push_str("};\n");
    Ok(text)
}
