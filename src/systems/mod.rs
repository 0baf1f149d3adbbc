//! The systems: for each its operations as const tables, and, in the full build, its replies, errors and tokens.

/// The parameters of an operation: a form; in the full build, which has many of them and uses few, packed.
macro_rules! params {
    ($fields:expr, $unknown:expr, $constraints:expr $(,)?) => {{
        const PARAMS: &[crate::field::Field<'static>] = $fields;
        const BETWEEN: &[crate::form::Constraint<'static>] = $constraints;
        #[cfg(feature = "full")]
        {
            const LENGTH: usize = crate::form::packed::length(PARAMS, $unknown, BETWEEN);
            static BYTES: [u8; LENGTH] = crate::form::packed::pack(PARAMS, $unknown, BETWEEN);
            static PACKED: crate::form::Packed = crate::form::Packed::new(&BYTES);
            &PACKED
        }
        #[cfg(not(feature = "full"))]
        crate::form::Form::params(PARAMS, $unknown, BETWEEN)
    }};
}

/// The values of a choice.
#[cfg(feature = "full")]
macro_rules! choices {
    ($($word:literal),* $(,)?) => {
        &[$($word),*]
    };
}

/// A row of the full build; the last argument is what it says beside its parameters.
#[cfg(feature = "full")]
macro_rules! row {
    (
        $(#[$doc:meta])* $id:ident, $system:ident, $name:literal, $summary:literal, $method:literal, $path:literal,
        Form::params($fields:expr, $unknown:expr, $constraints:expr $(,)?), $layout:expr, $reading:expr, $seconds:literal, $repeat:ident, $docs:expr, { $($more:tt)* }
    ) => {
        #[doc = concat!("`", $name, "`.")]
        pub static $id: crate::operation::Operation = crate::operation::Operation {
            name: $name,
            system: crate::request::System::$system,
            summary: crate::operation::reference($summary),
            method: $method,
            path: $path,
            params: params!($fields, $unknown, $constraints),
            layout: $layout,
            reading: $reading,
            timeout: $seconds * 1_000,
            repeat: crate::operation::Repeat::$repeat,
            docs: crate::operation::reference($docs),
            more: crate::operation::More { $($more)* ..crate::operation::More::NONE }.without_reference(),
        };
    };
}

pub mod marketo;
pub mod pardot;
pub mod prospects;
pub mod relay;

#[cfg(feature = "full")]
mod json;
#[cfg(feature = "full")]
pub mod pace;
#[cfg(feature = "full")]
pub mod reading;
#[cfg(feature = "full")]
mod record;
#[cfg(feature = "full")]
pub mod reply;
#[cfg(feature = "full")]
pub mod sent;
#[cfg(feature = "full")]
pub mod token;

/// The version of the API that an account speaks, by the code with which it refuses another one.
#[cfg(feature = "full")]
pub fn speaks(code: &str) -> Option<u8> {
    pardot::SPEAKS.iter().find(|(known, _)| *known == code).map(|(_, version)| *version)
}
