//! What the engine asks of its host: the tables of Unicode, which are too heavy for a page that has them already.

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ask {
    /// The ASCII form of a domain (UTS #46, as the URL standard's *domain to ASCII* applies it). The asker has made sure
    /// that all its ASCII characters are letters, digits, hyphens and dots: a URL parser would read a slash or a colon
    /// as the end of the host.
    AsciiDomain,
    /// Unicode's form NFC of a text.
    Nfc,
}

/// Answers at the end of `out`; false when there is no answer.
pub(crate) type Host = fn(Ask, &[u8], out: &mut Vec<u8>) -> bool;

/// Natively two crates have the tables.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn native(ask: Ask, text: &[u8], out: &mut Vec<u8>) -> bool {
    use unicode_normalization::UnicodeNormalization;
    match ask {
        Ask::AsciiDomain => match idna::domain_to_ascii_cow(text, idna::AsciiDenyList::URL) {
            Ok(ascii) => out.extend_from_slice(ascii.as_bytes()),
            Err(_) => return false,
        },
        Ask::Nfc => out.extend(String::from_utf8_lossy(text).nfc().collect::<String>().into_bytes()),
    }
    true
}
