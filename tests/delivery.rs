//! The delivery machine, story by story, on a clock of its own.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

#[path = "delivery/look_ups.rs"]
mod look_ups;
#[path = "delivery/phones.rs"]
mod phones;
#[path = "delivery/states.rs"]
mod states;
#[path = "delivery/story.rs"]
mod story;
#[path = "delivery/waits.rs"]
mod waits;
