//! The languages are complete, keep their placeholders, and say nothing that the English does not.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use fieldpost::code::{self, relay, words};
use std::collections::HashSet;
use std::fs;

/// The languages beside English.
const LANGUAGES: [&str; 2] = ["es", "fr-CA"];

/// What a file says: its first line is its source, each other one a code and its sentence.
fn rows(folder: &str, language: &str) -> Vec<(String, String)> {
    let text = fs::read_to_string(format!("src/data/{folder}/{language}.txt")).unwrap();
    let row = |line: &str| {
        line.split_once(' ').map(|(code, said)| (code.to_owned(), said.to_owned())).unwrap()
    };
    text.lines().skip(1).map(row).collect()
}

/// The English of each folder's rows.
fn english(folder: &str) -> Vec<(&'static str, &'static str)> {
    match folder {
        "messages" => code::issues()
            .map(|row| (row.name, row.sentence))
            .chain(words::FORM.iter().copied())
            .collect(),
        _ => relay::ANSWERS
            .rows
            .iter()
            .map(|row| (row.name, row.sentence))
            .chain(words::PAGE.iter().copied())
            .collect(),
    }
}

/// Every sentence of every language: folder, language, code, what is said, and the English.
fn all() -> Vec<(&'static str, &'static str, String, String, &'static str)> {
    let mut all = Vec::new();
    for folder in ["messages", "relay"] {
        for language in LANGUAGES {
            for (code, said) in rows(folder, language) {
                let sentence = english(folder).iter().find(|(known, _)| *known == code).unwrap().1;
                all.push((folder, language, code, said, sentence));
            }
        }
    }
    all
}

#[test]
fn every_code_has_a_sentence() {
    for folder in ["messages", "relay"] {
        for language in LANGUAGES {
            let rows = rows(folder, language);
            let said: HashSet<_> = rows.iter().map(|(code, _)| code.as_str()).collect();
            let known: HashSet<_> = english(folder).iter().map(|(code, _)| *code).collect();
            assert_eq!(said.len(), rows.len(), "{folder} {language} says something twice");
            let missing: Vec<_> = known.difference(&said).collect();
            let extra: Vec<_> = said.difference(&known).collect();
            assert!(
                missing.is_empty() && extra.is_empty(),
                "{folder} {language}: missing {missing:?}, too many {extra:?}"
            );
        }
    }
}

#[test]
fn no_word_has_two_sources() {
    let relay = english("relay");
    for (code, _) in english("messages") {
        assert!(relay.iter().all(|(other, _)| *other != code), "{code} has two sources");
    }
}

#[test]
fn sentences_keep_what_is_no_language() {
    for (folder, language, code, said, sentence) in all() {
        let place = format!("{folder} {language} {code}");
        assert_eq!(said.matches("{}").count(), sentence.matches("{}").count(), "{place}");
        // Dates, and the names of things that programs read, stay.
        for part in
            ["2026-09-14", "https://", "http://", "_mkto_trk", "allowHost", "0Uv", "IPv4", "@"]
        {
            assert_eq!(said.contains(part), sentence.contains(part), "{place}: {part}");
        }
        for part in ["64 KiB", "100", "multipart/form-data", "JSON", "GET"] {
            assert!(
                folder == "messages" || said.contains(part) == sentence.contains(part),
                "{place}: {part}"
            );
        }
        let end = if folder == "relay" { '.' } else { '?' };
        assert_eq!(said.ends_with(end), sentence.ends_with(end), "{place}");
        assert_eq!(said.trim(), said, "{place}");
        assert_ne!(said, sentence, "{place} is not translated");
    }
}

/// Spanish opens its questions; French of Canada sets a no-break space before a colon, and an apostrophe that curls.
#[test]
fn sentences_follow_the_language() {
    for (folder, language, code, said, _) in all() {
        let place = format!("{folder} {language} {code}");
        if language == "es" {
            assert_eq!(said.matches('¿').count(), said.matches('?').count(), "{place}");
        } else {
            assert!(!said.contains('\''), "{place}");
            assert_eq!(said.matches("\u{A0}: ").count(), said.matches(": ").count(), "{place}");
            assert!(
                !said.contains(" ?") && !said.contains(" ;") && !said.contains("\u{A0}?"),
                "{place}"
            );
        }
    }
}
