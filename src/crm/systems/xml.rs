//! XML text as values (XML 1.0). A reader of our own for what replies have, elements with text and few attributes: a general
//! one knows declarations, namespaces and repeated names too, and weighs as much as a system.

use crate::value::{Entries, Value, cut};
use std::borrow::Cow;

/// How deep an XML reply may nest; Pardot's own trees stay below ten.
const MAX_DEPTH: usize = 32;

/// The most attributes of one element; Pardot's have two.
const MAX_ATTRIBUTES: usize = 16;

/// The most elements of an XML reply: five times those of 200 prospects with 200 fields each.
const MAX_ELEMENTS: usize = 200_000;

/// The most names of one element's children; a prospect with custom fields has hundreds.
const MAX_NAMES: usize = 4_000;

const BLANKS: [char; 4] = [' ', '\t', '\n', '\r'];

/// The elements of a whole text; nothing when it is not XML, or has a DTD.
pub(super) fn read(text: &str) -> Option<Value<'static>> {
    let mut stack = vec![Element::default()];
    let mut left = MAX_ELEMENTS;
    let mut rest = text;
    loop {
        let end = rest.find(['<', '&']).unwrap_or(rest.len());
        let (run, tail) = rest.split_at_checked(end)?;
        let open = stack.last_mut()?;
        open.text.push_str(run);
        let inner = tail.get(1..);
        rest = match (tail.as_bytes(), inner) {
            ([b'&', ..], Some(inner)) => {
                let (name, rest) = inner.split_at_checked(inner.find([';', '&', '<'])?)?;
                open.text.push(reference(name)?);
                rest.strip_prefix(';')?
            }
            ([_, b'!', b'-', b'-', ..], _) => cut(tail.get(4..)?, "-->")?.1,
            ([_, b'!', ..], Some(inner)) => {
                let (text, rest) = cut(inner.strip_prefix("![CDATA[")?, "]]>")?;
                open.text.push_str(text);
                rest
            }
            ([_, b'?', ..], Some(inner)) => {
                let (before, rest) = cut(inner, "?>")?;
                // The sign that begins it cannot end it.
                (!before.is_empty()).then_some(rest)?
            }
            ([_, b'/', ..], Some(inner)) => {
                let (tag, rest) =
                    inner.get(1..)?.split_at_checked(closed(inner)?.checked_sub(1)?)?;
                let element = stack.pop()?;
                let name = tag.trim_end_matches(BLANKS);
                let name = if name.is_empty() { tag } else { name };
                if element.name != name {
                    return None;
                }
                stack.last_mut()?.adopt(element, &mut left)?;
                rest.get(1..)?
            }
            (_, Some(inner)) => {
                let (tag, rest) = inner.split_at_checked(closed(inner)?)?;
                if let Some(tag) = tag.strip_suffix('/') {
                    open.adopt(Element::open(tag)?, &mut left)?;
                } else if stack.len() > MAX_DEPTH {
                    return None;
                } else {
                    stack.push(Element::open(tag)?);
                }
                rest.get(1..)?
            }
            (_, None) => break,
        };
    }
    let root = stack.pop()?;
    (stack.is_empty() && !root.children.is_empty()).then_some(Value::Map(root.children))
}

/// Where a tag ends: a `>` between quotes is a part of it.
fn closed(tag: &str) -> Option<usize> {
    let mut quote = None;
    tag.bytes().position(|byte| {
        match (byte, quote) {
            (b'>', None) => return true,
            (b'"' | b'\'', None) => quote = Some(byte),
            (_, Some(open)) if open == byte => quote = None,
            _ => {}
        }
        false
    })
}

/// The character that a reference names.
fn reference(name: &str) -> Option<char> {
    let Some(code) = name.strip_prefix('#') else {
        return Some(match name {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            _ => return None,
        });
    };
    let (digits, radix) = code.strip_prefix('x').map_or((code, 10), |digits| (digits, 16));
    let code = digits.chars().try_fold(0_u32, |code, digit| {
        code.checked_mul(radix)?.checked_add(digit.to_digit(radix)?)
    })?;
    // Without a digit it is 0, too.
    char::from_u32(code).filter(|character| *character != '\0')
}

#[derive(Default)]
struct Element {
    name: String,
    children: Entries<'static>,
    /// Where its children stand, by their names.
    places: Vec<usize>,
    text: String,
}

