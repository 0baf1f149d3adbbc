//! What a relay says of its options: each mistake by its place and code, and what it closes.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use fieldpost::options::{Closes, Finding, MEMBERS, judge};
use fieldpost::{Value, code};
use serde_json::{Value as Json, json};

/// Options that are as they should be.
fn good() -> Json {
    json!({
        "secret": "a secret of more than thirty-two characters",
        "operatorKey": "an operator's key",
        "accounts": {
            "marketo": {
                "system": "marketo", "baseUrl": "https://123-ABC-456.mktorest.com",
                "credentials": { "clientId": "id", "clientSecret": "secret" },
            },
            "pardot": {
                "system": "pardot", "baseUrl": "https://pi.pardot.com", "businessUnit": "0Uv000000000001CAA",
                "credentials": { "clientId": "id", "clientSecret": "secret", "loginUrl": "https://acme.my.salesforce.com" },
            },
            "prospects": {
                "system": "prospects", "baseUrl": "https://api.hiringcenterpro.com", "credentials": { "key": "key" },
            },
        },
        "forms": {
            "contact": {
                "origins": ["https://www.example.com", "http://localhost:3000/"],
                "thanks": "https://www.example.com/thanks",
                "fields": {
                    "firstName": { "kind": "name", "required": true },
                    "lastName": { "kind": "name", "required": true },
                    "email": { "kind": "email", "required": true },
                    "phone": { "kind": "phone" },
                    "terms": { "kind": "consent", "required": true },
                },
                "deliver": [
                    { "account": "marketo", "map": { "email": "email", "Phone": "phone", "agreed": "@consent.terms.at" },
                      "constants": { "formId": 1029 } },
                    { "account": "pardot", "map": { "email": "email", "campaign": "@utm_campaign" } },
                    { "account": "prospects", "match": "phone",
                      "map": { "firstName": "firstName", "lastName": "lastName", "phone": "phone" } },
                ],
            },
        },
    })
}

fn found(options: &Json) -> Vec<Finding> {
    let options: Value<'static> = serde_json::from_value(options.clone()).unwrap();
    judge(&options, &[])
}

/// The good options with this in the place that a pointer names; null takes the member away.
fn with(pointer: &str, value: Json) -> Vec<Finding> {
    let mut options = good();
    let (above, name) = pointer.rsplit_once('/').unwrap();
    let place = options.pointer_mut(above).unwrap();
    match (place, value) {
        (Json::Object(members), Json::Null) => {
            members.remove(name);
        }
        (Json::Array(items), value) => items[name.parse::<usize>().unwrap()] = value,
        (place, value) => place[name] = value,
    }
    found(&options)
}

fn one(mut found: Vec<Finding>) -> (String, String, Closes) {
    assert_eq!(found.len(), 1, "{found:#?}");
    let finding = found.remove(0);
    assert!(!finding.sentence().is_empty());
    assert!(!finding.sentence().contains("{}"), "{finding:?}");
    (finding.place, finding.code, finding.closes)
}

#[test]
fn good_options_have_no_finding() {
    assert_eq!(found(&good()), []);
}

