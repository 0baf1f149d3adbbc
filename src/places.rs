//! Countries, and the states, provinces and territories of North America: names to codes and codes to names.
//!
//! The tables are data with source and date (`src/data/countries.txt`, `src/data/states.txt`); the package has the same
//! as `fieldpost/places`. A form's `country` and `state` take any name, because the lists differ from CRM to CRM: look
//! a clean value up here where the CRM wants a code.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// A state, province or territory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    /// The country's two letters (ISO 3166-1): `US`, `CA` or `MX`.
    pub country: &'static str,
    /// The postal code of it (USPS, Canada Post), or Mexico's three letters (ISO 3166-2).
    pub code: &'static str,
    /// The English name.
    pub name: &'static str,
}

const COUNTRIES: &str = include_str!("data/countries.txt");
const STATES: &str = include_str!("data/states.txt");

/// Every spelling and code, as [`key`] leaves it; none stands for two places of one list.
static COUNTRY_KEYS: LazyLock<BTreeMap<String, &'static str>> = LazyLock::new(|| {
    countries().flat_map(|(code, names)| keys(code, names).map(move |key| (key, code))).collect()
});
static STATE_KEYS: LazyLock<BTreeMap<String, State>> = LazyLock::new(|| {
    states().flat_map(|(state, names)| keys(state.code, names).map(move |key| (key, state))).collect()
});

/// Longer texts, in UTF-16 units, are no place's name.
const MAX_NAME: usize = 100;

/// The two letters of a country (ISO 3166-1), by them or by a name in English, in any spelling that people use.
///
/// ```
/// use fieldpost::places;
/// for text in ["us", "USA", "U.S.", "the United States of America"] {
///     assert_eq!(places::country(text), Some("US"));
/// }
/// assert_eq!(places::country("Atlantis"), None);
/// ```
pub fn country(text: &str) -> Option<&'static str> {
    COUNTRY_KEYS.get(&key(text)?).copied()
}

/// The English name of a country's two letters.
pub fn country_name(code: &str) -> Option<&'static str> {
    countries().find(|(known, _)| known.eq_ignore_ascii_case(code)).and_then(|(_, names)| first(names))
}

/// A state, province or territory by its code or name, of that country (its code) or of any of the three.
///
/// ```
/// use fieldpost::places;
/// assert_eq!(places::state("Québec", None).unwrap().code, "QC");
/// assert_eq!(places::state("calif.", Some("US")).unwrap().name, "California");
/// assert_eq!(places::state("California", Some("CA")), None);
/// ```
pub fn state(text: &str, country: Option<&str>) -> Option<State> {
    let of = |state: &State| country.is_none_or(|country| country.eq_ignore_ascii_case(state.country));
    STATE_KEYS.get(&key(text)?).copied().filter(of)
}

/// Every country with its code and name, by code.
pub fn all_countries() -> impl Iterator<Item = (&'static str, &'static str)> {
    countries().filter_map(|(code, names)| Some((code, first(names)?)))
}

/// Every state, province and territory: the US in the order of its states and then its territories, Canada, Mexico.
pub fn all_states() -> impl Iterator<Item = State> {
    states().map(|(state, _)| state)
}

fn countries() -> impl Iterator<Item = (&'static str, &'static str)> {
    lines(COUNTRIES).filter_map(|line| line.split_once(' '))
}

fn states() -> impl Iterator<Item = (State, &'static str)> {
    lines(STATES).filter_map(|line| {
        let (country, rest) = line.split_once(' ')?;
        let (code, names) = rest.split_once(' ')?;
        Some((State { country, code, name: first(names)? }, names))
    })
}

fn lines(table: &'static str) -> impl Iterator<Item = &'static str> {
    table.lines().filter(|line| !line.starts_with('#'))
}

fn first(names: &'static str) -> Option<&'static str> {
    names.split('|').next()
}

fn keys(code: &'static str, names: &'static str) -> impl Iterator<Item = String> {
    names.split('|').chain([code]).filter_map(key)
}

/// What is left of a name when spelling no longer matters: small letters without accents, signs and blanks, without
/// `the` and `and`, and `st` for `saint`.
fn key(text: &str) -> Option<String> {
    if text.encode_utf16().nth(MAX_NAME).is_some() {
        return None;
    }
    let plain: String = text.chars().flat_map(char::to_lowercase).filter_map(letter).collect();
    let words = plain.split(|character: char| !character.is_ascii_lowercase());
    let key: String = words
        .map(|word| match word {
            "the" | "and" => "",
            "saint" => "st",
            other => other,
        })
        .collect();
    (!key.is_empty()).then_some(key)
}

/// A letter without its accent, for those of the Latin-1 block; combining accents and apostrophes go.
fn letter(character: char) -> Option<char> {
    Some(match character {
        '\u{300}'..='\u{36F}' | '\'' | '\u{2018}' | '\u{2019}' | '\u{2BB}' => return None,
        '\u{E0}'..='\u{E5}' => 'a',
        '\u{E7}' => 'c',
        '\u{E8}'..='\u{EB}' => 'e',
        '\u{EC}'..='\u{EF}' => 'i',
        '\u{F1}' => 'n',
        '\u{F2}'..='\u{F6}' => 'o',
        '\u{F9}'..='\u{FC}' => 'u',
        '\u{FD}' | '\u{FF}' => 'y',
        other => other,
    })
}
