//! An outbox: whatever happens to it comes here, and what its host does next follows.

use super::effect::{Effect, Statement};
use super::run::{Heard, Run};
use super::schedule::{Begun, Due, NET, Schedule, line};
use crate::crossing::members;
use crate::relay::delivery::outbox::{Delivery, Recipe};
use crate::value;
use crate::value::parts;

/// What broke while the alarm rang is looked at again after this long: not at full speed, and not never.
const BROKEN: u64 = 5_000;

/// What the machine asks of whoever drives it: the systems' recipes, and how a delivery's state is kept as text.
#[derive(Clone, Copy)]
pub struct Kit<'a> {
    /// The recipe of a system; nothing where it takes no leads.
    pub recipe: &'a dyn Fn(&str) -> Option<&'static Recipe>,
    /// A state that was kept; nothing for one that this version cannot read.
    pub read: &'a dyn Fn(&str) -> Option<Delivery>,
    /// A state as it is kept.
    pub write: &'a dyn Fn(&Delivery) -> String,
}

/// When something happens.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// Milliseconds since 1970.
    pub now: u64,
    /// 32 random bits.
    pub random: u32,
    /// The platform's newest event, in the host's count.
    pub newest: u32,
}

/// What happens to an outbox.
#[derive(Clone, Debug, PartialEq)]
pub enum Event<'a> {
    /// The object begins: what it marked, and what is dead, has to be known.
    Woken,
    /// Leads were written down for these accounts. Nothing is promised before an alarm stands below them.
    Arrived(Vec<String>),
    /// The alarm rings, and with `woken` the cron's word: nobody knows whether another one stands.
    Alarm,
    /// The timer rings.
    Ring,
    /// A person has acted: there may be room again, and what waited for that is due. With the first word of a person,
    /// accounts that asked for quiet are asked again.
    Acted {
        /// It is the first one.
        first: bool,
        /// Dead letters may have gone.
        counts: bool,
    },
    /// The rows of a [look](Effect::Look).
    Rows {
        /// The event that it belongs to.
        of: u32,
        /// The alarm is set by them, too.
        arm: bool,
        /// A row for each: its statement's name, and its words. See `statements`.
        rows: &'a str,
    },
    /// The rows could not be read or written.
    Unread,
    /// The platform took no alarm.
    Unarmed,
    /// What one delivery hears.
    Heard(Heard),
}

/// An outbox that moved on, as its host hears of it.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Stepped {
    /// Its schedule, as text that the host only keeps.
    pub schedule: String,
    /// The delivery that heard something.
    pub run: Option<Run>,
    /// What the host does next.
    pub effects: Vec<Effect>,
}

members! {
    said Stepped, Stepped { schedule: String::new(), run: None, effects: Vec::new() },
    "schedule" schedule, "run" run, "effects" effects,
}

/// Between rows and between the words of a row.
const ROW: char = '\u{2}';
const WORD: char = '\u{1}';

pub(super) struct Stepping<'a> {
    pub(super) schedule: &'a mut Schedule,
    pub(super) kit: Kit<'a>,
    pub(super) now: u64,
    pub(super) random: u32,
    pub(super) out: Vec<Effect>,
}

/// Moves an outbox on, and with `run` the delivery that hears something. What the host looks up comes last.
pub fn step(
    schedule: &mut Schedule,
    run: Option<&mut Run>,
    event: Event<'_>,
    kit: Kit<'_>,
    at: Moment,
) -> Vec<Effect> {
    let Moment { now, random, newest } = at;
    schedule.budgets.newest = newest;
    let mut stepping = Stepping { schedule, kit, now, random, out: Vec::new() };
    match (event, run) {
        (Event::Heard(heard), Some(run)) => stepping.hear(run, heard),
        (event, _) => stepping.happens(event, newest),
    }
    // What a delivery has to write down comes before what others may do; and an alarm, which may be near, before what begins.
    let mut rest = stepping.out;
    let mut out = Vec::with_capacity(rest.len());
    for at in 0..4 {
        for effect in &mut rest {
            if turn(effect) == at {
                // What stands in its place has had its turn.
                out.push(std::mem::replace(effect, Effect::Leave {}));
            }
        }
    }
    schedule.forget(&out);
    out
}

/// When an effect has its turn.
fn turn(effect: &Effect) -> u8 {
    match effect {
        Effect::Alarm { .. } => 1,
        Effect::Start { .. } => 2,
        Effect::Look { .. } => 3,
        _ => 0,
    }
}

