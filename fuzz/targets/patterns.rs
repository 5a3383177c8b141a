#![no_main]

#[path = "../../tests/twins/patterns.rs"]
mod patterns;
#[path = "../../tests/twins/tokens.rs"]
mod tokens;

libfuzzer_sys::fuzz_target!(|data: &[u8]| patterns::check(data));
