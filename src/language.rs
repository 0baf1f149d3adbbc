//! The sentences of [`crate::code`] in other languages, as data.
//!
//! A report's messages are English. The package exchanges them on the page (`fieldpost/messages/es`); here is the same
//! data for pages that a server writes.

/// The languages (BCP 47), each with its rows `code sentence`; the first line of each file is its source.
const LANGUAGES: &[(&str, &str)] =
    &[("es", include_str!("data/messages/es.txt")), ("fr-CA", include_str!("data/messages/fr-CA.txt"))];

/// The names of the languages that there are beside English.
pub fn names() -> impl Iterator<Item = &'static str> {
    LANGUAGES.iter().map(|(name, _)| *name)
}

/// The sentence of a code in a language, with `{}` where the limit goes; none where there is no such code or language.
///
/// A language of another region is better than none: `es-MX` and `fr` get what there is of Spanish and French. A code's
/// English sentence is in [`crate::code::all`].
///
/// ```
/// use fieldpost::language;
/// let text = language::sentence("es-MX", "text.short").unwrap();
/// assert_eq!(language::fill(text, "3"), "Escriba al menos 3 caracteres.");
/// assert_eq!(language::sentence("de", "text.short"), None);
/// ```
pub fn sentence(language: &str, code: &str) -> Option<&'static str> {
    let (_, table) =
        LANGUAGES.iter().find(|(name, _)| name.eq_ignore_ascii_case(language)).or_else(|| {
            LANGUAGES.iter().find(|(name, _)| primary(name).eq_ignore_ascii_case(primary(language)))
        })?;
    rows(table).find(|(known, _)| *known == code).map(|(_, sentence)| sentence)
}

/// Every row of a language: codes, and the words of what an attached form says itself (`busy`, `stored` …).
pub fn table(language: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    LANGUAGES.iter().filter(move |(name, _)| *name == language).flat_map(|(_, table)| rows(table))
}

/// Puts the limit where the sentence says `{}`.
pub fn fill(sentence: &str, limit: &str) -> String {
    match sentence.split_once("{}") {
        Some((before, after)) => [before, limit, after].concat(),
        None => sentence.to_owned(),
    }
}

fn rows(table: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    table.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(' '))
}

/// The language of a tag without its region.
fn primary(tag: &str) -> &str {
    tag.split('-').next().unwrap_or_default()
}
