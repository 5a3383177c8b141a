#![no_main]

#[path = "../../tests/twins/header_names.rs"]
mod header_names;
#[path = "../../tests/twins/tokens.rs"]
mod tokens;

libfuzzer_sys::fuzz_target!(|data: &[u8]| header_names::check(data));
