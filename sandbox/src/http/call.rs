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
        if matches!(
            call.content_type().as_deref(),
            Some("application/x-www-form-urlencoded") | None
        ) {
            call.params.extend(Params::parse(&call.body).0);
        }
        call
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim)
    }

    /// The media type without its parameters, lower-cased.
    pub(crate) fn content_type(&self) -> Option<String> {
        let value = self.header(header::CONTENT_TYPE.as_str())?;
        Some(value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
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

fn is_secret(name: &str) -> bool {
    matches!(
        name,
        "client_secret" | "password" | "refresh_token" | "api_key" | "user_key" | "access_token"
    )
}
