//! [`Reply`]: an HTTP reply as data, and its body as JSON or XML.

use crate::value::{Entries, Value};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The most bytes of a reply that are read.
pub const MAX_BYTES: usize = 8 * 1024 * 1024;

/// How deep an XML reply may nest; Pardot's own trees stay below ten.
const MAX_DEPTH: usize = 32;

/// The most attributes of one element; Pardot's have two.
const MAX_ATTRIBUTES: usize = 16;

/// The most elements of an XML reply: five times those of 200 prospects with 200 fields each.
const MAX_ELEMENTS: usize = 200_000;

/// The most names of one element's children; a prospect with custom fields has hundreds.
const MAX_NAMES: usize = 4_000;

/// Among so many names a look at each is the fastest search; among more there is an index.
const FEW: usize = 24;

/// An HTTP reply.
#[derive(Clone, Debug, Default, serde::Deserialize)]
pub struct Reply {
    /// The HTTP status; reason phrases are never read.
    pub status: u16,
    /// Names in any case, and values.
    #[serde(default)]
    pub headers: Vec<(String, String)>,
    /// The body as text.
    pub body: String,
}

impl Reply {
    /// The header of that name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The body as JSON, whatever its header says; nothing when it is not JSON, or only a part of it.
    pub fn json(&self) -> Option<Value<'static>> {
        let text = self.body.trim_start_matches('\u{FEFF}').trim_start();
        if text.len() > MAX_BYTES || !text.starts_with(['{', '[']) {
            return None;
        }
        super::json::read(text)
    }

    /// The body as XML: an element is a map of its children, with its attributes under `@attributes`; one without
    /// children is its text, or null when empty; a repeated element is a list. No DTD and no entities but XML's five
    /// and character references.
    pub fn xml(&self) -> Option<Value<'static>> {
        let text = self.body.trim_start_matches('\u{FEFF}').trim_start();
        if text.len() > MAX_BYTES || !text.starts_with('<') {
            return None;
        }
        let mut reader = Reader::from_str(text);
        reader.config_mut().check_end_names = true;
        let mut stack = vec![Element::default()];
        let mut left = MAX_ELEMENTS;
        loop {
            match reader.read_event().ok()? {
                Event::Start(tag) => {
                    if stack.len() > MAX_DEPTH {
                        return None;
                    }
                    stack.push(Element::open(&tag)?);
                }
                Event::Empty(tag) => {
                    let element = Element::open(&tag)?;
                    stack.last_mut()?.adopt(element, &mut left)?;
                }
                Event::End(_) => {
                    let element = stack.pop()?;
                    stack.last_mut()?.adopt(element, &mut left)?;
                }
                Event::Text(text) => stack.last_mut()?.text.push_str(&text),
                Event::CData(text) => stack.last_mut()?.text.push_str(&text),
                Event::GeneralRef(name) => {
                    let known = match name.resolve_char_ref().ok()? {
                        Some(character) => character,
                        None => match name.as_ref() {
                            "amp" => '&',
                            "lt" => '<',
                            "gt" => '>',
                            "quot" => '"',
                            "apos" => '\'',
                            _ => return None,
                        },
                    };
                    stack.last_mut()?.text.push(known);
                }
                Event::DocType(_) => return None,
                Event::Eof => break,
                Event::Comment(_) | Event::PI(_) | Event::Decl(_) => {}
            }
        }
        let root = stack.pop()?;
        (stack.is_empty() && !root.children.is_empty()).then_some(Value::Map(root.children))
    }
}

#[derive(Default)]
struct Element {
    name: String,
    children: Entries<'static>,
    /// Where each name stands, once there are many.
    places: BTreeMap<String, usize>,
    text: String,
}

impl Element {
    fn open(tag: &BytesStart<'_>) -> Option<Element> {
        let mut attributes: Entries<'static> = Vec::new();
        // Its check for repeated names takes time by the square of their number.
        for attribute in tag.attributes().with_checks(false) {
            let attribute = attribute.ok()?;
            if attributes.len() == MAX_ATTRIBUTES {
                return None;
            }
            let name = attribute.key.as_ref().to_owned();
            attributes.push((Cow::Owned(name), Value::from(attribute.value.into_owned())));
        }
        let mut children = Vec::new();
        if !attributes.is_empty() {
            children.push((Cow::Borrowed("@attributes"), Value::Map(attributes)));
        }
        let name = tag.name().as_ref().to_owned();
        Some(Element { name, children, places: BTreeMap::new(), text: String::new() })
    }

    /// Takes a child in; nothing once there are too many.
    fn adopt(&mut self, child: Element, left: &mut usize) -> Option<()> {
        *left = left.checked_sub(1)?;
        let text = child.text.trim();
        let value = match (child.children.is_empty(), text.is_empty()) {
            (false, _) => Value::Map(child.children),
            (true, true) => Value::Null,
            (true, false) => Value::from(text.to_owned()),
        };
        let at = if self.children.len() <= FEW {
            self.children.iter().position(|(name, _)| *name == child.name)
        } else {
            if self.places.is_empty() {
                for (at, (name, _)) in self.children.iter().enumerate() {
                    self.places.insert(name.clone().into_owned(), at);
                }
            }
            let next = self.children.len();
            let at = *self.places.entry(child.name.clone()).or_insert(next);
            (at < next).then_some(at)
        };
        if at.is_none() && self.children.len() >= MAX_NAMES {
            return None;
        }
        match at.and_then(|at| self.children.get_mut(at)) {
            None => self.children.push((Cow::Owned(child.name), value)),
            Some((_, Value::List(items))) => items.push(value),
            Some((_, first)) => *first = Value::List(vec![std::mem::take(first), value]),
        }
        Some(())
    }
}
