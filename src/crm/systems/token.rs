//! How an account gets its token: Marketo's client credentials, Salesforce's OAuth for Pardot. The prospects API has a
//! key that never changes. Whatever comes instead of a token has a code, and a sentence that says what to mend.

use crate::check::report::Issue;
use crate::code;
use crate::crm::outcome::{Class, Fault, Outcome, Reason, VendorCode};
use crate::crm::request::{Account, Request, System};
use crate::crm::systems::known::Known;
use crate::crm::systems::reply::Reply;
use crate::encoding::form_pair;
use crate::packed::typed::letters;
use crate::value::members::members;
use crate::value::{Value, cut};
use std::borrow::Cow;

/// What an account's owner keeps in secret bindings; which members are needed depends on the system.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(optional_fields, rename_all = "camelCase"))]
pub struct Credentials {
    /// Prospects: the API key.
    pub key: Option<String>,
    /// Marketo and Salesforce: the client.
    pub client_id: Option<String>,
    /// Marketo and Salesforce: the client's secret.
    pub client_secret: Option<String>,
    /// Salesforce: used instead of client credentials.
    pub refresh_token: Option<String>,
    /// Salesforce: where tokens come from. Client credentials need the org's own login, the URL of Setup > My Domain:
    /// `https://MYDOMAIN.my.salesforce.com`, of a sandbox `https://MYDOMAIN--NAME.sandbox.my.salesforce.com`. A refresh token
    /// may use the shared hosts; `https://login.salesforce.com` where nothing is said.
    pub login_url: Option<String>,
}

members! {
    Credentials, Credentials::default(),
    must {}
    may {
        "key" key, "clientId" client_id, "clientSecret" client_secret, "refreshToken" refresh_token,
        "loginUrl" login_url,
    }
}

/// A token and how long it lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// For `Authorization: Bearer`.
    pub token: String,
    /// Milliseconds; nothing where the system does not say it.
    pub lifetime: Option<u64>,
}

/// Whether a system's key is itself the token.
pub fn is_keyed(system: System) -> bool {
    system == System::Prospects
}

/// A token is no longer used this many milliseconds before it ends: a call takes time to arrive.
const MARGIN: u64 = 60_000;

/// How long a token is used whose system does not say when it ends.
const UNSAID: u64 = 3_600_000;

/// For how many milliseconds a token may be used, by its lifetime where the system says it.
pub fn usable(lifetime: Option<u64>) -> u64 {
    let lifetime = lifetime.unwrap_or(UNSAID);
    // A short life is used for at least half of it.
    lifetime.saturating_sub(MARGIN).max(lifetime >> 1)
}

/// The request for a token, or nothing where the key itself is the token.
///
/// # Errors
/// `account.*` issues by member.
pub fn request(
    account: &Account,
    credentials: &Credentials,
) -> Result<Option<Request>, Vec<Issue>> {
    let given = |secret: &Option<String>, member| match secret.as_deref() {
        Some(text) if !text.trim().is_empty() => Ok(text.to_owned()),
        _ => Err(vec![Issue::error(member, &code::ACCOUNT_CREDENTIAL).with_limit(member)]),
    };
    let refreshes = account.system == System::Pardot && credentials.refresh_token.is_some();
    let (host, path) = match account.system {
        System::Relay => return Ok(None),
        System::Prospects => return given(&credentials.key, "key").map(|_| None),
        System::Marketo => (account.base_url.as_str(), "/identity/oauth/token"),
        System::Pardot => {
            let url = credentials.login_url.as_deref().filter(|url| !url.trim().is_empty());
            (url.unwrap_or("https://login.salesforce.com"), "/services/oauth2/token")
        }
    };
    let issuer = Account {
        base_url: host.to_owned(),
        allow_host: account.allow_host.clone(),
        ..Account::new(account.system, "")
    };
    let origin = issuer.origin().and_then(|origin| issuer.known_host().map(|()| origin));
    // Salesforce gives no token for client credentials but at the org's own domain, the one pattern among its hosts.
    let is_shared = |origin: &&str| issuer.system.hosts().iter().any(|host| origin.ends_with(host));
    if account.system == System::Pardot && !refreshes && origin.as_ref().ok().is_none_or(is_shared)
    {
        return Err(vec![Issue::error("loginUrl", &code::ACCOUNT_LOGIN_URL)]);
    }
    // Who wrote the login's address looks for it under its own name.
    let origin = origin.map_err(|issue| match account.system {
        System::Pardot => vec![Issue { field: "loginUrl".to_owned(), ..issue }],
        _ => vec![issue],
    })?;
    let mut body = Vec::new();
    let grant = if refreshes { "refresh_token" } else { "client_credentials" };
    form_pair(&[b"grant_type"], grant.as_bytes(), &mut body);
    form_pair(&[b"client_id"], given(&credentials.client_id, "clientId")?.as_bytes(), &mut body);
    form_pair(
        &[b"client_secret"],
        given(&credentials.client_secret, "clientSecret")?.as_bytes(),
        &mut body,
    );
    if refreshes {
        let token = given(&credentials.refresh_token, "refreshToken")?;
        form_pair(&[b"refresh_token"], token.as_bytes(), &mut body);
    }
    // In the body, not in the query: a secret in a URL ends up in logs.
    Ok(Some(Request {
        method: "POST",
        url: [origin, path].concat(),
        headers: vec![("Content-Type".to_owned(), "application/x-www-form-urlencoded".to_owned())],
        body: Some(letters(&body)),
    }))
}

