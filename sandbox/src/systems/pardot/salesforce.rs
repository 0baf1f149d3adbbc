//! Salesforce's `/services/oauth2/token`.

use serde_json::json;

use crate::http::call::Call;
use crate::http::reply::Reply;
use crate::operation::Commit;
use crate::state::SandboxState;
use crate::store::tokens::fresh_hex;
use crate::system::Name;

const CLIENT: (&str, &str) = ("sandbox-client", "sandbox-secret");
const REFRESH_TOKEN: &str = "sandbox-refresh";
const USER: (&str, &str) = ("sandbox-user", "sandbox-password");

pub(super) fn token(call: &Call, state: &SandboxState, _: i64) -> Result<Commit, Reply> {
    let given = |name: &str| call.params.get(name).unwrap_or_default();
    let host = call.header("host").unwrap_or_default();
    let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
    // Where all orgs sign in nobody can tell of which one the client is (help.salesforce.com, article 000886201).
    if given("grant_type") == "client_credentials"
        && state.config().pardot.login_hosts.iter().any(|login| login == host)
    {
        return Err(refused("invalid_grant", "request not supported on this domain"));
    }
    // In the body, or by HTTP Basic (RFC 6749, 2.3.1).
    let basic = call.basic();
    let client = match &basic {
        Some((id, secret)) => (id.as_str(), secret.as_str()),
        None => (given("client_id"), given("client_secret")),
    };
    if client != CLIENT {
        return Err(refused("invalid_client", "invalid client credentials"));
    }
    match given("grant_type") {
        "client_credentials" => {}
        "refresh_token" if given("refresh_token") == REFRESH_TOKEN => {}
        "refresh_token" => return Err(refused("invalid_grant", "expired access/refresh token")),
        "password" if (given("username"), given("password")) == USER => {}
        "password" => return Err(refused("invalid_grant", "authentication failure")),
        _ => return Err(refused("unsupported_grant_type", "grant type not supported")),
    }
    let origin = call.origin();
    Ok(Box::new(move |state, now| {
        let token = format!("00D000000000001!AQ{}.{}", fresh_hex(), fresh_hex());
        let lifetime = i64::from(state.config().pardot.token_lifetime).saturating_mul(1000);
        state.store.add_token(Name::Pardot, CLIENT.0, &token, now.saturating_add(lifetime))?;
        // No `expires_in`: the end of a token shows only when it is refused (184).
        let body = json!({
            "access_token": token,
            "instance_url": origin,
            "id": format!("{origin}/id/00D000000000001EAA/005000000000001AAA"),
            "token_type": "Bearer",
            "scope": "pardot_api",
            "issued_at": now.to_string(),
        });
        Ok(Reply::json(200, &body, "token"))
    }))
}

/// Salesforce answers HTTP 400 where others say 401.
pub(super) fn refused(error: &str, description: &str) -> Reply {
    let body = json!({ "error": error, "error_description": description });
    Reply::json(400, &body, format!("refused:{error}"))
}
