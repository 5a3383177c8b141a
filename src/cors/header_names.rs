use std::ops::Range;

use super::byte_set::ByteSet;
use super::text_list::TooLarge;

/// The request headers that a policy allows, compared without regard to case, as latin-1 text.
#[derive(Debug)]
pub struct HeaderNames {
    lower: ByteSet,
    longest: usize,
}

impl HeaderNames {
    /// A set of `names` in any case, each in latin-1. A name may be empty; one that holds a comma, or
    /// has white space around it, matches nothing.
    ///
    /// # Errors
    /// [`TooLarge`] where all names together pass 4 GiB.
    pub fn new<'n>(names: impl IntoIterator<Item = &'n [u8]>) -> Result<Self, TooLarge> {
        let mut lower = ByteSet::with_capacity(0);
        let mut longest = 0;
        for name in names {
            lower.insert(&lowered(name))?;
            longest = longest.max(name.len());
        }
        lower.shrink();
        Ok(Self { lower, longest })
    }

    /// Whether every name in `value`, an `Access-Control-Request-Headers` field, is in the set.
    ///
    /// Follows Starlette: split at commas, white space stripped, each part looked up. An empty part
    /// fails unless the empty name is in the set, and the field that a browser leaves out must not be
    /// asked for. But CR and LF are no white space: they fail too. Linear in `value`; the first name
    /// that is not in the set ends it.
    #[must_use]
    pub fn contain_all(&self, value: &[u8]) -> bool {
        value.split(|&byte| byte == b',').all(|part| self.contains(trim(part)))
    }

    fn contains(&self, name: &[u8]) -> bool {
        if name.len() > self.longest {
            return false;
        }
        // Browsers send lower case (Fetch, CORS-unsafe request-header names); others may not.
        self.lower.contains(name)
            || (name.iter().copied().any(is_upper) && self.lower.contains(&lowered(name)))
    }
}

/// Where the names in an `Access-Control-Request-Headers` value are, without the white space around
/// them.
pub(super) fn requested_names(value: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let mut begin = 0;
    value.split(|&byte| byte == b',').map(move |part| {
        let start = begin + part.iter().take_while(|&&byte| is_space(byte)).count();
        begin += part.len() + 1;
        start..start + trim(part).len()
    })
}

/// Whether Python's `str.lower` changes a character of latin-1.
const fn is_upper(byte: u8) -> bool {
    matches!(byte, b'A'..=b'Z' | 0xc0..=0xd6 | 0xd8..=0xde)
}

fn lowered(name: &[u8]) -> Vec<u8> {
    name.iter().map(|&byte| if is_upper(byte) { byte | 0x20 } else { byte }).collect()
}

/// Strips the white space of Python's `str.strip` in latin-1 text, as Starlette does, except CR and
/// LF.
fn trim(mut part: &[u8]) -> &[u8] {
    while let [first, rest @ ..] = part {
        if !is_space(*first) {
            break;
        }
        part = rest;
    }
    while let [rest @ .., last] = part {
        if !is_space(*last) {
            break;
        }
        part = rest;
    }
    part
}

const fn is_space(byte: u8) -> bool {
    matches!(byte, b'\t' | 0x0b | 0x0c | 0x1c..=b' ' | 0x85 | 0xa0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn names() -> HeaderNames {
        HeaderNames::new([b"X-Token".as_slice(), b"Accept"]).unwrap()
    }

    #[test]
    fn names_are_compared_without_case_and_stripped() {
        let cases: &[(&[u8], bool)] = &[
            (b"x-token", true),
            (b"X-TOKEN", true),
            (b"accept,x-token", true),
            (b" accept ,\tx-token\x0b\x0c", true),
            (b"accept\r", false),
            (b"\naccept", false),
            (b"accept,x-token\r\n", false),
            (b"accept\0", false),
            (b"\xa0accept\x85\x1c", true),
            (b"\xe1accept", false),
            (b"", false),
            (b"accept,", false),
            (b",accept", false),
            (b"accept,,x-token", false),
            (b"accept;x-token", false),
            (b"x-toke", false),
            (b"x-tokens", false),
            (b"x token", false),
        ];
        for &(value, expected) in cases {
            assert_eq!(names().contain_all(value), expected, "{}", value.escape_ascii());
        }
    }

    #[test]
    fn each_requested_name_is_found_without_the_white_space_around_it() {
        let value = b" x-token,\xa0\t,,a b\x1c,\r\n,z";
        let found: Vec<&[u8]> = requested_names(value).map(|range| &value[range]).collect();
        assert_eq!(found, [b"x-token".as_slice(), b"", b"", b"a b", b"\r\n", b"z"]);
    }

    #[test]
    fn names_that_are_no_tokens_match_as_in_starlette() {
        let names = [b"".as_slice(), b" X-Padded", b"A,B", b"X Y", b"T\xd6KEN\xd7\xdf"];
        let names = HeaderNames::new(names).unwrap();
        let cases: &[(&[u8], bool)] = &[
            (b"", true),
            (b" ,,\xa0", true),
            (b"x-padded", false),
            (b" x-padded", false),
            (b"a,b", false),
            (b" x y ", true),
            (b"t\xf6ken\xd7\xdf", true),
            (b"T\xd6ken\xd7\xdf", true),
            (b"t\xf6ken\xf7\xdf", false),
        ];
        for &(value, expected) in cases {
            assert_eq!(names.contain_all(value), expected, "{}", value.escape_ascii());
        }
    }
}
