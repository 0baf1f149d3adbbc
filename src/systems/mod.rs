//! The systems: for each its operations as const tables, and, in the full build, its replies, errors and tokens.

pub mod marketo;
pub mod pardot;
pub mod prospects;
pub mod relay;

#[cfg(feature = "full")]
pub mod reading;
#[cfg(feature = "full")]
pub mod reply;
#[cfg(feature = "full")]
pub mod token;
