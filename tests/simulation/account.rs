//! The object that an account's machine lives in, as unkind as a host may be: it dies between two effects, its module stops
//! and begins anew, its disk takes no more, and what it was asked before it died nobody answers.

use fieldpost::relay::account::{AccountLimiter, Effect, Event, Kind, Reply, Said, Settings};
use fieldpost::relay::limiter::{Limiter, Part};
use fieldpost::{EXPIRED, Outcome, VERSIONS};
use std::collections::BTreeMap;

/// What befalls a step.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Fate {
    /// The module stops in the middle of it; a new instance is given what was kept, and the event once more.
    pub(crate) traps: bool,
    /// The disk takes no more.
    pub(crate) full: bool,
    /// The object dies before this effect.
    pub(crate) dies: Option<usize>,
}

/// What a step has the rest of the world do. `A` is who asked.
#[derive(Clone, Debug)]
pub(crate) enum Task<A> {
    /// Nothing where the object could not answer.
    Answer(A, Option<Reply>),
    SignIn {
        number: u64,
        deadline: u64,
    },
    Look {
        number: u64,
        token: String,
    },
    Midnight {
        number: u64,
    },
    Log(&'static str),
}

/// What an account's pace is made of, and no more.
pub(crate) fn settings(limits: fieldpost::relay::limiter::Limits, lag: u64) -> Settings {
    Settings {
        limits,
        lag,
        kinds: "",
        keyed: false,
        zone: "UTC".to_owned(),
        share: 0,
        scale: 1,
        expired: EXPIRED,
        versions: VERSIONS,
        wrong: Vec::new(),
    }
}

#[derive(Clone, Debug)]
pub(crate) struct AccountHost<A> {
    settings: Settings,
    machine: AccountLimiter,
    /// What a restart begins with …
    rows: BTreeMap<String, String>,
    /// … and what only a new instance of the module is given.
    memory: BTreeMap<String, String>,
    askers: BTreeMap<u64, A>,
    count: u64,
    /// Counts the object's lives: what one has begun another does not hear of.
    pub(crate) life: u64,
    /// Sign-ins and reads that are out: never two at a time.
    out: [u64; 2],
    /// Counts effects, each of which something may come before.
    pub(crate) steps: usize,
}

impl<A> AccountHost<A> {
    pub(crate) fn new(settings: Settings) -> Self {
        let machine = AccountLimiter::new(settings.clone(), std::iter::empty());
        let (rows, memory, askers) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        AccountHost {
            settings,
            machine,
            rows,
            memory,
            askers,
            count: 0,
            life: 0,
            out: [0; 2],
            steps: 0,
        }
    }

    pub(crate) fn limiter(&self) -> &Limiter {
        self.machine.limiter()
    }

    /// What its host keeps, on disk and in memory.
    #[allow(dead_code, reason = "the search tells states apart by it")]
    pub(crate) fn kept(&self) -> (&BTreeMap<String, String>, &BTreeMap<String, String>) {
        (&self.rows, &self.memory)
    }

    /// Who asked with this number, and has no answer yet.
    #[allow(dead_code, reason = "the search tells states apart by it")]
    pub(crate) fn asker(&self, number: u64) -> Option<&A> {
        self.askers.get(&number)
    }

    /// Whether the machine waits for what this event has set off.
    #[allow(dead_code, reason = "the search tells states apart by it")]
    pub(crate) fn is_out(&self, number: u64) -> bool {
        let number = number.to_string();
        let sign = self.memory.get("~sign");
        sign.is_some_and(|sign| sign.split('\u{3}').skip(4).take(2).any(|out| out == number))
    }

    /// Somebody asks.
    pub(crate) fn ask(&mut self, asker: A, event: Event<'_>, now: u64, fate: Fate) -> Vec<Task<A>> {
        self.count += 1;
        self.askers.insert(self.count, asker);
        self.step(self.count, event, now, fate)
    }

