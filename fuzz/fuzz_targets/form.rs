//! Values of any shape, as a visitor's form and as the parameters of every operation.
#![no_main]

use fieldpost::{Value, operations};
use fieldpost_fuzz::{invariants, json};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some(value) = json(bytes) else { return };
    for kind in invariants::kinds() {
        invariants::holds(&invariants::field(kind), &value);
    }
    let Value::Map(values) = value else { return };
    invariants::form_holds(&invariants::every_kind(), &values);
    for operation in operations() {
        let report = invariants::form_holds(&operation.params, &values);
        for version in [3, 4] {
            if let Ok(payload) = operation.payload(values.clone(), version) {
                assert!(report.ok(), "{} was built of what is wrong", operation.name);
                assert!(payload.path.starts_with('/'), "{}", payload.path);
            }
        }
    }
});
