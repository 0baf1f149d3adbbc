//! The page at `/`.

use crate::http::call::Call;
use crate::http::reply::{HTML, Reply};

const FILES: [(&str, &str, &str); 3] = [
    ("/", HTML, include_str!("page/index.html")),
    ("/page.css", "text/css; charset=utf-8", include_str!("page/page.css")),
    ("/page.js", "text/javascript; charset=utf-8", include_str!("page/page.js")),
];

/// The page shows what strangers typed into forms: nothing but its own files may run in it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

pub(crate) fn answer(call: &Call) -> Option<Reply> {
    if !matches!(call.method.as_str(), "GET" | "HEAD") {
        return None;
    }
    let (_, content_type, text) = FILES.into_iter().find(|(path, ..)| *path == call.path)?;
    Some(
        Reply::text(200, content_type, text, "")
            .header("content-security-policy", POLICY)
            .header("x-content-type-options", "nosniff")
            .header("referrer-policy", "no-referrer"),
    )
}
