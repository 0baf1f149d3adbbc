//! What a CRM can do, as tables: operations, systems, requests, and what became of a call.

pub mod answers;
pub mod operation;
pub mod outcome;
pub mod request;
pub mod systems;