#[test]
#[allow(clippy::too_many_lines, reason = "one row for each mistake")]
fn each_mistake_has_its_place_its_code_and_what_it_closes() {
    let contact = "/forms/contact";
    for (pointer, value, place, code, closes) in [
        // 1, 2
        ("/secret".to_owned(), Json::Null, "secret", "options.secret", Closes::Relay),
        ("/secret".to_owned(), json!([]), "secret", "options.secret", Closes::Relay),
        ("/secret".to_owned(), json!(""), "secret", "options.secret", Closes::Relay),
        ("/secret".to_owned(), json!("short"), "secret", "options.secret_short", Closes::Relay),
        (
            "/secret".to_owned(),
            json!(["a secret of more than thirty-two characters", "x"]),
            "secret[1]",
            "options.secret_short",
            Closes::Relay,
        ),
        // 3
        (
            "/accounts/marketo/credentials/clientSecret".to_owned(),
            Json::Null,
            "accounts.marketo.credentials.clientSecret",
            "account.credential",
            Closes::Account,
        ),
        (
            "/accounts/prospects/credentials/key".to_owned(),
            json!(" "),
            "accounts.prospects.credentials.key",
            "account.credential",
            Closes::Account,
        ),
        // 4
        (
            "/accounts/marketo/baseUrl".to_owned(),
            Json::Null,
            "accounts.marketo.baseUrl",
            "account.base_url",
            Closes::Account,
        ),
        (
            "/accounts/pardot/baseUrl".to_owned(),
            json!("pi.pardot.com"),
            "accounts.pardot.baseUrl",
            "account.base_url",
            Closes::Account,
        ),
        (
            "/accounts/pardot/baseUrl".to_owned(),
            json!("https://pi.pardot.example"),
            "accounts.pardot.baseUrl",
            "account.host",
            Closes::Account,
        ),
        // 5
        (
            "/accounts/pardot/credentials/loginUrl".to_owned(),
            json!("https://login.salesforce.com"),
            "accounts.pardot.credentials.loginUrl",
            "account.login_url",
            Closes::Account,
        ),
        (
            "/accounts/pardot/credentials/loginUrl".to_owned(),
            Json::Null,
            "accounts.pardot.credentials.loginUrl",
            "account.login_url",
            Closes::Account,
        ),
        // 6
        (
            format!("{contact}/deliver/0/constants"),
            Json::Null,
            "forms.contact.deliver[0].constants.formId",
            "options.constant",
            Closes::Target,
        ),
        (
            format!("{contact}/deliver/0/constants/formId"),
            json!(""),
            "forms.contact.deliver[0].constants.formId",
            "options.constant",
            Closes::Target,
        ),
        (
            format!("{contact}/deliver/0/constants/formId"),
            json!("12a"),
            "forms.contact.deliver[0].constants.formId",
            "options.constant_value",
            Closes::Target,
        ),
        // 7
        (
            format!("{contact}/deliver/2/map/compny"),
            json!("phone"),
            "forms.contact.deliver[2].map.compny",
            "options.param",
            Closes::Target,
        ),
        (
            format!("{contact}/deliver/0/constants/formid"),
            json!(1),
            "forms.contact.deliver[0].constants.formid",
            "options.param",
            Closes::Target,
        ),
        // 8
        (
            format!("{contact}/deliver/2/map/lastName"),
            Json::Null,
            "forms.contact.deliver[2].map.lastName",
            "options.required",
            Closes::Target,
        ),
        (
            format!("{contact}/deliver/1/map/email"),
            Json::Null,
            "forms.contact.deliver[1].map.email",
            "options.required",
            Closes::Target,
        ),
        (
            format!("{contact}/fields/firstName/required"),
            Json::Null,
            "forms.contact.deliver[2].map.firstName",
            "options.required",
            Closes::Target,
        ),
        // 9
        (
            format!("{contact}/fields/phone/kind"),
            json!("tel"),
            "forms.contact.fields.phone.kind",
            "options.kind",
            Closes::Form,
        ),
        // 10
        (
            format!("{contact}/fields/phone/require"),
            json!(true),
            "forms.contact.fields.phone.require",
            "options.member",
            Closes::Nothing,
        ),
        (
            format!("{contact}/anyOf"),
            json!([]),
            "forms.contact.anyOf",
            "options.member",
            Closes::Nothing,
        ),
        (
            "/accounts/pardot/token".to_owned(),
            json!("x"),
            "accounts.pardot.token",
            "options.member",
            Closes::Nothing,
        ),
        ("/operatorkey".to_owned(), json!("x"), "operatorkey", "options.member", Closes::Nothing),
        // 11
        (
            format!("{contact}/origins/0"),
            json!("https://www.example.com/landing"),
            "forms.contact.origins[0]",
            "options.origin_path",
            Closes::Nothing,
        ),
        (
            format!("{contact}/origins/0"),
            json!("*"),
            "forms.contact.origins[0]",
            "options.origin",
            Closes::Form,
        ),
        (
            format!("{contact}/origins/0"),
            json!("https://a.example, https://b.example"),
            "forms.contact.origins[0]",
            "options.origin",
            Closes::Form,
        ),
        (
            format!("{contact}/origins/0"),
            json!("https://*.example.com"),
            "forms.contact.origins[0]",
            "options.origin",
            Closes::Form,
        ),
        (
            format!("{contact}/origins"),
            json!("https://a.example"),
            "forms.contact.origins",
            "options.value",
            Closes::Form,
        ),
        // 12
        (
            format!("{contact}/deliver/1/account"),
            json!("pardt"),
            "forms.contact.deliver[1].account",
            "options.account",
            Closes::Way,
        ),
        (
            format!("{contact}/deliver/1/account"),
            json!("marketo"),
            "forms.contact.deliver[1].account",
            "options.twice",
            Closes::Form,
        ),
        (
            "/accounts/pardot/system".to_owned(),
            json!("salesforce"),
            "accounts.pardot.system",
            "account.system",
            Closes::Way,
        ),
        // 13
        (
            format!("{contact}/deliver/1/map/first_name"),
            json!("firstname"),
            "forms.contact.deliver[1].map.first_name",
            "options.field",
            Closes::Target,
        ),
        (
            format!("{contact}/deliver/1/map/opted_out"),
            json!("!stop"),
            "forms.contact.deliver[1].map.opted_out",
            "options.field",
            Closes::Target,
        ),
        (
            format!("{contact}/deliver/0/map/agreed"),
            json!("@consent.term.at"),
            "forms.contact.deliver[0].map.agreed",
            "options.field",
            Closes::Target,
        ),
        // The others
        ("/plan".to_owned(), json!("pro"), "plan", "options.value", Closes::Relay),
        ("/shards".to_owned(), json!(0), "shards", "options.value", Closes::Relay),
        ("/maxBytes".to_owned(), json!("1 GiB"), "maxBytes", "options.value", Closes::Relay),
        ("/operatorKey".to_owned(), json!("short"), "operatorKey", "options.value", Closes::Relay),
        (
            "/valueKey".to_owned(),
            json!("an operator's key"),
            "valueKey",
            "options.value",
            Closes::Relay,
        ),
        (
            "/addressHeader".to_owned(),
            json!("x real ip"),
            "addressHeader",
            "options.value",
            Closes::Relay,
        ),
        ("/addressHops".to_owned(), json!(0), "addressHops", "options.value", Closes::Relay),
        (
            "/operators".to_owned(),
            json!({ "ann": { "key": "short", "rights": ["view"] } }),
            "operators.ann.key",
            "options.value",
            Closes::Relay,
        ),
        (
            "/operators".to_owned(),
            json!({ "ann": { "key": "a key of twenty letters", "rights": ["all"] } }),
            "operators.ann.rights",
            "options.value",
            Closes::Relay,
        ),
        (
            "/operators".to_owned(),
            json!({ "values": { "key": "a key of twenty letters", "rights": ["view"] } }),
            "operators.values",
            "options.value",
            Closes::Relay,
        ),
        (
            "/access".to_owned(),
            json!({ "team": "example.com", "audience": "x", "people": {} }),
            "access.team",
            "options.value",
            Closes::Relay,
        ),
        (
            "/access".to_owned(),
            json!({ "team": "https://example.cloudflareaccess.com/", "audience": "x", "people": { "Ann@example.com": ["view"] } }),
            "access.people",
            "options.value",
            Closes::Relay,
        ),
        (
            "/accounts/pardot/record".to_owned(),
            json!("https://example.com"),
            "accounts.pardot.record",
            "options.value",
            Closes::Nothing,
        ),
        (
            format!("{contact}/deliver/0/match"),
            json!("phone"),
            "forms.contact.deliver[0].match",
            "options.value",
            Closes::Target,
        ),
        (
            format!("{contact}/fields/phone/min"),
            json!("3"),
            "forms.contact.fields.phone.min",
            "value.kind",
            Closes::Form,
        ),
        (
            format!("{contact}/turnstile"),
            json!({}),
            "forms.contact.turnstile.secret",
            "options.secret",
            Closes::Nothing,
        ),
        (
            "/accounts/pardot/version".to_owned(),
            json!(5),
            "accounts.pardot.version",
            "account.version",
            Closes::Account,
        ),
        (
            "/accounts/pardot/version".to_owned(),
            json!("4"),
            "accounts.pardot.version",
            "account.version",
            Closes::Account,
        ),
        (
            "/accounts/pardot/businessUnit".to_owned(),
            json!("x"),
            "accounts.pardot.businessUnit",
            "account.business_unit",
            Closes::Account,
        ),
        (
            "/accounts/pardot/limits".to_owned(),
            json!({ "calls": 1, "window": 1, "atOnce": 0 }),
            "accounts.pardot.limits.atOnce",
            "options.value",
            Closes::Account,
        ),
    ] {
        assert_eq!(
            one(with(&pointer, value)),
            (place.to_owned(), code.to_owned(), closes),
            "{pointer}"
        );
    }
}

