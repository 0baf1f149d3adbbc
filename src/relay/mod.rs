//! What a relay's objects decide, without I/O: `step(state, event, now, random)` takes what happened and gives what the host
//! does. The host keeps rows, makes calls and answers; it decides nothing of a lead, a token or a time.
//!
//! - [`outbox`]: the one function that an outbox calls with whatever happens to it.
//! - [`schedule`]: what may begin, and when to look again. [`budget`]: what one event of the platform's may do.
//! - [`closed`]: who waits for somebody to mend what is closed.
//! - [`delivering`]: one delivery, from asking for its lease to what came of its call; [`run`]: what is held of it meanwhile.
//! - [`arrival`]: a request's way from its first line to its answer. [`token`]: what a form token says. [`visitor`]: what goes
//!   for whoever sends a lead.
//! - [`acceptance`]: what becomes of leads that an outbox is offered, and of their keys.
//! - [`ruling`]: what a person rules about a delivery that waits for one. [`desk`]: what a person may do at all.
//! - [`shards`]: which shards are asked about a key. [`sender`]: whether a call leaves.
//! - [`effect`]: what the host is asked to do, as data.
//! - [`delivery`]: the states of one delivery, its back-off, and whose fault a refusal is.
//! - [`account`]: an account's [`limiter`] with its token.
//! - [`alerts`]: which incidents are open, and when somebody is told.
//! - [`listing`]: which leads a person's list means, and how they are found.
//! - [`persons`]: by what a person is known in a lead.
//! - [`reconcile`]: whether what a system has stored is still there.
//! - `words`: how what is kept becomes text, and is read again.

pub mod acceptance;
pub mod account;
pub mod alerts;
pub mod arrival;
pub mod budget;
pub mod closed;
pub mod delivering;
pub mod delivery;
pub mod desk;
pub mod effect;
mod kept;
pub mod limiter;
pub mod listing;
pub mod outbox;
pub mod persons;
pub mod reconcile;
pub mod ruling;
pub mod run;
pub mod schedule;
pub mod sender;
pub mod shards;
pub mod token;
pub mod visitor;
pub(crate) mod words;
