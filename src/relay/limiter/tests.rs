use super::{
    Answer, Ask, By, Door, Keep, Limiter, Limits, Looked, PROBE_EVERY, Scope, Settled, Share,
    Spare, Told, Turn,
};
use crate::crm::outcome::Fault;

const LIMITS: Limits = Limits { calls: 3, window: 20_000, at_once: 2 };
const GRANTED: Answer =
    Answer::Granted { uncertain_until: None, others: None, kept: false, probe: false };
const PROBE: Answer =
    Answer::Granted { uncertain_until: None, others: None, kept: false, probe: true };
const MANY: Limits = Limits { calls: 1_000, window: 20_000, at_once: 2 };

fn ask<'a>(id: &'a str, key: &'a str) -> Ask<'a> {
    let (form, fills) = ("contact", "email\nphone");
    Ask {
        id,
        keys: key,
        shard: "0",
        deadline: 1_000,
        lag: 0,
        lost: false,
        form,
        fills,
        every: 60_000,
        spare: None,
    }
}

fn person(until: u64) -> Answer {
    Answer::Wait { until, scope: Scope::Person, target: None }
}

fn account(until: u64) -> Answer {
    Answer::Wait { until, scope: Scope::Account, target: None }
}

fn waits(answer: Answer) -> bool {
    matches!(answer, Answer::Wait { .. })
}

#[test]
fn one_call_at_a_time_for_each_person() {
    let mut limiter = Limiter::default();
    assert_eq!(limiter.acquire(LIMITS, ask("1", "ann"), 0), GRANTED);
    assert_eq!(limiter.acquire(LIMITS, ask("2", "ann"), 10), person(260));
    limiter.release("1", Keep::No, None);
    assert_eq!(limiter.acquire(LIMITS, ask("2", "ann"), 20), GRANTED);
}

#[test]
fn a_lost_call_keeps_its_place_until_its_deadline() {
    let mut limiter = Limiter::default();
    assert_eq!(limiter.acquire(LIMITS, ask("1", "ann"), 0), GRANTED);
    limiter.release("1", Keep::Lost, None);
    assert_eq!(limiter.acquire(LIMITS, ask("2", "ann"), 300), person(1_000));
    assert_eq!(limiter.acquire(LIMITS, ask("2", "ann"), 1_000), GRANTED);
    // It went out later than its lease was given, and nobody holds the lease for longer than it can run.
    limiter.release("2", Keep::Lost, Some(1_900));
    assert_eq!(limiter.acquire(LIMITS, ask("1", "ann"), 1_300), person(1_900));
    assert_eq!(limiter.acquire(MANY, ask("1", "ann"), 1_900), GRANTED);
}

#[test]
fn who_was_just_written_is_remembered_until_reads_show_it() {
    let mut limiter = Limiter::default();
    let of = |id| Ask { lag: 60_000, ..ask(id, "ann") };
    limiter.acquire(LIMITS, of("1"), 0);
    limiter.stored("1", 60_000, 500);
    limiter.release("1", Keep::No, None);
    assert_eq!(
        limiter.acquire(LIMITS, of("2"), 600),
        Answer::Granted { uncertain_until: Some(68_000), others: None, kept: false, probe: false }
    );
    // Its worker died: nobody says what became of the call.
    assert_eq!(
        limiter.acquire(LIMITS, of("3"), 1_600),
        Answer::Granted { uncertain_until: Some(68_000), others: None, kept: false, probe: false }
    );
    limiter.release("3", Keep::No, None);
    assert_eq!(limiter.acquire(LIMITS, of("4"), 68_000), GRANTED);
}

/// Its call was lost, and the limiter never heard of it. The delivery knows and waits; another one must not rely on a look-up.
#[test]
fn a_lease_that_was_never_given_back_may_have_written() {
    let mut limiter = Limiter::default();
    let of = |id| Ask { lag: 60_000, ..ask(id, "ann") };
    limiter.acquire(LIMITS, of("1"), 0);
    // It asks for itself, and gives that lease back properly.
    limiter.acquire(LIMITS, of("1"), 900);
    limiter.release("1", Keep::No, None);
    assert_eq!(
        limiter.acquire(LIMITS, of("2"), 1_000),
        Answer::Granted { uncertain_until: Some(61_000), others: None, kept: false, probe: false }
    );
}

