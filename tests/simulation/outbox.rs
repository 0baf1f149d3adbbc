//! The host of an outbox as `pkg/src/relay/outbox/driver.ts` is one: it carries out what the machine says, and decides nothing. It is
//! unkind: it dies between any two effects, its disk is full, and what it asks for comes late or never.

use crate::store::{Full, Store};
use fieldpost::delivery::outbox::{Delivery, Recipe};
use fieldpost::relay::effect::Effect;
use fieldpost::relay::outbox::{Event, Kit, Moment, step};
use fieldpost::relay::run::{Failure, Heard, Run};
use fieldpost::relay::schedule::Schedule;
use std::collections::BTreeMap;

/// An object: gone, or with what it holds between two events.
#[derive(Clone, Default)]
pub(crate) struct Outbox {
    /// Counts its lives.
    pub(crate) life: u64,
    schedule: Option<Schedule>,
    /// Counts its steps, for what is looked at now and then.
    steps: u32,
    /// What is under way, with the number of what each waits for.
    runs: BTreeMap<usize, (Run, u64)>,
    asked: u64,
    events: u32,
    /// What each event has set off: deliveries that began, and calls of other objects.
    set_off: BTreeMap<u32, (u32, u32)>,
}

impl Outbox {
    /// The object is gone, with all that it knew.
    pub(crate) fn die(&mut self) {
        self.life += 1;
        self.schedule = None;
        self.runs.clear();
        self.set_off.clear();
    }

    /// Counts what an event sets off, which may be the newest one's, too. The platform stops what goes further than this.
    fn sets_off(&mut self, of: u32, is_paid: bool, deliveries: u32, calls: u32) {
        let (most_deliveries, most_calls) = if is_paid { (1_000, 10_000) } else { (5, 1_000) };
        let newest = (self.events != of).then_some(self.events);
        for event in newest.into_iter().chain([of]) {
            let (begun, called) = self.set_off.entry(event).or_default();
            *begun += deliveries;
            *called += calls;
            assert!(*begun <= most_deliveries, "one event has begun {begun} deliveries");
            assert!(*called <= most_calls, "one event has made {called} calls");
        }
    }

    pub(crate) fn is_up(&self) -> bool {
        self.schedule.is_some()
    }

    /// Whether somebody still waits for the answer to this.
    pub(crate) fn waits_for(&self, ticket: Ticket) -> bool {
        let asked = self.runs.get(&ticket.row).is_some_and(|(_, asked)| *asked == ticket.number);
        self.life == ticket.life && asked
    }

    /// What it holds between two events, but for the numbers of its lives and questions.
    #[allow(dead_code, reason = "the search tells states apart by it")]
    pub(crate) fn held(&self) -> (Option<&Schedule>, impl Iterator<Item = (usize, &Run)>) {
        (self.schedule.as_ref(), self.runs.iter().map(|(row, (run, _))| (*row, run)))
    }

    fn holds(&mut self, row: Option<usize>, schedule: Schedule, run: Option<Run>) {
        self.schedule = Some(schedule);
        if let (Some((known, _)), Some(run)) = (row.and_then(|row| self.runs.get_mut(&row)), run) {
            *known = run;
        }
    }

    /// Nothing is under way.
    pub(crate) fn is_idle(&self) -> bool {
        self.runs.is_empty()
    }
}

/// What a delivery waits for: the outbox's life, and which of its questions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ticket {
    pub(crate) row: usize,
    pub(crate) life: u64,
    number: u64,
}

/// What is around the outboxes.
pub(crate) trait World: Sized {
    fn store(&mut self) -> &mut Store;
    fn outbox(&mut self, shard: usize) -> &mut Outbox;
    /// How many accounts there are, which are called by their numbers; their recipes, and what their forms are.
    fn accounts(&self) -> usize;
    fn recipe(&self, account: usize) -> Option<&'static Recipe>;
    fn forms(&self) -> &'static [&'static str];
    fn is_paid(&self) -> bool;
    fn clock(&self) -> u64;
    fn random(&mut self) -> u32;
    /// Whether the object dies now.
    fn dies(&mut self, shard: usize) -> bool;
    fn is_full(&self, shard: usize) -> bool;
    fn set_alarm(&mut self, shard: usize, at: u64);
    fn set_timer(&mut self, shard: usize, after: u64);
    /// Something is asked of somebody else; the answer is told by [`hears`].
    fn ask(&mut self, ticket: Ticket, effect: Effect);
    /// Said of each effect that was carried out.
    fn saw(&mut self, row: Option<usize>, effect: &Effect);
}

