//! What the targets share: the invariants of the main crate's tests, and values out of bytes.

#[path = "../../tests/invariants/mod.rs"]
pub mod invariants;

use fieldpost::{Field, Kind, Value};

/// Holds one kind to the invariants: a text; and, where the input has U+001E in it, the list of its parts.
pub fn text(kind: Kind, bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for field in
        [invariants::field(kind), Field::new("x", kind).required(), Field::new("x", kind).min(2).max(3)]
    {
        let borrowed = invariants::holds(&field, &Value::from(&*text));
        let owned = invariants::holds(&field, &Value::from(text.clone().into_owned()));
        assert_eq!(borrowed, owned, "borrowed and owned are judged apart");
        invariants::holds(&field, &Value::Number(text.clone()));
        if text.contains('\u{1E}') {
            invariants::holds(&field, &Value::List(text.split('\u{1E}').map(Value::from).collect()));
        }
    }
}

/// The value of a JSON text; none where it is none, or nests deeper than serde_json goes.
pub fn json(bytes: &[u8]) -> Option<Value<'static>> {
    serde_json::from_slice(bytes).ok()
}