#[test]
fn a_parameter_that_is_mistyped_keeps_only_those_leads_back_that_fill_it() {
    let found = with("/forms/contact/deliver/2/map/compny", json!("phone"));
    assert_eq!((found[0].param.as_str(), found[0].suggestion.as_str()), ("compny", "company"));
    let found = with("/forms/contact/deliver/2/constants", json!({ "labls": "web" }));
    assert_eq!((found[0].param.as_str(), found[0].suggestion.as_str()), ("", "labels"));
}

#[test]
fn a_field_that_may_be_empty_keeps_only_those_leads_back_that_leave_it_so() {
    let found = with("/forms/contact/fields/firstName/required", Json::Null);
    assert_eq!(found[0].param, "!firstName");
    let found = with("/forms/contact/deliver/2/map/firstName", Json::Null);
    assert_eq!(found[0].param, "");
}

#[test]
fn what_was_meant_is_said() {
    for (pointer, value, meant) in [
        ("/forms/contact/fields/phone/require", json!(true), "required"),
        ("/forms/contact/deliver/1/account", json!("pardt"), "pardot"),
        ("/forms/contact/deliver/1/map/x", json!("emial"), "email"),
        ("/operatorkey", json!("x"), "operatorKey"),
    ] {
        assert_eq!(with(pointer, value)[0].suggestion, meant, "{pointer}");
    }
}

