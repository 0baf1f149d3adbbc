//! [`members`], [`tagged`] and [`words`]: how a type says what it has, in one place for both directions. Each takes the type
//! apart whole, so that a member that nobody names does not compile.

/// The serde of a type that crosses, for programs in Rust: both ways, or one.
macro_rules! serde {
    (none $type:ty) => {};
    (both $type:ty) => {
        $crate::crossing::serde!(said $type);
        $crate::crossing::serde!(read $type);
    };
    (said $type:ty) => {
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                $crate::crossing::tell(&mut self.clone(), to)
            }
        }
    };
    (read $type:ty) => {
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                $crate::crossing::hear(from)
            }
        }
    };
}

/// A type with members: what it begins as, and each member's name, with a mark before it where it must be there (`!`), is left
/// out where it says nothing (`?`), or is said so and never read (`>`).
macro_rules! members {
    ($serde:ident $type:ty, $begin:expr, $first:literal $place:ident $(, $name:literal $at:ident)* $(,)?) => {
        impl $crate::crossing::Crossing for $type {
            fn begin() -> Self {
                $begin
            }

            fn cross(&mut self, passage: &mut $crate::crossing::Passage<'_>) {
                let Self { $place $(, $at)* } = self;
                passage.open(concat!($first $(, " ", $name)*));
                passage.member($place);
                $(passage.member($at);)*
                passage.close();
            }
        }

        $crate::crossing::serde!($serde $type);
    };
}

/// A type of several kinds, each with members. Its member `tag` has the kind's word. One that is only
/// `said` is read by nobody. The members of the last kind may be those of a type, when it is only `read`.
macro_rules! tagged {
    (said $type:ty, $tag:literal, $begin:expr, $($kinds:tt)*) => {
        $crate::crossing::tagged! { @ $type, $tag, $begin, said, $($kinds)* }
        $crate::crossing::serde!(said $type);
    };
    (read $type:ty, $tag:literal, $begin:expr, $($kinds:tt)*) => {
        $crate::crossing::tagged! { @ $type, $tag, $begin, read, $($kinds)* }
    };
    (both $type:ty, $tag:literal, $begin:expr, $($kinds:tt)*) => {
        $crate::crossing::tagged! { @ $type, $tag, $begin, read, $($kinds)* }
        $crate::crossing::serde!(both $type);
    };
    (@ $type:ty, $tag:literal, $begin:expr, $way:ident,
        $($word:literal $kind:ident { $($name:literal $at:ident),* $(,)? })*
        $(; $whole:literal $one:ident)?) => {
        impl $crate::crossing::Crossing for $type {
            fn begin() -> Self {
                $begin
            }

            fn cross(&mut self, passage: &mut $crate::crossing::Passage<'_>) {
                $crate::crossing::begun! { $way self passage $tag, $($word $kind { $($at)* })* $(; $whole $one)? }
                match self {
                    $(Self::$kind { $($at),* } => {
                        passage.open(concat!(">", $tag $(, " ", $name)*));
                        passage.said($word);
                        $(passage.member($at);)*
                    })*
                    $(Self::$one(one) => return one.cross(passage),)?
                }
                passage.close();
            }
        }
    };
}

/// The kind that an object says it is, with nothing in it.
macro_rules! begun {
    (said $($all:tt)*) => {};
    (read $self:ident $passage:ident $tag:literal, $($word:literal $kind:ident { $($at:ident)* })*
        $(; $whole:literal $one:ident)?) => {
        if $passage.reads() {
            *$self = match $passage.kind(concat!("!", $tag)).as_str() {
                $($word => Self::$kind { $($at: $crate::crossing::Crossing::begin()),* },)*
                $($whole => Self::$one($crate::crossing::Crossing::begin()),)?
                _ => return $passage.refuse(),
            };
        }
    };
}

/// A type that is one of some words.
macro_rules! words {
    // The first word need not be said.
    (silent $type:ident { $first:literal $begin:ident $(, $word:literal $variant:ident)* $(,)? }) => {
        $crate::crossing::words! { $type { $first $begin $(, $word $variant)* } true }
    };
    ($type:ident { $first:literal $begin:ident $(, $word:literal $variant:ident)* $(,)? }) => {
        $crate::crossing::words! { $type { $first $begin $(, $word $variant)* } false }
    };
    ($type:ident { $first:literal $begin:ident $(, $word:literal $variant:ident)* } $silent:literal) => {
        impl $type {
            const WORDS: &'static str = concat!($first $(, " ", $word)*);
            const EACH: &'static [Self] = &[Self::$begin $(, Self::$variant)*];
        }

        impl $crate::crossing::Crossing for $type {
            fn begin() -> Self {
                Self::$begin
            }

            fn cross(&mut self, passage: &mut $crate::crossing::Passage<'_>) {
                let at = passage.word(Self::WORDS, *self as usize);
                *self = Self::EACH.get(at).copied().unwrap_or(*self);
            }

            fn says_nothing(&self) -> bool {
                $silent && *self as usize == 0
            }
        }

        $crate::crossing::serde!(both $type);
    };
}

pub(crate) use {begun, members, serde, tagged, words};
