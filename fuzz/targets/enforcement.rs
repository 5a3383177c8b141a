#![no_main]

#[path = "../../tests/twins/enforcement.rs"]
mod enforcement;
#[path = "../../tests/twins/tokens.rs"]
mod tokens;

libfuzzer_sys::fuzz_target!(|data: &[u8]| enforcement::check(data));