/// What the object's constructor does.
fn begin<W: World>(world: &mut W, shard: usize) {
    let mut schedule = Schedule::new(1, world.is_paid(), 10_000);
    for account in 0..world.accounts() {
        schedule.add(&account.to_string(), &account.to_string(), world.forms());
    }
    world.outbox(shard).schedule = Some(schedule);
    happens(world, shard, Event::Woken);
}

/// An event of the platform's begins: an object that is gone begins anew.
pub(crate) fn wakes<W: World>(world: &mut W, shard: usize) {
    world.outbox(shard).events += 1;
    if !world.outbox(shard).is_up() {
        begin(world, shard);
    }
}

/// An event of the platform's, and what it brings.
pub(crate) fn arrives<W: World>(world: &mut W, shard: usize, event: Event<'_>) {
    wakes(world, shard);
    happens(world, shard, event);
}

/// Something happens to an outbox.
pub(crate) fn happens<W: World>(world: &mut W, shard: usize, event: Event<'_>) {
    if !world.outbox(shard).is_up() {
        return;
    }
    let life = world.outbox(shard).life;
    let is_unread = event == Event::Unread;
    let Ok(effects) = moved(world, shard, None, event) else {
        // A full disk keeps nobody from looking again.
        assert!(!is_unread, "a word that writes nothing");
        return happens(world, shard, Event::Unread);
    };
    go_on(world, shard, life, effects);
}

/// A delivery hears something; what is too late is heard by nobody.
pub(crate) fn hears<W: World>(world: &mut W, ticket: Ticket, heard: Heard) {
    let Ticket { row, life, .. } = ticket;
    let shard = world.store().rows[row].shard;
    if !world.outbox(shard).waits_for(ticket) {
        return;
    }
    let full = || Heard::Failed(Failure { code: "storage.full".to_owned(), ..Failure::default() });
    let failed = [full, || Heard::Broken].into_iter().map(|failed| failed());
    for heard in std::iter::once(heard).chain(failed) {
        if let Ok(mut effects) = moved(world, shard, Some(row), Event::Heard(heard)) {
            let asked = effects.iter().position(is_question).map(|at| effects.remove(at));
            if asked.is_none() {
                world.outbox(shard).runs.remove(&row);
            }
            go_on(world, shard, life, effects);
            if let (Some(asked), true) = (asked, world.outbox(shard).life == life) {
                asks(world, shard, row, asked);
            }
            return;
        }
    }
    panic!("a word that writes nothing");
}

fn read(state: &str) -> Option<Delivery> {
    serde_json::from_str(state).ok()
}

fn write(delivery: &Delivery) -> String {
    serde_json::to_string(delivery).unwrap()
}

/// One step of the machine, and of its effects those that wait for nothing. What fails has not happened.
fn moved<W: World>(
    world: &mut W,
    shard: usize,
    row: Option<usize>,
    event: Event<'_>,
) -> Result<Vec<Effect>, Full> {
    let (now, random) = (world.clock(), world.random());
    let is_full = world.is_full(shard);
    let outbox = world.outbox(shard);
    let at = Moment { now, random, newest: outbox.events };
    let mut schedule = outbox.schedule.take().unwrap();
    let mut run = row.map(|row| std::mem::take(&mut outbox.runs.get_mut(&row).unwrap().0));
    // A disk with room takes everything: nobody has to go back to where it was.
    let before = is_full.then(|| (schedule.clone(), run.clone()));
    let recipe = |system: &str| system.parse().ok().and_then(|at| world.recipe(at));
    let kit = Kit { recipe: &recipe, read: &read, write: &write };
    let effects = step(&mut schedule, run.as_mut(), event, kit, at);
    let outbox = world.outbox(shard);
    // A real host keeps it as text. To do so at each step would be most of a day.
    outbox.steps += 1;
    if outbox.steps % 64 == 1 {
        let text = schedule.packed();
        assert_eq!(Schedule::unpacked(&text), schedule);
    }
    outbox.holds(row, schedule, run);
    let life = outbox.life;
    for effect in &effects {
        if world.dies(shard) {
            world.outbox(shard).die();
            return Ok(Vec::new());
        }
        if let Err(full) = world.store().write(row, effect, is_full) {
            let (schedule, run) = before.unwrap();
            world.outbox(shard).holds(row, schedule, run);
            return Err(full);
        }
        world.saw(row, effect);
    }
    assert_eq!(world.outbox(shard).life, life);
    Ok(effects)
}

