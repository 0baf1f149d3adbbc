//! One HTTP request as the systems see it.

use axum::body::{Bytes, to_bytes};
use axum::extract::{FromRequest, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use serde_json::Value;

use super::reply::Reply;

/// Named values in the order they came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Params(Vec<(String, String)>);

impl Params {
    pub(crate) fn parse(text: &[u8]) -> Self {
        Self(form_urlencoded::parse(text).into_owned().collect())
    }

    /// The last value of a name: the CRMs' servers let a repeated name overwrite the earlier one.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.iter().filter(move |(key, _)| *key == name).map(|(_, value)| value)
    }

    /// The values of a name that comes several times, or has several with commas: the vendor's `OpenAPI` says `multi`, its
    /// pages print commas. Nothing where it is not given.
    pub(crate) fn several(&self, name: &str) -> Option<Vec<String>> {
        let values: Vec<String> = self
            .all(name)
            .flat_map(|text| text.split(','))
            .map(|text| text.trim().to_owned())
            .filter(|text| !text.is_empty())
            .collect();
        (!values.is_empty()).then_some(values)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }
}

impl Extend<(String, String)> for Params {
    fn extend<T: IntoIterator<Item = (String, String)>>(&mut self, values: T) {
        self.0.extend(values);
    }
}

/// Above every vendor's own limit, so that theirs is the one a client meets.
const LARGEST_BODY: usize = 16 << 20;

/// A request with its query, its body and what the matched path gave.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) uri_length: usize,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// Query first, then an urlencoded body: both Pardot and the token services take either.
    pub(crate) params: Params,
    pub(crate) query: Params,
    pub(crate) captures: Vec<(&'static str, String)>,
}

impl<S: Send + Sync> FromRequest<S> for Call {
    type Rejection = Reply;

    async fn from_request(request: Request, _: &S) -> Result<Self, Reply> {
        let (parts, body) = request.into_parts();
        match to_bytes(body, LARGEST_BODY).await {
            Ok(body) => Ok(Self::new(&parts, body)),
            Err(_) => {
                Err(Reply::sandbox(413, "the body could not be read or is larger than 16 MiB"))
            }
        }
    }
}

impl Call {
    fn new(parts: &Parts, body: Bytes) -> Self {
        let query = Params::parse(parts.uri.query().unwrap_or_default().as_bytes());
        let mut call = Self {
            method: parts.method.as_str().to_owned(),
            path: parts.uri.path().to_owned(),
            uri_length: parts.uri.path_and_query().map_or(0, |text| text.as_str().len()),
            headers: parts.headers.clone(),
            body,
            params: query.clone(),
            query,
            captures: Vec::new(),
        };
        match call.content_type().as_deref() {
            Some("application/x-www-form-urlencoded") | None => {
                call.params.extend(Params::parse(&call.body).0);
            }
            Some("multipart/form-data") => call.params.extend(call.parts()),
            _ => {}
        }
        call
    }

    /// The fields of a `multipart/form-data` body (RFC 7578); files have no place here.
    fn parts(&self) -> Vec<(String, String)> {
        let text = String::from_utf8_lossy(&self.body);
        let head = self.header("content-type").unwrap_or_default();
        let boundary = head.split("boundary=").nth(1).unwrap_or_default();
        let boundary = boundary.split(';').next().unwrap_or_default().trim().trim_matches('"');
        if boundary.is_empty() {
            return Vec::new();
        }
        let mark = format!("--{boundary}");
        let part = |part: &str| {
            let (head, value) = part.trim_start_matches("\r\n").split_once("\r\n\r\n")?;
            let name = head.split("name=\"").nth(1)?.split('"').next()?;
            Some((name.to_owned(), value.strip_suffix("\r\n").unwrap_or(value).to_owned()))
        };
        text.split(mark.as_str()).filter_map(part).collect()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim)
    }

    /// The media type without its parameters, lower-cased.
    pub(crate) fn content_type(&self) -> Option<String> {
        let value = self.header(header::CONTENT_TYPE.as_str())?;
        Some(value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
    }

    /// Name and password of HTTP Basic (RFC 7617).
    pub(crate) fn basic(&self) -> Option<(String, String)> {
        let (scheme, coded) = self.header("authorization")?.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("basic") {
            return None;
        }
        let text = String::from_utf8(decoded(coded.trim())?).ok()?;
        let (name, password) = text.split_once(':')?;
        Some((name.to_owned(), password.to_owned()))
    }

    /// The credential after `Bearer`; the scheme's case does not matter (RFC 9110, 11.1).
    pub(crate) fn bearer(&self) -> Option<&str> {
        let (scheme, token) = self.header("authorization")?.split_once(' ')?;
        scheme
            .eq_ignore_ascii_case("bearer")
            .then(|| token.trim())
            .filter(|token| !token.is_empty())
    }

    pub(crate) fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// The values as the ledger keeps them: the body's JSON or the merged parameters, without secrets.
    pub(crate) fn shown(&self) -> Value {
        if let Some(body) = self.json() {
            return body;
        }
        let shown = |(name, value): (&str, &str)| {
            (name.to_owned(), Value::from(if is_secret(name) { "•••" } else { value }))
        };
        Value::Object(self.params.iter().map(shown).collect())
    }

    pub(crate) fn capture(&self, name: &str) -> Option<&str> {
        self.captures.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_str())
    }

    /// The address under which the caller reached the sandbox.
    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.header("host").unwrap_or("127.0.0.1"))
    }
}

/// Base64 with or without its padding (RFC 4648, 4).
pub(crate) fn decoded(text: &str) -> Option<Vec<u8>> {
    const SIGNS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bytes = Vec::new();
    let (mut held, mut bits) = (0_u32, 0_u32);
    for sign in text.trim_end_matches('=').bytes() {
        let value = SIGNS.iter().position(|known| *known == sign)?;
        held = (held << 6) | u32::try_from(value).ok()?;
        bits = bits.saturating_add(6);
        if bits >= 8 {
            bits = bits.saturating_sub(8);
            bytes.push(u8::try_from((held >> bits) & 0xFF).ok()?);
        }
    }
    Some(bytes)
}

fn is_secret(name: &str) -> bool {
    matches!(
        name,
        "client_secret"
            | "assertion"
            | "password"
            | "refresh_token"
            | "api_key"
            | "user_key"
            | "access_token"
    )
}
