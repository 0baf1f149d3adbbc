use super::*;

const LIMITS: Limits = Limits { review: 20, queue: 30, repeat: 24, scale: 1 };
const BEGIN: u64 = 1_000_000_000;

fn fact(kind: &'static str, account: &'static str, n: u64) -> Fact<'static> {
    let name: &'static str = [kind, "\u{1}", account, "\u{1}contact"].concat().leak();
    Fact { name, code: "", n }
}

/// One look, kept as text before and after.
fn look(channel: &mut Channel, facts: &[Fact<'_>], now: u64) -> Vec<&'static str> {
    assert_eq!(Channel::unpacked(&channel.packed(LIMITS, now)), *channel);
    channel.look(facts, true, LIMITS, now);
    let due = channel.is_due(LIMITS, now);
    channel.incidents.iter().filter(|_| due).map(|one| one.state(LIMITS, now)).collect()
}

#[test]
fn an_incident_is_told_once_and_so_is_its_end() {
    let mut channel = Channel::default();
    let dead = [fact("dead", "crm", 1)];
    assert_eq!(look(&mut channel, &dead, BEGIN), ["opened"]);
    channel.told(LIMITS, BEGIN);
    for minute in 1..600 {
        assert!(look(&mut channel, &dead, BEGIN + minute * MINUTE).is_empty(), "{minute}");
    }
    let over = BEGIN + 600 * MINUTE;
    assert!(look(&mut channel, &[], over).is_empty());
    assert!(look(&mut channel, &[], over + 4 * MINUTE).is_empty());
    assert_eq!(look(&mut channel, &[], over + 5 * MINUTE), ["recovered"]);
    channel.told(LIMITS, over + 5 * MINUTE);
    assert_eq!(channel.incidents, []);
}

#[test]
fn what_comes_and_goes_is_one_incident() {
    let mut channel = Channel::default();
    let closed = [fact("account", "crm", 1)];
    let mut told = 0;
    for minute in 0..120 {
        let facts: &[Fact<'_>] = if minute % 4 < 2 { &closed } else { &[] };
        if !look(&mut channel, facts, BEGIN + minute * MINUTE).is_empty() {
            told += 1;
            channel.told(LIMITS, BEGIN + minute * MINUTE);
        }
    }
    assert_eq!(told, 1);
}

#[test]
fn what_happens_together_is_told_together_and_what_follows_waits() {
    let mut channel = Channel::default();
    let mut facts = vec![fact("dead", "a", 1), fact("quota", "b", 1)];
    assert_eq!(look(&mut channel, &facts, BEGIN), ["opened", "opened"]);
    channel.told(LIMITS, BEGIN);
    facts.push(fact("account", "c", 1));
    assert!(look(&mut channel, &facts, BEGIN + MINUTE).is_empty());
    facts.push(fact("target", "d", 1));
    assert_eq!(
        look(&mut channel, &facts, BEGIN + 5 * MINUTE),
        ["open", "open", "opened", "opened"]
    );
}

#[test]
fn what_grows_tenfold_is_told_again_and_what_stays_once_a_day() {
    let mut channel = Channel::default();
    look(&mut channel, &[fact("dead", "crm", 1)], BEGIN);
    channel.told(LIMITS, BEGIN);
    assert!(look(&mut channel, &[fact("dead", "crm", 9)], BEGIN + HOUR).is_empty());
    assert_eq!(look(&mut channel, &[fact("dead", "crm", 10)], BEGIN + HOUR), ["grew"]);
    channel.told(LIMITS, BEGIN + HOUR);
    assert!(look(&mut channel, &[fact("dead", "crm", 50)], BEGIN + 24 * HOUR).is_empty());
    assert_eq!(look(&mut channel, &[fact("dead", "crm", 50)], BEGIN + 25 * HOUR), ["open"]);
}

#[test]
fn a_limit_has_to_be_reached_and_half_of_it_keeps_it_open() {
    let mut channel = Channel::default();
    assert!(look(&mut channel, &[fact("review", "", 19), fact("queue", "", 29)], BEGIN).is_empty());
    assert_eq!(
        look(&mut channel, &[fact("review", "", 20), fact("queue", "", 30)], BEGIN),
        ["opened", "opened"]
    );
    channel.told(LIMITS, BEGIN);
    look(&mut channel, &[fact("review", "", 10), fact("queue", "", 14)], BEGIN + HOUR);
    let absent: Vec<u64> = channel.incidents.iter().map(|one| one.absent).collect();
    assert_eq!(absent, [0, BEGIN + HOUR]);
}

#[test]
fn what_nobody_could_be_told_of_is_told_when_they_can_even_if_it_is_over() {
    let mut channel = Channel::default();
    let dead = [fact("dead", "crm", 1)];
    let mut now = BEGIN;
    let mut waits = Vec::new();
    for _ in 0..9 {
        assert!(!look(&mut channel, &dead, now).is_empty());
        channel.failed("http.5xx", 0, LIMITS, now);
        waits.push((channel.quiet - now) / SECOND);
        let next = channel.quiet;
        assert!(look(&mut channel, &dead, next - 1).is_empty());
        now = next;
    }
    assert_eq!(waits, [30, 60, 120, 240, 480, 960, 1_920, 3_600, 3_600]);
    assert_eq!((channel.failing, channel.code.as_str()), (BEGIN, "http.5xx"));
    look(&mut channel, &[], now);
    let all = look(&mut channel, &[], now + SETTLE);
    assert_eq!(all, ["recovered"], "an incident that was never told");
    channel.told(LIMITS, now + SETTLE);
    assert_eq!((channel.failing, channel.tries, channel.incidents.len()), (0, 0, 0));
}

#[test]
fn who_asks_to_be_left_alone_is_and_not_for_ever() {
    let mut channel = Channel::default();
    channel.failed("http.429", 10 * MINUTE, LIMITS, BEGIN);
    assert_eq!(channel.quiet, BEGIN + 10 * MINUTE);
    channel.failed("http.429", u64::MAX, LIMITS, BEGIN);
    assert_eq!(channel.quiet, BEGIN + HOUR);
}

#[test]
fn where_somebody_did_not_answer_nothing_is_over() {
    let mut channel = Channel::default();
    look(&mut channel, &[fact("dead", "crm", 1)], BEGIN);
    channel.told(LIMITS, BEGIN);
    for minute in 1..60 {
        channel.look(&[], false, LIMITS, BEGIN + minute * MINUTE);
    }
    assert_eq!(channel.incidents[0].absent, 0);
}

#[test]
fn nothing_grows_without_a_bound() {
    let mut channel = Channel::default();
    let rows: Vec<String> =
        (0..2_000).map(|n| format!("dead\u{1}\u{1}form {n}\u{1}\u{1}1")).collect();
    let facts: Vec<Fact<'_>> = rows.iter().filter_map(|row| Fact::of(row)).collect();
    assert_eq!(facts.len(), rows.len());
    channel.look(&facts, true, LIMITS, BEGIN);
    assert_eq!(channel.incidents.len(), MOST);
    channel.look(&[], true, LIMITS, BEGIN);
    channel.look(&[], true, LIMITS, BEGIN + STALE);
    assert_eq!(channel.incidents, []);
    assert_eq!(Channel::unpacked("\u{2}\u{1}x\u{2}9\u{1}9\u{1}9"), Channel::default());
}

#[test]
fn each_kind_has_a_sentence() {
    let rows = crate::code::operator::ALERTED.rows;
    let names: Vec<&str> = rows.iter().map(|row| row.name).collect();
    let kinds: Vec<String> = KINDS.iter().map(|(kind, _)| ["alert.", kind].concat()).collect();
    assert_eq!(names, kinds);
    assert!(rows.iter().all(|row| !row.sentence.is_empty()));
}

#[test]
fn a_message_has_arrived_where_somebody_took_it_and_nothing_is_followed() {
    assert_eq!(
        (arrived(2), arrived(0), arrived(3)),
        (Some(""), Some("http.redirect"), Some("http.redirect"))
    );
    assert_eq!((arrived(4), arrived(5)), (None, None));
    assert!(rings(false, false) && rings(true, true) && !rings(true, false));
}
