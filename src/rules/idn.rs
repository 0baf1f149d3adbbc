//! Domains in other scripts: their ASCII form, by UTS #46 as the URL standard applies it (*domain to ASCII*).

/// Turns a domain into its ASCII form; none when it has no such form.
pub type ToAscii = fn(&str) -> Option<String>;

#[cfg(target_arch = "wasm32")]
thread_local! {
    // Smaller than a `OnceLock`, and wasm has one thread.
    static HOST: std::cell::Cell<Option<ToAscii>> = const { std::cell::Cell::new(None) };
}

/// Names the host's own function. Only wasm uses it: its pages have no room for the tables.
#[cfg_attr(not(target_arch = "wasm32"), allow(unused_variables, reason = "natively a crate has the tables"))]
pub fn set_host(to_ascii: ToAscii) {
    #[cfg(target_arch = "wasm32")]
    HOST.set(Some(to_ascii));
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
    HOST.get().and_then(|to_ascii| to_ascii(domain))
}
