//! What a script hands over, as types that cross. An object's members are asked for by name, in the order of the type's: what
//! else it has is passed over.

use super::edge::failure;
use crate::crossing::{self, Crossing, Members, Seen, Source, bare};
use crate::value::{Value, decimal as digits, parts};
use js_sys::{Array, JSON, Object};
use std::borrow::Cow;
use std::cell::RefCell;
use wasm_bindgen::prelude::*;
use wasm_bindgen::{JsCast, JsValue};

#[wasm_bindgen]
extern "C" {
    type Named;

    #[wasm_bindgen(method, structural, indexing_getter)]
    fn member(this: &Named, name: &JsValue) -> JsValue;

    /// A number as a script writes it: what does that in Rust has tables.
    #[wasm_bindgen(js_name = String)]
    fn decimal(number: f64) -> String;
}

thread_local! {
    /// Each type's names as a list of the host's, which is made once.
    static NAMES: RefCell<Vec<(&'static str, Array)>> = const { RefCell::new(Vec::new()) };
}

/// A value that a script handed over, and the way to where one stands in it.
struct Given {
    here: JsValue,
    way: Vec<JsValue>,
    /// The names that were asked for last.
    names: (&'static str, Array),
}

fn texts(names: &'static str) -> Array {
    NAMES.with_borrow_mut(|known| {
        if let Some((_, texts)) = known.iter().find(|(one, _)| std::ptr::eq(*one, names)) {
            return texts.clone();
        }
        let texts = Array::new();
        for name in parts(names, ' ') {
            texts.push(&JsValue::from_str(bare(name)));
        }
        known.push((names, texts.clone()));
        texts
    })
}

impl Given {
    fn of(given: JsValue) -> Self {
        Given { here: given, way: Vec::new(), names: ("", Array::new()) }
    }

    fn go(&mut self, to: JsValue) {
        self.way.push(std::mem::replace(&mut self.here, to));
    }
}

impl Source for Given {
    fn enter(&mut self, names: &'static str, at: usize) -> bool {
        if !std::ptr::eq(self.names.0, names) {
            self.names = (names, texts(names));
        }
        let object: &Named = self.here.unchecked_ref();
        let member = object.member(&self.names.1.get(u32::try_from(at).unwrap_or(u32::MAX)));
        let is_there = !member.is_undefined();
        if is_there {
            self.go(member);
        }
        is_there
    }

    fn item(&mut self, at: usize) {
        let list: &Array = self.here.unchecked_ref();
        let item = list.get(u32::try_from(at).unwrap_or(u32::MAX));
        self.go(item);
    }

    fn leave(&mut self) {
        self.here = self.way.pop().unwrap_or_default();
    }

    fn look(&self) -> Seen {
        seen(&self.here)
    }

    fn value(&self) -> Option<Value<'static>> {
        value(&self.here)
    }
}

fn seen(value: &JsValue) -> Seen {
    if value.is_null() || value.is_undefined() {
        Seen::Nothing
    } else if let Some(text) = value.as_string() {
        Seen::Text(text)
    } else if let Some(yes) = value.as_bool() {
        Seen::Flag(yes)
    } else if let Some(number) = value.as_f64() {
        whole(number).map_or(Seen::Other, Seen::Whole)
    } else if let Some(list) = value.dyn_ref::<Array>() {
        Seen::List(list.length() as usize)
    } else if value.is_object() {
        Seen::Object
    } else {
        Seen::Other
    }
}

/// A whole number that a double holds exactly.
fn whole(number: f64) -> Option<i64> {
    const MOST: f64 = 9_007_199_254_740_991.0;
    #[allow(clippy::cast_possible_truncation, reason = "a whole number within 2^53")]
    let whole = number as i64;
    #[allow(clippy::cast_precision_loss, clippy::float_cmp, reason = "the same")]
    (number.abs() <= MOST && whole as f64 == number).then_some(whole)
}

fn value(given: &JsValue) -> Option<Value<'static>> {
    Some(match seen(given) {
        Seen::Nothing => Value::Null,
        Seen::Flag(yes) => Value::Bool(yes),
        Seen::Whole(number) => {
            let sign = if number < 0 { "-" } else { "" };
            Value::Number(Cow::Owned([sign, &digits(number.unsigned_abs())].concat()))
        }
        Seen::Text(text) => Value::Text(Cow::Owned(text)),
        Seen::List(_) => {
            let list: &Array = given.unchecked_ref();
            let mut items = Vec::new();
            for item in list.iter() {
                items.push(value(&item)?);
            }
            Value::List(items)
        }
        Seen::Object => {
            let mut entries = Vec::new();
            for entry in Object::entries(given.unchecked_ref()).iter() {
                let entry: &Array = entry.unchecked_ref();
                let name = entry.get(0).as_string().unwrap_or_default();
                entries.push((Cow::Owned(name), value(&entry.get(1))?));
            }
            Value::Map(entries)
        }
        Seen::Other => Value::Number(Cow::Owned(decimal(given.as_f64()?))),
    })
}

/// Reads what a script handed over.
///
/// # Errors
/// `code` where it does not fit.
#[inline(never)]
pub(super) fn read(into: &mut dyn Crossing, given: JsValue, code: &str) -> Result<(), JsValue> {
    let mut given = Given::of(given);
    if crossing::fits(into, &mut given) { Ok(()) } else { Err(failure(code, &[])) }
}

/// Reads what is kept as JSON text. The host takes it apart.
///
/// # Errors
/// `code` where it does not fit.
#[inline(never)]
pub(super) fn read_text(into: &mut dyn Crossing, text: &str, code: &str) -> Result<(), JsValue> {
    read(into, JSON::parse(text).map_err(|_| failure(code, &[]))?, code)
}

/// Reads the members of an object that a script handed over.
///
/// # Errors
/// `code` where it does not fit.
#[inline(never)]
pub(super) fn members(
    names: &'static str,
    members: &mut [&mut dyn Crossing],
    given: JsValue,
    code: &str,
) -> Result<(), JsValue> {
    read(&mut Members(names, members), given, code)
}

/// What a script handed over.
///
/// # Errors
/// `code` where it does not fit.
pub(super) fn from_js<T: Crossing>(given: JsValue, code: &str) -> Result<T, JsValue> {
    let mut read_into = T::begin();
    read(&mut read_into, given, code)?;
    Ok(read_into)
}

/// What is kept as JSON text.
///
/// # Errors
/// `code` where it does not fit.
pub(super) fn from_json<T: Crossing>(text: &str, code: &str) -> Result<T, JsValue> {
    let mut read_into = T::begin();
    read_text(&mut read_into, text, code)?;
    Ok(read_into)
}

/// Plain objects, null for nothing.
pub(super) fn to_js(what: &mut dyn Crossing) -> Result<JsValue, JsValue> {
    JSON::parse(&crossing::written(what))
}

/// A plain object with these members.
pub(super) fn object(
    names: &'static str,
    members: &mut [&mut dyn Crossing],
) -> Result<JsValue, JsValue> {
    to_js(&mut Members(names, members))
}
