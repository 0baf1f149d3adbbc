//! Values cross as they are, and whatever crosses is a value to serde.

use super::{Crossing, Passage, Seen, Source, bare, fits, word, written};
use crate::encoding::{is_json_number, json_text};
use crate::value::{Value, is_exact, json, signed};

impl Crossing for Value<'static> {
    fn begin() -> Self {
        Value::Null
    }

    fn cross(&mut self, passage: &mut Passage<'_>) {
        match &passage.source {
            Some(source) => match source.value() {
                Some(value) => *self = value,
                None => passage.refuse(),
            },
            None => say(self, passage),
        }
    }
}

fn say(value: &Value<'_>, passage: &mut Passage<'_>) {
    match value {
        Value::Null => passage.bare("null"),
        Value::Bool(yes) => {
            passage.flag(*yes);
        }
        // Beyond 2^53 JavaScript would round: such a number stays text.
        Value::Number(text) if is_exact(text) && is_json_number(text.as_bytes()) => {
            passage.bare(text);
        }
        Value::Number(text) | Value::Text(text) => {
            passage.text(text);
        }
        Value::List(items) => {
            passage.out.push(b'[');
            for item in items {
                passage.next();
                say(item, passage);
            }
            passage.out.push(b']');
        }
        Value::Map(entries) => {
            passage.out.push(b'{');
            for (name, value) in entries {
                passage.next();
                json_text(name.as_bytes(), &mut passage.out);
                passage.out.push(b':');
                say(value, passage);
            }
            passage.out.push(b'}');
        }
    }
}

/// A value, and the places on the way to where one stands in it.
struct Places<'v>(Vec<&'v Value<'static>>);

impl Places<'_> {
    fn here(&self) -> &Value<'static> {
        self.0.last().copied().unwrap_or(&Value::Null)
    }
}

impl Source for Places<'_> {
    fn enter(&mut self, names: &'static str, at: usize) -> bool {
        let name = bare(word(names, at));
        let found = match self.0.last() {
            Some(Value::Map(entries)) => entries.iter().find(|(known, _)| known == name),
            _ => None,
        };
        self.0.extend(found.map(|(_, value)| value));
        found.is_some()
    }

    fn item(&mut self, at: usize) {
        let found = match self.0.last() {
            Some(Value::List(items)) => items.get(at),
            _ => None,
        };
        self.0.push(found.unwrap_or(&Value::Null));
    }

    fn leave(&mut self) {
        self.0.pop();
    }

    fn look(&self) -> Seen {
        match self.here() {
            Value::Null => Seen::Nothing,
            Value::Bool(yes) => Seen::Flag(*yes),
            Value::Number(text) => signed(text).map_or(Seen::Other, Seen::Whole),
            Value::Text(text) => Seen::Text(text.clone().into_owned()),
            Value::List(items) => Seen::List(items.len()),
            Value::Map(_) => Seen::Object,
        }
    }

    fn value(&self) -> Option<Value<'static>> {
        Some(self.here().clone())
    }
}

/// Says a value to serde.
pub(crate) fn tell<S: serde::Serializer>(
    value: &mut dyn Crossing,
    to: S,
) -> Result<S::Ok, S::Error> {
    let value = json::read(&written(value));
    serde::Serialize::serialize(&value, to)
}

/// Reads a value of serde's.
pub(crate) fn hear<'de, T: Crossing, D: serde::Deserializer<'de>>(from: D) -> Result<T, D::Error> {
    let given: Value<'static> = serde::Deserialize::deserialize(from)?;
    let mut value = T::begin();
    if fits(&mut value, &mut Places(vec![&given])) {
        Ok(value)
    } else {
        Err(serde::de::Error::custom("what was given is of another shape"))
    }
}
