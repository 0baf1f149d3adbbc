//! The stand-ins, and which of them a call belongs to.

mod marketo;
mod pardot;
mod prospects;

use crate::http::call::{Call, matches};
use crate::operation::{Operation, System};

const SYSTEMS: [&System; 3] = [&marketo::SYSTEM, &pardot::SYSTEM, &prospects::SYSTEM];

/// Where a request belongs.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Route {
    Found(&'static Operation),
    WrongMethod(&'static Operation),
    Unknown,
}

/// Finds the system and the operation of a call and leaves the path's values in it.
pub(crate) fn route(call: &mut Call) -> Option<(&'static System, Route)> {
    let system = SYSTEMS
        .into_iter()
        .find(|system| system.prefixes.iter().any(|prefix| call.path.starts_with(prefix)))?;
    (system.tunnel)(call);
    let mut wrong_method = Route::Unknown;
    for operation in system.operations {
        let Some(captures) = matches(operation.path, &call.path) else { continue };
        call.captures = captures;
        if operation.methods.contains(&call.method.as_str()) {
            return Some((system, Route::Found(operation)));
        }
        wrong_method = Route::WrongMethod(operation);
    }
    Some((system, wrong_method))
}

pub(crate) fn has_operation(name: &str) -> bool {
    SYSTEMS.iter().any(|system| system.operations.iter().any(|operation| operation.name == name))
}
