//! Domains in other scripts: their ASCII form, by UTS #46 as the URL standard applies it (*domain to ASCII*).

/// Turns a domain into its ASCII form; none when it has no such form.
pub type ToAscii = fn(&str) -> Option<String>;

// Not a `OnceLock`, nor a thread's own cell: both bring the machinery of panics along, which weighs more than the rules.
#[cfg(target_arch = "wasm32")]
static HOST: std::sync::Mutex<Option<ToAscii>> = std::sync::Mutex::new(None);

/// Names the host's own function. Only wasm uses it: its pages have no room for the tables.
#[cfg_attr(not(target_arch = "wasm32"), allow(unused_variables, reason = "natively a crate has the tables"))]
pub fn set_host(to_ascii: ToAscii) {
    #[cfg(target_arch = "wasm32")]
    if let Ok(mut host) = HOST.lock() {
        *host = Some(to_ascii);
    }
}

/// The ASCII form of a domain. The caller has made sure that all its ASCII characters are letters, digits, hyphens and
/// dots: a URL parser would read a slash or a colon as the end of the host.
#[cfg(not(target_arch = "wasm32"))]
pub fn to_ascii(domain: &str) -> Option<String> {
    idna::domain_to_ascii_cow(domain.as_bytes(), idna::AsciiDenyList::URL)
        .ok()
        .map(std::borrow::Cow::into_owned)
}

/// The ASCII form of a domain, by the host.
#[cfg(target_arch = "wasm32")]
pub fn to_ascii(domain: &str) -> Option<String> {
    let to_ascii = HOST.lock().ok().and_then(|host| *host)?;
    to_ascii(domain)
}
