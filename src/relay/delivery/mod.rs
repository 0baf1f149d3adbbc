//! Delivery as pure state machines: `step(state, event, now, random)`. They know requests, outcomes and recipes as
//! data, never a system; the host keeps their state, sends what they say, and tells them what came of it.

pub mod backoff;
pub mod blame;
pub mod guard;
pub mod outbox;
pub mod shape;
