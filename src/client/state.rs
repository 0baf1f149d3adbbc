//! The state as numbers, for a host that keeps it. It lives as long as the host's process and is written down nowhere, so
//! that no other release has to read it.

use super::{Call, Client, Goal};
use crate::crm::operation::Operation;

/// How many numbers a client has, beside its token.
pub const CLIENT: usize = 4;

/// How many numbers a call has.
pub const CALL: usize = 10;

impl Client {
    /// The token, and the numbers.
    pub fn state(&self) -> (Option<&str>, [u64; CLIENT]) {
        let version = self.account.version.map_or(0, u64::from);
        (self.account.token.as_deref(), [version, self.token_until, self.asking_until, self.tokens])
    }

    /// Takes up what [`Client::state`] gave; numbers that are all 0 are those of a client that knows nothing yet.
    pub fn restore(&mut self, token: Option<String>, state: [u64; CLIENT]) {
        let [version, token_until, asking_until, tokens] = state;
        if let Some(version) = u8::try_from(version).ok().filter(|version| *version > 0) {
            self.account.version = Some(version);
        }
        self.account.token = token;
        (self.token_until, self.asking_until, self.tokens) = (token_until, asking_until, tokens);
    }
}

impl Call {
    /// The numbers.
    pub fn state(&self) -> [u64; CALL] {
        [
            self.row,
            self.rows,
            self.tries,
            self.used,
            self.spoken.into(),
            self.renewed.into(),
            self.switched.into(),
            self.wait,
            self.asked,
            self.left,
        ]
    }

    /// The call of these numbers.
    pub fn restored(operation: &'static Operation, goal: Goal, state: [u64; CALL]) -> Call {
        let [row, rows, tries, used, spoken, renewed, switched, wait, asked, left] = state;
        let spoken = u8::try_from(spoken).unwrap_or_default();
        let (renewed, switched) = (renewed > 0, switched > 0);
        Call {
            operation,
            goal,
            row,
            rows,
            tries,
            used,
            spoken,
            renewed,
            switched,
            wait,
            asked,
            left,
        }
    }
}
