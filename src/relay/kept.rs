//! A schedule as text. The host holds it between two events, so that a module that stops has changed nothing: a fresh one is
//! given the same text and the same event.

use super::budget::{Budget, Budgets};
use super::closed::{Letters, Target};
use super::schedule::{Account, Lane, Schedule};
use crate::value::decimal;

/// Between rows and between the words of a row.
pub(super) const ROW: char = '\u{2}';
pub(super) const WORD: char = '\u{1}';

pub(super) fn put(text: &mut String, words: &[&str], numbers: &[u64]) {
    if !text.is_empty() {
        text.push(ROW);
    }
    for (at, word) in words.iter().enumerate() {
        if at > 0 {
            text.push(WORD);
        }
        text.push_str(word);
    }
    for number in numbers {
        text.push(WORD);
        text.push_str(&decimal(*number));
    }
}

pub(super) fn number(word: &str) -> u64 {
    word.parse().unwrap_or_default()
}

fn small(word: &str) -> u32 {
    word.parse().unwrap_or_default()
}

impl Schedule {
    /// The text of it.
    pub fn packed(&self) -> String {
        let mut text = String::new();
        let Schedule { scale, most_dead, refused, wait, alarm, timer, turn, budgets, .. } = self;
        let numbers =
            [*scale, *most_dead, *refused, *wait, alarm.unwrap_or(u64::MAX), (*timer).into()];
        put(&mut text, &["schedule", turn], &numbers);
        put(&mut text, &["budgets"], &[budgets.is_paid.into(), budgets.newest.into()]);
        for Budget { event, calls, deliveries, rows } in &budgets.all {
            put(
                &mut text,
                &["budget"],
                &[(*event).into(), (*calls).into(), (*deliveries).into(), (*rows).into()],
            );
        }
        for Account { name, system, forms, held, width, pause } in &self.accounts {
            put(&mut text, &["account", name, system, forms], &[*held, (*width).into(), *pause]);
        }
        for Lane { id, account, persons, of } in &self.running {
            put(&mut text, &["lane", id, account, persons], &[(*of).into()]);
        }
        for Target { account, name, until, open, scout } in &self.targets {
            put(&mut text, &["target", account, name, scout], &[*until, (*open).into()]);
        }
        for Letters { account, form, dead, full } in &self.letters {
            put(&mut text, &["letters", account, form], &[*dead, (*full).into()]);
        }
        text
    }

    /// The schedule of a text.
    pub fn unpacked(text: &str) -> Self {
        let mut schedule = Schedule::default();
        for row in text.split(ROW) {
            let words: Vec<&str> = row.split(WORD).collect();
            let own = |word: &&str| (*word).to_owned();
            match words.as_slice() {
                ["schedule", turn, scale, most_dead, refused, wait, alarm, timer] => {
                    schedule.turn = own(turn);
                    schedule.scale = number(scale);
                    schedule.most_dead = number(most_dead);
                    schedule.refused = number(refused);
                    schedule.wait = number(wait);
                    schedule.alarm = Some(number(alarm)).filter(|alarm| *alarm < u64::MAX);
                    schedule.timer = small(timer);
                }
                ["budgets", is_paid, newest] => {
                    schedule.budgets = Budgets {
                        is_paid: *is_paid == "1",
                        newest: small(newest),
                        all: Vec::new(),
                    };
                }
                ["budget", event, calls, deliveries, rows] => schedule.budgets.all.push(Budget {
                    event: small(event),
                    calls: small(calls),
                    deliveries: small(deliveries),
                    rows: small(rows),
                }),
                ["account", name, system, forms, held, width, pause] => {
                    schedule.accounts.push(Account {
                        name: own(name),
                        system: own(system),
                        forms: own(forms),
                        held: number(held),
                        width: small(width),
                        pause: number(pause),
                    });
                }
                ["lane", id, account, persons, of] => schedule.running.push(Lane {
                    id: own(id),
                    account: own(account),
                    persons: own(persons),
                    of: small(of),
                }),
                ["target", account, name, scout, until, open] => schedule.targets.push(Target {
                    account: own(account),
                    name: own(name),
                    until: number(until),
                    open: *open == "1",
                    scout: own(scout),
                }),
                ["letters", account, form, dead, full] => schedule.letters.push(Letters {
                    account: own(account),
                    form: own(form),
                    dead: number(dead),
                    full: *full == "1",
                }),
                _ => {}
            }
        }
        schedule
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schedule_is_its_text() {
        let mut schedule = Schedule::new(30, true, 10);
        assert_eq!(Schedule::unpacked(&schedule.packed()), schedule);
        schedule.add("one", "marketo", &["contact", "other"]);
        schedule.add("nobody's", "pardot", &[]);
        schedule.alarm = Some(1_795_000_000_000);
        schedule.turn = "one".to_owned();
        schedule.budgets.all.push(Budget { event: 7, calls: 1, deliveries: 2, rows: 3 });
        let (account, id) = ("one".to_owned(), "lead/one".to_owned());
        let persons = "e:a p:b".to_owned();
        schedule.running.push(Lane { id: id.clone(), account: account.clone(), persons, of: 7 });
        let name = "contact/email".to_owned();
        schedule.targets.push(Target {
            account: account.clone(),
            name,
            until: 9,
            open: true,
            scout: id,
        });
        schedule.letters.push(Letters { account, form: "other".to_owned(), dead: 10, full: true });
        assert_eq!(Schedule::unpacked(&schedule.packed()), schedule);
    }
}
