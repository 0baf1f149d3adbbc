//! The client's decisions one by one, and then all at once: many calls of one session on a host that loses, delays and forgets.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

#[path = "client/decisions.rs"]
mod decisions;
#[path = "client/world.rs"]
mod world;
