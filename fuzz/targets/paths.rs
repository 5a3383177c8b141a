#![no_main]

#[path = "../../tests/twins/paths.rs"]
mod paths;
#[path = "../../tests/twins/tokens.rs"]
mod tokens;

libfuzzer_sys::fuzz_target!(|data: &[u8]| paths::check_bytes(data));
