//! What a field is, what a form of fields is, the rules of single values, and the report of what was found.

pub mod field;
pub mod form;
pub mod report;
pub mod rules;
pub(crate) mod writer;
