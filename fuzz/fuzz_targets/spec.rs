//! A form's spec of any shape; and where it is one, a visitor's values for it. The two lines of the input.
#![no_main]

use fieldpost::{Form, Spec, Value};
use fieldpost_fuzz::{invariants, json};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut lines = bytes.splitn(2, |byte| *byte == b'\n');
    let Some(spec) = lines.next().and_then(json) else { return };
    let spec = Spec::from(&spec);
    let form = match Form::from_spec(&spec) {
        Ok(form) => form,
        Err(mut issues) => {
            assert!(!issues.is_empty());
            // A pattern is the owner's, and its sentence shows the part that is at fault.
            issues.retain(|issue| issue.code != "spec.pattern");
            return invariants::silent(&issues);
        }
    };
    // One that does not come back is refused above; what is left may still take the square or the cube of the text's length,
    // natively some twenty times as slow as in a browser.
    let branches = |byte: &u8| matches!(byte, b'*' | b'+' | b'{' | b'?' | b'|');
    if form.fields.iter().any(|field| field.pattern.bytes().filter(|byte| branches(byte)).count() > 2) {
        return;
    }
    let text = std::str::from_utf8(bytes).unwrap_or("a\u{0301}@b.co");
    for field in form.fields.iter() {
        assert!(
            fieldpost::Kind::from_name(field.kind.name()).is_some(),
            "no visitor's kind: {:?}",
            field.kind
        );
        form.check_field(field.name, Value::from(text));
        form.check_field(field.name, Value::Null);
    }
    if let Some(Value::Map(values)) = lines.next().and_then(json) {
        invariants::form_holds(&form, &values);
    }
});