#[test]
fn how_long_what_is_kept_is_days_and_closes_nothing() {
    let key = json!("a key of what is stored, 32 letters");
    for (retention, place) in [
        (json!({ "leads": 7 }), "retention.leads"),
        (json!({ "audit": -1 }), "retention.audit"),
        (json!({ "search": "5" }), "retention.search"),
        (json!({ "attempts": 3_661 }), "retention.attempts"),
        (json!({ "values": 1.5 }), "retention.values"),
        (json!({ "leed": 9 }), "retention.leed"),
        (json!(30), "retention"),
    ] {
        let found = with("/retention", retention);
        assert_eq!((found[0].place.as_str(), found[0].closes), (place, Closes::Nothing), "{place}");
    }
    let found = with("/retention", json!({ "values": 3 }));
    assert_eq!(found[0].place, "retention.values", "values need a key");
    assert!(with("/retention", json!({ "leads": 8, "search": 0, "audit": 366 })).is_empty());
    assert!(with("/storageKey", key).is_empty());
    let found = with("/storageKey", json!("short"));
    assert_eq!((found[0].code.as_str(), found[0].closes), ("options.secret_short", Closes::Relay));
}

#[test]
fn a_share_of_the_days_calls_is_a_part_of_them_or_false() {
    for (reconcile, place) in [
        (json!(true), "reconcile"),
        (json!(0.1), "reconcile"),
        (json!({ "share": 0 }), "reconcile.share"),
        (json!({ "share": 0.0001 }), "reconcile.share"),
        (json!({ "share": 0.51 }), "reconcile.share"),
        (json!({ "share": 1 }), "reconcile.share"),
        (json!({ "share": "0.1" }), "reconcile.share"),
        (json!({ "shares": 0.1 }), "reconcile.shares"),
    ] {
        let found = with("/reconcile", reconcile);
        assert_eq!((found[0].place.as_str(), found[0].closes), (place, Closes::Nothing), "{place}");
    }
    for reconcile in [json!(false), json!({}), json!({ "share": 0.5 }), json!({ "share": 0.001 })] {
        assert!(with("/reconcile", reconcile).is_empty());
    }
}