#[test]
fn a_delivery_goes_on_in_its_own_place() {
    let mut limiter = Limiter::default();
    limiter.acquire(MANY, ask("1", "ann"), 0);
    limiter.acquire(MANY, ask("2", "bob"), 0);
    limiter.release("1", Keep::GoesOn, None);
    assert!(
        waits(limiter.acquire(MANY, ask("3", "ann"), 5)),
        "the look-up counts for the one who made it"
    );
    assert_eq!(
        limiter.acquire(MANY, ask("1", "ann"), 10),
        Answer::Granted { uncertain_until: None, others: None, kept: true, probe: false }
    );
    assert_eq!(limiter.leases.len(), 2);
    assert_eq!(limiter.calls.len(), 3, "it is another call all the same");
}

#[test]
fn never_over_a_limit() {
    let mut limiter = Limiter::default();
    assert_eq!(limiter.acquire(LIMITS, ask("1", "a"), 0), GRANTED);
    assert_eq!(limiter.acquire(LIMITS, ask("2", "b"), 0), GRANTED);
    assert!(waits(limiter.acquire(LIMITS, ask("3", "c"), 0)), "two at once");
    limiter.release("1", Keep::No, None);
    limiter.release("2", Keep::No, None);
    assert_eq!(limiter.acquire(LIMITS, ask("3", "c"), 1), GRANTED);
    limiter.release("3", Keep::No, None);
    let full = limiter.acquire(LIMITS, ask("4", "d"), 19_000);
    assert_eq!(full, account(20_000), "three in the window");
    assert_eq!(limiter.acquire(LIMITS, ask("4", "d"), 20_000), GRANTED);
}

#[test]
fn shards_take_turns() {
    let mut limiter = Limiter::default();
    let from = |shard| Ask { shard, ..ask(shard, shard) };
    limiter.acquire(MANY, ask("1", "a"), 0);
    limiter.acquire(MANY, ask("2", "b"), 0);
    assert!(waits(limiter.acquire(MANY, from("B"), 1)));
    assert!(waits(limiter.acquire(MANY, from("A"), 2)));
    limiter.release("1", Keep::No, None);
    assert!(waits(limiter.acquire(MANY, from("A"), 3)), "B came before");
    assert_eq!(limiter.acquire(MANY, from("B"), 4), GRANTED);
    limiter.release("B", Keep::No, None);
    assert!(waits(limiter.acquire(MANY, from("B"), 5)), "B was served, A was not");
    assert_eq!(limiter.acquire(MANY, from("A"), 6), GRANTED);
}

#[test]
fn a_shard_that_went_away_keeps_nobody_waiting() {
    let mut limiter = Limiter::default();
    let from = |shard| Ask { shard, deadline: 60_000, ..ask(shard, shard) };
    limiter.acquire(MANY, from("1"), 0);
    limiter.acquire(MANY, from("2"), 0);
    assert!(waits(limiter.acquire(MANY, from("dead"), 1)));
    limiter.release("1", Keep::No, None);
    assert!(waits(limiter.acquire(MANY, from("B"), 500)));
    assert_eq!(limiter.acquire(MANY, from("B"), 1_200), GRANTED);
}

#[test]
fn what_the_headers_leave_is_not_passed() {
    let mut limiter = Limiter::default();
    assert_eq!(limiter.acquire(MANY, ask("1", "a"), 0), GRANTED);
    assert_eq!(limiter.acquire(MANY, ask("2", "b"), 0), GRANTED);
    limiter.release("1", Keep::No, None);
    // Two are left, but the call that is out may not be counted yet.
    limiter.heard(2, 30_000);
    assert_eq!(limiter.acquire(MANY, ask("3", "c"), 1), GRANTED);
    limiter.release("2", Keep::No, None);
    limiter.release("3", Keep::No, None);
    assert_eq!(limiter.acquire(MANY, ask("4", "d"), 2), account(30_000));
    // A reply that was overtaken brings nothing back.
    limiter.heard(5, 30_000);
    assert!(waits(limiter.acquire(MANY, ask("4", "d"), 3)));
    assert_eq!(limiter.acquire(MANY, ask("4", "d"), 30_000), GRANTED);
}

