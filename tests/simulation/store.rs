//! The rows of the outboxes, and the statements that the machine names: what `pkg/src/relay/storage/statements.ts` reads.

use fieldpost::relay::effect::{Bind, Effect, Statement};
use std::collections::{BTreeMap, BTreeSet};

/// A delivery as it is kept.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub(crate) shard: usize,
    pub(crate) account: usize,
    pub(crate) form: &'static str,
    pub(crate) persons: String,
    /// The parameters that it fills, a line each.
    pub(crate) fills: &'static str,
    pub(crate) state: String,
    pub(crate) phase: &'static str,
    pub(crate) next: u64,
    pub(crate) code: Option<String>,
    pub(crate) hold: Option<String>,
    pub(crate) trouble: Option<u32>,
    pub(crate) maybe_repeated: bool,
}

/// A shard, an account, and the closed target that is waited for.
type Waits = (usize, usize, Option<String>);

/// Rows of words as a host writes them down: a row begins with the name of its statement.
struct Rows<'a> {
    text: &'a mut String,
    name: &'static str,
}

impl Rows<'_> {
    fn row(&mut self) -> &mut Self {
        if !self.text.is_empty() {
            self.text.push('\u{2}');
        }
        self.text.push_str(self.name);
        self
    }

    fn word(&mut self, word: &str) -> &mut Self {
        self.text.push('\u{1}');
        self.text.push_str(word);
        self
    }

    fn number(&mut self, number: u64) -> &mut Self {
        // A day writes a million of them; what formats anything takes a tenth of it.
        let (mut digits, mut from, mut left) = ([0_u8; 20], 20, number);
        loop {
            from -= 1;
            digits[from] = b'0' + (left % 10) as u8;
            left /= 10;
            if left == 0 {
                break;
            }
        }
        self.word(std::str::from_utf8(&digits[from..]).unwrap())
    }
}

/// A disk that is full.
#[derive(Debug)]
pub(crate) struct Full;

#[derive(Clone, Default)]
pub(crate) struct Store {
    pub(crate) rows: Vec<Stored>,
    /// The key that the owner lets say who somebody is.
    pub(crate) by: String,
    /// What waits, by shard, account and mark, in the order of its times.
    waiting: BTreeMap<Waits, BTreeSet<(u64, usize)>>,
}

impl Store {
    pub(crate) fn add(&mut self, row: Stored) {
        self.rows.push(row);
        self.index(self.rows.len() - 1);
    }

    fn key(&self, at: usize) -> Waits {
        let row = &self.rows[at];
        (row.shard, row.account, row.hold.clone())
    }

    fn index(&mut self, at: usize) {
        if matches!(self.rows[at].phase, "waiting" | "sent") {
            self.waiting.entry(self.key(at)).or_default().insert((self.rows[at].next, at));
        }
    }

    pub(crate) fn change(&mut self, at: usize, change: impl FnOnce(&mut Stored)) {
        let (key, next) = (self.key(at), self.rows[at].next);
        if let Some(own) = self.waiting.get_mut(&key) {
            own.remove(&(next, at));
        }
        change(&mut self.rows[at]);
        self.index(at);
    }

    fn of(&self, shard: usize, account: usize, hold: Option<&str>) -> impl Iterator<Item = usize> {
        let own = self.waiting.get(&(shard, account, hold.map(str::to_owned)));
        own.into_iter().flatten().map(|(_, at)| *at)
    }

    fn words(&self, at: usize, row: &mut Rows<'_>) {
        let Stored { form, persons, phase, next, .. } = &self.rows[at];
        row.number(at as u64).word(form).word(persons).word(phase).number(*next);
    }

