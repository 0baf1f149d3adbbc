//! What Salesforce asks of a JWT (RFC 7523; Salesforce Help, "OAuth 2.0 JWT Bearer Flow"): who signs, for whom, until when,
//! and that the signature is of the app's certificate.

use num_bigint::BigUint;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::http::call::{Call, decoded};
use crate::state::SandboxState;

/// A refusal: its code and its description.
pub(super) type Wrong = (&'static str, &'static str);

const GRANT: &str = "invalid_grant";
const INVALID: Wrong = (GRANT, "invalid assertion");
/// An app that nobody has let the user use, and one whose scopes hold no `refresh_token`, are told the same.
const NOT_APPROVED: Wrong = (GRANT, "user hasn't approved this consumer");

/// Seconds for which a JWT may be good: three minutes, and what clocks differ by.
const LONGEST: i64 = 300;

/// Where all orgs sign in: a JWT may be for these, or for the org's own domain.
const EVERYBODY: [&str; 2] = ["https://login.salesforce.com", "https://test.salesforce.com"];

pub(super) fn judge(
    assertion: &str,
    client: &str,
    call: &Call,
    state: &SandboxState,
    now: i64,
) -> Result<(), Wrong> {
    let config = &state.config().pardot;
    let (signed, signature) = assertion.rsplit_once('.').ok_or(INVALID)?;
    let (head, claims) = signed.split_once('.').ok_or(INVALID)?;
    let part = |text: &str| -> Option<Value> { serde_json::from_slice(&url_decoded(text)?).ok() };
    let (head, claims) = (part(head).ok_or(INVALID)?, part(claims).ok_or(INVALID)?);
    let claim = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or_default();
    if claim("iss") != client {
        return Err(("invalid_client_id", "client identifier invalid"));
    }
    let signature = url_decoded(signature).ok_or(INVALID)?;
    if head.get("alg") != Some(&Value::from("RS256"))
        || !fits(&config.public_key, signed.as_bytes(), &signature)
    {
        return Err(INVALID);
    }
    let audience = claim("aud").trim_end_matches('/');
    if !EVERYBODY.contains(&audience) && audience != call.origin() {
        return Err((GRANT, "audience is invalid"));
    }
    let left = claims.get("exp").and_then(Value::as_i64).ok_or(INVALID)?.saturating_sub(now / 1000);
    if left <= 0 {
        return Err((GRANT, "expired authorization code"));
    }
    if left > LONGEST {
        return Err(INVALID);
    }
    if claim("sub") != config.run_as || !config.has_scope("refresh_token") {
        return Err(NOT_APPROVED);
    }
    Ok(())
}

fn url_decoded(text: &str) -> Option<Vec<u8>> {
    decoded(&text.replace('-', "+").replace('_', "/"))
}

/// What stands before a hash of SHA-256 in a signature (RFC 8017, 9.2).
const PREFIX: [u8; 19] = [
    0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
    0x00, 0x04, 0x20,
];

/// Whether a signature is one of this text by RSASSA-PKCS1-v1_5 and SHA-256 (RFC 8017, 8.2.2). The key is a PEM, as
/// `openssl rsa -pubout` writes it.
fn fits(pem: &str, text: &[u8], signature: &[u8]) -> bool {
    let Some((modulus, exponent)) = key(pem) else { return false };
    let length = modulus.len();
    let padded = length.checked_sub(PREFIX.len().saturating_add(32 + 3));
    let Some(padded) = padded.filter(|_| signature.len() == length) else { return false };
    let (modulus, exponent) =
        (BigUint::from_bytes_be(modulus.as_slice()), BigUint::from_bytes_be(&exponent));
    let opened = BigUint::from_bytes_be(signature).modpow(&exponent, &modulus);
    let mut expected = vec![0, 1];
    expected.extend(std::iter::repeat_n(0xFF, padded));
    expected.push(0);
    expected.extend(PREFIX);
    expected.extend(Sha256::digest(text));
    opened == BigUint::from_bytes_be(&expected)
}

/// Modulus and exponent of a public key (RFC 5280, 4.1: `SubjectPublicKeyInfo` around `RSAPublicKey`).
fn key(pem: &str) -> Option<(Vec<u8>, Vec<u8>)> {
    let body: String =
        pem.lines().filter(|line| !line.starts_with("-----")).flat_map(str::chars).collect();
    let der = decoded(body.trim())?;
    let (_, info, _) = element(&der)?;
    let (_, _algorithm, rest) = element(info)?;
    let (_, bits, _) = element(rest)?;
    let (_, numbers, _) = element(bits.get(1..)?)?;
    let (_, modulus, rest) = element(numbers)?;
    let (_, exponent, _) = element(rest)?;
    // A first byte of 0 is the sign's.
    let start = usize::from(modulus.first() == Some(&0));
    Some((modulus.get(start..)?.to_vec(), exponent.to_vec()))
}

/// An element of DER: its tag, what it holds, and what follows.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let [tag, first, rest @ ..] = der else { return None };
    let (length, rest) = match usize::from(*first) {
        short @ ..0x80 => (short, rest),
        long => {
            let (bytes, rest) = rest.split_at_checked(long.checked_sub(0x80)?)?;
            let length = bytes.iter().try_fold(0_usize, |sum, byte| {
                sum.checked_mul(256)?.checked_add(usize::from(*byte))
            })?;
            (length, rest)
        }
    };
    let (held, rest) = rest.split_at_checked(length)?;
    Some((*tag, held, rest))
}
