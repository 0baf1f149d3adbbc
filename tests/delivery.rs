//! The delivery machine, story by story, on a clock of its own.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use fieldpost::delivery::outbox::{Delivery, Effect, Event, Phase, Timing};
use fieldpost::outcome::{Fault, Reason};
use fieldpost::{Issue, Outcome, System, Value, operation, recipe};

const TIMING: Timing = Timing { deadline: 35_000, base: 1_000, cap: 600_000, scale: 1 };

/// One delivery and the time that it goes by.
struct Story {
    system: System,
    delivery: Delivery,
    now: u64,
}

impl Story {
    fn of(system: System) -> Self {
        Story { system, delivery: Delivery::new(recipe(system).unwrap(), 0), now: 0 }
    }

    fn step(&mut self, event: Event) -> Effect {
        self.delivery.step(recipe(self.system).unwrap(), TIMING, event, self.now, 0)
    }

    /// Waits until something is due, and gives the call that goes out.
    #[track_caller]
    fn sends(&mut self) -> (&'static str, Option<String>) {
        self.now = self.now.max(self.delivery.next);
        match self.step(Event::Due { uncertain_until: None, others: None, kept: true, lease: None })
        {
            Effect::Send { operation, record, .. } => (operation, record),
            other => panic!("nothing was sent but {other:?}"),
        }
    }

