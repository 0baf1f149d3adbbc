//! Whose a phone is, in a system that matches by phone too.

use crate::story::{LIST, Story, TIMING, UPSERT, decided, found, lost, stored};
use fieldpost::delivery::outbox::{Effect, Event};
use fieldpost::{Outcome, System, Value, recipe};

#[test]
fn a_phone_that_nobody_else_has_is_written() {
    for emails in
        [&[][..], &[Some("Ann@Example.COM ")], &[Some("ann@example.com"), Some("ANN@example.com")]]
    {
        let mut story = decided(emails, false);
        assert_eq!(story.sends(), UPSERT);
        assert_eq!((story.delivery.without.as_str(), story.delivery.aside), ("", false));
        assert_eq!(story.hears(stored()), Effect::Done);
    }
}

#[test]
fn a_phone_that_somebody_else_has_is_left_out() {
    for emails in
        [&[Some("bob@example.com")][..], &[None], &[Some("")], &[Some("ann@example.com"), None]]
    {
        for (records, aside) in [(found(&[]), true), (found(&[("9", "")]), false)] {
            let mut story = decided(emails, false);
            assert_eq!(story.sends(), LIST, "is the e-mail known?");
            story.hears(records);
            assert_eq!(story.sends(), UPSERT);
            assert_eq!((story.delivery.without.as_str(), story.delivery.aside), ("phone", aside));
            assert_eq!(
                story.delivery.warning(recipe(System::Prospects).unwrap()),
                Some("prospects.phone_taken")
            );
            assert_eq!(story.hears(stored()), Effect::Done);
        }
    }
}

#[test]
fn where_the_owner_says_so_the_phone_decides_and_no_email_is_replaced() {
    for (emails, without) in [
        (&[Some("bob@example.com")][..], "email"),
        (&[None], ""),
        (&[], ""),
        (&[Some("ann@example.com")], ""),
    ] {
        let mut story = decided(emails, true);
        assert_eq!(story.sends(), UPSERT);
        assert_eq!(story.delivery.without, without);
        assert_eq!(story.hears(stored()), Effect::Done);
    }
}

#[test]
fn who_is_there_is_found_by_email_though_the_owner_lets_the_phone_decide() {
    const ANN: Option<&str> = Some("ANN@example.com");
    const BOB: Option<&str> = Some("bob@example.com");
    // A couple on one phone: the system could take either for the lead. On pages of one each, too.
    for pages in [
        &[&[ANN, BOB][..]][..],
        &[&[BOB, ANN]],
        &[&[ANN, None]],
        &[&[ANN], &[BOB]],
        &[&[BOB], &[ANN]],
        &[&[None], &[ANN]],
    ] {
        let mut story = Story::of(System::Prospects);
        for (at, emails) in pages.iter().enumerate() {
            assert_eq!(story.sends(), LIST);
            let next = (at + 1 < pages.len()).then_some("2");
            story.lists_page(emails, next, true);
        }
        assert_eq!(
            (story.delivery.without.as_str(), story.delivery.page.as_deref()),
            ("phone", None),
            "{pages:?}"
        );
        assert_eq!(story.sends(), LIST, "by e-mail");
        story.hears(found(&[("9", "")]));
        assert_eq!(story.sends(), UPSERT);
        assert_eq!(
            (story.delivery.without.as_str(), story.delivery.aside),
            ("phone", false),
            "{pages:?}"
        );
        assert_eq!(story.hears(stored()), Effect::Done);
    }
    // What is not shown may be somebody else.
    let mut story = Story::of(System::Prospects);
    story.sends();
    let record: Value<'static> =
        [("id", Value::from("7")), ("email", Value::from(ANN.unwrap()))].into_iter().collect();
    let outcome = Outcome::Found { records: vec![record], total: Some(2), next: None };
    story.step(Event::Listed { outcome, identity: "ann@example.com".to_owned(), by_key: true });
    assert_eq!(story.delivery.without, "phone");
    // Without the lead's own among them, on all pages, the phone decides.
    for (first, last, without) in
        [(BOB, None, "email"), (None, BOB, "email"), (None, None, ""), (ANN, ANN, "")]
    {
        let mut story = Story::of(System::Prospects);
        story.sends();
        story.lists_page(&[first], Some("2"), true);
        assert_eq!(story.sends(), LIST);
        story.lists_page(&[last], None, true);
        assert_eq!(story.sends(), UPSERT);
        assert_eq!(story.delivery.without, without);
    }
    // A list that begins anew forgets what its first pages showed.
    let mut story = Story::of(System::Prospects);
    story.sends();
    story.lists_page(&[BOB], Some("2"), true);
    story.now = story.delivery.next;
    story.step(Event::Due { uncertain_until: None, others: None, kept: false, lease: None });
    assert_eq!(story.delivery.page, None);
    story.lists(&[ANN], true);
    assert_eq!(story.sends(), UPSERT);
    assert_eq!(story.delivery.without, "");
}

#[test]
fn all_pages_of_a_phones_holders_are_read() {
    let mut story = Story::of(System::Prospects);
    story.sends();
    story.lists_page(&[Some("ann@example.com")], Some("2"), false);
    assert_eq!(story.delivery.page.as_deref(), Some("2"));
    assert_eq!(story.sends(), LIST);
    story.lists_page(&[Some("bob@example.com")], None, false);
    assert_eq!(story.delivery.without, "phone");
    // A page that leads to itself ends, and so does an empty one.
    for (emails, next) in [(&[Some("ann@example.com")][..], "2"), (&[], "3")] {
        let mut story = Story::of(System::Prospects);
        story.sends();
        story.lists_page(&[Some("ann@example.com")], Some("2"), false);
        story.sends();
        story.lists_page(emails, Some(next), false);
        assert_eq!(story.sends(), UPSERT);
    }
}