impl Stepping<'_> {
    fn happens(&mut self, event: Event<'_>, newest: u32) {
        let now = self.now;
        let out = &mut self.out;
        let schedule = &mut *self.schedule;
        match event {
            Event::Woken => {
                // What was marked before is asked about at once; the limiter says when.
                let statements =
                    vec![Statement::of("marked", &[], &[]), Statement::of("dead", &[], &[])];
                out.push(Effect::Look { of: newest, arm: false, statements });
            }
            Event::Arrived(accounts) => {
                schedule.by(now.saturating_add(NET), newest, now, out);
                schedule.look(&accounts, false, newest, now, out);
            }
            Event::Alarm => {
                schedule.alarm = None;
                schedule.look(&schedule.names(), true, newest, now, out);
            }
            // What the timer does belongs to the event that set it.
            Event::Ring => schedule.look(&schedule.names(), true, schedule.timer, now, out),
            Event::Acted { first, counts } => {
                if first {
                    schedule.let_ask();
                }
                if counts {
                    let statements = vec![Statement::of("dead", &[], &[])];
                    out.push(Effect::Look { of: newest, arm: true, statements });
                } else {
                    schedule.look(&schedule.names(), true, newest, now, out);
                }
            }
            Event::Rows { of, arm, rows } => self.rows(rows, arm, of),
            Event::Unread => {
                out.push(line("alarm.failed", |_| {}));
                schedule.by(now.saturating_add(BROKEN), newest, now, out);
            }
            Event::Unarmed => schedule.unarmed(newest, now, out),
            // A delivery that nobody names.
            Event::Heard(_) => {}
        }
    }

    /// What was looked at: what is due begins, or is marked as what waits.
    fn rows(&mut self, rows: &str, arm: bool, of: u32) {
        let (now, out) = (self.now, &mut self.out);
        let schedule = &mut *self.schedule;
        let mut changed: Vec<(&str, u32)> = Vec::new();
        let mut waiting = Vec::new();
        let mut dead = None;
        let mut may_begin = true;
        let mut is_more = false;
        for row in parts(rows, ROW).filter(|row| !row.is_empty()) {
            let words: Vec<&str> = parts(row, WORD).collect();
            let number = |word: &str| value::number::<u64>(word).unwrap_or_default();
            let begun = match words.as_slice() {
                ["marked", account, name] => {
                    // Nobody asks where there is no way.
                    if schedule.has_way(account, parts(name, '/').next().unwrap_or(name)) {
                        schedule.note(account, name, 0);
                    }
                    continue;
                }
                ["dead", rest @ ..] => {
                    let dead: &mut Vec<_> = dead.get_or_insert_default();
                    if let [account, form, count] = rest {
                        dead.push((*account, *form, number(count)));
                    }
                    continue;
                }
                ["next", account, id, next] => {
                    waiting.push((*account, *id, number(next)));
                    continue;
                }
                ["let", account, name, most, count] => {
                    let count = number(count);
                    schedule.let_go(account, name, number(most), count);
                    add(&mut changed, account, count);
                    continue;
                }
                ["sweep", account, count] => {
                    add(&mut changed, account, number(count));
                    continue;
                }
                ["scout", account, name] => schedule.scout(account, name, None, of, now),
                ["scout", account, name, id, form, persons, phase, next] if may_begin => {
                    let due = Due { id, form, persons, phase, next: number(next), fills: "" };
                    schedule.scout(account, name, Some(&due), of, now)
                }
                ["due" | "filled", account, id, form, persons, phase, next, fills] => {
                    let due = Due { id, form, persons, phase, next: number(next), fills };
                    match schedule.sift(account, &due, of, now, may_begin) {
                        Begun::Marked(effect) => {
                            add(&mut changed, account, 1);
                            out.push(effect);
                            continue;
                        }
                        begun => begun,
                    }
                }
                _ => continue,
            };
            match begun {
                Begun::Yes(effect) => out.push(effect),
                Begun::Spent => {
                    may_begin = false;
                    is_more = true;
                }
                Begun::Marked(_) | Begun::No => {}
            }
        }
        if let Some(dead) = dead {
            schedule.counted(&dead, out);
            // What is open now is let go; an object that begins sets its alarm first.
            let names = if arm { schedule.names() } else { Vec::new() };
            return schedule.look(&names, true, of, now, out);
        }
        for (_, rows) in changed {
            is_more |= schedule.changed(of, rows);
        }
        if is_more {
            schedule.later(of, now, out);
        }
        if arm {
            schedule.arm(&waiting, of, now, out);
        }
    }
}

/// So many more rows of an account were changed; those of one account stand together.
fn add<'a>(changed: &mut Vec<(&'a str, u32)>, account: &'a str, rows: u64) {
    let rows = u32::try_from(rows).unwrap_or(u32::MAX);
    match changed.last_mut().filter(|(last, _)| *last == account) {
        Some((_, known)) => *known = known.saturating_add(rows),
        None => changed.push((account, rows)),
    }
}
