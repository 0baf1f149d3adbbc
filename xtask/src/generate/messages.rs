//! The sentences in other languages, out of `src/data/`, as modules that a page or a relay imports.

use super::HEAD;
use super::script::{members, quoted};
use crate::Outcome;
use fieldpost::code::{self, relay, words};
use std::fmt::Write;
use std::fs;
use std::path::Path;

/// The languages beside English (BCP 47).
pub(super) const LANGUAGES: [&str; 2] = ["es", "fr-CA"];

/// What is said in one language: a file whose first line says its source, and whose others are a code and its sentence.
pub(super) struct Translation {
    source: String,
    rows: Vec<(String, String)>,
}

impl Translation {
    fn read(root: &Path, folder: &str, language: &str) -> Outcome<Self> {
        let path = format!("src/data/{folder}/{language}.txt");
        let text = fs::read_to_string(root.join(&path))?;
        let (head, rest) = text.split_once('\n').ok_or_else(|| format!("{path} is empty"))?;
        let source = head
            .strip_prefix("# ")
            .ok_or_else(|| format!("{path} does not say its source"))?
            .to_owned();
        let row = |line: &str| {
            let (code, said) =
                line.split_once(' ').ok_or_else(|| format!("{path}: {line} has no sentence"))?;
            Ok((code.to_owned(), said.to_owned()))
        };
        Ok(Translation { source, rows: rest.lines().map(row).collect::<Outcome<_>>()? })
    }

    pub(super) fn of(&self, code: &str) -> Option<&str> {
        self.rows.iter().find(|(known, _)| known == code).map(|(_, said)| said.as_str())
    }

    fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.rows.iter().map(|(code, said)| (code.as_str(), said.as_str()))
    }
}

/// What a folder of `src/data/` says, language by language.
pub(super) fn translations(root: &Path, folder: &str) -> Outcome<Vec<Translation>> {
    LANGUAGES.iter().map(|language| Translation::read(root, folder, language)).collect()
}

/// `fieldpost/messages/{name}`.
pub(super) fn language(root: &Path, name: &str) -> Outcome<String> {
    let said = Translation::read(root, "messages", name)?;
    let mut text = format!(
        "{HEAD}/** {} */\nconst messages: Readonly<Record<string, string>> = {{\n",
        said.source
    );
    members(&mut text, said.pairs())?;
    text.push_str("};\nexport default messages;\n");
    Ok(text)
}

/// The English sentences that carry a limit.
pub(super) fn limits(_: &Path) -> Outcome<String> {
    let mut text = format!(
        "{HEAD}/** The English sentences that carry a limit. */\nexport const LIMITS: Readonly<Record<string, string>> = {{\n"
    );
    members(
        &mut text,
        code::issues()
            .filter(|row| row.sentence.contains("{}"))
            .map(|row| (row.name, row.sentence)),
    )?;
    text.push_str("};\n");
    Ok(text)
}

/// What an attached form says by itself.
pub(super) fn form(_: &Path) -> Outcome<String> {
    let mut text = format!(
        "{HEAD}\n/** Everything that an attached form says by itself. `{{}}` is where names, a time or the suggestion go. */\nexport const texts = {{\n"
    );
    members(&mut text, words::FORM.iter().copied())?;
    text.push_str("};\n");
    Ok(text)
}

/// What a relay says of a whole request, and around the form on a page of its own.
pub(super) fn relay_words(root: &Path) -> Outcome<String> {
    let mut text = format!(
        "{HEAD}/** By language: what a relay says about a whole request, and around the form on a page of its own. */\n\
         export const WORDS: Readonly<Record<string, Readonly<Record<string, string>>>> = {{\n"
    );
    let english = relay::ANSWERS
        .rows
        .iter()
        .map(|row| (row.name, row.sentence))
        .chain(words::PAGE.iter().copied());
    writeln!(text, "{}: {{", quoted("en"))?;
    members(&mut text, english)?;
    text.push_str("},\n");
    for (name, said) in LANGUAGES.iter().zip(translations(root, "relay")?) {
        writeln!(text, "{}: {{", quoted(name))?;
        members(&mut text, said.pairs())?;
        text.push_str("},\n");
    }
    text.push_str("};\n");
    Ok(text)
}