#[test]
fn a_used_up_quota_is_asked_for_every_quarter_of_an_hour_and_not_after_its_reset() {
    let mut limiter = Limiter::default();
    let reset = 5 * PROBE_EVERY + 7;
    limiter.spent(reset, PROBE_EVERY, 0);
    let mut probes = Vec::new();
    let mut now = 0;
    while now < reset {
        match limiter.acquire(MANY, ask("1", "a"), now) {
            Answer::Granted { .. } => {
                probes.push(now);
                assert!(waits(limiter.acquire(MANY, ask("2", "b"), now)), "one probe at a time");
                limiter.release("1", Keep::No, None);
                limiter.spent(reset, PROBE_EVERY, now);
            }
            Answer::Wait { until, .. } => {
                assert!(until > now);
                now = until;
            }
        }
    }
    assert_eq!(probes.len(), 5, "{probes:?}");
    assert_eq!(limiter.acquire(MANY, ask("1", "a"), reset), GRANTED);
    assert_eq!(limiter.acquire(MANY, ask("2", "b"), reset), GRANTED, "open for all");
}

#[test]
fn a_probe_of_a_quota_that_was_not_made_costs_no_quarter_of_an_hour() {
    let mut limiter = Limiter::default();
    limiter.spent(4 * PROBE_EVERY, PROBE_EVERY, 0);
    let now = PROBE_EVERY;
    assert!(matches!(limiter.acquire(MANY, ask("1", "a"), now), Answer::Granted { .. }));
    limiter.settle(Told { unsent: true, fault: None, ..told("1", Fault::Lead) }, now + 1);
    limiter.release("1", Keep::No, None);
    assert!(matches!(limiter.acquire(MANY, ask("1", "a"), now + 1), Answer::Granted { .. }));
    assert!(matches!(limiter.acquire(MANY, ask("2", "b"), now + 1), Answer::Wait { .. }));
}

#[test]
fn a_quota_that_is_back_early_opens_the_limiter() {
    let mut limiter = Limiter::default();
    limiter.spent(80_000_000, PROBE_EVERY, 0);
    assert_eq!(limiter.acquire(MANY, ask("1", "a"), PROBE_EVERY), GRANTED);
    limiter.release("1", Keep::No, None);
    limiter.opened();
    assert_eq!(limiter.acquire(MANY, ask("2", "b"), PROBE_EVERY + 1), GRANTED);
}

#[test]
fn a_clock_that_was_set_back_closes_nothing_for_long() {
    let mut limiter = Limiter::default();
    limiter.acquire(LIMITS, ask("1", "a"), 900_000_000);
    limiter.acquire(LIMITS, ask("2", "b"), 900_000_000);
    assert!(waits(limiter.acquire(LIMITS, ask("3", "a"), 1_000)));
    assert_eq!(limiter.acquire(LIMITS, ask("3", "a"), 2_000), GRANTED);
}

/// Ann with both, by e-mail alone, by phone alone; and somebody else with the same phone.
#[test]
fn one_call_at_a_time_whichever_fields_two_leads_share() {
    for (one, other, wait) in [
        ("e:ann p:123", "e:ann", true),
        ("e:ann p:123", "p:123", true),
        ("p:123", "e:bob p:123", true),
        ("e:ann", "e:bob e:ann", true),
        // A lead that version 1 took.
        ("ann", "p:123 e:ann", true),
        ("e:ann p:123", "e:bob p:124", false),
    ] {
        let mut limiter = Limiter::default();
        limiter.acquire(LIMITS, ask("1", one), 0);
        assert_eq!(waits(limiter.acquire(LIMITS, ask("2", other), 10)), wait, "{one} and {other}");
        limiter.release("1", Keep::No, None);
        assert_eq!(limiter.acquire(LIMITS, ask("2", other), 20), GRANTED);
    }
}

