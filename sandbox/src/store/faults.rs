//! The rows of the fault script; what stands in one is `crate::fault`'s affair.

use rusqlite::params;

use super::{Result, Store};

impl Store {
    pub(crate) fn add_fault(&self, rule: &str) -> Result<()> {
        self.sql.prepare_cached("INSERT INTO faults (rule) VALUES (?1)")?.execute([rule])?;
        Ok(())
    }

    /// Every rule with its number, in the order they came.
    pub(crate) fn faults(&self) -> Result<Vec<(i64, String)>> {
        self.sql
            .prepare_cached("SELECT id, rule FROM faults ORDER BY id")?
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect()
    }

    pub(crate) fn save_fault(&self, id: i64, rule: &str) -> Result<()> {
        self.sql
            .prepare_cached("UPDATE faults SET rule = ?2 WHERE id = ?1")?
            .execute(params![id, rule])?;
        Ok(())
    }

    pub(crate) fn remove_fault(&self, id: i64) -> Result<()> {
        self.sql.prepare_cached("DELETE FROM faults WHERE id = ?1")?.execute([id])?;
        Ok(())
    }

    pub(crate) fn clear_faults(&self) -> Result<usize> {
        self.sql.execute("DELETE FROM faults", [])
    }
}
