//! The form token: it says when a form was given to a page, and is good for one lead.
//!
//! `1.issued.nonce.mac`: the version, the time in base 36, a nonce before which stands who got it, and a MAC over all of that
//! with the form's name and the page's origin. The host makes and compares MACs.

use super::arrival::{EXPIRED, FAST, FORGED, GOOD, RELAY, SERVER};
use crate::value::counted;
use crate::value::parts;

/// How long a page may stay open before its token ends; the page then asks for another one.
pub const LIFE: u64 = 12 * 60 * 60 * 1_000;

/// Faster than this nobody reads a form, but password managers fill one: it is a sign, never a verdict.
const SOON: u64 = 2_000;

/// So far ahead of ours a clock of ours may be that has issued it.
const AHEAD: u64 = 60_000;

/// A longer one is none.
const MOST: usize = 256;

/// Who a token was given to stands before its nonce: a page of an origin, whoever asked without one, or the relay's own page.
/// The nonce of a page's is hexadecimal.
pub const HOLDERS: &[(&str, &str)] = &[("page", ""), ("server", "s"), ("relay", "r")];

/// A token as it was given, before anybody knows whether it is ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    /// When it was issued, as it stands there.
    pub issued: &'a str,
    /// What it is known by once it is spent.
    pub nonce: &'a str,
    /// What is compared.
    pub mac: &'a str,
    /// What it says where its MAC is ours: bits of [`super::arrival::TOKEN`].
    pub says: u32,
    /// Who got it, the only thing that it says where its MAC is not ours.
    pub holder: u32,
}

/// Reads a token. What it says of its holder is as true as its MAC.
pub fn read(token: &str, now: u64) -> Token<'_> {
    let mut parts = parts(token, '.');
    let mut part = || parts.next().unwrap_or_default();
    let (version, issued, nonce, mac) = (part(), part(), part(), part());
    let holder = match nonce.as_bytes().first() {
        Some(b's') => SERVER,
        Some(b'r') => RELAY,
        _ => 0,
    };
    let verdict = match counted(issued, 36) {
        _ if version != "1" || token.len() > MOST => FORGED,
        // A token of tomorrow is not ours, whatever its signature: a clock of ours was wrong, or is.
        Some(at) if at > now.saturating_add(AHEAD) || now.saturating_sub(at) > LIFE => EXPIRED,
        Some(at) if now < at.saturating_add(SOON) => FAST,
        Some(_) => GOOD,
        None => EXPIRED,
    };
    Token { issued, nonce, mac, says: verdict | holder, holder: FORGED | holder }
}
