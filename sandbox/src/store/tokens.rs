//! Access tokens.

use std::hash::{BuildHasher, Hasher, RandomState};

use rusqlite::{OptionalExtension, params};

use super::{Result, Store};
use crate::system::Name;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    Valid,
    Expired,
    Unknown,
}

impl Store {
    pub(crate) fn token_standing(&self, system: Name, token: &str, now: i64) -> Result<Standing> {
        let expires: Option<i64> = self
            .sql
            .prepare_cached("SELECT expires FROM tokens WHERE system = ?1 AND token = ?2")?
            .query_row(params![system.as_str(), token], |row| row.get(0))
            .optional()?;
        Ok(match expires {
            Some(expires) if expires > now => Standing::Valid,
            Some(_) => Standing::Expired,
            None => Standing::Unknown,
        })
    }

    /// The client's living token with its expiry, if it has one.
    pub(crate) fn living_token(
        &self,
        system: Name,
        client: &str,
        now: i64,
    ) -> Result<Option<(String, i64)>> {
        self.sql
            .prepare_cached(
                "SELECT token, expires FROM tokens WHERE system = ?1 AND client = ?2 AND expires > ?3
                 ORDER BY expires DESC LIMIT 1",
            )?
            .query_row(params![system.as_str(), client, now], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()
    }

    pub(crate) fn add_token(
        &self,
        system: Name,
        client: &str,
        token: &str,
        expires: i64,
    ) -> Result<()> {
        self.sql
            .prepare_cached(
                "INSERT INTO tokens (token, system, client, expires) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![token, system.as_str(), client, expires])?;
        Ok(())
    }

    pub(crate) fn expire_tokens(&self, now: i64) -> Result<usize> {
        self.sql.execute("UPDATE tokens SET expires = ?1 WHERE expires > ?1", [now])
    }

    pub(crate) fn forget_tokens(&self) -> Result<usize> {
        self.sql.execute("DELETE FROM tokens", [])
    }
}

/// Sixteen hexadecimal digits nobody has seen before. The standard library seeds its hasher from the system's
/// randomness; that is enough for a stand-in whose credentials are printed on its page.
pub(crate) fn fresh_hex() -> String {
    format!("{:016x}", RandomState::new().build_hasher().finish())
}
