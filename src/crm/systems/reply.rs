//! [`Reply`]: an HTTP reply as data, and its body as JSON or XML.

use crate::crossing::members;
use crate::value::{Value, json};

/// The most bytes of a reply that are read.
pub const MAX_BYTES: usize = 8 * 1024 * 1024;

/// An HTTP reply.
#[derive(Clone, Debug, Default)]
pub struct Reply {
    /// The HTTP status; reason phrases are never read.
    pub status: u16,
    /// Names in any case, and values.
    pub headers: Vec<(String, String)>,
    /// The body as text.
    pub body: String,
}

members! {
    read Reply, Reply::default(),
    "!status" status, "headers" headers, "!body" body,
}

impl Reply {
    /// The header of that name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The body as JSON, whatever its header says; nothing when it is not JSON, or only a part of it.
    pub fn json(&self) -> Option<Value<'static>> {
        let text = self.body.trim_start_matches('\u{FEFF}').trim_start();
        if text.len() > MAX_BYTES || !text.starts_with(['{', '[']) {
            return None;
        }
        json::read(text)
    }

    /// The body as XML: an element is a map of its children, with its attributes under `@attributes`; one without
    /// children is its text, or null when empty; a repeated element is a list. No DTD and no entities but XML's five
    /// and character references.
    pub fn xml(&self) -> Option<Value<'static>> {
        let text = self.body.trim_start_matches('\u{FEFF}').trim_start();
        if text.len() > MAX_BYTES || !text.starts_with('<') {
            return None;
        }
        super::xml::read(text)
    }
}
