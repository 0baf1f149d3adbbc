//! What a system answers, and what the ledger will say about it.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse;
use serde_json::{Value, json};

/// An HTTP answer and its verdict.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) content_type: &'static str,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
    /// `created`, `updated`, `found`, `refused:1006`, `limit:606` …
    pub(crate) verdict: String,
    /// The person that the answer is about.
    pub(crate) person: Option<String>,
}

pub(crate) const JSON: &str = "application/json;charset=UTF-8";
/// Pardot's JSON, as recorded: clients compare with exactly this.
pub(crate) const BARE_JSON: &str = "application/json";
pub(crate) const XML: &str = "text/xml; charset=utf-8";
pub(crate) const HTML: &str = "text/html; charset=utf-8";

impl Reply {
    pub(crate) fn json(status: u16, body: &Value, verdict: impl Into<String>) -> Self {
        Self::text(status, JSON, body.to_string(), verdict)
    }

    pub(crate) fn text(
        status: u16,
        content_type: &'static str,
        body: impl Into<String>,
        verdict: impl Into<String>,
    ) -> Self {
        Self {
            status,
            content_type,
            headers: Vec::new(),
            body: body.into().into_bytes(),
            verdict: verdict.into(),
            person: None,
        }
    }

    /// What the sandbox says for itself.
    pub(crate) fn sandbox(status: u16, sentence: &str) -> Self {
        Self::json(status, &json!({ "sandbox": sentence }), "")
    }

    pub(crate) fn about(mut self, person: impl Into<String>) -> Self {
        self.person = Some(person.into());
        self
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The answer as raw bytes, cut after `kept` bytes of a body that its own head promises to be longer.
    pub(crate) fn truncated(&self, kept: usize) -> Vec<u8> {
        let promised = self.body.len().max(kept.saturating_add(1));
        let reason =
            StatusCode::from_u16(self.status).ok().and_then(|status| status.canonical_reason());
        let mut head = vec![
            format!("HTTP/1.1 {} {}", self.status, reason.unwrap_or_default()),
            format!("content-type: {}", self.content_type),
            format!("content-length: {promised}"),
        ];
        head.extend(self.headers.iter().map(|(name, value)| format!("{name}: {value}")));
        let mut raw = format!("{}\r\n\r\n", head.join("\r\n")).into_bytes();
        raw.extend(self.body.iter().take(kept));
        raw
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response<Body> {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        for (name, value) in self.headers {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
        response
    }
}

/// The sandbox's own failure is never dressed up as a vendor's: a test must not take it for one.
impl From<rusqlite::Error> for Reply {
    fn from(error: rusqlite::Error) -> Self {
        let body = json!({ "sandbox": format!("storage failed: {error}") });
        Self::json(500, &body, "sandbox:storage")
    }
}