#[test]
fn all_is_said_together_and_nothing_of_a_secret() {
    let found = found(&json!({
        "secret": "hunter2", "hashKey": "hunter3", "valueKey": "hunter4",
        "accounts": {
            "a": { "system": "marketo", "baseUrl": "http://hunter5@10.0.0.1", "credentials": { "clientId": "hunter6" } },
            "b": { "system": "prospects", "credentials": "hunter7" },
        },
        "forms": { "f": {
            "origins": ["hunter8"], "fields": { "email": { "kind": "hunter9" } },
            "deliver": [{ "account": "a", "map": { "email": "hunter10" }, "constants": { "formId": "hunter11" } }],
        } },
    }));
    let said = format!("{found:?}");
    assert!(!said.contains("hunter"), "{said}");
    let places: Vec<&str> = found.iter().map(|finding| finding.place.as_str()).collect();
    for place in [
        "secret",
        "hashKey",
        "valueKey",
        "accounts.a.baseUrl",
        "accounts.a.credentials.clientSecret",
        "accounts.b.baseUrl",
        "accounts.b.credentials.key",
        "forms.f.fields.email.kind",
        "forms.f.origins[0]",
        "forms.f.deliver[0].map.email",
        "forms.f.deliver[0].constants.formId",
    ] {
        assert!(places.contains(&place), "{place} is not among {places:?}");
    }
}

#[test]
fn what_is_no_options_at_all_is_said_and_stops_nothing() {
    for options in [json!(null), json!([]), json!("x"), json!({ "forms": [], "accounts": 5 })] {
        assert!(found(&options).iter().any(|finding| finding.closes == Closes::Relay));
    }
    let mut options = good();
    options["forms"] =
        json!({ "a": null, "b": { "fields": [], "deliver": [null, 5, { "map": 5 }] } });
    assert!(found(&options).len() > 4);
}

#[test]
fn what_only_the_host_can_tell_is_taken_from_it() {
    let options: Value<'static> = serde_json::from_value(good()).unwrap();
    let found = judge(&options, &["forms.contact.thanks", "accounts.marketo.timeZone"]);
    let said: Vec<_> = found.iter().map(|one| (one.place.as_str(), one.closes)).collect();
    assert_eq!(
        said,
        [("accounts.marketo.timeZone", Closes::Nothing), ("forms.contact.thanks", Closes::Form)]
    );
}

#[test]
fn every_code_is_said_and_no_member_stands_twice() {
    assert!(code::options::OPTIONS.rows.iter().all(|row| !row.sentence.is_empty()));
    for (object, members) in MEMBERS {
        let mut names: Vec<&str> = members.split(' ').collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count, "{object}");
    }
}