#[test]
fn reads_that_go_by_the_e_mail_lag_behind_it_alone() {
    let mut limiter = Limiter { kinds: "e", ..Limiter::default() };
    let of = |id, keys| Ask { lag: 60_000, ..ask(id, keys) };
    limiter.acquire(LIMITS, of("1", "e:ann p:123"), 0);
    limiter.stored("1", 60_000, 0);
    limiter.release("1", Keep::No, None);
    assert_eq!(limiter.acquire(LIMITS, of("2", "p:123"), 1), GRANTED);
    let uncertain_until =
        Answer::Granted { uncertain_until: Some(67_500), others: None, kept: false, probe: false };
    assert_eq!(limiter.acquire(LIMITS, of("3", "p:9 e:ann"), 2), uncertain_until);
}

#[test]
fn a_shared_phone_is_in_doubt_for_others_and_not_for_who_comes_again() {
    let mut limiter = Limiter { kinds: "ep", ..Limiter::default() };
    let of = |id, keys| Ask { lag: 60_000, ..ask(id, keys) };
    let writes = |limiter: &mut Limiter, id, keys, now| {
        let answer = limiter.acquire(MANY, of(id, keys), now);
        limiter.stored(id, 60_000, now);
        limiter.release(id, Keep::No, None);
        match answer {
            Answer::Granted { uncertain_until, others, .. } => (uncertain_until, others),
            Answer::Wait { .. } => (Some(0), Some(0)),
        }
    };
    assert_eq!(writes(&mut limiter, "1", "e:ann p:123", 0), (None, None));
    // Who comes again has written that phone: nobody else is hidden behind it.
    assert_eq!(writes(&mut limiter, "2", "e:ann p:123", 1), (Some(67_500), None));
    assert_eq!(writes(&mut limiter, "3", "e:bob p:123", 2), (None, Some(67_501)));
    // From now on there are two.
    assert_eq!(writes(&mut limiter, "4", "e:ann p:123", 3), (Some(67_501), Some(67_502)));
    // Somebody without an e-mail may be anybody.
    assert_eq!(writes(&mut limiter, "5", "p:9", 4), (None, None));
    assert_eq!(writes(&mut limiter, "6", "e:eve p:9", 5), (None, Some(67_504)));
}

fn told(id: &str, fault: Fault) -> Told<'_> {
    Told {
        id,
        form: "contact",
        fills: "email\nphone",
        unsent: false,
        stored: false,
        fault: Some(fault),
        param: "",
        code: "code",
        message: "Mend it.",
        every: 60_000,
    }
}

fn stored(id: &str) -> Told<'_> {
    Told { fault: None, stored: true, ..told(id, Fault::Lead) }
}

fn target(until: u64, name: &str) -> Answer {
    Answer::Wait { until, scope: Scope::Target, target: Some(name.to_owned()) }
}

fn events(settled: &Settled) -> Vec<&str> {
    settled.events.iter().map(|(event, ..)| *event).collect()
}

#[test]
fn what_closes_and_opens_is_said_with_its_parameter() {
    let mut limiter = Limiter::default();
    limiter.acquire(MANY, ask("1", "a"), 0);
    let settled = limiter.settle(Told { param: "phone", ..told("1", Fault::Target) }, 100);
    let said = ("target.closed", "contact/phone".to_owned(), "code".to_owned());
    assert_eq!(settled.events, [said]);
    limiter.release("1", Keep::No, None);
    let ask = Ask { fills: "email\nphone", ..ask("2", "b") };
    assert_eq!(limiter.acquire(MANY, ask, 60_100), PROBE);
    let said = ("target.opened", "contact/phone".to_owned(), "code".to_owned());
    assert_eq!(limiter.settle(stored("2"), 60_200).events, [said]);
}

