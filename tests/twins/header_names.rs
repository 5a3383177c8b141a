//! `Access-Control-Request-Headers`, compared with what Starlette does to its text.

use fastcors::cors::HeaderNames;

use crate::tokens;

#[rustfmt::skip]
const TOKENS: &[&str] = &[
    "x-token", "X-Token", "accept", "Accept", "x", "X", "content-type", ",", ",", ", ", " ", "\t", "\n",
    "\r", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x1f", "\0", ";", "-", "a", "authorization", "*",
    "\u{d6}",
];
/// What Python's `str.strip` takes away of latin-1.
const SPACE: &[char] =
    &['\t', '\n', '\x0b', '\x0c', '\r', '\x1c', '\x1d', '\x1e', '\x1f', ' ', '\u{85}', '\u{a0}'];

/// The last line is the header's value, the others are the names.
pub(crate) fn check(data: &[u8]) {
    let mut names = tokens::lines(data, TOKENS);
    let Some(value) = names.pop() else { return };
    // No option holds a name that would break a header.
    names.retain(|name| !name.iter().any(|byte| b"\r\n".contains(byte)));
    let set = HeaderNames::new(names.iter().map(Vec::as_slice)).unwrap();
    let lower: Vec<String> = names.iter().map(|name| latin_1(name).to_lowercase()).collect();
    // Intended difference 4 from Starlette, for which CR and LF are white space.
    let expected = !value.iter().any(|byte| b"\r\n".contains(byte))
        && latin_1(&value)
            .split(',')
            .all(|part| lower.contains(&part.to_lowercase().trim_matches(SPACE).to_owned()));
    assert_eq!(set.contain_all(&value), expected, "{}", value.escape_ascii());
}

fn latin_1(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}
