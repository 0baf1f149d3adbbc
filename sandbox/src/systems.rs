//! The stand-ins, and which of them a call belongs to.

mod marketo;
mod pardot;
mod prospects;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use matchit::{Match, Router};
use percent_encoding::percent_decode_str;

use crate::http::call::Call;
use crate::operation::{Operation, System};

const SYSTEMS: [&System; 3] = [&marketo::SYSTEM, &pardot::SYSTEM, &prospects::SYSTEM];

static ROUTES: LazyLock<[Routes; 3]> = LazyLock::new(|| SYSTEMS.map(Routes::new));

/// Where a request belongs.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Route {
    Found(&'static Operation),
    WrongMethod(&'static Operation),
    Unknown,
}

/// Finds the system and the operation of a call and leaves the path's values in it.
pub(crate) fn route(call: &mut Call) -> Option<(&'static System, Route)> {
    let routes = ROUTES
        .iter()
        .find(|routes| routes.system.prefixes.iter().any(|prefix| call.path.starts_with(prefix)))?;
    (routes.system.tunnel)(call);
    let (route, found) =
        match (routes.found(&call.method, &call.path), routes.elsewhere(&call.path)) {
            (Some(found), _) => (Route::Found(found.value.1), found),
            (None, Some(found)) => (Route::WrongMethod(found.value.1), found),
            (None, None) => return Some((routes.system, Route::Unknown)),
        };
    // Each segment is decoded by itself, so an encoded slash stays inside its own.
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    call.captures = found.params.iter().map(|(name, value)| (name, decoded(value))).collect();
    Some((routes.system, route))
}

pub(crate) fn has_operation(name: &str) -> bool {
    SYSTEMS.iter().any(|system| system.operations.iter().any(|operation| operation.name == name))
}

/// An operation with its place in the table.
type Row = (usize, &'static Operation);

/// The paths of a system, by method.
struct Routes {
    system: &'static System,
    methods: BTreeMap<&'static str, Router<Row>>,
}

impl Routes {
    #[allow(
        clippy::expect_used,
        reason = "two rows with one path are a mistake in a table, which a test finds"
    )]
    fn new(system: &'static System) -> Self {
        let mut methods = BTreeMap::<_, Router<Row>>::new();
        for (number, operation) in system.operations.iter().enumerate() {
            for method in operation.methods {
                let router = methods.entry(*method).or_default();
                for end in operation.ends {
                    let path = format!("{}{end}", operation.path);
                    router.insert(path, (number, operation)).expect("each path has one row");
                }
            }
        }
        Self { system, methods }
    }

    fn found<'a>(
        &'static self,
        method: &str,
        path: &'a str,
    ) -> Option<Match<'static, 'a, &'static Row>> {
        at(self.methods.get(method)?, path)
    }

    /// The last row with this path, whatever its method.
    fn elsewhere<'a>(&'static self, path: &'a str) -> Option<Match<'static, 'a, &'static Row>> {
        self.methods
            .values()
            .filter_map(|router| at(router, path))
            .max_by_key(|found| found.value.0)
    }
}

/// A router takes an empty segment for a value; at the vendors' it is none.
fn at<'a>(router: &'static Router<Row>, path: &'a str) -> Option<Match<'static, 'a, &'static Row>> {
    router.at(path).ok().filter(|found| found.params.iter().all(|(_, value)| !value.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::ROUTES;

    #[test]
    fn every_row_is_found_by_its_path() {
        for routes in ROUTES.iter() {
            for operation in routes.system.operations {
                for (method, end) in operation
                    .methods
                    .iter()
                    .flat_map(|m| operation.ends.iter().map(move |e| (m, e)))
                {
                    let path = format!("{}{end}", operation.path);
                    let found = routes.found(method, &path).map(|found| found.value.1.path);
                    assert_eq!(found, Some(operation.path), "{method} {path}");
                }
            }
        }
    }
}