/// Alerts that are as they should be, with these members in the place of a channel's own.
fn alerted(name: &str, more: &Json) -> Json {
    let mut alerts = json!({
        "console": "https://leads.example.com/operator", "review": 10, "queueMinutes": 60, "repeatHours": 8,
        "channels": {
            "hook": { "kind": "webhook", "url": "https://alerts.example.com/x", "secret": format!("whsec_{}", "AAAA".repeat(11)) },
            "chat": { "kind": "slack", "url": "https://hooks.slack.com/services/T0/B0/x" },
            "mail": { "kind": "resend", "key": "k", "from": "relay@example.com", "to": ["ann@example.com"] },
            "eu": { "kind": "sendgrid", "key": "k", "from": "relay@example.com", "to": "ann@example.com",
                    "url": "https://api.eu.sendgrid.com/v3/mail/send" },
        },
    });
    for (member, value) in more.as_object().unwrap() {
        let place = if name.is_empty() { &mut alerts } else { &mut alerts["channels"][name] };
        place[member] = value.clone();
    }
    alerts
}

#[test]
fn each_mistake_of_alerts_is_said_and_stops_no_lead() {
    assert_eq!(with("/alerts", alerted("", &json!({}))), []);
    let local = json!({ "url": "http://127.0.0.1:8080/x", "allowHost": ["127.0.0.1:8080"] });
    assert_eq!(with("/alerts", alerted("hook", &local)), []);
    let secrets = json!({ "secret": [format!("whsec_{}", "AAAA".repeat(8)), format!("whsec_{}AA==", "AAAA".repeat(10))] });
    assert_eq!(with("/alerts", alerted("hook", &secrets)), []);
    let cases = [
        ("", json!({ "review": 0 }), "alerts.review"),
        ("", json!({ "queueMinutes": "30" }), "alerts.queueMinutes"),
        ("", json!({ "repeatHours": 2_000_000 }), "alerts.repeatHours"),
        ("", json!({ "console": "http://leads.example.com" }), "alerts.console"),
        ("", json!({ "channels": {} }), "alerts.channels"),
        ("", json!({ "channels": null }), "alerts.channels"),
        ("hook", json!({ "kind": "teams" }), "alerts.channels.hook.kind"),
        ("hook", json!({ "kind": null }), "alerts.channels.hook.kind"),
        ("hook", json!({ "url": null }), "alerts.channels.hook.url"),
        ("hook", json!({ "url": "http://alerts.example.com" }), "alerts.channels.hook.url"),
        ("hook", json!({ "url": "https://" }), "alerts.channels.hook.url"),
        ("hook", json!({ "secret": null }), "alerts.channels.hook.secret"),
        ("hook", json!({ "secret": [] }), "alerts.channels.hook.secret"),
        ("hook", json!({ "secret": "AAAA" }), "alerts.channels.hook.secret"),
        ("hook", json!({ "secret": "whsec_AAAA" }), "alerts.channels.hook.secret"),
        (
            "hook",
            json!({ "secret": format!("whsec_{}A", "AAAA".repeat(11)) }),
            "alerts.channels.hook.secret",
        ),
        ("chat", json!({ "url": "https://hooks.slack.example/x" }), "alerts.channels.chat.url"),
        ("mail", json!({ "key": "" }), "alerts.channels.mail.key"),
        ("mail", json!({ "from": "nobody" }), "alerts.channels.mail.from"),
        ("mail", json!({ "to": [] }), "alerts.channels.mail.to"),
        ("mail", json!({ "to": ["ann@example.com", 7] }), "alerts.channels.mail.to"),
        ("eu", json!({ "url": "https://api.sendgrid.example/" }), "alerts.channels.eu.url"),
    ];
    for (name, more, place) in cases {
        let said = one(with("/alerts", alerted(name, &more)));
        assert_eq!(said, (place.into(), "options.value".into(), Closes::Nothing), "{more}");
    }
    let (place, code, closes) = one(with("/alerts", alerted("chat", &json!({ "chanel": "x" }))));
    assert_eq!(
        (place.as_str(), code.as_str(), closes),
        ("alerts.channels.chat.chanel", "options.member", Closes::Nothing)
    );
    let many: serde_json::Map<String, Json> = (0..11)
        .map(|n| (format!("c{n}"), json!({ "kind": "slack", "url": "https://hooks.slack.com/x" })))
        .collect();
    assert_eq!(
        one(with("/alerts", alerted("", &json!({ "channels": many })))).0,
        "alerts.channels"
    );
}
