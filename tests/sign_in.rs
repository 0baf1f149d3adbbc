//! Signing in: what is missing or wrong is said before a call, what the answer lacks after it, and nothing of it in silence.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use fieldpost::outcome::Fault;
use fieldpost::systems::token::{self, Asked, Credentials};
use fieldpost::{Account, Outcome, Reply, System};

const NOW: u64 = 1_796_000_000_000;

fn client() -> Credentials {
    Credentials {
        client_id: Some("id".to_owned()),
        client_secret: Some("secret".to_owned()),
        login_url: Some("https://acme.my.salesforce.com".to_owned()),
        ..Credentials::default()
    }
}

fn refreshed() -> Credentials {
    Credentials { refresh_token: Some("token".to_owned()), login_url: None, ..client() }
}

fn pardot() -> Account {
    Account::new(System::Pardot, "https://pi.pardot.com")
}

fn marketo() -> Account {
    Account::new(System::Marketo, "https://123-ABC-456.mktorest.com")
}

/// The member and the code of what is wrong before anything is sent, else where the request goes.
fn asked(account: &Account, credentials: &Credentials) -> Result<String, (String, String)> {
    token::request(account, credentials, NOW, None)
        .map(|asked| match asked {
            Asked::Call(request) => request.url,
            other => panic!("{other:?}"),
        })
        .map_err(|issues| (issues[0].field.clone(), issues[0].code.to_string()))
}

#[test]
fn client_credentials_need_the_orgs_own_domain() {
    let at = |url: Option<&str>| Credentials { login_url: url.map(str::to_owned), ..client() };
    let wrong = Err(("loginUrl".to_owned(), "account.login_url".to_owned()));
    for url in [
        None,
        Some(""),
        Some("https://login.salesforce.com"),
        Some("https://LOGIN.salesforce.com/"),
        Some("https://test.salesforce.com"),
        Some("https://pi.pardot.com"),
        Some("https://acme.lightning.force.com"),
        Some("https://acme.my.salesforce-setup.com"),
    ] {
        assert_eq!(asked(&pardot(), &at(url)), wrong, "{url:?}");
    }
    for url in [
        "https://acme.my.salesforce.com",
        "https://acme--uat.sandbox.my.salesforce.com/",
        "https://acme-dev-ed.develop.my.salesforce.com",
    ] {
        let to = format!("{}/services/oauth2/token", url.trim_end_matches('/'));
        assert_eq!(asked(&pardot(), &at(Some(url))), Ok(to));
    }
    // Whom the owner names is taken at their word, but never a host that Salesforce refuses for this.
    let allowed = Account {
        allow_host: vec!["127.0.0.1:1".to_owned(), "login.salesforce.com".to_owned()],
        ..pardot()
    };
    assert_eq!(
        asked(&allowed, &at(Some("http://127.0.0.1:1"))),
        Ok("http://127.0.0.1:1/services/oauth2/token".to_owned())
    );
    assert_eq!(asked(&allowed, &at(Some("https://login.salesforce.com"))), wrong);
    let sentence = &token::request(&pardot(), &at(None), NOW, None).unwrap_err()[0].message;
    for part in [
        "My Domain",
        "https://MYDOMAIN.my.salesforce.com",
        "https://MYDOMAIN--NAME.sandbox.my.salesforce.com",
    ] {
        assert!(sentence.contains(part), "{sentence}");
    }
    // A host that is nobody's: what was meant is the org's own. To a refresh token it is said to be nobody's.
    assert_eq!(asked(&pardot(), &at(Some("https://evil.example"))), wrong);
    let elsewhere =
        Credentials { login_url: Some("https://evil.example".to_owned()), ..refreshed() };
    assert_eq!(
        asked(&pardot(), &elsewhere),
        Err(("loginUrl".to_owned(), "account.host".to_owned()))
    );
}

#[test]
fn a_refresh_token_may_use_the_shared_hosts() {
    for (url, host) in [
        (None, "login.salesforce.com"),
        (Some("https://test.salesforce.com"), "test.salesforce.com"),
        (Some("https://acme.my.salesforce.com"), "acme.my.salesforce.com"),
    ] {
        let credentials = Credentials { login_url: url.map(str::to_owned), ..refreshed() };
        assert_eq!(
            asked(&pardot(), &credentials),
            Ok(format!("https://{host}/services/oauth2/token"))
        );
    }
}

