//! Checks lead forms, builds what each CRM expects, reads what it answers, and plans the delivery.
//!
//! One idea carries it: **a form is a list of fields, and a CRM operation is a form too.** The same engine checks what a
//! visitor types and what an operation is given; an operation adds only where each value goes in the HTTP request (its
//! request encoding) and how the reply becomes an outcome (its response parser).
//!
//! ```text
//! values ──Form::check──► Report ──lead──► Operation::request ──► Request ··fetch··► Reply ──Operation::read──► Outcome
//! ```
//!
//! Nothing here does I/O, reads a clock or rolls dice: time and random bits are arguments.
//!
//! ```
//! use fieldpost::{Account, Field, Form, Kind, System, Value, operation};
//!
//! // What the visitor typed, checked and cleaned.
//! let form = Form::new(vec![Field::new("email", Kind::Email).required(), Field::new("phone", Kind::Phone)]);
//! let report = form.check(vec![
//!     ("email".into(), Value::from("Ann@Example.COM ")),
//!     ("phone".into(), Value::from("(212) 555-7890")),
//! ]);
//! assert!(report.ok());
//!
//! // What Pardot expects.
//! let account = Account { token: Some("00Dxx".into()), ..Account::new(System::Pardot, "https://pi.pardot.com") };
//! let request = operation("pardot.prospect.create").unwrap().request(report.values, &account).unwrap();
//! assert_eq!(request.body.unwrap(), "email=Ann%40example.com&phone=%2B12125557890");
//! ```
//!
//! The rooms, each of which knows only those before it:
//!
//! - [`value`]: typed values. [`packed`]: the text that values travel in, through the engine and over the border. [`code`]:
//!   every code, with its sentence.
//! - [`check`]: fields, forms, the rules of single values, and the report.
//! - [`crm`]: operations and systems as tables, requests, and what became of a call.
//! - `relay`: when a delivery is tried, who may call an account, and what an outcome means.
//! - `client`: carries one call through. `inspection`: finds what is wrong with an account or a mapping before the first lead.
//!   `wasm` is the border to JavaScript.

#![cfg_attr(
    any(feature = "late", feature = "build"),
    allow(dead_code, reason = "each module of a page has its share of the crate")
)]

pub mod check;
pub mod code;
pub mod crm;
mod encoding;
mod host;
mod memory;
#[doc(hidden)] // The generator reads its marks.
pub mod packed;
pub mod value;

#[cfg(feature = "full")]
pub mod capture;
mod catalogue;
#[cfg(feature = "full")]
pub mod client;
#[cfg(feature = "full")]
pub mod inspection;
#[cfg(feature = "full")]
pub mod options;
#[cfg(feature = "full")]
pub mod relay;
#[cfg(feature = "wasm")]
mod wasm;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub mod web;

pub use catalogue::{CAPTURE, operation, operations};
#[cfg(feature = "full")]
pub use catalogue::{EXPIRED, Harmless, PACE, VERSIONS, harmless, recipe, zone};
pub use check::field::{Field, Kind};
pub use check::form::{Form, Spec};
pub use check::report::{FieldReport, Issue, Report, Severity};
pub use check::{field, form, report, rules};
pub use crm::operation::{Operation, Refusal};
pub use crm::outcome::Outcome;
pub use crm::request::{Account, Payload, Request, System};
#[cfg(feature = "full")]
pub use crm::systems::reply::Reply;
pub use crm::{operation, outcome, request, systems};
#[cfg(feature = "full")]
pub use relay::delivery;
pub use value::Value;

/// The examples of the reference run as tests of the documentation.
#[cfg(all(doctest, feature = "full"))]
#[doc = include_str!("../docs/operations.md")]
struct Reference;

/// And those of the page of calls.
#[cfg(all(doctest, feature = "full"))]
#[doc = include_str!("../docs/calls.md")]
struct Calls;