impl Element {
    /// Of what a tag has between its signs.
    fn open(tag: &str) -> Option<Element> {
        let end = tag.find(BLANKS).unwrap_or(tag.len());
        let (name, mut rest) = tag.split_at_checked(end)?;
        let mut attributes: Entries<'static> = Vec::new();
        loop {
            rest = rest.trim_start_matches(BLANKS);
            // Whatever begins a name is a part of it.
            let Some(first) = rest.chars().next() else { break };
            let begun = rest.get(first.len_utf8()..)?;
            let end = begun.find(['=', ' ', '\t', '\n', '\r'])?.checked_add(first.len_utf8())?;
            let (name, tail) = rest.split_at_checked(end)?;
            let tail = tail.trim_start_matches(BLANKS).strip_prefix('=')?;
            let tail = tail.trim_start_matches(BLANKS);
            let quote = tail.chars().next().filter(|sign| matches!(sign, '"' | '\''))?;
            let (value, tail) = tail.get(1..)?.split_once(quote)?;
            if attributes.len() == MAX_ATTRIBUTES {
                return None;
            }
            attributes.push((Cow::Owned(name.to_owned()), Value::from(value.to_owned())));
            rest = tail;
        }
        let mut element = Element { name: name.to_owned(), ..Element::default() };
        if !attributes.is_empty() {
            element.add("@attributes".to_owned(), Value::Map(attributes))?;
        }
        Some(element)
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
        self.add(child.name, value)
    }

