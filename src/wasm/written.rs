//! What a script gets of our types: as JSON text, which the host reads. One buffer that all types are written into, and one
//! call to the host, in the place of one for each member.

use super::given::{Wrong, decimal};
use crate::check::writer::put_decimal;
use crate::encoding::json_text;
use crate::packed::put;
use serde::ser::{
    Impossible, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeTuple, Serializer,
};

/// The JSON text of a value.
pub(super) fn written<T: Serialize>(value: &T) -> String {
    let mut out = Vec::new();
    write(value, &mut out);
    crate::packed::typed::letters(&out)
}

/// Adds a value to a JSON text.
pub(super) fn write<T: Serialize>(value: &T, out: &mut Vec<u8>) {
    // Nothing of ours is what JSON cannot have, and all of it is text.
    let _ = value.serialize(Writer { out });
}

struct Writer<'o> {
    out: &'o mut Vec<u8>,
}

type Done = Result<(), Wrong>;

#[allow(clippy::unnecessary_wraps, reason = "what each method of a `Serializer` gives")]
impl Writer<'_> {
    /// The next member's or item's place.
    fn next(&mut self) -> Writer<'_> {
        if !matches!(self.out.last(), Some(b'{' | b'[')) {
            self.out.push(b',');
        }
        Writer { out: self.out }
    }

    fn member(&mut self, name: &str) -> Writer<'_> {
        json_text(name.as_bytes(), self.next().out);
        self.out.push(b':');
        Writer { out: self.out }
    }

    fn open(self, sign: u8) -> Self {
        self.out.push(sign);
        self
    }

    fn close(self, sign: u8) -> Done {
        self.out.push(sign);
        Ok(())
    }

    fn bare(self, text: &[u8]) -> Done {
        put(self.out, text);
        Ok(())
    }
}

macro_rules! numbers {
    ($($name:ident $kind:ty,)*) => {
        $(fn $name(self, number: $kind) -> Done {
            put_decimal(self.out, i64::try_from(number).unwrap_or(i64::MAX));
            Ok(())
        })*
    };
}

impl Serializer for Writer<'_> {
    type Ok = ();
    type Error = Wrong;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Impossible<(), Wrong>;
    type SerializeTupleVariant = Impossible<(), Wrong>;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Impossible<(), Wrong>;

    numbers! {
        serialize_i8 i8, serialize_i16 i16, serialize_i32 i32, serialize_i64 i64,
        serialize_u8 u8, serialize_u16 u16, serialize_u32 u32, serialize_u64 u64,
    }

    fn serialize_bool(self, yes: bool) -> Done {
        self.bare(if yes { b"true" } else { b"false" })
    }

    fn serialize_f32(self, number: f32) -> Done {
        self.serialize_f64(number.into())
    }

    fn serialize_f64(self, number: f64) -> Done {
        // What is no number has none in JSON.
        if !number.is_finite() {
            return self.serialize_unit();
        }
        self.bare(decimal(number).as_bytes())
    }

    fn serialize_char(self, letter: char) -> Done {
        self.serialize_str(letter.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, text: &str) -> Done {
        json_text(text.as_bytes(), self.out);
        Ok(())
    }

    fn serialize_bytes(self, _: &[u8]) -> Done {
        Err(Wrong)
    }

    fn serialize_none(self) -> Done {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Done {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Done {
        self.bare(b"null")
    }

    fn serialize_unit_struct(self, _: &'static str) -> Done {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, name: &'static str) -> Done {
        self.serialize_str(name)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Done {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Done {
        Err(Wrong)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self, Wrong> {
        Ok(self.open(b'['))
    }

    fn serialize_tuple(self, _: usize) -> Result<Self, Wrong> {
        Ok(self.open(b'['))
    }

    fn serialize_tuple_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Impossible<(), Wrong>, Wrong> {
        Err(Wrong)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Impossible<(), Wrong>, Wrong> {
        Err(Wrong)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self, Wrong> {
        Ok(self.open(b'{'))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, Wrong> {
        Ok(self.open(b'{'))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Impossible<(), Wrong>, Wrong> {
        Err(Wrong)
    }
}

impl SerializeSeq for Writer<'_> {
    type Ok = ();
    type Error = Wrong;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Done {
        value.serialize(self.next())
    }

    fn end(self) -> Done {
        self.close(b']')
    }
}

impl SerializeTuple for Writer<'_> {
    type Ok = ();
    type Error = Wrong;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Done {
        value.serialize(self.next())
    }

    fn end(self) -> Done {
        self.close(b']')
    }
}

impl SerializeMap for Writer<'_> {
    type Ok = ();
    type Error = Wrong;

    /// All names of ours are text.
    fn serialize_key<T: Serialize + ?Sized>(&mut self, name: &T) -> Done {
        name.serialize(self.next())?;
        self.out.push(b':');
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Done {
        value.serialize(Writer { out: self.out })
    }

    fn end(self) -> Done {
        self.close(b'}')
    }
}

impl SerializeStruct for Writer<'_> {
    type Ok = ();
    type Error = Wrong;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Done {
        value.serialize(self.member(name))
    }

    fn end(self) -> Done {
        self.close(b'}')
    }
}