#[test]
fn a_form_that_the_account_does_not_take_waits_and_the_others_go_on() {
    let mut limiter = Limiter::default();
    limiter.acquire(MANY, ask("1", "a"), 0);
    let settled = limiter.settle(told("1", Fault::Target), 100);
    assert_eq!((settled.hold.as_deref(), settled.until), (Some("contact"), 60_100));
    assert_eq!(events(&settled), ["target.closed"]);
    limiter.release("1", Keep::No, None);
    assert_eq!(limiter.acquire(MANY, ask("2", "b"), 200), target(60_100, "contact"));
    assert_eq!(limiter.acquire(MANY, Ask { form: "other", ..ask("3", "c") }, 200), GRANTED);
    limiter.release("3", Keep::No, None);
    // One asks, and all others wait for what it finds.
    assert_eq!(limiter.acquire(MANY, ask("2", "b"), 60_100), PROBE);
    assert_eq!(limiter.acquire(MANY, ask("4", "d"), 60_101), target(120_100, "contact"));
    assert_eq!(limiter.settle(stored("2"), 60_200).events.len(), 1);
    limiter.release("2", Keep::No, None);
    assert_eq!(limiter.acquire(MANY, ask("4", "d"), 60_300), GRANTED);
}

#[test]
fn a_parameter_that_is_refused_holds_those_who_fill_it() {
    let mut limiter = Limiter::default();
    limiter.acquire(MANY, ask("1", "a"), 0);
    let settled = limiter.settle(Told { param: "phone", ..told("1", Fault::Target) }, 0);
    assert_eq!(settled.hold.as_deref(), Some("contact/phone"));
    limiter.release("1", Keep::No, None);
    assert!(waits(limiter.acquire(MANY, ask("2", "b"), 1)));
    assert_eq!(limiter.acquire(MANY, Ask { fills: "email", ..ask("3", "c") }, 1), GRANTED);
    // A name that was not sent is none: it may be what the visitor typed.
    let settled = limiter.settle(Told { param: "ann@example.org", ..told("3", Fault::Target) }, 2);
    assert_eq!(settled.hold.as_deref(), Some("contact"));
    assert_eq!(limiter.targets.len(), 1, "the form has taken its parameter's place");
}

#[test]
fn what_is_closed_of_one_form_is_bounded() {
    let mut limiter = Limiter::default();
    let names: Vec<String> = (0..1_000).map(|n| format!("p{n}")).collect();
    for name in &names {
        limiter.settle(Told { param: name, fills: name, ..told("1", Fault::Target) }, 0);
    }
    assert_eq!(limiter.targets.len(), 1);
}

#[test]
fn a_probe_is_both_calls_of_a_delivery() {
    let mut limiter = Limiter::default();
    limiter.settle(told("1", Fault::Writes), 0);
    assert_eq!(limiter.door(60_000), Door::Open, "a lead asks, for a read would pass all the same");
    assert_eq!(limiter.acquire(MANY, ask("2", "b"), 60_000), PROBE);
    // The look-up was answered; that says nothing of the write.
    limiter.settle(Told { stored: false, ..stored("2") }, 60_010);
    limiter.release("2", Keep::GoesOn, None);
    assert!(waits(limiter.acquire(MANY, ask("3", "c"), 60_020)));
    let going_on = Answer::Granted { uncertain_until: None, others: None, kept: true, probe: true };
    assert_eq!(limiter.acquire(MANY, ask("2", "b"), 60_020), going_on);
    assert_eq!(events(&limiter.settle(stored("2"), 60_030)), ["account.opened"]);
    limiter.release("2", Keep::No, None);
    assert_eq!(limiter.acquire(MANY, ask("3", "c"), 60_040), GRANTED);
}

#[test]
fn another_lead_asks_each_time_and_the_same_one_where_there_is_no_other() {
    for fault in [Fault::Writes, Fault::Target] {
        let mut limiter = Limiter::default();
        limiter.acquire(MANY, ask("1", "a"), 0);
        limiter.settle(told("1", fault), 0);
        limiter.release("1", Keep::No, None);
        // Who was refused asks a quarter later than anybody else.
        assert!(waits(limiter.acquire(MANY, ask("1", "a"), 60_000)));
        assert_eq!(limiter.acquire(MANY, ask("2", "b"), 60_001), PROBE);
        limiter.settle(told("2", fault), 60_002);
        limiter.release("2", Keep::No, None);
        assert!(waits(limiter.acquire(MANY, ask("2", "b"), 120_002)));
        assert_eq!(limiter.acquire(MANY, ask("2", "b"), 135_002), PROBE);
    }
}

