//! What comes when an account signs in: a token, or a code with a sentence that says what to mend.

use super::Grant;
use crate::code::{self, here};
use crate::crm::outcome::{Class, Fault, Outcome, Reason, VendorCode};
use crate::crm::request::System;
use crate::crm::systems::known::Known;
use crate::crm::systems::reply::Reply;
use crate::value::{Value, cut, number, parts};
use std::borrow::Cow;

/// A token, how long it lives, and what came with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// For `Authorization: Bearer`.
    pub token: String,
    /// Milliseconds; nothing where the system does not say it.
    pub lifetime: Option<u64>,
    /// What it may be used for, where the system says it.
    pub scope: Option<String>,
    /// The refresh token that takes the place of the one that was sent, which is dead from now on.
    pub refresh_token: Option<String>,
}

impl Token {
    /// Whether Salesforce says that it is for other things than Pardot. Where it says nothing, nobody knows.
    pub fn lacks_scope(scope: &str) -> bool {
        !scope.is_empty() && !parts(scope, ' ').any(|word| matches!(word, "pardot_api" | "full"))
    }
}

/// A code, and the member of the account or its credentials that has to be mended.
pub type Row = (VendorCode, &'static str);

const fn row(
    name: &'static str,
    member: &'static str,
    class: Class,
    sentence: &'static str,
) -> Row {
    (VendorCode { number: 0, name, class, sentence: here(sentence) }, member)
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
const CLIENT: Row = row(
    "auth.client",
    "clientId",
    ACCOUNT,
    "Salesforce does not know the app. Is clientId its consumer key, and loginUrl the org's that has it?",
);
const ASSERTION: Row = row(
    "auth.assertion",
    "privateKey",
    ACCOUNT,
    "Salesforce does not take the JWT. Has the app the certificate of privateKey, and is username a user of this org?",
);
const APPROVAL: Row = row(
    "auth.approval",
    "username",
    ACCOUNT,
    "The user may not use the app. Let admin-approved users in by its policies, give the user its permission set, and the app the scopes pardot_api and refresh_token.",
);
const AUDIENCE: Row = row(
    "auth.audience",
    "audience",
    ACCOUNT,
    "Salesforce says that the JWT is not for it. Set audience to https://login.salesforce.com, of a sandbox to https://test.salesforce.com.",
);
const CLOCK: Row = row(
    "auth.clock",
    "privateKey",
    ACCOUNT,
    "Salesforce says that the JWT has expired. Is this machine's clock right?",
);
const ADDRESS: Row = row(
    "auth.address",
    "clientId",
    ACCOUNT,
    "Salesforce lets nobody in from this address at this hour. Relax the app's IP restrictions, and compare the login hours of the user's profile.",
);
const USER: Row = row(
    "auth.user",
    "username",
    ACCOUNT,
    "The user or the org is not active. Activate the user, or name another one.",
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
pub const CODES: &[Row] = &[
    REFUSED, DOMAIN, FLOW, CLIENT, ASSERTION, APPROVAL, AUDIENCE, CLOCK, ADDRESS, USER, REFRESH,
    PAGE, EMPTY, BUSY, DOWN,
];

/// Salesforce says one word for many things, and its description which: the word, a part of the description, and the one
/// way of signing in that this is about. The first that fits counts.
const SAID: &[(&str, &str, Option<Grant>, &Row)] = &[
    ("invalid_grant", "not supported on this domain", None, &DOMAIN),
    // Two refreshes at once; the second description is of before September 2024. Of a JWT it says another thing.
    ("invalid_grant", "already being processed", None, &BUSY),
    ("invalid_grant", "expired authorization code", Some(Grant::Assertion), &CLOCK),
    ("invalid_grant", "expired authorization code", None, &BUSY),
    ("invalid_grant", "login rate exceeded", None, &BUSY),
    ("invalid_grant", "audience", Some(Grant::Assertion), &AUDIENCE),
    ("invalid_grant", "approved this consumer", None, &APPROVAL),
    ("invalid_grant", "ip restricted", None, &ADDRESS),
    ("invalid_grant", "", Some(Grant::Refresh), &REFRESH),
    ("invalid_grant", "inactive", None, &USER),
    ("invalid_app_access", "", None, &APPROVAL),
    ("inactive_user", "", None, &USER),
    ("inactive_org", "", None, &USER),
    ("invalid_client", "", Some(Grant::Assertion), &CLIENT),
    ("invalid_client_id", "", Some(Grant::Assertion), &CLIENT),
    ("", "", Some(Grant::Assertion), &ASSERTION),
    ("invalid_grant", "", None, &FLOW),
    ("unsupported_grant_type", "", None, &FLOW),
    ("unauthorized_client", "", None, &FLOW),
];

/// The token of a reply, or what became of the call.
///
/// # Errors
/// `Refused` where the owner has to mend something, else when to ask again.
pub fn read(reply: &Reply, system: System, grant: Grant) -> Result<Token, Outcome> {
    let said = |(row, member): &Row, after: Option<u64>| match row.class {
        // Marketo's own address is where its tokens come from.
        Class::Refused(fault) => {
            let is_marketo = system == System::Marketo;
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
                let seconds: Option<u64> = text("expires_in").and_then(number);
                match seconds {
                    // Marketo may hand out a token in its last second: ask again rather than use it.
                    Some(0) => return Err(said(&BUSY, Some(1_000))),
                    _ => {
                        return Ok(Token {
                            token: token.to_owned(),
                            lifetime: seconds.map(|n| n.saturating_mul(1_000)),
                            scope: text("scope").map(str::to_owned),
                            refresh_token: text("refresh_token")
                                .filter(|_| grant == Grant::Refresh)
                                .map(str::to_owned),
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
            grant,
        ),
        _ => &PAGE,
    };
    Err(said(row, None))
}

/// The row of an error.
fn of_error(error: &str, description: &str, grant: Grant) -> &'static Row {
    let fits = |(word, part, of, _): &&(&str, &str, Option<Grant>, &'static Row)| {
        (word.is_empty() || *word == error)
            && (part.is_empty() || cut(description, part).is_some())
            && of.is_none_or(|of| of == grant)
    };
    SAID.iter().find(fits).map_or(&REFUSED, |(.., row)| row)
}
