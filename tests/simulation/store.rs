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

    fn words(&self, at: usize) -> Vec<String> {
        let Stored { form, persons, phase, next, .. } = &self.rows[at];
        vec![
            at.to_string(),
            (*form).to_owned(),
            persons.clone(),
            (*phase).to_owned(),
            next.to_string(),
        ]
    }

    fn fills(&self, at: usize, statement: &str) -> String {
        if statement == "filled" { self.rows[at].fills.to_owned() } else { String::new() }
    }

    /// The rows that a statement gives, each with its words.
    pub(crate) fn run(
        &mut self,
        shard: usize,
        statement: &Statement,
        full: bool,
    ) -> Result<Vec<Vec<String>>, Full> {
        let text = |at: usize| match &statement.values[at] {
            Bind::Text(text) => text.clone(),
            Bind::Number(number) => number.to_string(),
        };
        let number = |at: usize| text(at).parse::<u64>().unwrap();
        let account = || text(0).parse::<usize>().unwrap();
        Ok(match statement.name {
            "marked" => {
                let own = self.waiting.iter().filter(|((of, _, hold), rows)| {
                    *of == shard && hold.is_some() && !rows.is_empty()
                });
                own.map(|((_, account, hold), _)| vec![account.to_string(), hold.clone().unwrap()])
                    .collect()
            }
            "dead" => {
                let mut counts: BTreeMap<(usize, &str), u64> = BTreeMap::new();
                for row in self.rows.iter().filter(|row| row.shard == shard && row.phase == "dead")
                {
                    *counts.entry((row.account, row.form)).or_default() += 1;
                }
                let rows = counts.into_iter().map(|((account, form), dead)| {
                    vec![account.to_string(), form.to_owned(), dead.to_string()]
                });
                std::iter::once(Vec::new()).chain(rows).collect()
            }
            "due" | "filled" => {
                let (now, most) = (number(1), number(2) as usize);
                let due = self
                    .of(shard, account(), None)
                    .take_while(|at| self.rows[*at].next <= now)
                    .take(most);
                due.map(|at| {
                    [vec![text(0)], self.words(at), vec![self.fills(at, statement.name)]].concat()
                })
                .collect()
            }
            "scout" => {
                let first = self.of(shard, account(), Some(&text(1))).next();
                let row = first.map(|at| self.words(at)).unwrap_or_default();
                vec![[vec![text(0), text(1)], row].concat()]
            }
            "next" => {
                let own = self.of(shard, account(), None).take(number(1) as usize);
                own.map(|at| vec![text(0), at.to_string(), self.rows[at].next.to_string()])
                    .collect()
            }
            "let" => {
                if full {
                    return Err(Full);
                }
                let own: Vec<usize> =
                    self.of(shard, account(), Some(&text(1))).take(number(2) as usize).collect();
                for at in &own {
                    self.change(*at, |row| row.hold = None);
                }
                vec![vec![text(0), text(1), text(2), own.len().to_string()]]
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
                    self.change(*at, |row| row.hold = Some(name.clone()));
                }
                vec![vec![text(0), own.len().to_string()]]
            }
            other => panic!("no statement {other}"),
        })
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
        self.change(at, |row| match effect.clone() {
            Effect::Mark { target, .. } | Effect::Hold { target } => row.hold = Some(target),
            Effect::Write { state, phase, next, code, maybe_repeated, answered, .. } => {
                (row.state, row.phase, row.next, row.code) = (state, phase, next, code);
                row.maybe_repeated = maybe_repeated;
                if matches!(phase, "done" | "dead") {
                    row.hold = None;
                }
                if answered {
                    row.trouble = None;
                }
            }
            Effect::Restore { state, phase, code, next, was } if row.state == was => {
                (row.state, row.phase, row.next, row.code) = (state, phase, next, code);
            }
            Effect::Stumble { phase, code, next, trouble } => {
                (row.phase, row.code, row.next, row.trouble) = (phase, Some(code), next, trouble);
            }
            _ => {}
        });
        Ok(true)
    }
}
