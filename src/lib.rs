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
//! Nothing here does I/O, reads a clock or rolls dice: time and random bits are arguments. Only `web` sends, where it is asked for.
//!
//! # Features
//!
//! | feature | who takes it | what it adds |
//! |---|---|---|
//! | `full` (default) | everybody | all operations, replies, delivery, `client`, `inspection`, `options`; without it, checking and the writes that capture a lead |
//! | `web` | front ends (Leptos, Yew, Dioxus …) and Workers in Rust, on `wasm32-unknown-unknown` | `web::call`, `web::send`, `web::rules`, by gloo-net and web-sys; Unicode and patterns come from the engine around |
//! | `lean`, `late`, `build`, `edge`, `wasm`, `types` | the npm package's own builds | the border to JavaScript: nothing for other crates |
//!
//! On wasm32 take `web`: without it nobody answers for domains that are not ASCII, composed letters and patterns. Two whole programs
//! are in the repository: `examples/leptos`, a form in a page, and `examples/cloudflare`, a Worker.
//!
//! # Words
//!
//! | word | here | means |
//! |---|---|---|
//! | field, kind | [`Field`], [`Kind`] | a named value, and what it is: e-mail, phone, date … |
//! | form, spec | [`Form`], [`Spec`] | the fields of one form; the same as data, as a relay gives it |
//! | report, issue | [`Report`], [`Issue`] | clean values, and what is wrong: a stable `code`, a sentence, a place |
//! | system, account | [`System`], [`Account`] | a CRM or the relay, and how one instance of it is reached |
//! | operation | [`Operation`] | one thing that a system can do: `pardot.prospect.upsert` |
//! | request, reply, outcome | [`Request`], `Reply`, [`Outcome`] | what is sent, what comes back, and what that means: stored, refused, queued, try again, nobody can tell |
//!
//! # Cookbook
//!
//! Check what a visitor typed, and build what Pardot expects:
//!
//! ```
//! use fieldpost::{Account, Field, Form, Kind, System, Value, operation};
//!
//! let form = Form::new(vec![Field::new("email", Kind::Email).required(), Field::new("phone", Kind::Phone)]);
//! let report = form.check(vec![
//!     ("email".into(), Value::from("Ann@Example.COM ")),
//!     ("phone".into(), Value::from("(212) 555-7890")),
//! ]);
//! assert!(report.ok());
//!
//! let account = Account { token: Some("00Dxx".into()), ..Account::new(System::Pardot, "https://pi.pardot.com") };
//! let request = operation("pardot.prospect.create").unwrap().request(report.values, &account).unwrap();
//! assert_eq!(request.body.unwrap(), "email=Ann%40example.com&phone=%2B12125557890");
//! ```
//!
//! Show a visitor what is wrong, field by field. An issue's code is stable, and its sentence may be shown as it is:
//!
//! ```
//! use fieldpost::{Field, Form, Kind, Severity, Value};
//!
//! let form = Form::new(vec![Field::new("phone", Kind::Phone).required()]);
//! let report = form.check_field("phone", Value::from("212 123 4567"));
//! let issue = report.issues.iter().find(|issue| issue.severity == Severity::Error).unwrap();
//! assert_eq!(issue.code, "phone.exchange");
//! println!("{}: {}", issue.field, issue.message);
//! ```
//!
//! Read what a system answered. A 200 is not yet a yes:
//!
//! ```
//! use fieldpost::{Outcome, Reply, operation};
//!
//! let reply = Reply {
//!     status: 200,
//!     body: r#"{ "success": false, "errors": [{ "code": "602", "message": "Access token expired" }] }"#.into(),
//!     ..Reply::default()
//! };
//! let outcome = operation("marketo.lead.sync").unwrap().read(&reply);
//! assert!(matches!(outcome, Outcome::Retry { code, .. } if code == "marketo.602"));
//! ```
//!
//! Map a form's fields to a system's parameters, with the campaign that brought the visitor:
//!
//! ```
//! use fieldpost::capture::{Mapping, Visitor, params};
//! use fieldpost::{System, Value};
//!
//! let lead: Value = [("email", Value::from("ann@acme.co")), ("notes", Value::from(""))].into_iter().collect();
//! let visitor = Visitor { query: Some("utm_source=news".into()), ..Visitor::default() };
//! let map = [("email", "email"), ("comments", "notes"), ("source", "@utm_source")];
//! let mapping = Mapping {
//!     map: map.map(|(param, from)| (param.into(), from.into())).into(),
//!     ..Mapping::default()
//! };
//! // An empty value erases nothing: it is not sent.
//! let sent = params(System::Pardot, &lead, &visitor, &mapping);
//! assert_eq!(sent, [("email".into(), Value::from("ann@acme.co")), ("source".into(), Value::from("news"))]);
//! ```
//!
//! Carry one call through, whatever it takes (a token, more records than one request holds, pages): `client`. Send a lead from a
//! front end: `web`.
//!
//! # The rooms
//!
//! Each knows only those before it:
//!
//! - [`value`]: typed values. [`packed`]: the text that values travel in, through the engine and over the border. [`code`]:
//!   every code, with its sentence.
//! - [`check`]: fields, forms, the rules of single values, and the report.
//! - [`crm`]: operations and systems as tables, requests, and what became of a call.
//! - `relay`: when a delivery is tried, who may call an account, and what an outcome means.
//! - `client`: carries one call through. `inspection`: finds what is wrong with an account or a mapping before the first lead.
//!   `options`: the same of a relay's options. `wasm` is the border to JavaScript, `web` sends for programs in Rust.

#![cfg_attr(
    any(feature = "late", feature = "build"),
    allow(dead_code, reason = "each module of a page has its share of the crate")
)]

pub mod check;
pub mod code;
pub mod crm;
#[cfg(feature = "full")]
#[doc(hidden)] // How our types become text is nobody else's to rely on.
pub mod crossing;
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
#[cfg(all(feature = "web", any(target_arch = "wasm32", doc)))]
pub mod web;

pub use catalogue::{CAPTURE, operation, operations};
#[cfg(feature = "full")]
pub use catalogue::{
    EXPIRED, Harmless, PACE, QUOTA, Records, VERSIONS, deletes, harmless, recipe, records, zone,
};
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
