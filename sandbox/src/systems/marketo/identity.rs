//! `/identity/oauth/token`.

use serde_json::json;

use crate::http::call::Call;
use crate::http::reply::Reply;
use crate::operation::Commit;
use crate::state::SandboxState;
use crate::store::tokens::fresh_hex;
use crate::system::Name;

const CLIENT: (&str, &str) = ("sandbox-client", "sandbox-secret");

/// The same token comes back until it expires, with the life that is left (page "Authentication").
pub(super) fn token(call: &Call, _: &SandboxState, _: i64) -> Result<Commit, Reply> {
    let given = |name: &str| call.params.get(name).unwrap_or_default();
    if given("grant_type") != "client_credentials" {
        return Err(refused("unsupported_grant_type", "grant_type must be client_credentials"));
    }
    if (given("client_id"), given("client_secret")) != CLIENT {
        return Err(refused("invalid_client", "Bad client credentials"));
    }
    Ok(Box::new(|state, now| {
        let (client, _) = CLIENT;
        let living = state.store.living_token(Name::Marketo, client, now)?;
        let (token, expires) = if let Some(living) = living {
            living
        } else {
            let lifetime = i64::from(state.config().marketo.token_lifetime).saturating_mul(1000);
            let fresh = (shape(), now.saturating_add(lifetime));
            state.store.add_token(Name::Marketo, client, &fresh.0, fresh.1)?;
            fresh
        };
        // Whole seconds, rounded down, so 0 for a token in its last second: clients have met that [RUD PR 2432].
        let left = expires.saturating_sub(now).div_euclid(1000);
        let body = json!({
            "access_token": token,
            "token_type": "bearer",
            "expires_in": left,
            "scope": "api-only@sandbox.example",
        });
        Ok(Reply::json(200, &body, "token"))
    }))
}

/// Identity is the one place where Marketo uses HTTP 401 (page "Error codes").
pub(super) fn refused(error: &str, description: &str) -> Reply {
    let body = json!({ "error": error, "error_description": description });
    Reply::json(401, &body, format!("refused:{error}"))
}

/// `uuid:suffix`.
fn shape() -> String {
    let (high, low) = (fresh_hex(), fresh_hex());
    let part =
        |text: &str, from: usize, to: usize| text.get(from..to).unwrap_or_default().to_owned();
    format!(
        "{}-{}-{}-{}-{}:ab",
        part(&high, 0, 8),
        part(&high, 8, 12),
        part(&high, 12, 16),
        part(&low, 0, 4),
        part(&low, 4, 16)
    )
}
