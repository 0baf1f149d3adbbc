//! The JWT by which Salesforce is told who signs in (RFC 7523): what it says, and whether the key can sign it. The host
//! signs it, by RSASSA-PKCS1-v1_5 and SHA-256 (RS256 of RFC 7518).

use super::{Credentials, given};
use crate::check::report::Issue;
use crate::code::{Code, found};
use crate::encoding::json_text;
use crate::packed::put;
use crate::packed::typed::letters;
use crate::value::{cut, decimal};

/// What a signature makes a JWT of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsigned {
    /// The private key: PKCS#8 in Base64, without lines.
    pub key: String,
    /// What is signed. The JWT is this, a dot, and the signature in Base64 for URLs.
    pub text: String,
}

/// Seconds for which a JWT may be used: Salesforce takes none that ends later than three minutes from now.
const LIFE: u64 = 120;

/// What a PEM text is called, and what is said of one that is no key of ours.
const LABELS: &[(&str, &Code)] = &[
    ("RSA PRIVATE KEY", &found::KEY_PKCS1),
    ("ENCRYPTED PRIVATE KEY", &found::KEY_ENCRYPTED),
    ("PUBLIC KEY", &found::KEY_PUBLIC),
    ("CERTIFICATE", &found::KEY_PUBLIC),
];

/// The JWT of these credentials for the owner of `origin`, still to be signed.
///
/// # Errors
/// `account.*` issues by member.
pub(super) fn unsigned(
    credentials: &Credentials,
    origin: &str,
    now: u64,
) -> Result<Unsigned, Vec<Issue>> {
    let issuer = given(credentials.client_id.as_deref(), "clientId")?;
    let subject = given(credentials.username.as_deref(), "username")?;
    let key = key(given(credentials.private_key.as_deref(), "privateKey")?)?;
    let audience = credentials.audience.as_deref().filter(|url| !url.trim().is_empty());
    let ends = decimal(now.checked_div(1_000).unwrap_or_default().saturating_add(LIFE));
    let mut claims = b"{\"iss\":".to_vec();
    json_text(issuer.as_bytes(), &mut claims);
    put(&mut claims, b",\"sub\":");
    json_text(subject.as_bytes(), &mut claims);
    put(&mut claims, b",\"aud\":");
    json_text(audience.unwrap_or(origin).as_bytes(), &mut claims);
    put(&mut claims, b",\"exp\":");
    put(&mut claims, ends.as_bytes());
    claims.push(b'}');
    // {"alg":"RS256"}
    let mut text = b"eyJhbGciOiJSUzI1NiJ9.".to_vec();
    base64url(&claims, &mut text);
    let text = letters(&text);
    Ok(Unsigned { key, text })
}

/// A private key in the one form that hosts can read. Secrets are often pasted on one line, with `\n` for its ends.
fn key(pem: &str) -> Result<String, Vec<Issue>> {
    let parts = cut(pem, "-----BEGIN ").and_then(|(_, rest)| cut(rest, "-----"));
    let (label, rest) = parts.unwrap_or_default();
    let known = LABELS.iter().find(|(known, _)| *known == label);
    let wrong = || Err(vec![Issue::error("privateKey", known.map_or(&found::KEY, |row| row.1))]);
    let (Some((body, _)), "PRIVATE KEY") = (cut(rest, "-----END"), label) else { return wrong() };
    let mut key = Vec::new();
    let mut bytes = body.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            // `\n` and `\r` as two letters.
            b'\\' => drop(bytes.next()),
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' | b'=' => {
                key.push(byte);
            }
            b' ' | b'\t' | b'\r' | b'\n' => {}
            _ => return wrong(),
        }
    }
    if key.is_empty() { wrong() } else { Ok(letters(&key)) }
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Adds Base64 for URLs, without padding (RFC 4648, 5).
fn base64url(bytes: &[u8], out: &mut Vec<u8>) {
    let (mut held, mut bits) = (0_u32, 0_u32);
    let mut put = |held: u32, shift: u32| {
        let six = usize::try_from(held >> shift & 63).unwrap_or_default();
        out.extend(ALPHABET.get(six));
    };
    for byte in bytes {
        held = held << 8 | u32::from(*byte);
        bits += 8;
        while bits >= 6 {
            bits -= 6;
            put(held, bits);
        }
    }
    if bits > 0 {
        put(held << 6, bits);
    }
}

#[cfg(test)]
mod tests {
    use super::base64url;

    #[test]
    fn base64_of_all_lengths() {
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg"),
            ("fo", "Zm8"),
            ("foo", "Zm9v"),
            ("foobar", "Zm9vYmFy"),
            ("??>", "Pz8-"),
        ] {
            let mut out = Vec::new();
            base64url(bytes.as_bytes(), &mut out);
            assert_eq!(out, text.as_bytes());
        }
    }
}