    /// What the machine had the host do has come to this.
    pub(crate) fn heard(
        &mut self,
        number: u64,
        event: Event<'_>,
        now: u64,
        fate: Fate,
    ) -> Vec<Task<A>> {
        match event {
            Event::Signed(..) | Event::NotSigned(_) => self.out[0] -= 1,
            Event::Looked(_) => self.out[1] -= 1,
            _ => {}
        }
        self.step(number, event, now, fate)
    }

    fn step(&mut self, number: u64, event: Event<'_>, now: u64, fate: Fate) -> Vec<Task<A>> {
        if fate.traps {
            self.begin();
        }
        let effects = self.machine.step(number, event, now);
        self.steps += effects.len();
        let mut tasks = Vec::new();
        let last_row = effects.iter().rposition(|effect| matches!(effect, Effect::Store(_)));
        // Rows of one step are written together, or not at all.
        let died_first = fate.dies.is_some_and(|at| last_row.is_some_and(|last| at <= last));
        let mut failed = false;
        for (at, effect) in effects.into_iter().enumerate() {
            if fate.dies == Some(at) {
                tasks.extend(self.die());
                return tasks;
            }
            match effect {
                Effect::Store(_) if died_first => {}
                Effect::Store(_) if fate.full => failed = true,
                Effect::Store(part) => put(&mut self.rows, part),
                Effect::Remember(part) => put(&mut self.memory, part),
                Effect::Answer(number, reply) => {
                    if let Some(asker) = self.askers.remove(&number) {
                        tasks.push(Task::Answer(asker, (!failed).then_some(reply)));
                    }
                }
                Effect::SignIn(number, deadline) => {
                    self.out[0] += 1;
                    tasks.push(Task::SignIn { number, deadline });
                }
                Effect::Look { number, token, .. } => {
                    self.out[1] += 1;
                    tasks.push(Task::Look { number, token });
                }
                Effect::Midnight(number, _) => tasks.push(Task::Midnight { number }),
                Effect::Log(event, ..) => tasks.push(Task::Log(event)),
            }
        }
        assert!(self.out.iter().all(|out| *out <= 1), "two at a time: {:?}", self.out);
        if failed {
            // The rows are the truth.
            self.begin();
        }
        tasks
    }

    fn begin(&mut self) {
        let parts =
            self.rows.iter().chain(&self.memory).map(|(name, text)| (name.as_str(), text.as_str()));
        self.machine = AccountLimiter::new(self.settings.clone(), parts);
    }

    /// What is stored is all that goes on, and nobody hears anything.
    pub(crate) fn die(&mut self) -> Vec<Task<A>> {
        self.life += 1;
        self.memory.clear();
        self.out = [0; 2];
        self.begin();
        std::mem::take(&mut self.askers)
            .into_values()
            .map(|asker| Task::Answer(asker, None))
            .collect()
    }
}

fn put(to: &mut BTreeMap<String, String>, (name, text): Part) {
    match text {
        Some(text) => to.insert(name, text),
        None => to.remove(&name),
    };
}

/// An outcome as the host tells it.
pub(crate) fn said(outcome: &Outcome) -> Said<'_> {
    match outcome {
        Outcome::Stored { .. } => Said { kind: Kind::Stored, ..Said::default() },
        Outcome::Found { .. } => Said { kind: Kind::Found, ..Said::default() },
        Outcome::Refused { issues, fault } => {
            let (field, issue, message) = issues
                .first()
                .map_or(("", "", ""), |issue| (&issue.field, &issue.code, &issue.message));
            Said {
                kind: Kind::Refused,
                fault: Some(*fault),
                field,
                issue,
                message,
                ..Said::default()
            }
        }
        Outcome::Retry { after, code, reason } => Said {
            kind: Kind::Retry,
            reason: Some(*reason),
            code,
            after: *after,
            ..Said::default()
        },
        Outcome::Unknown { .. } => Said { kind: Kind::Unknown, ..Said::default() },
        Outcome::Batch { .. } | Outcome::Queued { .. } => {
            Said { kind: Kind::Other, ..Said::default() }
        }
    }
}