/// A code, and the member of the account or its credentials that has to be mended.
pub type Row = (VendorCode, &'static str);

const fn row(
    name: &'static str,
    member: &'static str,
    class: Class,
    sentence: &'static str,
) -> Row {
    (VendorCode { number: 0, name, class, sentence }, member)
}

/// The owner has to mend it.
const ACCOUNT: Class = Class::Refused(Fault::Account);

/// A moment of theirs.
const MOMENT: Class = Class::Retry(Reason::Busy, 5_000);

const REFUSED: Row = row(
    "auth.refused",
    "credentials",
    ACCOUNT,
    "The system does not take the account's credentials. Are clientId and clientSecret right?",
);
const DOMAIN: Row = row("auth.domain", "loginUrl", ACCOUNT, code::ACCOUNT_LOGIN_URL.sentence);
const FLOW: Row = row(
    "auth.flow",
    "clientId",
    ACCOUNT,
    "Salesforce gives this app no token. Switch its client credentials flow on, and name its run-as user.",
);
const REFRESH: Row = row(
    "auth.refresh_token",
    "refreshToken",
    ACCOUNT,
    "Salesforce no longer takes the refresh token. Put a new refreshToken in its place.",
);
const PAGE: Row =
    row("auth.page", "loginUrl", ACCOUNT, "A page came in place of a token. Is the address right?");
const EMPTY: Row = row(
    "auth.empty",
    "credentials",
    ACCOUNT,
    "The answer holds no token. Is the address right, and may the app use the API?",
);
const BUSY: Row = row(
    "auth.busy",
    "",
    MOMENT,
    "A moment of theirs: a token in its last second, or two refreshes at once.",
);
const DOWN: Row = row(
    "auth.down",
    "",
    MOMENT,
    "The token service is down or busy, or its answer was cut. It is asked again.",
);

/// What may come instead of a token, in the order of the reference.
pub const CODES: &[Row] = &[REFUSED, DOMAIN, FLOW, REFRESH, PAGE, EMPTY, BUSY, DOWN];

/// The token of a reply, or what became of the call.
///
/// # Errors
/// `Refused` where the owner has to mend something, else when to ask again.
pub fn read(reply: &Reply, is_marketo: bool, refreshes: bool) -> Result<Token, Outcome> {
    let said = |(row, member): &Row, after: Option<u64>| match row.class {
        // Marketo's own address is where its tokens come from.
        Class::Refused(fault) => {
            let member = if is_marketo && *member == "loginUrl" { "baseUrl" } else { member };
            Outcome::Refused { fault, issues: vec![Known::of(row).issue(member)] }
        }
        _ => Outcome::Retry {
            after: Some(after.unwrap_or(5_000)),
            code: Cow::Borrowed(row.name),
            reason: Reason::Busy,
        },
    };
    let body = reply.json();
    let text = |name| body.as_ref().and_then(|body| body.get(name)).and_then(Value::as_text);
    let start = reply.body.trim_start_matches('\u{FEFF}').trim_start();
    let row = match (reply.status, &body) {
        (200..=299, Some(_)) => match text("access_token") {
            None | Some("") => &EMPTY,
            // No header carries it.
            Some(token) if token.bytes().any(|byte| byte.is_ascii_control()) => &EMPTY,
            Some(token) => {
                let seconds: Option<u64> = text("expires_in").and_then(|text| text.parse().ok());
                match seconds {
                    // Marketo may hand out a token in its last second: ask again rather than use it.
                    Some(0) => return Err(said(&BUSY, Some(1_000))),
                    _ => {
                        return Ok(Token {
                            token: token.to_owned(),
                            lifetime: seconds.map(|n| n.saturating_mul(1_000)),
                        });
                    }
                }
            }
        },
        (200..=299, None) if start.is_empty() => &EMPTY,
        (200..=299, None) if start.starts_with('{') => &DOWN,
        (408 | 429 | 500.., _) => return Err(said(&DOWN, reply.retry_after())),
        (400 | 401 | 403, _) if !start.starts_with('<') => of_error(
            text("error").unwrap_or_default(),
            text("error_description").unwrap_or_default(),
            refreshes,
        ),
        _ => &PAGE,
    };
    Err(said(row, None))
}

/// Salesforce says one word for many things; its description says which.
fn of_error(error: &str, description: &str, refreshes: bool) -> &'static Row {
    let says = |words: &str| cut(description, words).is_some();
    match error {
        "invalid_grant" if says("not supported on this domain") => &DOMAIN,
        // Two refreshes at once; the second description is of before September 2024.
        "invalid_grant"
            if says("already being processed") || says("expired authorization code") =>
        {
            &BUSY
        }
        "invalid_grant" if refreshes => &REFRESH,
        "invalid_grant" | "unsupported_grant_type" | "unauthorized_client" => &FLOW,
        _ => &REFUSED,
    }
}

#[cfg(test)]
mod tests {
    use super::usable;

    #[test]
    fn ends_a_minute_early() {
        assert_eq!(usable(Some(3_600_000)), 3_540_000);
        assert_eq!(usable(None), 3_540_000);
    }

    #[test]
    fn a_short_life_is_not_thrown_away() {
        assert_eq!(usable(Some(60_000)), 30_000);
        assert_eq!(usable(Some(0)), 0);
    }
}
