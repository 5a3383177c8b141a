#![no_main]

#[path = "../../tests/twins/expressions.rs"]
mod expressions;
#[path = "../../tests/twins/tokens.rs"]
mod tokens;

libfuzzer_sys::fuzz_target!(|data: &[u8]| expressions::check(data));
