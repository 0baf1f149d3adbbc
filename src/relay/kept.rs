//! A schedule as text. The host holds it between two events, so that a module that stops has changed nothing: a fresh one is
//! given the same text and the same event.

use super::budget::{Budget, Budgets};
use super::closed::{Letters, Target};
use super::schedule::{Account, Lane, Schedule};
use super::words::{ROW, WORD, Words, added};
use crate::value::parts;

impl Schedule {
    fn cross(&mut self, words: &mut Words<'_>) {
        words.word(&mut self.turn);
        words.number(&mut self.scale);
        words.number(&mut self.most_dead);
        words.number(&mut self.refused);
        words.number(&mut self.wait);
        words.maybe(&mut self.alarm);
        words.few(&mut self.timer);
    }

    /// The text of it.
    pub fn packed(&mut self) -> String {
        let mut words = Words::out(WORD);
        words.row("schedule");
        self.cross(&mut words);
        words.row("budgets");
        self.budgets.cross(&mut words);
        for one in &mut self.budgets.all {
            words.row("budget");
            one.cross(&mut words);
        }
        for one in &mut self.accounts {
            words.row("account");
            one.cross(&mut words);
        }
        for one in &mut self.running {
            words.row("lane");
            one.cross(&mut words);
        }
        for one in &mut self.targets {
            words.row("target");
            one.cross(&mut words);
        }
        for one in &mut self.letters {
            words.row("letters");
            one.cross(&mut words);
        }
        words.text
    }

    /// The schedule of a text.
    pub fn unpacked(text: &str) -> Self {
        let mut schedule = Schedule::default();
        for row in parts(text, ROW) {
            let mut words = Words::of(row, WORD);
            match words.read() {
                "schedule" => schedule.cross(&mut words),
                "budgets" => schedule.budgets.cross(&mut words),
                "budget" => added(&mut schedule.budgets.all).cross(&mut words),
                "account" => added(&mut schedule.accounts).cross(&mut words),
                "lane" => added(&mut schedule.running).cross(&mut words),
                "target" => added(&mut schedule.targets).cross(&mut words),
                "letters" => added(&mut schedule.letters).cross(&mut words),
                _ => {}
            }
        }
        schedule
    }
}

impl Budgets {
    fn cross(&mut self, words: &mut Words<'_>) {
        words.flag(&mut self.is_paid);
        words.few(&mut self.newest);
    }
}

impl Budget {
    fn cross(&mut self, words: &mut Words<'_>) {
        words.few(&mut self.event);
        words.few(&mut self.calls);
        words.few(&mut self.deliveries);
        words.few(&mut self.rows);
    }
}

impl Account {
    fn cross(&mut self, words: &mut Words<'_>) {
        words.word(&mut self.name);
        words.word(&mut self.system);
        words.word(&mut self.forms);
        words.number(&mut self.held);
        words.few(&mut self.width);
        words.number(&mut self.pause);
    }
}

impl Lane {
    fn cross(&mut self, words: &mut Words<'_>) {
        words.word(&mut self.id);
        words.word(&mut self.account);
        words.word(&mut self.persons);
        words.few(&mut self.of);
    }
}

impl Target {
    fn cross(&mut self, words: &mut Words<'_>) {
        words.word(&mut self.account);
        words.word(&mut self.name);
        words.word(&mut self.scout);
        words.number(&mut self.until);
        words.flag(&mut self.open);
    }
}

impl Letters {
    fn cross(&mut self, words: &mut Words<'_>) {
        words.word(&mut self.account);
        words.word(&mut self.form);
        words.number(&mut self.dead);
        words.flag(&mut self.full);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schedule_is_its_text() {
        let mut schedule = Schedule::new(30, true, 10);
        let text = schedule.packed();
        assert_eq!(Schedule::unpacked(&text), schedule);
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
        let text = schedule.packed();
        assert_eq!(Schedule::unpacked(&text), schedule);
    }
}