/// A delivery that finds that it has to look again first gives its lease back, and asks anew.
#[test]
fn a_probe_that_was_not_made_is_no_probe() {
    let mut limiter = Limiter::default();
    limiter.settle(told("1", Fault::Target), 0);
    assert_eq!(limiter.acquire(MANY, ask("2", "b"), 60_000), PROBE);
    limiter.settle(Told { unsent: true, fault: None, ..told("2", Fault::Lead) }, 60_001);
    limiter.release("2", Keep::No, None);
    assert_eq!(limiter.acquire(MANY, ask("2", "b"), 60_001), PROBE);
}

#[test]
fn an_account_is_opened_by_the_read_and_where_that_shows_nothing_by_a_lead() {
    let mut limiter = Limiter::default();
    assert_eq!(events(&limiter.settle(told("1", Fault::Account), 0)), ["account.closed"]);
    assert_eq!(events(&limiter.settle(told("2", Fault::Account), 5)), [""; 0], "said once");
    assert_eq!(limiter.door(100), Door::Wait);
    assert_eq!(limiter.acquire(MANY, ask("2", "b"), 100), account(60_005));
    assert_eq!(limiter.door(60_005), Door::Read);
    limiter.looked(Looked::Refused, "code", "Mend it.", 60_000, 60_005);
    assert_eq!(limiter.door(60_006), Door::Wait);
    assert_eq!(events(&limiter.looked(Looked::Good, "", "", 60_000, 120_005)), ["account.opened"]);
    // The read was fooled: from now on a lead asks.
    limiter.settle(told("2", Fault::Account), 121_000);
    assert_eq!(limiter.closed.as_ref().map(|closed| closed.by), Some(By::Lead));
    assert_eq!(limiter.acquire(MANY, ask("2", "b"), 181_000), PROBE);
}

#[test]
fn a_read_that_is_not_allowed_lets_a_lead_ask() {
    let mut limiter = Limiter::default();
    limiter.settle(told("1", Fault::Account), 0);
    limiter.looked(Looked::Forbidden, "", "", 60_000, 60_000);
    assert_eq!(limiter.acquire(MANY, ask("2", "b"), 60_000), PROBE);
    assert!(waits(limiter.acquire(MANY, ask("3", "c"), 60_001)));
}

#[test]
fn without_a_token_nothing_goes_out_and_with_one_everything_does() {
    let mut limiter = Limiter::default();
    limiter.close(By::Token, "auth.refused", "Mend it.", 60_000, 0);
    assert_eq!((limiter.door(1), limiter.door(60_000)), (Door::Wait, Door::Token));
    assert_eq!(events(&limiter.signed_in()), ["account.opened"]);
    assert_eq!(limiter.acquire(MANY, ask("1", "a"), 1), GRANTED);
}

/// A store as the host keeps it.
#[derive(Default)]
struct Rows(std::collections::BTreeMap<String, String>);

impl Rows {
    fn write(&mut self, limiter: &mut Limiter) -> usize {
        let changes = limiter.changes();
        for (name, text) in &changes {
            match text {
                Some(text) => self.0.insert(name.clone(), text.clone()),
                None => self.0.remove(name),
            };
        }
        changes.len()
    }

    fn read(&self) -> Limiter {
        Limiter::from_parts(self.0.iter().map(|(name, text)| (name.as_str(), text.as_str())))
    }
}

