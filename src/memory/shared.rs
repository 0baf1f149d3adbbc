//! What a page's first module has for all of its modules.

/// A function that a page's first module has for all of its modules: the others call it there, in place of having it, and the
/// tables that it reads, themselves. They are compiled of one source by one compiler, so that all of them call it alike. The
/// text before it is its name between them, a letter: each module that has it pays for that.
macro_rules! shared {
    ($letter:literal, $(#[$about:meta])* $seen:vis fn $name:ident($($given:ident: $of:ty),*) $(-> $gives:ty)? $does:block) => {
        #[cfg(any(feature = "full", feature = "lean", not(target_arch = "wasm32")))]
        #[cfg_attr(
            all(feature = "lean", not(feature = "full"), target_arch = "wasm32"),
            allow(unsafe_code, reason = "no other function of a page has its letter"),
            unsafe(export_name = $letter)
        )]
        $(#[$about])*
        $seen fn $name($($given: $of),*) $(-> $gives)? $does

        #[cfg(not(any(feature = "full", feature = "lean", not(target_arch = "wasm32"))))]
        #[allow(unsafe_code, reason = "the first module has it, and calls it the same way")]
        unsafe extern "Rust" {
            #[link_name = $letter]
            $seen safe fn $name($($given: $of),*) $(-> $gives)?;
        }
    };
}
pub(crate) use shared;
