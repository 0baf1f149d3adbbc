//! What a CRM keeps beside persons: memberships, fields, exports, e-mails. Each is JSON under a kind and an owner.

use rusqlite::{Row, params};
use serde_json::Value;

use super::{Result, Store};
use crate::system::Name;

/// A row of the store.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Thing {
    /// Its number, unlike any other's.
    pub(crate) seq: i64,
    /// A person's id, a list's id … by its kind.
    pub(crate) owner: String,
    pub(crate) body: Value,
    pub(crate) created: i64,
    pub(crate) updated: i64,
}

impl Store {
    /// All things of a kind, oldest first.
    pub(crate) fn things(&self, system: Name, kind: &str) -> Result<Vec<Thing>> {
        self.sql
            .prepare_cached(
                "SELECT seq, owner, body, created, updated FROM things WHERE system = ?1 AND kind = ?2 ORDER BY seq",
            )?
            .query_map(params![system.as_str(), kind], thing)?
            .collect()
    }

    pub(crate) fn add_thing(
        &self,
        system: Name,
        kind: &str,
        owner: &str,
        body: &Value,
        now: i64,
    ) -> Result<i64> {
        self.sql
            .prepare_cached(
                "INSERT INTO things (system, kind, owner, body, created, updated) VALUES (?1, ?2, ?3, ?4, ?5, ?5)",
            )?
            .execute(params![system.as_str(), kind, owner, body.to_string(), now])?;
        Ok(self.sql.last_insert_rowid())
    }

    pub(crate) fn save_thing(&self, thing: &Thing, now: i64) -> Result<()> {
        self.sql
            .prepare_cached("UPDATE things SET body = ?2, updated = ?3, owner = ?4 WHERE seq = ?1")?
            .execute(params![thing.seq, thing.body.to_string(), now, thing.owner])?;
        Ok(())
    }

    pub(crate) fn remove_thing(&self, seq: i64) -> Result<()> {
        self.sql.prepare_cached("DELETE FROM things WHERE seq = ?1")?.execute([seq])?;
        Ok(())
    }
}

fn thing(row: &Row<'_>) -> Result<Thing> {
    let body: String = row.get(2)?;
    Ok(Thing {
        seq: row.get(0)?,
        owner: row.get(1)?,
        body: serde_json::from_str(&body).unwrap_or_default(),
        created: row.get(3)?,
        updated: row.get(4)?,
    })
}
