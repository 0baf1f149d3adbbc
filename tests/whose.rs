//! Whose fault a refusal is: it decides what waits until it is mended, and whether a lead dies of it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use fieldpost::outcome::{Class, Fault, VendorCode, of_status};
use fieldpost::systems::sent::Sent;
use fieldpost::systems::{marketo, pardot};
use fieldpost::{Outcome, Reply, operation};

fn numbers(table: &[VendorCode], fault: Fault) -> Vec<u16> {
    table.iter().filter(|row| row.class == Class::Refused(fault)).map(|row| row.number).collect()
}

#[test]
fn every_code_of_another_than_the_lead() {
    use Fault::{Account, Target, Writes};
    assert_eq!(numbers(marketo::REQUEST, Account), [610]);
    assert_eq!(numbers(marketo::REQUEST, Writes), [603, 605, 612, 616, 703]);
    assert_eq!(numbers(marketo::REQUEST, Target), [609]);
    assert_eq!(numbers(marketo::LEAD, Account), [0; 0]);
    assert_eq!(numbers(marketo::LEAD, Writes), [1018, 1026]);
    assert_eq!(numbers(marketo::LEAD, Target), [1006, 1011]);
    assert_eq!(
        numbers(pardot::CODES, Account),
        [49, 53, 76, 94, 110, 126, 131, 181, 182, 185, 198, 199, 201, 203]
    );
    assert_eq!(numbers(pardot::CODES, Writes), [2, 22, 46, 60, 67, 190]);
    assert_eq!(numbers(pardot::CODES, Target), [37, 59, 83, 125]);
}

/// What somebody has to mend says how: the sentence tells them more than what is wrong.
#[test]
fn what_can_be_mended_says_how() {
    for row in [marketo::REQUEST, marketo::LEAD, pardot::CODES].into_iter().flatten() {
        let Class::Refused(fault) = row.class else { continue };
        if fault.is_lead() || [60, 605, 612].contains(&row.number) {
            continue;
        }
        let sentences = row.sentence.matches(['.', '?']).count();
        assert!(sentences > 1, "{}: {}", row.name, row.sentence);
    }
}

fn read(name: &str, status: u16, reply: &str, body: &str, own: &[&str]) -> (String, String, Fault) {
    let reply = Reply { status, body: reply.to_owned(), ..Reply::default() };
    match operation(name).unwrap().read_sent(&reply, Sent { body, own: &own.join("\n") }) {
        Outcome::Refused { issues, fault } => {
            (issues[0].code.to_string(), issues[0].field.clone(), fault)
        }
        other => panic!("{other:?}"),
    }
}

/// Marketo names the field that is not there. It is believed where the name is one that we sent.
#[test]
fn the_field_that_marketo_does_not_have() {
    let sent = r#"{"formId":1,"input":[{"leadFormFields":{"email":"a@b.co","company":"x \"secret\": y","shoeSize":"9"}}]}"#;
    let read = |message: &str| {
        let reply = format!(
            r#"{{"requestId":"1#2","success":true,"result":[{{"status":"skipped","reasons":[{{"code":"1006","message":{message:?}}}]}}]}}"#
        );
        read("marketo.lead.submitForm", 200, &reply, sent, &["formId"])
    };
    for (message, field) in [
        ("Field 'shoeSize' not found", "shoeSize"),
        ("Field shoeSize not found", ""),
        ("Field 'hatSize' not found", ""),
        ("Field 'a@b.co' not found", ""),
        ("Field 'secret' not found", ""),
        ("Field 'shoeSize not found", ""),
        ("", ""),
    ] {
        assert_eq!(
            read(message),
            ("marketo.1006".to_owned(), field.to_owned(), Fault::Target),
            "{message}"
        );
    }
}

/// A constant is the owner's to mend, and a visitor's cookie is not; a value in the message is never repeated.
#[test]
fn what_marketo_says_of_one_parameter() {
    let sent = r#"{"formId":1,"partitionName":"EU","input":[{"leadFormFields":{"email":"a@b.co","score":"x"},"cookie":"id:1"}]}"#;
    let read = |code: u16, message: &str| {
        let reply = format!(
            r#"{{"success":true,"result":[{{"status":"skipped","reasons":[{{"code":"{code}","message":{message:?}}}]}}]}}"#
        );
        let (_, field, fault) =
            read("marketo.lead.submitForm", 200, &reply, sent, &["formId", "partitionName"]);
        (field, fault)
    };
    let is = |field: &str, fault| (field.to_owned(), fault);
    let message = "Invalid value for field 'score' and value 'a@b.co'";
    assert_eq!(read(1003, message), is("score", Fault::Lead));
    assert_eq!(read(1008, "x"), is("partitionName", Fault::Target));
    assert_eq!(read(1012, "x"), is("cookie", Fault::Lead));
    assert_eq!(read(1025, "x"), is("", Fault::Lead));
}

