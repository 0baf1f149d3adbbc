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
        for version in [3, 4] {
            invariants::form_holds(&operation.row(version).params, &values);
            let report = operation.check(values.clone(), version);
            match operation.payload(values.clone(), version) {
                Ok(payload) => {
                    assert!(report.ok(), "{} was built of what is wrong", operation.name);
                    assert!(payload.path.starts_with('/'), "{}", payload.path);
                }
                Err(_) => assert!(!report.ok(), "{} was refused without a reason", operation.name),
            }
        }
    }
});
