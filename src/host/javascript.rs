//! Answers by the JavaScript engine that is around a front end or a Worker in Rust: it has Unicode, domains and regular
//! expressions. `pkg/src/core/host.ts` answers the same for the builds that JavaScript calls; the shared cases of both
//! are `tests/cases`.

use super::{Ask, MAX_MARKS, is_sign};
use crate::memory::Buffer;
use js_sys::{Array, Function, JsString, Reflect, RegExp};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Url;

/// Answers at the end of `out`; false when there is no answer.
pub(crate) fn answer(ask: Ask, asked: &[u8], out: &mut Buffer) -> bool {
    let text = String::from_utf8_lossy(asked);
    match ask {
        Ask::AsciiDomain if text.contains(is_sign) => false,
        Ask::AsciiDomain => Url::new(&["https://", &text].concat())
            .map(|url| out.extend_from_slice(url.hostname().as_bytes()))
            .is_ok(),
        Ask::Nfc => {
            out.extend_from_slice(nfc(&text).as_bytes());
            true
        }
        Ask::Pattern => matches(&text),
        // Advice, which decides nothing.
        Ask::Meant | Ask::Repaired => false,
        #[cfg(feature = "wasm")]
        Ask::Place => false,
        // The relay that gave the form has judged its patterns; and who writes one into a program of their own sees it run.
        Ask::Repeats => false,
    }
}

/// Unicode's form NFC, without marks that no writing has.
fn nfc(text: &str) -> String {
    let marks = RegExp::new(&format!("(\\p{{M}}{{{MAX_MARKS}}})\\p{{M}}+"), "gu");
    JsString::from(text).replace_by_pattern(&marks, "$1").normalize("NFC").into()
}

/// Whether the pattern before the NUL matches the whole of the text behind it. One that is no regular expression asks nothing:
/// `RegExp::new` of js-sys would stop the program, so the constructor is called as what it is, a function that may throw.
fn matches(question: &str) -> bool {
    let Some((pattern, text)) = question.split_once('\0') else { return true };
    let whole = JsValue::from_str(&["^(?:", pattern, ")$"].concat());
    let made = Reflect::get(&js_sys::global(), &JsValue::from_str("RegExp"))
        .and_then(JsCast::dyn_into::<Function>)
        .and_then(|made| Reflect::construct(&made, &Array::of2(&whole, &JsValue::from_str("v"))))
        .and_then(JsCast::dyn_into::<RegExp>);
    made.map_or(true, |made| made.test(text))
}
