//! The systems: for each its operations as const tables, and, in the full build, its replies, errors and tokens.

/// The values of a choice.
#[cfg(feature = "full")]
macro_rules! choices {
    ($($word:literal),* $(,)?) => {
        &[$($word),*]
    };
}

/// A row; the last argument is what it says beside its parameters.
#[cfg(any(feature = "full", feature = "build", not(target_arch = "wasm32")))]
macro_rules! row {
    (
        $(#[$doc:meta])* $id:ident, $system:ident, $name:literal, $summary:literal, $method:literal, $path:literal,
        $params:expr, $encoding:expr, $parser:expr, $seconds:literal, $repeat:ident, $docs:expr, { $($more:tt)* }
    ) => {
        #[doc = concat!("`", $name, "`.")]
        #[allow(clippy::needless_update, reason = "a page's build has no other members than these")]
        pub static $id: crate::crm::operation::Operation = crate::crm::operation::Operation {
            name: $name,
            system: crate::crm::request::System::$system,
            summary: crate::crm::operation::reference($summary),
            method: $method,
            path: $path,
            params: $params,
            encoding: $encoding,
            parser: $parser,
            timeout: $seconds * 1_000,
            repeat: crate::crm::operation::Repeat::$repeat,
            docs: crate::crm::operation::reference($docs),
            more: crate::crm::operation::More { $($more)* ..crate::crm::operation::More::NONE }.without_reference(),
        };
    };
}

/// A vendor's codes, packed.
#[cfg(feature = "full")]
macro_rules! known {
    ($id:ident, $prefix:literal, $rows:expr) => {
        known!($id, $prefix, "", $rows);
    };
    ($id:ident, $prefix:literal, $mark:expr, $rows:expr) => {
        #[doc = concat!("The codes `", $prefix, "…`.")]
        pub static $id: crate::crm::systems::known::Codes = {
            const LENGTH: usize = crate::crm::systems::known::length($rows);
            static BYTES: [u8; LENGTH] = crate::crm::systems::known::pack($rows);
            crate::crm::systems::known::Codes::new($prefix, $mark, &BYTES)
        };
    };
}

#[cfg(any(feature = "full", feature = "build", not(target_arch = "wasm32")))]
pub mod marketo;
#[cfg(any(feature = "full", feature = "build", not(target_arch = "wasm32")))]
pub mod pardot;
#[cfg(any(feature = "full", feature = "build", not(target_arch = "wasm32")))]
pub mod prospects;
pub mod relay;

#[cfg(feature = "full")]
pub mod known;
#[cfg(feature = "full")]
mod own;
#[cfg(feature = "full")]
pub mod pace;
#[cfg(feature = "full")]
pub(crate) mod packed;
#[cfg(feature = "full")]
pub mod parser;
#[cfg(feature = "full")]
mod record;
#[cfg(feature = "full")]
pub mod reply;
#[cfg(feature = "full")]
pub mod sent;
#[cfg(feature = "full")]
pub mod token;
#[cfg(feature = "full")]
mod xml;

/// The version of the API that an account speaks, by the code with which it refuses another one.
#[cfg(feature = "full")]
pub fn speaks(code: &str) -> Option<u8> {
    pardot::SPEAKS.iter().find(|(known, _)| *known == code).map(|(_, version)| *version)
}
