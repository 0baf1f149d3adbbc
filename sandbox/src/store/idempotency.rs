//! Idempotency keys of the prospects API.

use rusqlite::{OptionalExtension, params};

use super::{Result, Store};

/// A key older than this is forgotten; the vendor publishes no figure, a day is what Stripe keeps at least.
const LIFE_MS: i64 = 86_400_000;

/// What is known of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Known {
    /// Nothing; it now counts as running.
    New,
    /// The first request with it has not been answered yet.
    Running,
    /// It was used with another body.
    OtherBody,
    /// The answer that was given.
    Answered { status: u16, body: Vec<u8>, person: Option<String> },
}

type Remembered = (Vec<u8>, Option<u16>, Option<Vec<u8>>, Option<String>);

impl Store {
    pub(crate) fn claim_key(&self, key: &str, body: &[u8], now: i64) -> Result<Known> {
        self.sql
            .prepare_cached("DELETE FROM idempotency WHERE at <= ?1")?
            .execute([now.saturating_sub(LIFE_MS)])?;
        let remembered: Option<Remembered> = self
            .sql
            .prepare_cached("SELECT body, status, answer, person FROM idempotency WHERE key = ?1")?
            .query_row([key], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
            .optional()?;
        Ok(match remembered {
            None => {
                self.sql
                    .prepare_cached("INSERT INTO idempotency (key, body, at) VALUES (?1, ?2, ?3)")?
                    .execute(params![key, body, now])?;
                Known::New
            }
            Some((first, ..)) if first != body => Known::OtherBody,
            Some((_, Some(status), answer, person)) => {
                Known::Answered { status, body: answer.unwrap_or_default(), person }
            }
            Some(_) => Known::Running,
        })
    }

    pub(crate) fn answer_key(
        &self,
        key: &str,
        status: u16,
        body: &[u8],
        person: Option<&str>,
    ) -> Result<()> {
        self.sql
            .prepare_cached(
                "UPDATE idempotency SET status = ?2, answer = ?3, person = ?4 WHERE key = ?1",
            )?
            .execute(params![key, status, body, person])?;
        Ok(())
    }
}