#[test]
fn a_credential_that_is_not_there_is_named() {
    let prospects = Account::new(System::Prospects, "https://api.hiringcenterpro.com");
    for empty in [None, Some(String::new()), Some(" \n".to_owned())] {
        let none = || empty.clone();
        for (account, credentials, member) in [
            (marketo(), Credentials { client_id: none(), ..client() }, "clientId"),
            (marketo(), Credentials { client_secret: none(), ..client() }, "clientSecret"),
            (pardot(), Credentials { client_secret: none(), ..refreshed() }, "clientSecret"),
            (prospects.clone(), Credentials { key: none(), ..Credentials::default() }, "key"),
        ] {
            let issues = token::request(&account, &credentials, NOW, None).unwrap_err();
            assert_eq!(
                (issues[0].field.as_str(), issues[0].code.as_ref()),
                (member, "account.credential")
            );
            assert!(issues[0].message.contains(member), "{}", issues[0].message);
        }
    }
    // An empty binding is a refresh token that is missing, not the wish for client credentials.
    let empty = Credentials { refresh_token: Some(String::new()), ..refreshed() };
    assert_eq!(
        asked(&pardot(), &empty),
        Err(("refreshToken".to_owned(), "account.credential".to_owned()))
    );
    let key = Credentials { key: Some("key".to_owned()), ..Credentials::default() };
    assert_eq!(token::request(&prospects, &key, NOW, None), Ok(Asked::Key));
}

/// The code and the member of a refusal, or the code of what is over in a moment.
fn read(status: u16, body: &str, account: &Account, credentials: &Credentials) -> (String, String) {
    let reply = Reply { status, body: body.to_owned(), ..Reply::default() };
    let grant = token::grant(account.system, credentials);
    match token::read(&reply, account.system, grant) {
        Ok(token) => (token.token, "token".to_owned()),
        Err(Outcome::Refused { issues, fault: Fault::Account }) => {
            assert!(issues[0].message.matches(['.', '?']).count() > 1, "{}", issues[0].message);
            (issues[0].code.to_string(), issues[0].field.clone())
        }
        Err(Outcome::Retry { code, .. }) => (code.to_string(), "retry".to_owned()),
        Err(other) => panic!("{status} {body}: {other:?}"),
    }
}

