//! What a script hands over, as types. serde-wasm-bindgen's own reader goes through the members of a struct in any order and
//! looks for those that come twice. An object has each once, so here they come in the order of the type: a third of the code
//! for each type. Each has one name. And nobody reads a message of
//! serde's: what does not fit has one code for the whole.

use serde::de::value::{StrDeserializer, StringDeserializer};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::ser::Serializer as _;
use serde_wasm_bindgen::Serializer;
use std::cell::RefCell;
use std::fmt::{self, Debug, Display, Formatter};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen::{JsCast, JsValue};

#[wasm_bindgen]
extern "C" {
    type Object;

    #[wasm_bindgen(method, structural, indexing_getter)]
    fn member(this: &Object, name: &JsValue) -> JsValue;

    /// A number as a script writes it: what does that in Rust has tables.
    #[wasm_bindgen(js_name = String)]
    pub(super) fn decimal(number: f64) -> String;
}

/// A value that a script handed over.
pub(super) struct Given(pub(super) JsValue);

/// It does not fit.
pub(super) struct Wrong;

impl Error for Wrong {
    fn custom<T: Display>(_: T) -> Self {
        Wrong
    }
}

impl serde::ser::Error for Wrong {
    fn custom<T: Display>(_: T) -> Self {
        Wrong
    }
}

impl std::error::Error for Wrong {}

impl Debug for Wrong {
    fn fmt(&self, _: &mut Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl Display for Wrong {
    fn fmt(&self, _: &mut Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl Given {
    fn is_nothing(&self) -> bool {
        self.0.is_null() || self.0.is_undefined()
    }

    /// A whole number that a double holds exactly.
    #[inline(never)]
    fn whole(&self) -> Option<i64> {
        const MOST: f64 = 9_007_199_254_740_991.0;
        let number = self.0.as_f64()?;
        #[allow(clippy::cast_possible_truncation, reason = "a whole number within 2^53")]
        let whole = number as i64;
        #[allow(clippy::cast_precision_loss, clippy::float_cmp, reason = "the same")]
        (number.abs() <= MOST && whole as f64 == number).then_some(whole)
    }

    #[inline(never)]
    fn items(&self) -> Result<Items, Wrong> {
        let array = self.0.dyn_ref::<js_sys::Array>().ok_or(Wrong)?;
        Ok(Items { length: array.length(), next: 0, array: array.clone() })
    }
}

macro_rules! numbers {
    ($($name:ident)*) => {
        $(fn $name<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
            let whole = self.whole().ok_or(Wrong)?;
            match u64::try_from(whole) {
                Ok(whole) => visitor.visit_u64(whole),
                Err(_) => visitor.visit_i64(whole),
            }
        })*
    };
}

impl<'de> Deserializer<'de> for Given {
    type Error = Wrong;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        if self.is_nothing() {
            return visitor.visit_unit();
        }
        if let Some(yes) = self.0.as_bool() {
            return visitor.visit_bool(yes);
        }
        if let Some(number) = self.0.as_f64() {
            return match self.whole() {
                Some(whole) => visitor.visit_i64(whole),
                None => visitor.visit_newtype_struct(StringDeserializer::new(decimal(number))),
            };
        }
        if let Some(text) = self.0.as_string() {
            return visitor.visit_string(text);
        }
        if let Ok(items) = self.items() {
            return visitor.visit_seq(items);
        }
        if !self.0.is_object() {
            return Err(Wrong);
        }
        let array = js_sys::Object::entries(self.0.unchecked_ref());
        visitor.visit_map(Pairs {
            items: Items { length: array.length(), next: 0, array },
            value: JsValue::UNDEFINED,
        })
    }

    numbers! { deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        visitor.visit_bool(self.0.as_bool().ok_or(Wrong)?)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        visitor.visit_f64(self.0.as_f64().ok_or(Wrong)?)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        visitor.visit_string(self.0.as_string().ok_or(Wrong)?)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        self.deserialize_string(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        if self.is_nothing() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        visitor.visit_seq(self.items()?)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Wrong> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        if !self.0.is_object() {
            return Err(Wrong);
        }
        visitor.visit_seq(Members { object: self.0.unchecked_into(), names: texts(names), next: 0 })
    }

    /// Only names of variants cross the border.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        visitor.visit_enum(StrDeserializer::new(&self.0.as_string().ok_or(Wrong)?))
    }

    serde::forward_to_deserialize_any! {
        i128 u128 f32 char bytes byte_buf unit unit_struct newtype_struct tuple_struct map identifier ignored_any
    }
}

/// Where a type has the names of its members, and these as texts of the host's.
type Named = (*const &'static str, Rc<[JsValue]>);

thread_local! {
    /// The names of each type's members as texts, which the host makes once.
    static NAMES: RefCell<Vec<Named>> = const { RefCell::new(Vec::new()) };
}

fn texts(names: &'static [&'static str]) -> Rc<[JsValue]> {
    NAMES.with_borrow_mut(|known| {
        if let Some((_, texts)) = known.iter().find(|(place, _)| *place == names.as_ptr()) {
            return Rc::clone(texts);
        }
        let text =
            |name: &&str| Serializer::json_compatible().serialize_str(name).unwrap_or_default();
        let texts: Rc<[JsValue]> = names.iter().map(text).collect();
        known.push((names.as_ptr(), Rc::clone(&texts)));
        texts
    })
}

/// The members of an object, in the order of a type's. One that is absent is passed over: the type says what it is then.
struct Members {
    object: Object,
    names: Rc<[JsValue]>,
    next: usize,
}

impl Members {
    /// The next member's value.
    fn value(&mut self) -> Option<JsValue> {
        let name = self.names.get(self.next)?;
        self.next = self.next.saturating_add(1);
        Some(self.object.member(name)).filter(|value| !value.is_undefined())
    }
}

impl<'de> SeqAccess<'de> for Members {
    type Error = Wrong;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Wrong> {
        self.value().map(|value| seed.deserialize(Given(value))).transpose()
    }
}

struct Items {
    array: js_sys::Array,
    length: u32,
    next: u32,
}

impl Items {
    #[inline(never)]
    fn value(&mut self) -> Option<JsValue> {
        let at = self.next;
        self.next = at + 1;
        (at < self.length).then(|| self.array.get(at))
    }
}

impl<'de> SeqAccess<'de> for Items {
    type Error = Wrong;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Wrong> {
        self.value().map(|value| seed.deserialize(Given(value))).transpose()
    }
}

/// Names and values.
struct Pairs {
    items: Items,
    value: JsValue,
}

impl<'de> MapAccess<'de> for Pairs {
    type Error = Wrong;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Wrong> {
        let Some(pair) = self.items.value() else { return Ok(None) };
        let pair = pair.unchecked_into::<js_sys::Array>();
        self.value = pair.get(1);
        seed.deserialize(Given(pair.get(0))).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Wrong> {
        seed.deserialize(Given(std::mem::take(&mut self.value)))
    }
}
