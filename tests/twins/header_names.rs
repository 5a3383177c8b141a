//! `Access-Control-Request-Headers`, held against what Starlette does to its text.

use fastcors::cors::HeaderNames;

use crate::tokens;

#[rustfmt::skip]
const TOKENS: &[&str] = &[
    "x-token", "X-Token", "accept", "Accept", "x", "X", "content-type", ",", ",", ", ", " ", "\t", "\n",
    "\r", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x1f", "\0", ";", "-", "a", "authorization", "*",
];
/// What Python's `str.strip` takes away of latin-1.
const SPACE: &[char] =
    &['\t', '\n', '\x0b', '\x0c', '\r', '\x1c', '\x1d', '\x1e', '\x1f', ' ', '\u{85}', '\u{a0}'];

/// The last line is the header's value, the others are the names.
pub(crate) fn check(data: &[u8]) {
    let mut names = tokens::lines(data, TOKENS);
    let Some(value) = names.pop() else { return };
    // Names are tokens: nothing else is taken for an option.
    names.retain(|name| name.iter().all(|&byte| byte.is_ascii_graphic() && byte != b','));
    let set = HeaderNames::new(names.iter().map(Vec::as_slice)).unwrap();
    let latin_1: String = value.iter().copied().map(char::from).collect();
    let lower: Vec<String> =
        names.iter().map(|name| String::from_utf8_lossy(name).to_lowercase()).collect();
    // Intended difference 4 from Starlette, for which CR and LF are white space.
    let expected = !latin_1.contains(['\r', '\n'])
        && latin_1.split(',').all(|part| lower.contains(&lowered(part.trim_matches(SPACE))));
    assert_eq!(set.contain_all(&value), expected, "{}", value.escape_ascii());
}

fn lowered(text: &str) -> String {
    text.to_lowercase()
}
