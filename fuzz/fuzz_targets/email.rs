#![no_main]

use fieldpost::Kind;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fieldpost_fuzz::text(Kind::Email, bytes));