#[test]
fn every_answer_has_a_code() {
    let grant = |text: &str| format!(r#"{{"error":"invalid_grant","error_description":"{text}"}}"#);
    let html = "<!DOCTYPE html><html><body>Sign in</body></html>";
    let cases = [
        (400, grant("request not supported on this domain"), "auth.domain", "loginUrl"),
        (400, grant("no client credentials user enabled"), "auth.flow", "clientId"),
        (400, grant("client identifier invalid"), "auth.flow", "clientId"),
        (400, r#"{"error":"invalid_client"}"#.to_owned(), "auth.refused", "credentials"),
        (400, r#"{"error":"invalid_client_id"}"#.to_owned(), "auth.refused", "credentials"),
        (400, r#"{"error":"unsupported_grant_type"}"#.to_owned(), "auth.flow", "clientId"),
        (400, r#"{"error":"unauthorized_client"}"#.to_owned(), "auth.flow", "clientId"),
        (401, String::new(), "auth.refused", "credentials"),
        (200, html.to_owned(), "auth.page", "loginUrl"),
        (302, String::new(), "auth.page", "loginUrl"),
        (403, html.to_owned(), "auth.page", "loginUrl"),
        (404, html.to_owned(), "auth.page", "loginUrl"),
        (405, String::new(), "auth.page", "loginUrl"),
        (200, String::new(), "auth.empty", "credentials"),
        (200, "{}".to_owned(), "auth.empty", "credentials"),
        (200, r#"{"access_token":""}"#.to_owned(), "auth.empty", "credentials"),
        (200, r#"{"access_token":null,"id":"x"}"#.to_owned(), "auth.empty", "credentials"),
        (200, r#"{"access_token":"to"#.to_owned(), "auth.down", "retry"),
        (500, String::new(), "auth.down", "retry"),
        (503, html.to_owned(), "auth.down", "retry"),
        (408, String::new(), "auth.down", "retry"),
        (429, String::new(), "auth.down", "retry"),
        (200, r#"{"access_token":"t"}"#.to_owned(), "t", "token"),
    ];
    for (status, body, code, member) in cases {
        assert_eq!(
            read(status, &body, &pardot(), &client()),
            (code.into(), member.into()),
            "{status} {body}"
        );
    }
    for (body, code, member) in [
        (grant("expired access/refresh token"), "auth.refresh_token", "refreshToken"),
        (grant("inactive user"), "auth.refresh_token", "refreshToken"),
        // Two refreshes at once, in Salesforce's words of today and of before.
        (grant("token request is already being processed"), "auth.busy", "retry"),
        (grant("expired authorization code"), "auth.busy", "retry"),
        (r#"{"error":"invalid_client"}"#.to_owned(), "auth.refused", "credentials"),
    ] {
        assert_eq!(
            read(400, &body, &pardot(), &refreshed()),
            (code.into(), member.into()),
            "{body}"
        );
    }
    assert_eq!(read(401, "", &marketo(), &client()), ("auth.refused".into(), "credentials".into()));
    assert_eq!(read(200, html, &marketo(), &client()), ("auth.page".into(), "baseUrl".into()));
    assert_eq!(read(404, html, &marketo(), &client()), ("auth.page".into(), "baseUrl".into()));
    let last = r#"{"access_token":"t","expires_in":0}"#;
    assert_eq!(read(200, last, &marketo(), &client()), ("auth.busy".into(), "retry".into()));
}

fn signing() -> Credentials {
    Credentials {
        client_id: Some("3MVG\"9".to_owned()),
        private_key: Some(
            "-----BEGIN PRIVATE KEY-----\\nQUJD\\nREVG\\n-----END PRIVATE KEY-----".to_owned(),
        ),
        username: Some("api@acme.example".to_owned()),
        ..Credentials::default()
    }
}

#[test]
fn a_private_key_signs_for_two_minutes() {
    for (login, audience, host) in [
        (None, None, "https://login.salesforce.com"),
        (Some("https://acme.my.salesforce.com/"), None, "https://acme.my.salesforce.com"),
        (
            Some("https://acme.my.salesforce.com"),
            Some("https://test.salesforce.com"),
            "https://acme.my.salesforce.com",
        ),
    ] {
        let credentials = Credentials {
            login_url: login.map(str::to_owned),
            audience: audience.map(str::to_owned),
            ..signing()
        };
        let Ok(Asked::Sign(unsigned)) = token::request(&pardot(), &credentials, NOW, None) else {
            panic!("{login:?}")
        };
        assert_eq!(unsigned.key, "QUJDREVG");
        let (head, claims) = unsigned.text.split_once('.').unwrap();
        assert_eq!(decoded(head), r#"{"alg":"RS256"}"#);
        let audience = audience.unwrap_or(host);
        assert_eq!(
            decoded(claims),
            format!(
                r#"{{"iss":"3MVG\"9","sub":"api@acme.example","aud":"{audience}","exp":1796000120}}"#
            )
        );
        let Ok(Asked::Call(request)) =
            token::request(&pardot(), &credentials, NOW, Some("a.b-c_d.e"))
        else {
            panic!("{login:?}")
        };
        assert_eq!(request.url, format!("{host}/services/oauth2/token"));
        assert_eq!(
            request.body.unwrap(),
            "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=a.b-c_d.e"
        );
    }
}

/// The text of Base64 for URLs, by the table of RFC 4648.
fn decoded(text: &str) -> String {
    const SIGNS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let (mut bytes, mut held, mut bits) = (Vec::new(), 0_u32, 0);
    for sign in text.chars() {
        held = held << 6 | u32::try_from(SIGNS.find(sign).unwrap()).unwrap();
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(held >> bits & 0xFF).unwrap());
        }
    }
    String::from_utf8(bytes).unwrap()
}

#[test]
fn a_key_that_is_none_is_named_for_what_it_is() {
    for (label, code) in [
        ("RSA PRIVATE KEY", "account.private_key_pkcs1"),
        ("EC PRIVATE KEY", "account.private_key"),
        ("ENCRYPTED PRIVATE KEY", "account.private_key_encrypted"),
        ("CERTIFICATE", "account.private_key_public"),
        ("PUBLIC KEY", "account.private_key_public"),
    ] {
        let key = format!("-----BEGIN {label}-----\nQUJD\n-----END {label}-----\n");
        let credentials = Credentials { private_key: Some(key), ..signing() };
        assert_eq!(asked(&pardot(), &credentials), Err(("privateKey".to_owned(), code.to_owned())));
    }
    for key in [
        "QUJD",
        "-----BEGIN PRIVATE KEY-----\nQUJD",
        "-----BEGIN PRIVATE KEY-----é-----END PRIVATE KEY-----",
    ] {
        let credentials = Credentials { private_key: Some(key.to_owned()), ..signing() };
        assert_eq!(
            asked(&pardot(), &credentials),
            Err(("privateKey".to_owned(), "account.private_key".to_owned()))
        );
    }
}

#[test]
fn what_salesforce_says_of_a_jwt_is_told_apart() {
    for (error, description, code, member) in [
        ("invalid_grant", "user hasn't approved this consumer", "auth.approval", "username"),
        (
            "invalid_app_access",
            "user is not admin approved to access this app",
            "auth.approval",
            "username",
        ),
        ("invalid_grant", "audience is invalid", "auth.audience", "audience"),
        ("invalid_grant", "invalid assertion", "auth.assertion", "privateKey"),
        ("invalid_grant", "expired authorization code", "auth.clock", "privateKey"),
        ("invalid_grant", "ip restricted", "auth.address", "clientId"),
        ("invalid_grant", "inactive user", "auth.user", "username"),
        ("inactive_org", "", "auth.user", "username"),
        ("invalid_client_id", "client identifier invalid", "auth.client", "clientId"),
        ("unsupported_grant_type", "grant type not supported", "auth.assertion", "privateKey"),
    ] {
        let body = format!(r#"{{"error":"{error}","error_description":"{description}"}}"#);
        assert_eq!(
            read(400, &body, &pardot(), &signing()),
            (code.into(), member.into()),
            "{error} {description}"
        );
    }
}
