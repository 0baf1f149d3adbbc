//! The sandbox over real loopback HTTP: every quirk and every fault that Fieldpost's own tests rely on.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that meets the unexpected has to stop"
)]

mod control;
mod faults;
mod lenient;
mod marketo;
mod operations;
mod pardot;
mod process;
mod prospects;
mod quirks;
mod server;
