//! How an account gets its token: Marketo's client credentials, Salesforce's OAuth for Pardot. The prospects API has a
//! key that never changes.

mod answer;
mod assertion;

pub use answer::{CODES, Row, Token, read};
pub use assertion::Unsigned;

use crate::check::report::Issue;
use crate::code;
use crate::crm::request::{Account, Request, System};
use crate::crossing::members;
use crate::encoding::form_pair;
use crate::packed::typed::letters;

/// What an account's owner keeps in secret bindings; which members are needed depends on the system.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(optional_fields, rename_all = "camelCase"))]
pub struct Credentials {
    /// Prospects: the API key.
    pub key: Option<String>,
    /// Marketo and Salesforce: the client. Salesforce calls it the consumer key.
    pub client_id: Option<String>,
    /// Marketo and Salesforce: the client's secret. With a private key there is none.
    pub client_secret: Option<String>,
    /// Salesforce: the private key of the certificate that the app has, as PEM (PKCS#8, `BEGIN PRIVATE KEY`). With it the
    /// account signs in by a JWT, the way to be preferred: nothing that is kept ever leaves the relay.
    pub private_key: Option<String>,
    /// Salesforce, with a private key: the name of the user that the app runs as.
    pub username: Option<String>,
    /// Salesforce, with a private key: whom the JWT is for, where `loginUrl` is not taken: `https://login.salesforce.com`, of
    /// a sandbox `https://test.salesforce.com`.
    pub audience: Option<String>,
    /// Salesforce: used instead of client credentials, where there is no private key.
    pub refresh_token: Option<String>,
    /// Salesforce: where tokens come from. Client credentials need the org's own login, the URL of Setup > My Domain:
    /// `https://MYDOMAIN.my.salesforce.com`, of a sandbox `https://MYDOMAIN--NAME.sandbox.my.salesforce.com`. A private key or
    /// a refresh token may use the shared hosts; `https://login.salesforce.com` where nothing is said.
    pub login_url: Option<String>,
    /// Marketo: where tokens come from, where it is not the base URL's host.
    pub identity_url: Option<String>,
}

members! {
    read Credentials, Credentials::default(),
    "key" key, "clientId" client_id, "clientSecret" client_secret, "refreshToken" refresh_token,
    "loginUrl" login_url, "privateKey" private_key, "username" username, "audience" audience, "identityUrl" identity_url,
}

/// How an account signs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grant {
    /// Its key is the token.
    Key,
    /// By the client's name and secret.
    Client,
    /// By a refresh token.
    Refresh,
    /// By a JWT that its private key signs.
    Assertion,
}

impl Grant {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Grant::Key => "key",
            Grant::Client => "client_credentials",
            Grant::Refresh => "refresh_token",
            Grant::Assertion => "jwt",
        }
    }
}

/// How this account signs in.
pub fn grant(system: System, credentials: &Credentials) -> Grant {
    match system {
        System::Prospects | System::Relay => Grant::Key,
        System::Pardot if credentials.private_key.is_some() => Grant::Assertion,
        System::Pardot if credentials.refresh_token.is_some() => Grant::Refresh,
        System::Pardot | System::Marketo => Grant::Client,
    }
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

/// What signing in takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Nothing: the key itself is the token.
    Key,
    /// A signature, and then [`request`] with it.
    Sign(Unsigned),
    /// This call.
    Call(Request),
}

/// What signing in takes at this time, in milliseconds since 1970. `signed` is the JWT that [`Asked::Sign`] asked for.
///
/// # Errors
/// `account.*` issues by member.
pub fn request(
    account: &Account,
    credentials: &Credentials,
    now: u64,
    signed: Option<&str>,
) -> Result<Asked, Vec<Issue>> {
    let grant = grant(account.system, credentials);
    let is_pardot = account.system == System::Pardot;
    // Who wrote the address looks for it under its own name.
    let (own, member) = match account.system {
        System::Pardot => (&credentials.login_url, "loginUrl"),
        _ => (&credentials.identity_url, "identityUrl"),
    };
    let own = own.as_deref().filter(|url| !url.trim().is_empty());
    let (host, path) = match account.system {
        System::Relay => return Ok(Asked::Key),
        System::Prospects => return given(credentials.key.as_deref(), "key").map(|_| Asked::Key),
        System::Marketo => (own.unwrap_or(&account.base_url), "/identity/oauth/token"),
        System::Pardot => (own.unwrap_or("https://login.salesforce.com"), "/services/oauth2/token"),
    };
    let issuer = Account {
        base_url: host.to_owned(),
        allow_host: account.allow_host.clone(),
        ..Account::new(account.system, "")
    };
    let origin = issuer.origin().and_then(|origin| issuer.known_host().map(|()| origin));
    // Salesforce gives no token for client credentials but at the org's own domain, the one pattern among its hosts.
    let is_shared = |origin: &&str| issuer.system.hosts().iter().any(|host| origin.ends_with(host));
    if is_pardot && grant == Grant::Client && origin.as_ref().ok().is_none_or(is_shared) {
        return Err(vec![Issue::error("loginUrl", &code::ACCOUNT_LOGIN_URL)]);
    }
    let origin = origin.map_err(|issue| match own {
        Some(_) => vec![Issue { field: member.to_owned(), ..issue }],
        None => vec![issue],
    })?;
    if grant == Grant::Assertion {
        let Some(signed) = signed else {
            return assertion::unsigned(credentials, origin, now).map(Asked::Sign);
        };
        let bearer = "urn:ietf:params:oauth:grant-type:jwt-bearer";
        return Ok(call(origin, path, bearer, &[("assertion", signed)]));
    }
    let mut pairs = vec![
        ("client_id", given(credentials.client_id.as_deref(), "clientId")?),
        ("client_secret", given(credentials.client_secret.as_deref(), "clientSecret")?),
    ];
    if grant == Grant::Refresh {
        pairs.push(("refresh_token", given(credentials.refresh_token.as_deref(), "refreshToken")?));
    }
    Ok(call(origin, path, grant.name(), &pairs))
}

/// A secret that is not there is named.
fn given<'s>(secret: Option<&'s str>, member: &str) -> Result<&'s str, Vec<Issue>> {
    secret
        .filter(|text| !text.trim().is_empty())
        .ok_or_else(|| vec![Issue::error(member, &code::ACCOUNT_CREDENTIAL).with_limit(member)])
}

/// In the body, not in the query: a secret in a URL ends up in logs.
fn call(origin: &str, path: &str, grant: &str, pairs: &[(&str, &str)]) -> Asked {
    let mut body = Vec::new();
    for (name, value) in [("grant_type", grant)].iter().chain(pairs) {
        form_pair(&[name.as_bytes()], value.as_bytes(), &mut body);
    }
    Asked::Call(Request {
        method: "POST",
        url: [origin, path].concat(),
        headers: vec![("Content-Type".to_owned(), "application/x-www-form-urlencoded".to_owned())],
        body: Some(letters(&body)),
    })
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