    fn add(&mut self, name: String, value: Value<'static>) -> Option<()> {
        let known = self.places.binary_search_by(|at| {
            self.children.get(*at).map_or("", |(known, _)| known.as_ref()).cmp(&name)
        });
        match known {
            Ok(place) => match &mut self.children.get_mut(*self.places.get(place)?)?.1 {
                Value::List(items) => items.push(value),
                first => *first = Value::List(vec![std::mem::take(first), value]),
            },
            Err(_) if self.children.len() >= MAX_NAMES => return None,
            Err(place) => {
                self.places.insert(place, self.children.len());
                self.children.push((Cow::Owned(name), value));
            }
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use quick_xml::Reader;
    use quick_xml::events::Event;

    /// The same by a kept reader.
    fn reference(text: &str) -> Option<Value<'static>> {
        let mut reader = Reader::from_str(text);
        let mut stack: Vec<(String, Entries<'static>, String)> = vec![Default::default()];
        loop {
            let event = reader.read_event().ok()?;
            let ends = matches!(event, Event::Empty(_) | Event::End(_));
            let (_, _, run) = stack.last_mut()?;
            match event {
                Event::Start(tag) | Event::Empty(tag) => {
                    let mut attributes = Vec::new();
                    for attribute in tag.attributes().with_checks(false) {
                        let attribute = attribute.ok()?;
                        let value = Value::from(attribute.value.into_owned());
                        attributes.push((attribute.key.as_ref().to_owned().into(), value));
                    }
                    let mut children = Vec::new();
                    if !attributes.is_empty() {
                        children.push(("@attributes".into(), Value::Map(attributes)));
                    }
                    stack.push((tag.name().as_ref().to_owned(), children, String::new()));
                }
                Event::Text(text) => run.push_str(&text),
                Event::CData(text) => run.push_str(&text),
                Event::GeneralRef(name) => run.push(match name.resolve_char_ref().ok()? {
                    Some(character) => character,
                    None => quick_xml::escape::resolve_predefined_entity(&name)?.chars().next()?,
                }),
                Event::DocType(_) => return None,
                Event::Eof => break,
                Event::End(_) | Event::Comment(_) | Event::PI(_) | Event::Decl(_) => {}
            }
            if ends {
                let (name, children, text) = stack.pop()?;
                let value = match (children.is_empty(), text.trim()) {
                    (false, _) => Value::Map(children),
                    (true, "") => Value::Null,
                    (true, text) => Value::from(text.to_owned()),
                };
                let (_, siblings, _) = stack.last_mut()?;
                match siblings.iter_mut().find(|(known, _)| *known == name) {
                    None => siblings.push((name.into(), value)),
                    Some((_, Value::List(items))) => items.push(value),
                    Some((_, first)) => {
                        *first = Value::List(vec![std::mem::take(first), value]);
                    }
                }
            }
        }
        let (_, children, _) = stack.pop()?;
        (stack.is_empty() && !children.is_empty()).then_some(Value::Map(children))
    }

    #[test]
    fn it_takes_and_refuses_what_a_kept_reader_does() {
        for text in [
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rsp stat=\"ok\" version='1.0'><a>1</a><b/><a> 2 </a></rsp>",
            "<a>&lt;&gt;&amp;&quot;&apos;&#65;&#x41;&#x1F600;\u{e9}</a>",
            "<a>&nbsp;</a>",
            "<a>&#0;</a>",
            "<a>&#xD800;</a>",
            "<a>&#+5;</a>",
            "<a>&#;</a>",
            "<a>&#x;</a>",
            "<a>&#X41;</a>",
            "<a>&#99999999999;</a>",
            "<a>&amp</a>",
            "<a>a & b;</a>",
            "<a>&a&amp;</a>",
            "<a><![CDATA[<b>&amp;]]]]></a>",
            "<a><![CDATA[]]></a>",
            "<a><![CDATA[</a>",
            "<a><![cdata[x]]></a>",
            "<a><!-- <b> --- -->x</a>",
            "<a><!--></a>",
            "<a><!--> --></a>",
            "<a><!---></a>",
            "<a><!----></a>",
            "<a><!-x--></a>",
            "<a><?pi a>b?></a>",
            "<a><?></a>",
            "<a><??></a>",
            "<!DOCTYPE a><a>1</a>",
            "<!doctype a><a>1</a>",
            "<!ELEMENT a><a>1</a>",
            "<a",
            "<",
            "<>",
            "<></>",
            "<></ >",
            "< a></ a>",
            "<a></a >",
            "<a></ a>",
            "<a></b>",
            "<a></a b='>'>",
            "<a>",
            "</a>",
            "<a/></a>",
            "<a/><b/>",
            "<a/>text",
            "text<a/>",
            "<a/ >",
            "<a b/>",
            "<a b=/>",
            "<a b=c/>",
            "<a b=\"c/>",
            "<a b=\"c\"d='e'/>",
            "<a b = '>' \t\n\rc='\"'></a>",
            "<a =b='c'/>",
            "<a b='1' b='2'/>",
            "<a b='&lt;\n'/>",
            "<a \u{e9}='1'/>",
            "<a\u{e9}>1</a\u{e9}>",
            "<a><b><b/></b><@attributes/></a>",
            "<a x='1'><@attributes/></a>",
            "",
        ] {
            assert_eq!(read(text), reference(text), "{text}");
        }
    }

    #[test]
    fn many_names_keep_their_order() {
        let many = |names: usize| {
            let elements: Vec<_> =
                (0..names).map(|at| format!("<n{}>{at}</n{}>", at % 97, at % 97)).collect();
            ["<a>", &elements.concat(), "</a>"].concat()
        };
        assert_eq!(read(&many(300)), reference(&many(300)));
        let wide = |names: usize| {
            let elements: Vec<_> = (0..names).map(|at| format!("<n{at}/>")).collect();
            ["<a>", &elements.concat(), "</a>"].concat()
        };
        assert!(read(&wide(MAX_NAMES)).is_some());
        assert_eq!(read(&wide(MAX_NAMES + 1)), None);
    }

    proptest! {
        #[test]
        fn whatever_comes_is_read_alike(pieces in proptest::collection::vec(
            prop_oneof![
                Just("<a>"), Just("</a>"), Just("<b x='1'>"), Just("</b>"), Just("<c/>"), Just("<a y=\"2\"/>"),
                Just("&amp;"), Just("&#65;"), Just("<![CDATA["), Just("]]>"), Just("<!--"), Just("-->"), Just("<?"),
                Just("?>"), Just("t"), Just(" "), Just("<"), Just(">"), Just("/"), Just("'"), Just("\""), Just("="),
                Just("&"), Just(";"), Just("!"), Just("-"), Just("]"), Just("\u{e9}"),
            ],
            0..24,
        )) {
            let text = pieces.concat();
            prop_assert_eq!(read(&text), reference(&text));
            let inside = ["<r>", &text, "</r>"].concat();
            prop_assert_eq!(read(&inside), reference(&inside));
        }
    }
}
