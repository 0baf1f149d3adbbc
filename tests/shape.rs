//! What a delivery's next call says of its lead: keys alone in a look-up, and in a write nothing that is somebody else's.
#![cfg(feature = "full")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use fieldpost::delivery::outbox::{Call, Delivery};
use fieldpost::delivery::shape::{identity, shaped};
use fieldpost::value::Entries;
use fieldpost::{System, Value, recipe};

fn entries(pairs: &[(&'static str, &'static str)]) -> Entries<'static> {
    pairs.iter().map(|(name, value)| ((*name).into(), Value::from(*value))).collect()
}

/// The call's parameters as `name=value`; nothing where the lead has no key for it.
fn says(
    system: System,
    delivery: &Delivery,
    pairs: &[(&'static str, &'static str)],
) -> Option<Vec<String>> {
    let params = entries(pairs);
    let shaped = shaped(recipe(system).unwrap(), delivery, params.clone(), &params)?;
    Some(
        shaped
            .iter()
            .map(|(name, value)| [name, "=", value.as_text().unwrap_or("?")].concat())
            .collect(),
    )
}

fn of(system: System, call: Call) -> Delivery {
    Delivery { call, ..Delivery::new(recipe(system).unwrap(), 0) }
}

#[test]
fn a_pardot_update_changes_neither_id_nor_email() {
    let found = Delivery { record: Some("7".to_owned()), ..of(System::Pardot, Call::Found) };
    let lead = [("id", "9"), ("email", "ann@example.com"), ("phone", "+12125557890")];
    assert_eq!(says(System::Pardot, &found, &lead).unwrap(), ["id=7", "phone=+12125557890"]);
    // Unless a person has corrected what that record says.
    let corrected = Delivery { corrected: true, ..found };
    assert_eq!(
        says(System::Pardot, &corrected, &lead).unwrap(),
        ["id=7", "email=ann@example.com", "phone=+12125557890"]
    );
}

#[test]
fn a_look_up_goes_by_one_key_alone() {
    let both = [("phone", "+12125557890"), ("email", "ann@example.com"), ("notes", "x")];
    let look_up = of(System::Prospects, Call::LookUp);
    assert_eq!(says(System::Prospects, &look_up, &both).unwrap(), ["email=ann@example.com"]);
    assert_eq!(says(System::Prospects, &look_up, &both[..1]).unwrap(), ["phone=+12125557890"]);
    assert_eq!(says(System::Prospects, &look_up, &both[2..]), None);
    // What the write leaves out is nobody's key.
    let kept = Delivery { without: "email".to_owned(), ..look_up };
    assert_eq!(says(System::Prospects, &kept, &both).unwrap(), ["phone=+12125557890"]);
}

#[test]
fn holders_are_asked_for_where_the_lead_has_both_keys() {
    let both = [("phone", "+12125557890"), ("email", "ann@example.com")];
    let mut holders = of(System::Prospects, Call::Holders);
    assert_eq!(says(System::Prospects, &holders, &both).unwrap(), ["phone=+12125557890"]);
    assert_eq!(says(System::Prospects, &holders, &both[..1]), None);
    assert_eq!(says(System::Prospects, &holders, &both[1..]), None);
    holders.page = Some("p2".to_owned());
    assert_eq!(
        says(System::Prospects, &holders, &both).unwrap(),
        ["phone=+12125557890", "pageToken=p2"]
    );
    let guard = recipe(System::Prospects).unwrap().guard.as_ref().unwrap();
    assert_eq!(identity(guard, &entries(&both)).as_deref(), Some("ann@example.com"));
}

#[test]
fn a_phone_that_is_left_out_stands_behind_the_notes_of_whoever_is_new() {
    let lead =
        [("email", "ann@example.com"), ("phone", "+12125557890"), ("notes", "Call me.\nSoon.")];
    let taken = Delivery { without: "phone".to_owned(), ..of(System::Prospects, Call::Write) };
    let written = says(System::Prospects, &taken, &lead).unwrap();
    assert_eq!(written, ["email=ann@example.com", "notes=Call me.\nSoon."]);
    let new = Delivery { aside: true, ..taken };
    let written = says(System::Prospects, &new, &lead).unwrap();
    assert_eq!(written, ["email=ann@example.com", "notes=Call me.\nSoon.\nPhone: +12125557890"]);
    let written = says(System::Prospects, &new, &lead[..2]).unwrap();
    assert_eq!(written, ["email=ann@example.com", "notes=Phone: +12125557890"]);
}

#[test]
fn a_cookie_that_is_left_out_leaves_the_rest_of_the_input() {
    let fields =
        Value::Map(entries(&[("email", "ann@example.com"), ("cookie", "a field of that name")]));
    let input = Value::Map(vec![
        ("leadFormFields".into(), fields.clone()),
        ("cookie".into(), Value::from("id:1&token:x")),
    ]);
    let params: Entries<'static> = vec![("input".into(), Value::List(vec![input]))];
    let bad = Delivery { without: "cookie".to_owned(), ..of(System::Marketo, Call::Write) };
    let written = shaped(recipe(System::Marketo).unwrap(), &bad, params.clone(), &params).unwrap();
    let rest = Value::Map(vec![("leadFormFields".into(), fields)]);
    assert_eq!(written, vec![("input".into(), Value::List(vec![rest]))]);
}
