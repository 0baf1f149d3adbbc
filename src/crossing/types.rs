//! How numbers, texts, lists and what may be absent cross.

use super::{Crossing, Items, Passage};
use std::borrow::Cow;

macro_rules! numbers {
    ($($type:ty)*) => {
        $(impl Crossing for $type {
            fn begin() -> Self {
                0
            }

            fn cross(&mut self, passage: &mut Passage<'_>) {
                if let Some(number) = passage.number(u64::try_from(*self).unwrap_or(u64::MAX)) {
                    match Self::try_from(number) {
                        Ok(number) => *self = number,
                        Err(_) => passage.refuse(),
                    }
                }
            }
        })*
    };
}

numbers! { u8 u16 u32 u64 usize }

impl Crossing for bool {
    fn begin() -> Self {
        false
    }

    fn cross(&mut self, passage: &mut Passage<'_>) {
        *self = passage.flag(*self);
    }

    fn says_nothing(&self) -> bool {
        !self
    }
}

impl Crossing for String {
    fn begin() -> Self {
        String::new()
    }

    fn cross(&mut self, passage: &mut Passage<'_>) {
        if let Some(text) = passage.text(self) {
            *self = text;
        }
    }
}

impl Crossing for Cow<'static, str> {
    fn begin() -> Self {
        Cow::Borrowed("")
    }

    fn cross(&mut self, passage: &mut Passage<'_>) {
        if let Some(text) = passage.text(self) {
            *self = Cow::Owned(text);
        }
    }
}

/// A text that is only said.
impl Crossing for &str {
    fn begin() -> Self {
        ""
    }

    fn cross(&mut self, passage: &mut Passage<'_>) {
        passage.text(self);
    }
}

impl<T: Crossing> Crossing for Option<T> {
    fn begin() -> Self {
        None
    }

    fn cross(&mut self, passage: &mut Passage<'_>) {
        if passage.is_nothing(self.is_none()) {
            *self = None;
        } else {
            self.get_or_insert_with(T::begin).cross(passage);
        }
    }

    fn says_nothing(&self) -> bool {
        self.is_none()
    }
}

impl<T: Crossing> Items for Vec<T> {
    fn grow(&mut self) {
        self.push(T::begin());
    }

    fn item(&mut self, at: usize) -> Option<&mut dyn Crossing> {
        self.get_mut(at).map(|item| item as &mut dyn Crossing)
    }
}

impl<T: Crossing> Crossing for Vec<T> {
    fn begin() -> Self {
        Vec::new()
    }

    fn cross(&mut self, passage: &mut Passage<'_>) {
        passage.list(self);
    }
}

impl<A: Crossing, B: Crossing> Crossing for (A, B) {
    fn begin() -> Self {
        (A::begin(), B::begin())
    }

    fn cross(&mut self, passage: &mut Passage<'_>) {
        passage.parts(&mut [&mut self.0, &mut self.1]);
    }
}

impl<A: Crossing, B: Crossing, C: Crossing> Crossing for (A, B, C) {
    fn begin() -> Self {
        (A::begin(), B::begin(), C::begin())
    }

    fn cross(&mut self, passage: &mut Passage<'_>) {
        passage.parts(&mut [&mut self.0, &mut self.1, &mut self.2]);
    }
}
