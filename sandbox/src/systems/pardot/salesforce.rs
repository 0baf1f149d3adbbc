//! Salesforce's `/services/oauth2/token`.

use serde_json::{Value, json};

use super::assertion::{self, Wrong};
use crate::http::call::Call;
use crate::http::reply::Reply;
use crate::operation::Commit;
use crate::state::SandboxState;
use crate::store;
use crate::store::tokens::fresh_hex;
use crate::system::Name;

const CLIENT: (&str, &str) = ("sandbox-client", "sandbox-secret");
const REFRESH_TOKEN: &str = "sandbox-refresh";
const USER: (&str, &str) = ("sandbox-user", "sandbox-password");
const BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/// The kind of thing that a refresh token is kept as, which has taken the place of the first one.
const ROTATED: &str = "refresh token";

const GRANT: &str = "invalid_grant";
const DEAD: Wrong = (GRANT, "expired access/refresh token");

pub(super) fn token(call: &Call, state: &SandboxState, now: i64) -> Result<Commit, Reply> {
    let given = |name: &str| call.params.get(name).unwrap_or_default();
    let grant = given("grant_type").to_owned();
    let sent = given("refresh_token").to_owned();
    let allowed = if grant == BEARER {
        assertion::judge(given("assertion"), CLIENT.0, call, state, now)
    } else {
        by_secret(call, state)
    };
    allowed.map_err(|(error, description)| refused(error, description))?;
    let origin = call.origin();
    Ok(Box::new(move |state, now| {
        let config = state.config().pardot.clone();
        let mut body = json!({
            "instance_url": origin,
            "id": format!("{origin}/id/00D000000000001EAA/005000000000001AAA"),
            "token_type": "Bearer",
            "scope": config.scope,
            "issued_at": now.to_string(),
        });
        let mut add = |name: &str, value: String| {
            if let Some(members) = body.as_object_mut() {
                members.insert(name.to_owned(), json!(value));
            }
        };
        if grant == "refresh_token" {
            // Of two that are out at once one is late.
            if sent != living(state)? {
                return Err(refused(DEAD.0, DEAD.1));
            }
            if config.refresh_rotates {
                let next = format!("5Aep{}{}", fresh_hex(), fresh_hex());
                state.store.add_thing(Name::Pardot, ROTATED, "", &json!(next), now)?;
                add("refresh_token", next);
            }
        }
        let token = format!("00D000000000001!AQ{}.{}", fresh_hex(), fresh_hex());
        let lifetime = i64::from(config.token_lifetime).saturating_mul(1000);
        state.store.add_token(Name::Pardot, CLIENT.0, &token, now.saturating_add(lifetime))?;
        // No `expires_in`: the end of a token shows only when it is refused (184).
        add("access_token", token);
        Ok(Reply::json(200, &body, "token"))
    }))
}

/// What a client with its secret is told.
fn by_secret(call: &Call, state: &SandboxState) -> Result<(), Wrong> {
    let given = |name: &str| call.params.get(name).unwrap_or_default();
    let host = call.header("host").unwrap_or_default();
    let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
    // Where all orgs sign in nobody can tell of which one the client is (help.salesforce.com, article 000886201).
    if given("grant_type") == "client_credentials"
        && state.config().pardot.login_hosts.iter().any(|login| login == host)
    {
        return Err((GRANT, "request not supported on this domain"));
    }
    // In the body, or by HTTP Basic (RFC 6749, 2.3.1).
    let basic = call.basic();
    let client = match &basic {
        Some((id, secret)) => (id.as_str(), secret.as_str()),
        None => (given("client_id"), given("client_secret")),
    };
    if client.0 != CLIENT.0 {
        return Err(("invalid_client_id", "client identifier invalid"));
    }
    if client.1 != CLIENT.1 {
        return Err(("invalid_client", "invalid client credentials"));
    }
    match given("grant_type") {
        "client_credentials" if state.config().pardot.run_as.is_empty() => {
            Err((GRANT, "no client credentials user enabled"))
        }
        "client_credentials" => Ok(()),
        // Which one lives is asked once more when the token is made.
        "refresh_token" if living(state).is_ok_and(|living| given("refresh_token") == living) => {
            Ok(())
        }
        "refresh_token" => Err(DEAD),
        "password" if (given("username"), given("password")) == USER => Ok(()),
        "password" => Err((GRANT, "authentication failure")),
        _ => Err(("unsupported_grant_type", "grant type not supported")),
    }
}

/// The refresh token of now.
fn living(state: &SandboxState) -> store::Result<String> {
    let last = state.store.things(Name::Pardot, ROTATED)?.pop();
    Ok(last
        .and_then(|thing| thing.body.as_str().map(str::to_owned))
        .unwrap_or_else(|| REFRESH_TOKEN.to_owned()))
}

/// Salesforce answers HTTP 400 where others say 401.
pub(super) fn refused(error: &str, description: &str) -> Reply {
    let body: Value = json!({ "error": error, "error_description": description });
    Reply::json(400, &body, format!("refused:{error}"))
}
