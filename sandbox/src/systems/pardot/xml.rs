//! XML both ways: the answers as Pardot's server writes them, and the batches that it takes.

use std::io::Result;

use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::attributes::Attribute;
use quick_xml::events::{BytesDecl, BytesStart, BytesText, Event};
use quick_xml::name::QName;
use quick_xml::{Reader, Writer, XmlVersion};
use serde_json::Value;

/// Where an answer is written.
pub(super) type Out = Writer<Vec<u8>>;

/// `<rsp stat="…">` around what the function writes.
pub(super) fn answer(stat: &str, inside: impl FnOnce(&mut Out) -> Result<()>) -> String {
    let mut out = Writer::new(Vec::new());
    // Only a disk or a socket could fail, and this is neither.
    let _ = written(&mut out, stat, inside);
    String::from_utf8(out.into_inner()).unwrap_or_default()
}

fn written(out: &mut Out, stat: &str, inside: impl FnOnce(&mut Out) -> Result<()>) -> Result<()> {
    out.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    out.write_event(Event::Text(BytesText::from_escaped("\n")))?;
    let response = out.create_element("rsp").with_attributes([("stat", stat), ("version", "1.0")]);
    response.write_inner_content(inside)?;
    out.write_event(Event::Text(BytesText::from_escaped("\n")))
}

/// A JSON value as the XML that the same server would have written: an array is one element per item, as in PHP.
pub(super) fn element(out: &mut Out, name: &str, value: &Value) -> Result<()> {
    match value {
        Value::Array(items) => return items.iter().try_for_each(|item| element(out, name, item)),
        Value::Null => drop(out.create_element(name).write_empty()?),
        Value::Object(members) => {
            let inside = |out: &mut Out| {
                members.iter().try_for_each(|(name, value)| element(out, name, value))
            };
            out.create_element(name).write_inner_content(inside)?;
        }
        Value::String(text) => leaf(out, name, None, text)?,
        Value::Bool(_) | Value::Number(_) => leaf(out, name, None, &value.to_string())?,
    }
    Ok(())
}

/// An element with a text, and perhaps an attribute.
pub(super) fn leaf(
    out: &mut Out,
    name: &str,
    attribute: Option<(&str, &str)>,
    text: &str,
) -> Result<()> {
    let attribute =
        attribute.map(|(name, value)| Attribute { key: QName(name), value: escaped(value).into() });
    let element = out.create_element(name).with_attributes(attribute);
    element.write_text_content(BytesText::from_escaped(escaped(text)))?;
    Ok(())
}

/// Character data as PHP's `htmlspecialchars` writes it, which leaves an apostrophe alone, without the characters that
/// XML 1.0 cannot carry.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\u{0}'..='\u{8}'
            | '\u{b}'
            | '\u{c}'
            | '\u{e}'..='\u{1f}'
            | '\u{fffe}'
            | '\u{ffff}' => {}
            other => out.push(other),
        }
    }
    out
}

/// A record's identifier, where it has one, and its fields.
type Record = (Option<String>, Vec<(String, String)>);

/// Reads the batches that Pardot takes, `<prospects><prospect identifier="…"><field>…</field></prospect></prospects>`.
/// Nothing where the text is not that.
pub(super) fn batch(text: &str) -> Option<Vec<Record>> {
    let mut reader = Reader::from_str(text.trim());
    reader.config_mut().expand_empty_elements = true;
    let mut records: Vec<Record> = Vec::new();
    let (mut depth, mut is_over) = (0_u8, false);
    loop {
        match reader.read_event().ok()? {
            Event::Start(tag) => {
                match (depth, tag.name().as_ref()) {
                    (0, "prospects") if !is_over => {}
                    (1, "prospect") => records.push((identifier(&tag)?, Vec::new())),
                    (2, name) => records.last_mut()?.1.push((name.to_owned(), String::new())),
                    _ => return None,
                }
                depth = depth.saturating_add(1);
            }
            Event::End(_) => {
                depth = depth.saturating_sub(1);
                is_over = depth == 0;
            }
            Event::Text(part) if depth < 3 && part.trim_ascii().is_empty() => {}
            Event::Text(part) if depth == 3 => value(&mut records)?.push_str(&part),
            Event::CData(part) if depth == 3 => value(&mut records)?.push_str(&part),
            Event::GeneralRef(name) if depth == 3 => match name.resolve_char_ref().ok()? {
                Some(character) => value(&mut records)?.push(character),
                None => value(&mut records)?.push_str(resolve_predefined_entity(&name)?),
            },
            Event::Decl(_) | Event::Comment(_) | Event::PI(_) => {}
            Event::Eof => return is_over.then_some(records),
            _ => return None,
        }
    }
}

/// The value of the field that is being read.
fn value(records: &mut [Record]) -> Option<&mut String> {
    Some(&mut records.last_mut()?.1.last_mut()?.1)
}

/// What the `identifier` says, if there is one; nothing at all where another attribute stands there.
#[allow(clippy::option_option, reason = "none at all and none given are two answers")]
fn identifier(tag: &BytesStart<'_>) -> Option<Option<String>> {
    let mut found = None;
    for attribute in tag.attributes() {
        let attribute =
            attribute.ok().filter(|attribute| attribute.key.as_ref() == "identifier")?;
        found = Some(attribute.normalized_value(XmlVersion::Implicit1_0).ok()?.into_owned());
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::{answer, batch, element};
    use serde_json::json;

    #[test]
    fn writes_nested_and_repeated_elements() {
        let value =
            json!({ "a": null, "b": ["<", 2], "c": { "d": true }, "e": "O'Hara \"&\u{1}\"" });
        let text = answer("ok", |out| element(out, "p", &value));
        let inside =
            "<p><a/><b>&lt;</b><b>2</b><c><d>true</d></c><e>O'Hara &quot;&amp;&quot;</e></p>";
        let start = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rsp stat=\"ok\" version=\"1.0\">";
        assert_eq!(text, format!("{start}{inside}</rsp>\n"));
    }

    #[test]
    fn reads_batches_and_nothing_else() {
        let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let document = "<?xml version=\"1.0\"?> <prospects> <prospect identifier=\"a&amp;b@x.com\">\n\
                        <city> A &amp; B &#233;<![CDATA[<c>]]> </city><zip/></prospect><prospect/></prospects>";
        let first =
            (Some("a&b@x.com".to_owned()), vec![field("city", " A & B é<c> "), field("zip", "")]);
        assert_eq!(batch(document), Some(vec![first, (None, Vec::new())]));
        assert_eq!(batch("<prospects/>"), Some(Vec::new()));
        for wrong in [
            "",
            "x",
            "<prospects>",
            "<other/>",
            "<prospects/><prospects/>",
            "<prospects>x</prospects>",
            "<prospects><prospect id=\"1\"/></prospects>",
            "<prospects><lead/></prospects>",
            "<prospects><prospect><a><b/></a></prospect></prospects>",
            "<prospects><prospect><a>&x;</a></prospect></prospects>",
            "<prospects><prospect><a></b></prospect></prospects>",
            "<!DOCTYPE p SYSTEM \"file:///etc/passwd\"><prospects/>",
        ] {
            assert_eq!(batch(wrong), None, "{wrong}");
        }
    }
}