#[test]
fn a_list_that_does_not_show_everybody_proves_nothing() {
    let mut story = Story::of(System::Prospects);
    story.sends();
    let record: Value<'static> =
        [("id", Value::from("7")), ("email", Value::from("ann@example.com"))].into_iter().collect();
    let outcome = Outcome::Found { records: vec![record], total: Some(2), next: None };
    story.step(Event::Listed { outcome, identity: "ann@example.com".to_owned(), by_key: false });
    assert_eq!(story.delivery.without, "phone");
}

#[test]
fn a_lead_with_one_key_is_written_at_once() {
    let mut story = Story::of(System::Prospects);
    story.sends();
    assert_eq!(story.step(Event::Blind), Effect::Wait);
    assert_eq!(
        story.step(Event::Due {
            uncertain_until: Some(60_000),
            others: Some(60_000),
            kept: false,
            lease: None
        }),
        Effect::Send {
            operation: "prospects.prospect.upsert",
            record: None,
            kept: "prospects.prospect.upsert".to_owned(),
        }
    );
    story.hears(lost());
    assert_eq!(story.sends(), LIST);
    story.hears(found(&[("7", "")]));
    assert_eq!(story.sends(), UPSERT, "the same write, which finds the person");
    assert!(!story.delivery.maybe_repeated);
}

#[test]
fn a_phone_that_was_written_a_moment_ago_is_not_believed_to_be_free() {
    let mut story = Story::of(System::Prospects);
    let uncertain_until = Some(60_000);
    assert!(matches!(
        story.step(Event::Due {
            uncertain_until,
            others: uncertain_until,
            kept: false,
            lease: None
        }),
        Effect::Send { .. }
    ));
    story.lists(&[], false);
    assert!(story.delivery.next > story.now);
    assert_eq!(story.sends(), LIST);
    story.lists(&[Some("bob@example.com")], false);
    story.sends();
    story.hears(found(&[]));
    assert_eq!(story.sends(), UPSERT);
    assert_eq!(story.delivery.without, "phone");
    // And where it stays free, it is written once the doubt is over.
    let mut story = Story::of(System::Prospects);
    story.step(Event::Due { uncertain_until, others: uncertain_until, kept: false, lease: None });
    story.lists(&[], false);
    while story.sends() == LIST {
        story.lists(&[], false);
    }
    assert!(story.now >= 60_000, "{}", story.now);
}

#[test]
fn who_has_a_phone_is_asked_again_where_others_may_have_written() {
    for emails in [&[][..], &[Some("bob@example.com")]] {
        let mut story = decided(emails, false);
        if !emails.is_empty() {
            story.sends();
            story.hears(found(&[]));
        }
        assert_eq!(
            story.step(Event::Due {
                uncertain_until: None,
                others: None,
                kept: false,
                lease: None
            }),
            Effect::Wait
        );
        assert_eq!(story.sends(), LIST);
        assert_eq!((story.delivery.without.as_str(), story.delivery.aside), ("", false));
    }
}

#[test]
fn an_upsert_is_looked_up_before_it_is_repeated_without_a_mark() {
    let mut story = decided(&[], false);
    story.sends();
    let sent = story.now;
    story.hears(lost());
    assert_eq!(story.sends(), LIST);
    assert!(story.now >= sent + TIMING.deadline, "the lost call may still arrive");
    story.lists(&[Some("ann@example.com")], false);
    assert_eq!(story.sends(), UPSERT, "the same write, which finds the person");
    assert!(!story.delivery.maybe_repeated);
    assert_eq!(story.hears(stored()), Effect::Done);
}

#[test]
fn an_upsert_waits_until_reads_have_caught_up() {
    let mut story = decided(&[], false);
    story.sends();
    let sent = story.now;
    story.hears(lost());
    while story.sends() == LIST {
        story.lists(&[], false);
    }
    assert!(
        story.now >= sent + TIMING.deadline + 60_000,
        "written again after {} ms",
        story.now - sent
    );
    assert!(!story.delivery.maybe_repeated);
}

#[test]
fn a_lost_write_whose_phone_somebody_has_taken_since_is_not_repeated_as_it_was() {
    let mut story = decided(&[], false);
    story.sends();
    story.hears(lost());
    story.sends();
    story.lists(&[Some("bob@example.com")], false);
    assert_eq!(story.delivery.without, "phone");
}

#[test]
fn a_lost_write_without_the_phone_is_repeated_as_it_was() {
    for (first, second) in
        [(found(&[]), found(&[("9", "")])), (found(&[("9", "")]), found(&[("9", "")]))]
    {
        let mut story = decided(&[Some("bob@example.com")], false);
        story.sends();
        story.hears(first);
        let Effect::Send { kept, .. } =
            story.step(Event::Due { uncertain_until: None, others: None, kept: true, lease: None })
        else {
            panic!("nothing was sent");
        };
        story.hears(lost());
        assert_eq!(story.sends(), LIST);
        story.hears(second);
        story.now = story.delivery.next;
        let again = story.step(Event::Due {
            uncertain_until: None,
            others: None,
            kept: false,
            lease: None,
        });
        assert!(matches!(again, Effect::Send { kept: other, .. } if other == kept), "not {kept}");
    }
}

#[test]
fn an_upsert_that_nobody_can_look_up_is_marked() {
    let mut story = decided(&[], false);
    story.step(Event::Blind);
    story.sends();
    story.hears(lost());
    story.sends();
    story.step(Event::Blind);
    story.sends();
    story.step(Event::Blind);
    assert!(story.delivery.maybe_repeated);
    assert_eq!(story.sends(), UPSERT);
}
