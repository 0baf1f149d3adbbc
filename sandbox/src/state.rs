//! Everything the requests share: the store, the settings, the counters and the clock's offset, behind one lock.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::clock;
use crate::config::Config;
use crate::limit::Usage;
use crate::store::persons::{By, Person};
use crate::store::{Result, Store};
use crate::system::Name;

const CONFIG: &str = "config";
const CLOCK_OFFSET: &str = "clockOffset";

#[derive(Debug)]
pub(crate) struct SandboxState {
    pub(crate) store: Store,
    config: Config,
    usage: BTreeMap<Name, Usage>,
    clock_offset: i64,
}

impl SandboxState {
    /// Settings and clock come back with the file: a restart in the middle of a test is part of the test.
    pub(crate) fn open(file: Option<&Path>) -> Result<Self> {
        let store = Store::open(file)?;
        let config = store.setting(CONFIG)?.and_then(|text| serde_json::from_str(&text).ok());
        let clock_offset = store.setting(CLOCK_OFFSET)?.and_then(|text| text.parse().ok());
        Ok(Self {
            store,
            config: config.unwrap_or_default(),
            usage: BTreeMap::new(),
            clock_offset: clock_offset.unwrap_or(0),
        })
    }

    pub(crate) fn now(&self) -> i64 {
        clock::machine_now().saturating_add(self.clock_offset)
    }

    /// Sets the clock forward; 0 takes it back to the machine's.
    pub(crate) fn set_clock_offset(&mut self, offset: i64) -> Result<()> {
        self.clock_offset = offset;
        self.store.set_setting(CLOCK_OFFSET, &offset.to_string())
    }

    pub(crate) fn clock_offset(&self) -> i64 {
        self.clock_offset
    }

    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    pub(crate) fn set_config(&mut self, config: Config) -> Result<()> {
        let text = serde_json::to_string(&config).unwrap_or_default();
        self.config = config;
        self.store.set_setting(CONFIG, &text)
    }

    pub(crate) fn usage(&mut self, name: Name) -> &mut Usage {
        self.usage.entry(name).or_default()
    }

    pub(crate) fn reset_usage(&mut self) {
        self.usage.values_mut().for_each(Usage::reset);
    }

    /// Persons as a read of the system shows them: what was written within its lag is not there yet.
    pub(crate) fn read(&self, name: Name, by: By<'_>, now: i64) -> Result<Vec<Person>> {
        match self.config.lag(name) {
            0 => self.store.find(name, by),
            lag => self.store.find_at(name, by, now.saturating_sub(lag)),
        }
    }
}

/// The state behind its lock, and a counter that moves whenever something in it changed.
#[derive(Debug)]
pub(crate) struct SharedState {
    state: Mutex<SandboxState>,
    changes: watch::Sender<u64>,
}

impl SharedState {
    pub(crate) fn new(state: SandboxState) -> Self {
        Self { state: Mutex::new(state), changes: watch::Sender::new(0) }
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, SandboxState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn touch(&self) {
        self.changes.send_modify(|version| *version = version.wrapping_add(1));
    }

    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }
}
