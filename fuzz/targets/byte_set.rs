#![no_main]

#[path = "../../tests/twins/byte_set.rs"]
mod byte_set;
#[path = "../../tests/twins/tokens.rs"]
mod tokens;

libfuzzer_sys::fuzz_target!(|data: &[u8]| byte_set::check(data));
