//! The ledger: every attempt, refused ones included. It is what fault tests judge by.

use rusqlite::{Row, params};
use serde_json::{Value, json};

use super::{Result, Store};

/// What is known when a request has been read.
#[derive(Debug, Clone)]
pub(crate) struct Attempt {
    pub(crate) system: &'static str,
    pub(crate) operation: &'static str,
    pub(crate) key: String,
    /// Method and path.
    pub(crate) request: String,
    pub(crate) body: Value,
    pub(crate) body_hash: String,
    pub(crate) idempotency_key: Option<String>,
    pub(crate) came: i64,
}

/// What is known when it is over.
#[derive(Debug, Clone, Default)]
pub(crate) struct Verdict {
    pub(crate) word: String,
    /// What was committed although a fault hid the answer.
    pub(crate) effect: Option<String>,
    pub(crate) person: Option<String>,
    /// The HTTP status that went out; 0 when none did.
    pub(crate) status: u16,
}

impl Store {
    pub(crate) fn begin(&self, attempt: &Attempt) -> Result<i64> {
        self.sql
            .prepare_cached(
                "INSERT INTO ledger (system, operation, key, request, body, body_hash, idempotency_key, verdict,
                     status, came) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'running', 0, ?8)",
            )?
            .execute(params![
                attempt.system,
                attempt.operation,
                attempt.key,
                attempt.request,
                attempt.body.to_string(),
                attempt.body_hash,
                attempt.idempotency_key,
                attempt.came
            ])?;
        Ok(self.sql.last_insert_rowid())
    }

    /// Writes the verdict; `went` stays empty while the connection is still held.
    pub(crate) fn finish(&self, attempt: i64, verdict: &Verdict, went: Option<i64>) -> Result<()> {
        self.sql
            .prepare_cached(
                "UPDATE ledger SET verdict = ?2, effect = ?3, person = ?4, status = ?5, went = ?6 WHERE id = ?1",
            )?
            .execute(params![
                attempt,
                verdict.word,
                verdict.effect,
                verdict.person,
                verdict.status,
                went
            ])?;
        Ok(())
    }

    /// Attempts in the order they came; the newest `limit` ones when a limit is given.
    pub(crate) fn ledger(&self, limit: Option<i64>) -> Result<Vec<Value>> {
        let mut rows: Vec<Value> = self
            .sql
            .prepare_cached(
                "SELECT id, system, operation, key, verdict, effect, status, person, request, body, body_hash,
                     idempotency_key, came, went FROM ledger ORDER BY id DESC LIMIT ?1",
            )?
            .query_map([limit.unwrap_or(-1)], row)?
            .collect::<Result<_>>()?;
        rows.reverse();
        Ok(rows)
    }
}

fn row(row: &Row<'_>) -> Result<Value> {
    let body: String = row.get(9)?;
    Ok(json!({
        "number": row.get::<_, i64>(0)?,
        "system": row.get::<_, String>(1)?,
        "operation": row.get::<_, String>(2)?,
        "key": row.get::<_, String>(3)?,
        "verdict": row.get::<_, String>(4)?,
        "effect": row.get::<_, Option<String>>(5)?,
        "status": row.get::<_, u16>(6)?,
        "id": row.get::<_, Option<String>>(7)?,
        "request": row.get::<_, String>(8)?,
        "body": serde_json::from_str::<Value>(&body).unwrap_or_default(),
        "bodyHash": row.get::<_, String>(10)?,
        "idempotencyKey": row.get::<_, Option<String>>(11)?,
        "in": row.get::<_, i64>(12)?,
        "out": row.get::<_, Option<i64>>(13)?,
    }))
}

/// FNV-1a, 64 bits: enough to see whether a repeat is byte for byte the same.
pub(crate) fn hash(bytes: &[u8]) -> String {
    let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    format!("{hash:016x}")
}
