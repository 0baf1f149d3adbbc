//! The sandbox: a stand-in for the CRMs that Fieldpost delivers to.
//!
//! It serves Marketo, Pardot (with Salesforce's token service) and the prospects API on one loopback port, keeps
//! persons in `SQLite`, writes every attempt into a ledger, and breaks on demand. It is the judge of Fieldpost's
//! fault tests, so it models the vendors' warnings and not their good days: where a vendor says that overlapping
//! writes make two persons, they do here.
//!
//! ```no_run
//! # async fn example() -> Result<(), String> {
//! let sandbox = fieldpost_sandbox::Sandbox::bind(&fieldpost_sandbox::Options::default()).await?;
//! let url = sandbox.url();
//! # let _ = url;
//! sandbox.serve().await
//! # }
//! ```

mod clock;
mod config;
mod control;
mod fault;
mod gateway;
mod http;
mod limit;
mod operation;
mod options;
mod page;
mod record;
mod server;
mod state;
mod store;
mod system;
mod systems;

pub use options::{Command, HELP, Options};
pub use server::Sandbox;
