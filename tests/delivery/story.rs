//! One delivery and the time that it goes by, with the replies that its stories are made of.

use fieldpost::delivery::outbox::{Delivery, Effect, Event, Timing};
use fieldpost::outcome::Fault;
use fieldpost::{Issue, Outcome, System, Value, recipe};

pub(crate) const TIMING: Timing = Timing { deadline: 35_000, base: 1_000, cap: 600_000, scale: 1 };

/// One delivery and the time that it goes by.
pub(crate) struct Story {
    pub(crate) system: System,
    pub(crate) delivery: Delivery,
    pub(crate) now: u64,
}

impl Story {
    pub(crate) fn of(system: System) -> Self {
        Story { system, delivery: Delivery::new(recipe(system).unwrap(), 0), now: 0 }
    }

    pub(crate) fn step(&mut self, event: Event) -> Effect {
        self.delivery.step(recipe(self.system).unwrap(), TIMING, event, self.now, 0)
    }

    /// Waits until something is due, and gives the call that goes out.
    #[track_caller]
    pub(crate) fn sends(&mut self) -> (&'static str, Option<String>) {
        self.now = self.now.max(self.delivery.next);
        match self.step(Event::Due { uncertain_until: None, others: None, kept: true, lease: None })
        {
            Effect::Send { operation, record, .. } => (operation, record),
            other => panic!("nothing was sent but {other:?}"),
        }
    }

    /// The prospects with this lead's phone, by their e-mails; the lead's own is `ann@example.com`.
    pub(crate) fn lists(&mut self, emails: &[Option<&'static str>], by_key: bool) -> Effect {
        self.lists_page(emails, None, by_key)
    }

    pub(crate) fn lists_page(
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

    pub(crate) fn hears(&mut self, outcome: Outcome) -> Effect {
        self.now += 100;
        self.step(Event::Outcome { outcome })
    }
}

pub(crate) fn stored() -> Outcome {
    Outcome::Stored {
        id: Some("7".to_owned()),
        status: "created".to_owned(),
        warnings: Vec::new(),
        record: None,
    }
}

pub(crate) fn lost() -> Outcome {
    Outcome::Unknown { why: "network.failed".into() }
}

pub(crate) fn missing() -> Outcome {
    let issue = Issue { code: "not_found".into(), ..Issue::error("", &fieldpost::code::REQUIRED) };
    Outcome::refused(vec![issue])
}

pub(crate) fn refused() -> Outcome {
    Outcome::refused(vec![Issue::error("", &fieldpost::code::KIND)])
}

pub(crate) fn found(records: &[(&'static str, &'static str)]) -> Outcome {
    let record = |(id, active): &(&'static str, &'static str)| -> Value<'static> {
        [("id", Value::from(*id)), ("last_activity_at", Value::from(*active))].into_iter().collect()
    };
    Outcome::Found { records: records.iter().map(record).collect(), total: None, next: None }
}

pub(crate) const LIST: (&str, Option<String>) = ("prospects.prospect.list", None);

pub(crate) const UPSERT: (&str, Option<String>) = ("prospects.prospect.upsert", None);

/// A lead with e-mail and phone whose phone these have, up to the write.
pub(crate) fn decided(emails: &[Option<&'static str>], by_key: bool) -> Story {
    let mut story = Story::of(System::Prospects);
    assert_eq!(story.sends(), LIST, "whose the phone is comes first");
    story.lists(emails, by_key);
    story
}

/// A refusal that somebody else has to mend.
pub(crate) fn faulty(fault: Fault) -> Outcome {
    Outcome::Refused { issues: vec![Issue::error("", &fieldpost::code::KIND)], fault }
}