/// Whoever sets no bound says so with a large number, and a busy account makes millions of calls.
#[test]
fn calls_have_as_many_rows_as_counted_at_once() {
    let limits = Limits { calls: 1_000_000, window: 1_000, at_once: 20 };
    let mut limiter = Limiter::default();
    let mut rows = Rows::default();
    for call in 0..5_000_u64 {
        // A hundred of them fit a window; now and then nothing is known but the rows.
        let now = 1_000_000 + call * 10;
        if call % 333 == 0 {
            limiter = rows.read();
        }
        limiter.acquire(limits, ask("a", ""), now);
        limiter.release("a", Keep::No, None);
        rows.write(&mut limiter);
        let most = usize::try_from(call + 1).unwrap_or(usize::MAX).min(100);
        assert_eq!(limiter.calls.len(), most, "after {call} calls");
        let kept = rows.0.keys().filter(|name| name.starts_with("call ")).count();
        assert!(kept <= 101, "{kept} rows");
    }
    let mut known = rows.read();
    known.acquire(limits, ask("a", ""), 1_000_000 + 5_000 * 10);
    assert_eq!(known.calls.len(), 100, "no call of the window is written over");
}

/// What a restart finds is what there was, but for whose turn it is.
#[test]
fn a_state_in_pieces_is_the_whole_state() {
    let mut limiter = Limiter::default();
    let mut rows = Rows::default();
    let limits = Limits { calls: 7, window: 2_000, at_once: 4 };
    let mut random = 7_u64;
    let mut below = |most: u64| {
        random =
            random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33).checked_rem(most).unwrap_or_default()
    };
    let mut now = 1_000_000;
    for _ in 0..5_000 {
        now = u64::wrapping_add(now, below(300));
        let (id, keys) = (below(9).to_string(), format!("e:{} p:{}", below(5), below(5)));
        let fills = if below(2) == 0 { "email" } else { "email\nphone" };
        let form = if below(2) == 0 { "contact" } else { "other" };
        let ask = Ask { id: &id, keys: &keys, lag: 900, fills, form, every: 1_000, ..ask("", "") };
        limiter.acquire(limits, ask, now);
        let faults = [Fault::Lead, Fault::Target, Fault::Writes, Fault::Account];
        let fault = faults.get(usize::try_from(below(40)).unwrap_or(9)).copied();
        let param = if below(2) == 0 { "phone" } else { "" };
        let told = Told {
            id: &id,
            form,
            fills,
            fault,
            param,
            stored: true,
            every: 1_000,
            ..told("", Fault::Lead)
        };
        limiter.settle(told, now);
        if below(3) == 0 {
            limiter.stored(&id, 900, now);
        }
        match below(12) {
            0 => limiter.heard(20, now.wrapping_add(500)),
            1 => limiter.spent(now.wrapping_add(5_000), 300, now),
            2 => limiter.opened(),
            3 => limiter.speaks(3),
            4 => drop(limiter.looked(Looked::Good, "", "", 1_000, now)),
            5 => drop(limiter.close(By::Token, "auth.refused", "Mend it now.", 1_000, now)),
            6 => drop(limiter.signed_in()),
            _ => {}
        }
        let keep = [Keep::No, Keep::GoesOn, Keep::Lost];
        let keep = keep.get(usize::try_from(below(4)).unwrap_or(9)).copied().unwrap_or(Keep::No);
        limiter.release(&id, keep, Some(now.wrapping_add(700)));
        let written = rows.write(&mut limiter);
        assert!(written < 20, "{written} rows for one call");
        assert!(rows.0.len() < 40, "{} rows", rows.0.len());
        let mut known = rows.read();
        // What is over stays in its row until the next call takes its place.
        known.calls.retain(|call| call.began.saturating_add(limits.window) > now);
        known.leases.sort_by(|one, other| one.id.cmp(&other.id));
        let mut wanted = limiter.clone();
        wanted.leases.sort_by(|one, other| one.id.cmp(&other.id));
        assert_eq!(known.leases, wanted.leases);
        // Which of two calls of one millisecond was first is nobody's concern.
        for limiter in [&mut known, &mut wanted] {
            limiter.calls.sort_by_key(|call| (call.began, call.row));
        }
        assert_eq!(known.calls, wanted.calls);
        let sorted = |limiter: &Limiter| {
            let mut fresh: Vec<(String, u64, String)> = limiter
                .fresh
                .iter()
                .map(|fresh| (fresh.key.clone(), fresh.until, fresh.by.clone()))
                .collect();
            fresh.sort();
            let mut targets: Vec<(String, u64)> =
                limiter.targets.iter().map(|target| (target.name(), target.probe_at)).collect();
            targets.sort();
            (fresh, targets)
        };
        assert_eq!(sorted(&known), sorted(&wanted));
        let rest = |limiter: &Limiter| {
            let budget = limiter.budget.filter(|budget| budget.until > now);
            let quota = limiter.quota.filter(|quota| quota.reset > now);
            (limiter.closed.clone(), limiter.version, budget, quota)
        };
        assert_eq!(rest(&known), rest(&wanted));
    }
}