    /// The prospects with this lead's phone, by their e-mails; the lead's own is `ann@example.com`.
    fn lists(&mut self, emails: &[Option<&'static str>], by_key: bool) -> Effect {
        self.lists_page(emails, None, by_key)
    }

    fn lists_page(
        &mut self,
        emails: &[Option<&'static str>],
        next: Option<&str>,
        by_key: bool,
    ) -> Effect {
        self.now += 100;
        let record = |email: Option<&'static str>| -> Value<'static> {
            let email = email.map_or(Value::Null, Value::from);
            [("id", Value::from("7")), ("email", email)].into_iter().collect()
        };
        let outcome = Outcome::Found {
            records: emails.iter().copied().map(record).collect(),
            total: None,
            next: next.map(str::to_owned),
        };
        self.step(Event::Listed { outcome, identity: "ann@example.com".to_owned(), by_key })
    }

    fn hears(&mut self, outcome: Outcome) -> Effect {
        self.now += 100;
        self.step(Event::Outcome { outcome })
    }
}

fn stored() -> Outcome {
    Outcome::Stored {
        id: Some("7".to_owned()),
        status: "created".to_owned(),
        warnings: Vec::new(),
        record: None,
    }
}

fn lost() -> Outcome {
    Outcome::Unknown { why: "network.failed".into() }
}

fn missing() -> Outcome {
    let issue = Issue { code: "not_found".into(), ..Issue::error("", &fieldpost::code::REQUIRED) };
    Outcome::refused(vec![issue])
}

fn refused() -> Outcome {
    Outcome::refused(vec![Issue::error("", &fieldpost::code::KIND)])
}

fn found(records: &[(&'static str, &'static str)]) -> Outcome {
    let record = |(id, active): &(&'static str, &'static str)| -> Value<'static> {
        [("id", Value::from(*id)), ("last_activity_at", Value::from(*active))].into_iter().collect()
    };
    Outcome::Found { records: records.iter().map(record).collect(), total: None, next: None }
}

#[test]
fn pardot_creates_only_whom_it_does_not_know() {
    let mut story = Story::of(System::Pardot);
    assert_eq!(story.sends(), ("pardot.prospect.read", None));
    assert_eq!(story.hears(missing()), Effect::Wait);
    assert_eq!(story.sends(), ("pardot.prospect.create", None));
    assert_eq!(story.hears(stored()), Effect::Done);
}

/// Another program wrote the person between the look-up and the create.
#[test]
fn whom_pardot_knows_after_all_is_looked_up_again_and_updated() {
    let there = |number: u16| fieldpost::systems::pardot::KNOWN.find(number).unwrap().outcome(true);
    for number in [9, 54] {
        let mut story = Story::of(System::Pardot);
        story.sends();
        story.hears(missing());
        assert_eq!(story.sends(), ("pardot.prospect.create", None));
        assert_eq!(story.hears(there(number)), Effect::Wait, "{number}");
        assert_eq!(story.sends(), ("pardot.prospect.read", None), "{number}");
        story.hears(found(&[("7", "")]));
        assert_eq!(story.sends(), ("pardot.prospect.update", Some("7".to_owned())));
        assert_eq!(story.hears(stored()), Effect::Done);
    }
    // A system that contradicts itself for ever ends as a dead letter.
    let mut story = Story::of(System::Pardot);
    let mut rounds = 0;
    loop {
        story.sends();
        story.hears(missing());
        story.sends();
        rounds += 1;
        match story.hears(there(9)) {
            Effect::Wait => assert!(rounds < 20),
            Effect::Dead => break,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(rounds, 9);
}

#[test]
fn pardot_updates_the_one_of_several_who_was_active_last() {
    let mut story = Story::of(System::Pardot);
    story.sends();
    story.hears(found(&[("9", "2026-01-01 00:00:00"), ("3", "2026-05-01 00:00:00"), ("11", "")]));
    assert_eq!(story.sends(), ("pardot.prospect.update", Some("3".to_owned())));
    assert_eq!(story.hears(stored()), Effect::Done);
}

#[test]
fn a_create_whose_reply_was_lost_is_looked_up_before_it_is_repeated() {
    let mut story = Story::of(System::Pardot);
    story.sends();
    story.hears(missing());
    let sent = {
        story.sends();
        story.now
    };
    assert_eq!(story.hears(lost()), Effect::Wait);
    // The lost call may still arrive: nothing goes out before its deadline.
    assert!(story.delivery.next >= sent + TIMING.deadline);
    assert_eq!(story.sends(), ("pardot.prospect.read", None));
    story.hears(found(&[("7", "")]));
    assert_eq!(
        story.sends(),
        ("pardot.prospect.update", Some("7".to_owned())),
        "never a second create"
    );
}

#[test]
fn an_absent_person_counts_only_once_reads_have_caught_up() {
    let mut story = Story::of(System::Pardot);
    story.sends();
    story.hears(missing());
    story.sends();
    let sent = story.now;
    story.hears(lost());
    let mut looks = 0;
    loop {
        let (operation, _) = story.sends();
        if operation == "pardot.prospect.create" {
            break;
        }
        looks += 1;
        story.hears(missing());
    }
    assert!(
        story.now >= sent + TIMING.deadline + 60_000,
        "created again after {} ms",
        story.now - sent
    );
    assert!(looks >= 2, "looked {looks} times");
    assert_eq!(story.hears(stored()), Effect::Done);
}

#[test]
fn a_worker_that_died_after_sending_has_lost_the_reply() {
    let mut story = Story::of(System::Pardot);
    story.sends();
    story.hears(missing());
    story.sends();
    // No outcome is ever told; the next wake-up comes after the deadline.
    story.now = story.delivery.next;
    assert_eq!(
        story.step(Event::Due { uncertain_until: None, others: None, kept: true, lease: None }),
        Effect::Wait
    );
    assert_eq!(story.sends(), ("pardot.prospect.read", None));
}

#[test]
fn a_form_activity_that_may_be_repeated_is_marked() {
    let mut story = Story::of(System::Marketo);
    assert_eq!(story.sends(), ("marketo.lead.submitForm", None));
    let sent = story.now;
    story.hears(lost());
    assert!(story.delivery.maybe_repeated);
    story.sends();
    assert!(story.now >= sent + TIMING.deadline, "two upserts of one key may not overlap");
    assert_eq!(story.hears(stored()), Effect::Done);
}

const LIST: (&str, Option<String>) = ("prospects.prospect.list", None);
const UPSERT: (&str, Option<String>) = ("prospects.prospect.upsert", None);

/// A lead with e-mail and phone whose phone these have, up to the write.
fn decided(emails: &[Option<&'static str>], by_key: bool) -> Story {
    let mut story = Story::of(System::Prospects);
    assert_eq!(story.sends(), LIST, "whose the phone is comes first");
    story.lists(emails, by_key);
    story
}

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
fn each_request_of_a_delivery_is_kept_apart() {
    let mut story = Story::of(System::Prospects);
    let mut kept = Vec::new();
    let mut note = |story: &mut Story| {
        story.now = story.now.max(story.delivery.next);
        let Effect::Send { kept: name, .. } =
            story.step(Event::Due { uncertain_until: None, others: None, kept: true, lease: None })
        else {
            panic!("nothing was sent");
        };
        kept.push(name);
    };
    note(&mut story);
    story.lists_page(&[Some("ann@example.com")], Some("2"), false);
    note(&mut story);
    story.lists(&[None], false);
    note(&mut story);
    story.hears(found(&[]));
    note(&mut story);
    assert_eq!(
        kept,
        [
            "prospects.prospect.list holders",
            "prospects.prospect.list holders 2",
            "prospects.prospect.list without phone",
            "prospects.prospect.upsert without phone aside",
        ]
    );
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

#[test]
fn a_cookie_that_is_refused_goes_and_the_lead_stays() {
    let bad = || {
        Outcome::refused(vec![Issue {
            code: "marketo.1012".into(),
            ..Issue::error("", &fieldpost::code::KIND)
        }])
    };
    let mut story = Story::of(System::Marketo);
    story.sends();
    assert_eq!(story.hears(bad()), Effect::Wait);
    assert_eq!((story.delivery.next, story.delivery.attempts), (story.now, 0), "at once");
    assert_eq!(story.sends().0, "marketo.lead.submitForm");
    assert_eq!(story.delivery.without, "cookie");
    assert_eq!(
        story.delivery.warning(recipe(System::Marketo).unwrap()),
        Some("marketo.cookie_dropped")
    );
    assert_eq!(story.hears(bad()), Effect::Dead, "it was not the cookie");
}

#[test]
fn a_look_ups_records_are_not_kept() {
    let mut story = decided(&[Some("bob@example.com")], false);
    assert!(!serde_json::to_string(&story.delivery).unwrap().contains("bob"));
    story.sends();
    story.hears(found(&[("9", "active")]));
    assert!(!serde_json::to_string(&story.delivery).unwrap().contains("active"));
}

#[test]
fn a_place_that_may_end_before_the_call_does_is_asked_for_again() {
    let mut story = Story::of(System::Marketo);
    let due =
        |lease| Event::Due { uncertain_until: None, others: None, kept: false, lease: Some(lease) };
    assert_eq!(story.step(due(TIMING.deadline - 1)), Effect::Wait);
    assert_eq!((story.delivery.phase, story.delivery.next), (Phase::Waiting, story.now));
    assert!(matches!(story.step(due(TIMING.deadline)), Effect::Send { .. }));
}

#[test]
fn an_expired_token_costs_no_time() {
    let mut story = Story::of(System::Marketo);
    story.sends();
    story.hears(Outcome::Retry {
        after: Some(0),
        code: "marketo.602".into(),
        reason: Reason::Token,
    });
    assert_eq!(story.delivery.next, story.now, "a new token is there at once");
    story.sends();
    assert_eq!(story.hears(stored()), Effect::Done);
}

#[test]
fn a_rate_limit_is_waited_for() {
    let mut story = Story::of(System::Marketo);
    story.sends();
    story.hears(Outcome::Retry {
        after: Some(20_000),
        code: "marketo.606".into(),
        reason: Reason::Rate,
    });
    assert!(story.delivery.next >= story.now + 20_000);
}

#[test]
fn retries_never_end_and_never_hurry() {
    let mut story = Story::of(System::Prospects);
    for _ in 0..1_000 {
        story.sends();
        story.hears(Outcome::Retry { after: None, code: "http.503".into(), reason: Reason::Busy });
    }
    assert_eq!(story.delivery.phase, Phase::Waiting);
    assert!(story.delivery.next - story.now >= TIMING.cap / 2);
}

#[test]
fn what_the_system_refuses_waits_for_a_person() {
    let mut story = Story::of(System::Prospects);
    story.sends();
    assert_eq!(story.hears(refused()), Effect::Dead);
    assert_eq!(
        story.step(Event::Due { uncertain_until: None, others: None, kept: true, lease: None }),
        Effect::Dead
    );
}

/// A refusal that somebody else has to mend.
fn faulty(fault: Fault) -> Outcome {
    Outcome::Refused { issues: vec![Issue::error("", &fieldpost::code::KIND)], fault }
}

#[test]
fn what_is_not_the_leads_fault_kills_no_lead_and_costs_no_try() {
    for system in [System::Marketo, System::Pardot, System::Prospects] {
        for fault in [Fault::Target, Fault::Writes, Fault::Account] {
            let mut story = Story::of(system);
            for _ in 0..50 {
                story.sends();
                assert_eq!(story.hears(faulty(fault)), Effect::Wait);
                assert!(story.delivery.next > story.now, "another lead asks first");
            }
            assert_eq!((story.delivery.phase, story.delivery.attempts), (Phase::Waiting, 0));
            assert!(
                matches!(story.delivery.outcome, Some(Outcome::Refused { .. })),
                "the code stays"
            );
        }
    }
}

#[test]
fn a_write_that_waited_for_its_account_is_looked_up_anew() {
    let mut story = Story::of(System::Pardot);
    story.sends();
    story.hears(missing());
    story.sends();
    story.hears(faulty(Fault::Writes));
    story.now = story.delivery.next + 3_600_000;
    assert_eq!(
        story.step(Event::Due { uncertain_until: None, others: None, kept: false, lease: None }),
        Effect::Wait
    );
    assert_eq!(story.sends(), ("pardot.prospect.read", None), "others may have written in between");
}

#[test]
fn where_nobody_is_sure_the_limiter_has_the_last_word() {
    let mut story = Story::of(System::Marketo);
    story.sends();
    assert_eq!(story.hears(faulty(Fault::Unsure)), Effect::Wait);
    assert_eq!(story.step(Event::Blamed), Effect::Dead);
    assert_eq!(story.delivery.phase, Phase::Dead);
    // And where its word is lost, the lead is sent again.
    let mut story = Story::of(System::Marketo);
    story.sends();
    story.hears(faulty(Fault::Unsure));
    story.sends();
    assert_eq!(story.hears(stored()), Effect::Done);
}

/// A token that is refused may meet any lead, and the next one's too. Only the lead that no new token helps has earned it.
#[test]
fn a_few_refused_tokens_are_no_leads_fault() {
    let refused = || Outcome::Retry { after: None, code: "http.401".into(), reason: Reason::Token };
    let mut story = Story::of(System::Marketo);
    for _ in 0..4 {
        story.sends();
        story.hears(refused());
        assert_eq!(story.step(Event::Blamed), Effect::Wait);
        assert_eq!(story.delivery.phase, Phase::Waiting);
    }
    story.sends();
    story.hears(refused());
    // Now the limiter is asked, whatever other leads have come to meanwhile.
    assert!(matches!(story.delivery.outcome, Some(Outcome::Refused { fault: Fault::Unsure, .. })));
    assert_eq!(story.step(Event::Blamed), Effect::Dead);
    // One that goes through in between begins anew.
    let mut story = Story::of(System::Pardot);
    for _ in 0..4 {
        story.sends();
        story.hears(refused());
    }
    story.sends();
    story.hears(missing());
    story.sends();
    story.hears(refused());
    assert_eq!(story.step(Event::Blamed), Effect::Wait);
}

#[test]
fn the_other_version_is_spoken_at_once_and_not_for_ever() {
    let mut story = Story::of(System::Pardot);
    let other =
        || Outcome::Retry { after: Some(0), code: "pardot.89".into(), reason: Reason::Version };
    story.sends();
    story.hears(other());
    assert_eq!((story.delivery.next, story.delivery.attempts), (story.now, 0));
    story.sends();
    story.hears(other());
    assert!(
        story.delivery.next > story.now,
        "an account that speaks neither is not called at full speed"
    );
}

#[test]
fn a_person_who_was_deleted_in_between_is_looked_up_again() {
    let mut story = Story::of(System::Pardot);
    story.sends();
    story.hears(found(&[("7", "")]));
    story.sends();
    story.hears(missing());
    assert_eq!(story.sends(), ("pardot.prospect.read", None));
    story.hears(missing());
    assert_eq!(story.sends(), ("pardot.prospect.create", None));
}

#[test]
fn the_limiter_may_hold_a_call_back() {
    let mut story = Story::of(System::Marketo);
    assert_eq!(story.step(Event::Held { until: 500 }), Effect::Wait);
    assert_eq!(
        story.step(Event::Due { uncertain_until: None, others: None, kept: true, lease: None }),
        Effect::Wait,
        "not before then"
    );
    assert_eq!(story.delivery.phase, Phase::Waiting);
    story.sends();
    assert!(story.now >= 500);
}

#[test]
fn a_lost_create_that_the_limiter_holds_back_is_still_lost() {
    let mut story = Story::of(System::Pardot);
    story.sends();
    story.hears(missing());
    story.sends();
    // The worker died; the one that follows finds all leases of the account taken by calls that died with it.
    story.now = story.delivery.next;
    story.step(Event::Held { until: story.now + 100 });
    story.now += 100;
    assert_eq!(
        story.step(Event::Due { uncertain_until: None, others: None, kept: true, lease: None }),
        Effect::Wait
    );
    assert_eq!(
        story.sends(),
        ("pardot.prospect.read", None),
        "never a second create without a look"
    );
}

#[test]
fn a_stored_state_is_read_back_as_it_was() {
    let mut story = Story::of(System::Pardot);
    story.sends();
    story.hears(found(&[("7", "")]));
    story.sends();
    let text = serde_json::to_string(&story.delivery).unwrap();
    assert_eq!(serde_json::from_str::<Delivery>(&text).unwrap(), story.delivery);
}

#[test]
fn a_look_up_holds_only_as_long_as_nobody_else_can_write() {
    let mut story = Story::of(System::Pardot);
    story.sends();
    story.hears(missing());
    assert_eq!(
        story.step(Event::Due { uncertain_until: None, others: None, kept: false, lease: None }),
        Effect::Wait
    );
    assert_eq!(story.sends(), ("pardot.prospect.read", None), "asked again");
}

#[test]
fn who_was_written_for_another_lead_is_not_created_while_reads_lag() {
    let mut story = Story::of(System::Pardot);
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
    story.hears(missing());
    assert!(story.delivery.next > story.now);
    assert_eq!(story.sends(), ("pardot.prospect.read", None));
    story.hears(found(&[("7", "")]));
    assert_eq!(story.sends(), ("pardot.prospect.update", Some("7".to_owned())));
}

#[test]
fn tokens_that_are_refused_again_and_again_burn_no_try() {
    let mut story = Story::of(System::Marketo);
    for _ in 0..20 {
        story.sends();
        story.hears(Outcome::Retry {
            after: Some(0),
            code: "marketo.602".into(),
            reason: Reason::Token,
        });
    }
    assert_eq!(story.delivery.attempts, 0);
    assert!(story.delivery.next > story.now + 1_000, "but the second time it waits");
}

/// What version 1 wrote, word for word.
#[test]
fn state_of_version_1_goes_on() {
    for (system, state, call) in [
        (
            System::Marketo,
            r#"{"phase":"waiting","call":"write","next":5,"sent":1,"attempts":3,"record":null,"doubt":null,"maybe_repeated":true,"outcome":{"kind":"unknown","why":"network.failed"}}"#,
            "marketo.lead.submitForm",
        ),
        (
            System::Pardot,
            r#"{"phase":"sent","call":"write","next":9,"sent":2,"attempts":0,"record":null,"doubt":null,"maybe_repeated":false,"outcome":null}"#,
            "pardot.prospect.read",
        ),
    ] {
        let mut story =
            Story { system, delivery: serde_json::from_str(state).unwrap(), now: 100_000 };
        if story.delivery.phase == Phase::Sent {
            assert_eq!(
                story.step(Event::Due {
                    uncertain_until: None,
                    others: None,
                    kept: false,
                    lease: None
                }),
                Effect::Wait
            );
        }
        assert_eq!(story.sends().0, call);
    }
}

/// What version 2 wrote of prospects: it asked nobody whose a phone is.
#[test]
fn state_of_version_2_asks_whose_the_phone_is() {
    for (call, phase) in [("write", "waiting"), ("probe", "waiting"), ("write", "sent")] {
        let state = format!(
            r#"{{"phase":"{phase}","call":"{call}","next":5,"sent":1,"attempts":0,"record":null,"doubt":null,"maybe_repeated":false,"renewals":0,"blind":false,"outcome":null}}"#
        );
        let mut story = Story {
            system: System::Prospects,
            delivery: serde_json::from_str(&state).unwrap(),
            now: 100_000,
        };
        if (call, phase) == ("probe", "waiting") {
            story.sends();
            story.hears(found(&[("7", "")]));
        } else {
            assert_eq!(
                story.step(Event::Due {
                    uncertain_until: None,
                    others: None,
                    kept: false,
                    lease: None
                }),
                Effect::Wait
            );
        }
        story.sends();
        story.lists(&[Some("bob@example.com")], false);
        assert_eq!(story.delivery.without, "phone", "{call} {phase}");
    }
}

#[test]
fn every_call_of_a_recipe_is_in_the_catalogue() {
    for system in [System::Marketo, System::Pardot, System::Prospects] {
        let recipe = recipe(system).unwrap();
        let look_up = recipe.look_up.as_ref();
        let guard = recipe.guard.as_ref().map(|guard| guard.operation);
        for name in [
            Some(recipe.write),
            guard,
            look_up.map(|look_up| look_up.operation),
            look_up.and_then(|look_up| look_up.found),
        ] {
            assert!(name.is_none_or(|name| operation(name).is_some()), "{name:?}");
        }
    }
}

#[test]
fn nothing_that_a_look_up_found_is_kept_but_the_id() {
    let mut story = Story::of(System::Pardot);
    story.sends();
    let comments = Value::from("\"".repeat(1 << 20));
    let record: Value<'static> = [
        ("id", Value::from("7")),
        ("email", Value::from("ann@example.org")),
        ("comments", comments),
    ]
    .into_iter()
    .collect();
    story.hears(Outcome::Found {
        records: vec![record],
        total: Some(1),
        next: Some("more".to_owned()),
    });
    let state = serde_json::to_string(&story.delivery).unwrap();
    assert!(state.len() < 1_000, "{} bytes", state.len());
    assert!(!state.contains("ann@example.org"), "a row of the outbox has the CRM's values in it");
    assert_eq!(story.sends().1.as_deref(), Some("7"));
}
