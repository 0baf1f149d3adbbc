//! The `SQLite` database behind everything that outlives a request.

pub(crate) mod faults;
pub(crate) mod idempotency;
pub(crate) mod ledger;
pub(crate) mod persons;
pub(crate) mod things;
pub(crate) mod tokens;

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, params};

/// `versions` is the history of `persons`: a read that lags behind the writes looks there.
const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS persons (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, system TEXT NOT NULL, id TEXT NOT NULL DEFAULT '',
    email TEXT, phone TEXT, fid TEXT, fields TEXT NOT NULL, created INTEGER NOT NULL, updated INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS persons_id ON persons (system, id);
CREATE INDEX IF NOT EXISTS persons_email ON persons (system, email);
CREATE INDEX IF NOT EXISTS persons_phone ON persons (system, phone);
CREATE TABLE IF NOT EXISTS versions (
    number INTEGER PRIMARY KEY AUTOINCREMENT, person INTEGER NOT NULL, at INTEGER NOT NULL,
    email TEXT, phone TEXT, fid TEXT, fields TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS versions_person ON versions (person, number);
CREATE INDEX IF NOT EXISTS versions_email ON versions (email);
CREATE INDEX IF NOT EXISTS versions_phone ON versions (phone);
CREATE TABLE IF NOT EXISTS activities (
    id INTEGER PRIMARY KEY AUTOINCREMENT, person INTEGER NOT NULL, kind TEXT NOT NULL, at INTEGER NOT NULL,
    attributes TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS activities_person ON activities (person);
CREATE TABLE IF NOT EXISTS tokens (
    token TEXT PRIMARY KEY, system TEXT NOT NULL, client TEXT NOT NULL, expires INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS idempotency (
    key TEXT PRIMARY KEY, body BLOB NOT NULL, at INTEGER NOT NULL, status INTEGER, answer BLOB, person TEXT);
CREATE INDEX IF NOT EXISTS idempotency_at ON idempotency (at);
CREATE TABLE IF NOT EXISTS faults (
    id INTEGER PRIMARY KEY AUTOINCREMENT, rule TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS ledger (
    id INTEGER PRIMARY KEY AUTOINCREMENT, system TEXT NOT NULL, operation TEXT NOT NULL, key TEXT NOT NULL,
    request TEXT NOT NULL, body TEXT NOT NULL, body_hash TEXT NOT NULL, idempotency_key TEXT,
    verdict TEXT NOT NULL, effect TEXT, person TEXT, status INTEGER NOT NULL, came INTEGER NOT NULL, went INTEGER);
CREATE TABLE IF NOT EXISTS things (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, system TEXT NOT NULL, kind TEXT NOT NULL, owner TEXT NOT NULL,
    body TEXT NOT NULL, created INTEGER NOT NULL, updated INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS things_kind ON things (system, kind, owner);
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
";

pub(crate) type Result<T> = rusqlite::Result<T>;

/// Owner of the connection. The tables' own modules hold the statements.
#[derive(Debug)]
pub(crate) struct Store {
    pub(crate) sql: Connection,
}

impl Store {
    pub(crate) fn open(file: Option<&Path>) -> Result<Self> {
        let sql = match file {
            Some(path) => Connection::open(path)?,
            None => Connection::open_in_memory()?,
        };
        // A killed process loses nothing in WAL mode even without a sync per commit; only a power cut could, and
        // this is no place for leads that matter.
        sql.pragma_update(None, "journal_mode", "WAL")?;
        sql.pragma_update(None, "synchronous", "NORMAL")?;
        sql.execute_batch(SCHEMA)?;
        let store = Self { sql };
        store.settle_interrupted()?;
        Ok(store)
    }

    /// What was running when an earlier process ended will not finish.
    fn settle_interrupted(&self) -> Result<()> {
        self.sql.execute_batch(
            "DELETE FROM idempotency WHERE status IS NULL;
             UPDATE ledger SET verdict = 'interrupted', went = came WHERE went IS NULL;",
        )
    }

    pub(crate) fn setting(&self, name: &str) -> Result<Option<String>> {
        self.sql
            .query_row("SELECT value FROM settings WHERE name = ?1", [name], |row| row.get(0))
            .optional()
    }

    pub(crate) fn set_setting(&self, name: &str, value: &str) -> Result<()> {
        self.sql
            .prepare_cached("INSERT OR REPLACE INTO settings (name, value) VALUES (?1, ?2)")?
            .execute(params![name, value])?;
        Ok(())
    }

    /// Empties persons, ledger, idempotency keys and faults. Ids go on counting, so an old one never comes to mean
    /// somebody else.
    pub(crate) fn clear(&self) -> Result<()> {
        self.sql.execute_batch(
            "BEGIN; DELETE FROM persons; DELETE FROM versions; DELETE FROM activities; DELETE FROM idempotency;
             DELETE FROM faults; DELETE FROM ledger; DELETE FROM things; COMMIT;",
        )
    }
}