    /// Adds the rows that a statement gives, as the machine reads them.
    pub(crate) fn run(
        &mut self,
        shard: usize,
        statement: &Statement,
        full: bool,
        rows: &mut String,
    ) -> Result<(), Full> {
        let text = |at: usize| match &statement.values[at] {
            Bind::Text(text) => text.as_str(),
            Bind::Number(number) => panic!("{number} is no text"),
        };
        let number = |at: usize| match &statement.values[at] {
            Bind::Text(text) => panic!("{text} is no number"),
            Bind::Number(number) => *number,
        };
        let account = || text(0).parse::<usize>().unwrap();
        let mut rows = Rows { text: rows, name: statement.name };
        match statement.name {
            "marked" => {
                let own = self.waiting.iter().filter(|((of, _, hold), rows)| {
                    *of == shard && hold.is_some() && !rows.is_empty()
                });
                for ((_, account, hold), _) in own {
                    rows.row().number(*account as u64).word(hold.as_deref().unwrap());
                }
            }
            "dead" => {
                let mut counts: BTreeMap<(usize, &str), u64> = BTreeMap::new();
                for row in self.rows.iter().filter(|row| row.shard == shard && row.phase == "dead")
                {
                    *counts.entry((row.account, row.form)).or_default() += 1;
                }
                rows.row();
                for ((account, form), dead) in counts {
                    rows.row().number(account as u64).word(form).number(dead);
                }
            }
            "due" | "filled" => {
                let (now, most) = (number(1), number(2) as usize);
                let due = self
                    .of(shard, account(), None)
                    .take_while(|at| self.rows[*at].next <= now)
                    .take(most);
                for at in due {
                    self.words(at, rows.row().word(text(0)));
                    rows.word(if statement.name == "filled" { self.rows[at].fills } else { "" });
                }
            }
            "scout" => {
                let first = self.of(shard, account(), Some(text(1))).next();
                rows.row().word(text(0)).word(text(1));
                if let Some(at) = first {
                    self.words(at, &mut rows);
                }
            }
            "next" => {
                let own = self.of(shard, account(), None).take(number(1) as usize);
                for at in own {
                    rows.row().word(text(0)).number(at as u64).number(self.rows[at].next);
                }
            }
            "let" => {
                if full {
                    return Err(Full);
                }
                let own: Vec<usize> =
                    self.of(shard, account(), Some(text(1))).take(number(2) as usize).collect();
                for at in &own {
                    self.change(*at, |row| row.hold = None);
                }
                rows.row().word(text(0)).word(text(1)).number(number(2)).number(own.len() as u64);
            }
            "sweep" => {
                if full {
                    return Err(Full);
                }
                let (name, now, most, waits) =
                    (text(1), number(2), number(3) as usize, number(4) == 1);
                let due = self
                    .of(shard, account(), None)
                    .filter(|at| !waits || self.rows[*at].phase == "waiting");
                let due = due.take_while(|at| self.rows[*at].next <= now).take(most);
                let own: Vec<usize> = due.filter(|at| self.rows[*at].form == name).collect();
                for at in &own {
                    self.change(*at, |row| row.hold = Some(name.to_owned()));
                }
                rows.row().word(text(0)).number(own.len() as u64);
            }
            other => panic!("no statement {other}"),
        }
        Ok(())
    }

    /// Writes what an effect says, about the delivery that it is about. Says whether it was a write.
    pub(crate) fn write(
        &mut self,
        own: Option<usize>,
        effect: &Effect,
        full: bool,
    ) -> Result<bool, Full> {
        let at = match effect {
            Effect::Mark { id, .. } => id.parse().unwrap(),
            Effect::Write { .. }
            | Effect::Restore { .. }
            | Effect::Stumble { .. }
            | Effect::Hold { .. } => own.unwrap(),
            _ => return Ok(false),
        };
        if full {
            return Err(Full);
        }
        self.change(at, |row| match effect {
            Effect::Mark { target, .. } | Effect::Hold { target } => {
                row.hold = Some(target.clone());
            }
            Effect::Write { state, phase, next, code, maybe_repeated, answered, .. } => {
                (row.phase, row.next, row.maybe_repeated) = (phase, *next, *maybe_repeated);
                row.state.clone_from(state);
                row.code.clone_from(code);
                if matches!(*phase, "done" | "dead") {
                    row.hold = None;
                }
                if *answered {
                    row.trouble = None;
                }
            }
            Effect::Restore { state, phase, code, next, was } if row.state == *was => {
                (row.phase, row.next) = (phase, *next);
                row.state.clone_from(state);
                row.code.clone_from(code);
            }
            Effect::Stumble { phase, code, next, trouble } => {
                (row.phase, row.next, row.trouble) = (phase, *next, *trouble);
                row.code = Some(code.clone());
            }
            _ => {}
        });
        Ok(true)
    }
}
