//! The languages are complete, keep their placeholders, and say nothing that the English does not.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use fieldpost::{code, language};
use std::collections::HashSet;

/// What an attached form says itself, beside the codes (`pkg/src/form/texts.ts`).
const WORDS: &[&str] = &[
    "check",
    "use",
    "busy",
    "stored",
    "queued",
    "saved",
    "lost",
    "refused",
    "retry",
    "unknown",
    "file",
    "file.unsupported",
    "browser.invalid",
];

#[test]
fn every_code_has_a_sentence() {
    for name in language::names() {
        let rows: Vec<_> = language::table(name).collect();
        let known: HashSet<_> = code::all().map(|code| code.name).chain(WORDS.iter().copied()).collect();
        let said: HashSet<_> = rows.iter().map(|(code, _)| *code).collect();
        assert_eq!(said.len(), rows.len(), "{name} says something twice");
        let missing: Vec<_> = known.difference(&said).collect();
        let extra: Vec<_> = said.difference(&known).collect();
        assert!(missing.is_empty() && extra.is_empty(), "{name}: missing {missing:?}, too many {extra:?}");
    }
}

#[test]
fn sentences_keep_what_is_no_language() {
    for name in language::names() {
        for code in code::all() {
            let said = language::sentence(name, code.name).unwrap();
            let place = format!("{name} {}", code.name);
            assert_eq!(said.matches("{}").count(), code.sentence.matches("{}").count(), "{place}");
            // Dates, and the names of things that programs read, stay.
            for part in ["2026-09-14", "https://", "http://", "_mkto_trk", "allowHost", "0Uv", "IPv4", "@"] {
                assert_eq!(said.contains(part), code.sentence.contains(part), "{place}: {part}");
            }
            assert_eq!(said.ends_with('?'), code.sentence.ends_with('?'), "{place}");
            assert_eq!(said.trim(), said, "{place}");
            assert_ne!(said, code.sentence, "{place} is not translated");
        }
    }
}

/// What a relay says, beside the codes of a form's check: the package makes its pages' words of these.
const RELAY: &[(&str, &str)] = &[
    ("en", include_str!("../src/data/relay/en.txt")),
    ("es", include_str!("../src/data/relay/es.txt")),
    ("fr-CA", include_str!("../src/data/relay/fr-CA.txt")),
];

fn relay_rows(table: &'static str) -> Vec<(&'static str, &'static str)> {
    table.lines().skip(1).map(|line| line.split_once(' ').unwrap()).collect()
}

#[test]
fn a_relay_says_everything_in_every_language() {
    let (_, english) = RELAY.first().unwrap();
    let english = relay_rows(english);
    assert_eq!(
        RELAY.iter().skip(1).map(|(name, _)| *name).collect::<Vec<_>>(),
        language::names().collect::<Vec<_>>()
    );
    for (name, table) in RELAY {
        let rows = relay_rows(table);
        for ((code, said), (known, sentence)) in rows.iter().zip(&english) {
            assert_eq!(code, known, "{name}");
            assert_eq!(said.matches("{}").count(), sentence.matches("{}").count(), "{name} {code}");
            assert_eq!(said.ends_with('.'), sentence.ends_with('.'), "{name} {code}");
            for part in ["64 KiB", "100", "multipart/form-data", "JSON", "GET"] {
                assert_eq!(said.contains(part), sentence.contains(part), "{name} {code}: {part}");
            }
            assert!(*name == "en" || said != sentence, "{name} {code} is not translated");
            assert!(!said.contains('\'') && said.trim() == *said, "{name} {code}");
            assert!(language::sentence("es", code).is_none(), "{code} has two sources");
            if *name == "fr-CA" {
                assert_eq!(said.matches("\u{A0}: ").count(), said.matches(": ").count(), "{code}");
                assert!(!said.contains(" ?") && !said.contains(" ;"), "{code}");
            }
        }
        assert_eq!(rows.len(), english.len(), "{name}");
    }
}

/// Spanish opens its questions; French of Canada sets a no-break space before a colon, and an apostrophe that curls.
#[test]
fn sentences_follow_the_language() {
    for (code, said) in language::table("es") {
        assert_eq!(said.matches('¿').count(), said.matches('?').count(), "{code}");
    }
    for (code, said) in language::table("fr-CA") {
        assert!(!said.contains('\''), "{code}");
        assert_eq!(said.matches("\u{A0}: ").count(), said.matches(": ").count(), "{code}");
        assert!(!said.contains(" ?") && !said.contains(" ;") && !said.contains("\u{A0}?"), "{code}");
    }
}

#[test]
fn regions_share_their_language() {
    assert_eq!(language::sentence("es-MX", "text.short"), language::sentence("es", "text.short"));
    assert_eq!(language::sentence("fr", "phone.short"), language::sentence("fr-CA", "phone.short"));
    assert_eq!(language::sentence("FR-ca", "phone.short"), language::sentence("fr-CA", "phone.short"));
    for (language, code) in
        [("en", "text.short"), ("", "text.short"), ("es", "text.shor"), ("es", ""), ("e", "busy")]
    {
        assert_eq!(language::sentence(language, code), None, "{language} {code}");
    }
    assert_eq!(language::fill("a {} b", "{}"), "a {} b");
    assert_eq!(language::fill("no limit", "3"), "no limit");
}