/// A relay keeps no record of a person.
#[test]
fn what_a_relay_hears_has_no_record() {
    for (name, reply) in [
        ("marketo.lead.submitForm", r#"{"success":true,"result":[{"id":5,"status":"created"}]}"#),
        (
            "marketo.lead.sync",
            r#"{"success":true,"result":[{"id":5,"status":"created"},{"id":6,"status":"created"}]}"#,
        ),
        (
            "pardot.prospect.update",
            r#"{"@attributes":{"stat":"ok","version":1},"prospect":{"id":5,"email":"a@b.co"}}"#,
        ),
        ("prospects.prospect.upsert", r#"{"id":"p","email":"a@b.co"}"#),
    ] {
        let reply = Reply { status: 200, body: reply.to_owned(), ..Reply::default() };
        let heard = operation(name).unwrap().read_sent(&reply, Sent::default());
        assert!(!format!("{heard:?}").contains("record: Some"), "{name}: {heard:?}");
        let read = operation(name).unwrap().read(&reply);
        assert!(format!("{read:?}").contains("record: Some"), "{name}: {read:?}");
    }
}

/// A value is the lead's, unless the owner sends the same one with each lead.
#[test]
fn a_value_that_pardot_does_not_know() {
    let read = |code: u16, sent: &str, own: &[&str]| {
        let reply = format!(
            r#"{{"@attributes":{{"stat":"fail","version":1,"err_code":{code}}},"err":"x"}}"#
        );
        let (_, field, fault) = read("pardot.prospect.create", 400, &reply, sent, own);
        (field, fault)
    };
    let is = |field: &str, fault| (field.to_owned(), fault);
    assert_eq!(
        read(38, "email=a%40b.co&campaign_id=7", &["campaign_id"]),
        is("campaign_id", Fault::Target)
    );
    assert_eq!(read(38, "email=a%40b.co&campaign_id=7", &[]), is("campaign_id", Fault::Lead));
    assert_eq!(read(38, "email=a%40b.co", &["campaign_id"]), is("", Fault::Lead));
    assert_eq!(read(55, "email=a%40b.co&list_7=1", &["list_7"]), is("", Fault::Target));
    assert_eq!(read(55, "email=a%40b.co&list_7=1&list_8=1", &["list_7"]), is("", Fault::Lead));
    assert_eq!(
        read(37, "prospect_account_id=1&email=a%40b.co", &[]),
        is("prospect_account_id", Fault::Target)
    );
    assert_eq!(read(37, "email=prospect_account_id", &[]), is("", Fault::Lead));
}

/// A token that Pardot takes for none with 403 is no expired one: the leads wait, and no new token is asked for.
#[test]
fn a_token_of_another_org() {
    let reply = r#"{"@attributes":{"stat":"fail","version":1,"err_code":184},"err":"x"}"#;
    assert_eq!(read("pardot.prospect.create", 403, reply, "", &[]).2, Fault::Account);
}

/// A wrong base URL and a firewall that takes offence at one lead look alike: only a harmless read tells them apart.
#[test]
fn what_a_status_alone_leaves_open() {
    for status in [403, 404, 405, 410] {
        let Outcome::Refused { fault, .. } = of_status(status, None, true) else {
            panic!("{status}")
        };
        assert_eq!(fault, Fault::Unsure, "{status}");
    }
    for status in [400, 406, 413, 414, 415, 422, 431] {
        let Outcome::Refused { fault, .. } = of_status(status, None, true) else {
            panic!("{status}")
        };
        assert_eq!(fault, Fault::Lead, "{status}");
    }
    let json = r#"{"statusCode":404,"message":"Cannot POST /v2/prospects"}"#;
    assert_eq!(read("prospects.prospect.upsert", 404, json, "{}", &[]).2, Fault::Unsure);
    assert_eq!(read("prospects.prospect.list", 404, json, "", &[]).2, Fault::Unsure);
    assert_eq!(
        read("prospects.prospect.get", 404, json, "", &[]),
        ("not_found".into(), String::new(), Fault::Lead)
    );
}
