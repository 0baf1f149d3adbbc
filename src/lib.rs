//! Checks lead forms, builds what each CRM expects, reads what it answers, and plans the delivery.
//!
//! One idea carries it: **a form is a list of fields, and a CRM operation is a form too.** The same engine checks what a
//! visitor types and what an operation is given; an operation adds only where each value goes in the HTTP request (its
//! layout) and how the reply becomes an outcome (its reading).
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
//! The way in: [`field`] and [`form`] are the engine, [`rules`] decide single values, [`mod@operation`] and [`systems`] hold
//! the catalogue as tables, [`outcome`] says what became of a call, `client` carries one through, and `delivery` plans when to try
//! again.

pub mod code;
mod draft;
mod encoding;
pub mod field;
pub mod form;
mod host;
pub mod operation;
pub mod outcome;
pub mod report;
pub mod request;
pub mod rules;
pub mod systems;
#[doc(hidden)] // The generator reads its marks.
pub mod tape;
pub mod value;

#[cfg(feature = "full")]
pub mod capture;
mod catalogue;
#[cfg(feature = "full")]
pub mod client;
#[cfg(feature = "full")]
pub mod delivery;
#[cfg(feature = "full")]
pub mod relay;
#[cfg(feature = "wasm")]
mod wasm;

pub use catalogue::{CAPTURE, operation, operations};
#[cfg(feature = "full")]
pub use catalogue::{EXPIRED, Harmless, PACE, VERSIONS, harmless, recipe, zone};
pub use field::{Field, Kind};
pub use form::{Form, Spec};
pub use operation::{Operation, Refusal};
pub use outcome::Outcome;
pub use report::{FieldReport, Issue, Report, Severity};
pub use request::{Account, Payload, Request, System};
#[cfg(feature = "full")]
pub use systems::reply::Reply;
pub use value::Value;

/// The examples of the reference run as tests of the documentation.
#[cfg(all(doctest, feature = "full"))]
#[doc = include_str!("../docs/operations.md")]
struct Reference;

/// And those of the page of calls.
#[cfg(all(doctest, feature = "full"))]
#[doc = include_str!("../docs/calls.md")]
struct Calls;
