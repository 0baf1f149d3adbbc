//! [`members`] and [`words`]: how a type with many members is read, and one that is a word. What serde derives keeps each member apart until the last one is there, and
//! takes each of them down again on every way out; here there is one value from the beginning, whose members take their
//! places in it. A third of the code, for each type.

use serde::de::{Deserialize, Deserializer, Error, SeqAccess};

/// Puts the next member in its place. One that is absent leaves what is there.
pub(crate) fn place<'de, A: SeqAccess<'de>, T: Deserialize<'de>>(
    members: &mut A,
    place: &mut T,
) -> Result<bool, A::Error> {
    let member = members.next_element()?;
    let is_given = member.is_some();
    if let Some(member) = member {
        *place = member;
    }
    Ok(is_given)
}

/// Reads a type by the names of its members: first those that must be there, then those that may be absent, each with its
/// place in the type. A member of another name is passed over.
macro_rules! members {
    ($type:ty, $begin:expr, must { $($must:literal $at:ident,)* } may { $($may:literal $as:ident,)* }) => {
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                use serde::de::{Error, IgnoredAny, MapAccess, SeqAccess};
                struct Reader;
                impl<'de> serde::de::Visitor<'de> for Reader {
                    type Value = $type;

                    fn expecting(&self, text: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        text.write_str(stringify!($type))
                    }

                    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<$type, A::Error> {
                        let mut read: $type = $begin;
                        $(
                            if !$crate::value::members::place(&mut from, &mut read.$at)? {
                                return Err(Error::missing_field($must));
                            }
                        )*
                        $( $crate::value::members::place(&mut from, &mut read.$as)?; )*
                        Ok(read)
                    }

                    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<$type, A::Error> {
                        let mut read: $type = $begin;
                        let mut lacking: Vec<&'static str> = vec![$($must),*];
                        while let Some(name) = from.next_key::<String>()? {
                            lacking.retain(|known| *known != name);
                            match name.as_str() {
                                $( $must => read.$at = from.next_value()?, )*
                                $( $may => read.$as = from.next_value()?, )*
                                _ => {
                                    from.next_value::<IgnoredAny>()?;
                                }
                            }
                        }
                        match lacking.first() {
                            Some(name) => Err(Error::missing_field(name)),
                            None => Ok(read),
                        }
                    }
                }
                from.deserialize_struct(stringify!($type), &[$($must,)* $($may,)*], Reader)
            }
        }
    };
}

/// Where a word stands among words with blanks between.
pub(crate) fn word<'de, D: Deserializer<'de>>(from: D, words: &str) -> Result<usize, D::Error> {
    let given = String::deserialize(from)?;
    let at = words.split(' ').position(|word| word == given);
    at.ok_or_else(|| D::Error::custom("a word that its type does not have"))
}

/// Reads a type that is one of some words.
macro_rules! words {
    ($type:ty { $($word:literal $variant:ident,)* }) => {
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                // Only a text without a letter stands behind the last word.
                let at = $crate::value::members::word(from, concat!($($word, " ",)*))?;
                let all = [$(Self::$variant,)*];
                all.get(at).copied().ok_or_else(|| serde::de::Error::custom("no word"))
            }
        }
    };
}

pub(crate) use {members, words};
