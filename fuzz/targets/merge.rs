#![no_main]

#[path = "../../tests/twins/merge.rs"]
mod merge;
#[path = "../../tests/twins/tokens.rs"]
mod tokens;

libfuzzer_sys::fuzz_target!(|data: &[u8]| merge::check(data));