fn go_on<W: World>(world: &mut W, shard: usize, life: u64, effects: Vec<Effect>) {
    for effect in effects {
        if world.outbox(shard).life != life {
            return;
        }
        match effect {
            Effect::Start { id, account, of, lost, deadline } => {
                let row: usize = id.parse().unwrap();
                let is_paid = world.is_paid();
                let outbox = world.outbox(shard);
                outbox.sets_off(of, is_paid, 1, 0);
                let busy: Vec<usize> = outbox.runs.keys().copied().collect();
                let store = world.store();
                let stored = &store.rows[row];
                for other in busy.into_iter().map(|other| &store.rows[other]) {
                    let is_same =
                        other.account == stored.account && share(&other.persons, &stored.persons);
                    assert!(!is_same, "row {row} begins beside another one of the person");
                }
                let run = Run {
                    id,
                    account,
                    form: stored.form.to_owned(),
                    state: stored.state.clone(),
                    phase: stored.phase.to_owned(),
                    code: stored.code.clone(),
                    hold: stored.hold.clone(),
                    trouble: stored.trouble,
                    by: store.by.clone(),
                    of,
                    ..Run::default()
                };
                let known = world.outbox(shard).runs.insert(row, (run, 0));
                assert!(known.is_none(), "row {row} is under way twice");
                asks(world, shard, row, Effect::Acquire { lost, deadline });
            }
            Effect::Timer { after } => world.set_timer(shard, after),
            Effect::Alarm { after } => {
                let at = world.clock() + after;
                world.set_alarm(shard, at);
            }
            Effect::Look { of, arm, statements } => {
                let full = world.is_full(shard);
                let mut rows = String::with_capacity(4_096);
                let mut failed = false;
                for statement in &statements {
                    failed |= world.store().run(shard, statement, full, &mut rows).is_err();
                }
                let heard = Event::Rows { of, arm, rows: &rows };
                happens(world, shard, if failed { Event::Unread } else { heard });
            }
            _ => {}
        }
    }
}

/// Whether two rows are about one person. A key has its kind before it.
fn share(one: &str, other: &str) -> bool {
    fn bare(keys: &str) -> impl Iterator<Item = &str> {
        keys.split(' ').filter_map(|key| key.rsplit(':').next())
    }
    bare(one).any(|key| bare(other).any(|known| known == key))
}

/// Whether a delivery waits for what comes of it.
fn is_question(effect: &Effect) -> bool {
    matches!(
        effect,
        Effect::Acquire { .. }
            | Effect::Release { .. }
            | Effect::Render { .. }
            | Effect::Send { .. }
            | Effect::Sleep { .. }
    )
}

fn asks<W: World>(world: &mut W, shard: usize, row: usize, effect: Effect) {
    let outbox = world.outbox(shard);
    outbox.asked += 1;
    let number = outbox.asked;
    let life = outbox.life;
    let (run, asked) = outbox.runs.get_mut(&row).unwrap();
    *asked = number;
    let of = run.of;
    let is_paid = world.is_paid();
    if matches!(effect, Effect::Acquire { .. } | Effect::Release { .. } | Effect::Send { .. }) {
        world.outbox(shard).sets_off(of, is_paid, 0, 1);
    }
    world.ask(Ticket { row, life, number }, effect);
}
