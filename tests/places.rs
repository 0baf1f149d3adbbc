//! Countries and states by name and code: the cases of `tests/cases/places.json`, which the package's tests read too.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use fieldpost::{Value, places};
use proptest::prelude::*;
use std::collections::HashSet;
use std::fs;

#[test]
fn names_become_codes() {
    let text = fs::read_to_string("tests/cases/places.json").unwrap();
    let Value::List(cases) = serde_json::from_str::<Value<'_>>(&text).unwrap() else { panic!("no list") };
    assert!(cases.len() > 80, "only {} cases", cases.len());
    for case in cases {
        let get = |name| case.get(name).and_then(Value::as_text);
        let text = get("text").unwrap();
        let got = match get("what").unwrap() {
            "country" => places::country(text).map(str::to_owned),
            _ => places::state(text, get("country")).map(|state| format!("{}-{}", state.country, state.code)),
        };
        assert_eq!(got.as_deref(), get("expect"), "{text:?}");
    }
}

/// Each code and name finds its own row, so no spelling stands for two places.
#[test]
fn no_name_stands_for_two() {
    let mut codes = HashSet::new();
    for line in fs::read_to_string("src/data/countries.txt").unwrap().lines().skip(1) {
        let (code, names) = line.split_once(' ').unwrap();
        assert!(codes.insert(code.to_owned()) && code.len() == 2, "{code}");
        for name in names.split('|').chain([code]) {
            assert_eq!(places::country(name), Some(code), "{name}");
        }
        assert_eq!(places::country_name(code), names.split('|').next());
    }
    assert_eq!(codes.len(), 249, "ISO 3166-1 has 249 officially assigned codes");
    assert_eq!(places::all_countries().count(), 249);

    let mut count = std::collections::HashMap::new();
    for line in fs::read_to_string("src/data/states.txt").unwrap().lines().skip(1) {
        let mut words = line.splitn(3, ' ');
        let (country, code, names) = (words.next().unwrap(), words.next().unwrap(), words.next().unwrap());
        *count.entry(country.to_owned()).or_insert(0) += 1;
        for name in names.split('|').chain([code]) {
            for asked in [None, Some(country)] {
                let state = places::state(name, asked).unwrap();
                assert_eq!((state.country, state.code), (country, code), "{name}");
            }
        }
    }
    // 50 states, DC, five territories, three freely associated states, three for the armed forces; Canada's ten
    // provinces and three territories; Mexico's 31 states and its capital.
    for (country, places) in [("US", 62), ("CA", 13), ("MX", 32)] {
        assert_eq!(count.get(country), Some(&places), "{country}");
    }
    assert_eq!(places::all_states().count(), 107);
}

proptest! {
    #[test]
    fn no_text_breaks_it(text in ".{0,120}", country in prop::option::of("[A-Za-z]{0,3}")) {
        let found = places::country(&text);
        prop_assert!(found.is_none_or(|code| places::country_name(code).is_some()));
        let state = places::state(&text, country.as_deref());
        prop_assert!(state.is_none_or(|state| country.is_none_or(|asked| asked.eq_ignore_ascii_case(state.country))));
    }
}
