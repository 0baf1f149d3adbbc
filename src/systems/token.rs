//! How an account gets its token: Marketo's client credentials, Salesforce's OAuth for Pardot. The prospects API has a
//! key that never changes.

use crate::code;
use crate::encoding::form_pair;
use crate::outcome::{Fault, Outcome, Reason, of_status};
use crate::report::{Issue, Severity};
use crate::request::{Account, Request, System};
use crate::systems::reply::Reply;
use crate::tape::typed::letters;
use crate::value::Value;
use std::borrow::Cow;

/// What an account's owner keeps in secret bindings. Which members are needed depends on the system.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Credentials {
    /// Prospects: the API key.
    pub key: Option<String>,
    /// Marketo and Salesforce: the client.
    pub client_id: Option<String>,
    /// Marketo and Salesforce: the client's secret.
    pub client_secret: Option<String>,
    /// Salesforce: use this instead of client credentials.
    pub refresh_token: Option<String>,
    /// Salesforce: where tokens come from; `https://login.salesforce.com` where nothing is said.
    pub login_url: Option<String>,
}

/// A token and how long it lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// For `Authorization: Bearer`.
    pub token: String,
    /// Milliseconds; nothing where the system does not say it.
    pub lifetime: Option<u64>,
}

/// The request for a token, or nothing where the key itself is the token.
///
/// # Errors
/// `account.*` issues by member.
pub fn request(account: &Account, credentials: &Credentials) -> Result<Option<Request>, Vec<Issue>> {
    let given = |secret: &Option<String>, member| match secret.as_deref() {
        Some(text) if !text.is_empty() => Ok(text.to_owned()),
        _ => Err(vec![Issue::error(member, &code::REQUIRED)]),
    };
    let mut body = Vec::new();
    let (host, path) = match account.system {
        System::Prospects | System::Relay => return Ok(None),
        System::Marketo => (account.base_url.as_str(), "/identity/oauth/token"),
        System::Pardot => (
            credentials.login_url.as_deref().unwrap_or("https://login.salesforce.com"),
            "/services/oauth2/token",
        ),
    };
    let grant = match &credentials.refresh_token {
        Some(_) if account.system == System::Pardot => "refresh_token",
        _ => "client_credentials",
    };
    form_pair(&[b"grant_type"], grant.as_bytes(), &mut body);
    form_pair(&[b"client_id"], given(&credentials.client_id, "clientId")?.as_bytes(), &mut body);
    form_pair(&[b"client_secret"], given(&credentials.client_secret, "clientSecret")?.as_bytes(), &mut body);
    if grant == "refresh_token" {
        form_pair(
            &[b"refresh_token"],
            given(&credentials.refresh_token, "refreshToken")?.as_bytes(),
            &mut body,
        );
    }
    let issuer = Account {
        system: account.system,
        base_url: host.to_owned(),
        allow_host: account.allow_host.clone(),
        version: None,
        business_unit: None,
        token: None,
    };
    // Who wrote the login's address looks for it under its own name.
    let named = |issue: Issue| match (account.system, &credentials.login_url) {
        (System::Pardot, Some(_)) => vec![Issue { field: "loginUrl".to_owned(), ..issue }],
        _ => vec![issue],
    };
    issuer.known_host().map_err(named)?;
    // In the body, not in the query: a secret in a URL ends up in logs.
    Ok(Some(Request {
        method: "POST",
        url: [issuer.origin().map_err(named)?, path].concat(),
        headers: vec![("Content-Type".to_owned(), "application/x-www-form-urlencoded".to_owned())],
        body: Some(letters(&body)),
    }))
}

/// The token of a reply, or what became of the call.
///
/// # Errors
/// `Refused` where the credentials are wrong, else when to ask again.
pub fn read(reply: &Reply) -> Result<Token, Outcome> {
    let busy = |after| Outcome::Retry { after, code: Cow::Borrowed("auth.busy"), reason: Reason::Busy };
    match (reply.status, reply.json()) {
        (200..=299, Some(body)) => {
            let token = body.get("access_token").and_then(Value::as_text).unwrap_or_default();
            let seconds =
                body.get("expires_in").and_then(Value::as_text).and_then(|text| text.parse::<u64>().ok());
            match seconds {
                _ if token.is_empty() => Err(busy(Some(5_000))),
                // Marketo may hand out a token in its last second: ask again rather than use it.
                Some(0) => Err(busy(Some(1_000))),
                _ => {
                    Ok(Token { token: token.to_owned(), lifetime: seconds.map(|n| n.saturating_mul(1_000)) })
                }
            }
        }
        // Salesforce answers so to two refreshes at once.
        (400, Some(body)) if body.get("error").and_then(Value::as_text) == Some("invalid_grant") => {
            Err(busy(Some(5_000)))
        }
        (400 | 401 | 403, _) => Err(Outcome::Refused {
            fault: Fault::Account,
            issues: vec![Issue {
                field: "credentials".to_owned(),
                code: Cow::Borrowed("auth.refused"),
                severity: Severity::Error,
                message: Cow::Borrowed("The system does not take the account's credentials."),
                limit: None,
                suggestion: None,
            }],
        }),
        _ => Err(match of_status(reply.status, reply.retry_after(), false) {
            refused @ Outcome::Refused { .. } => refused,
            Outcome::Retry { after, .. } => busy(after),
            _ => busy(None),
        }),
    }
}