#[test]
fn a_call_that_nobody_waits_for_leaves_leads_what_they_need() {
    const LIMITS: Limits = Limits { calls: 4, window: 20_000, at_once: 3 };
    const DAY: u64 = 86_400_000;
    /// Any day.
    const AT: u64 = 1_000 * DAY;
    let spare = |id| Ask { spare: Some(Spare { most: 2, day: DAY }), ..ask(id, "r:all") };
    let wait = |until| Answer::Wait { until, scope: Scope::Account, target: None };
    let soon = |now: u64| wait(now + 60_000);
    let mut limiter = Limiter::default();
    // A place stays free, and half of the window.
    assert_eq!(limiter.acquire(LIMITS, ask("1", "ann"), AT + 1_000), GRANTED);
    assert_eq!(limiter.acquire(LIMITS, spare("s"), AT + 1_000), GRANTED);
    limiter.release("s", Keep::No, None);
    assert_eq!(limiter.acquire(LIMITS, spare("s"), AT + 2_000), soon(AT + 2_000));
    // A lead is let through all the same.
    assert_eq!(limiter.acquire(LIMITS, ask("2", "ben"), AT + 2_000), GRANTED);
    limiter.release("1", Keep::No, None);
    limiter.release("2", Keep::No, None);
    // What the headers leave is for leads.
    limiter.heard(2, AT + 40_000);
    assert_eq!(limiter.acquire(LIMITS, spare("s"), AT + 30_000), soon(AT + 30_000));
    // Somebody was turned away.
    limiter.budget = None;
    limiter.turns.push(Turn { shard: "1".to_owned(), until: AT + 30_000 });
    assert_eq!(limiter.acquire(LIMITS, spare("s"), AT + 30_000), soon(AT + 30_000));
    limiter.turns.clear();
    assert_eq!(limiter.acquire(LIMITS, spare("s"), AT + 30_000), GRANTED);
    limiter.release("s", Keep::No, None);
    // The share is used up until the day is over, and a restart does not forget it.
    let parts = limiter.changes();
    let of = parts.iter().filter_map(|(name, text)| Some((name.as_str(), text.as_deref()?)));
    let mut limiter = Limiter::from_parts(of);
    assert_eq!(limiter.share, Share { since: AT + 1_000, used: 2 });
    assert_eq!(limiter.acquire(LIMITS, spare("s"), AT + 60_000), wait(AT + 1_000 + DAY));
    // A used-up quota is for leads alone, once it is back.
    limiter.spent(AT + 2 * DAY, 900_000, AT + 1_000 + DAY);
    assert_eq!(limiter.acquire(LIMITS, spare("s"), AT + 1_000 + DAY), wait(AT + 2 * DAY));
    limiter.opened();
    assert_eq!(limiter.acquire(LIMITS, spare("s"), AT + 1_000 + DAY), GRANTED);
    assert_eq!(limiter.share, Share { since: AT + 1_000 + DAY, used: 1 });
    // Two of them are not out at once, and none of them keeps a person waiting.
    assert_eq!(
        limiter.acquire(LIMITS, spare("t"), AT + 1_000 + DAY),
        Answer::Wait { until: AT + 1_250 + DAY, scope: Scope::Person, target: None }
    );
    assert_eq!(limiter.acquire(LIMITS, ask("3", "ann"), AT + 1_000 + DAY), GRANTED);
}
