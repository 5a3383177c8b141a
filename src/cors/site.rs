//! Whether an Origin can name a site. No function is asked about any other.

use super::mirrored::is_visible_ascii;

/// The longest Origin that is asked about, in bytes: a host has at most 253, and beside it are a scheme
/// and a port. Whoever remembers origins needs a bound.
const LONGEST: usize = 300;

/// Whether an Origin may name a site. `null` names none: browsers send it for sandboxed frames of every
/// site. Nor does a value that is empty, longer than any origin, or not visible ASCII.
#[must_use]
pub fn may_name_a_site(origin: &[u8]) -> bool {
    !origin.is_empty() && origin.len() <= LONGEST && origin != b"null" && is_visible_ascii(origin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_browser_sends_for_a_site_may_name_one() {
        for origin in ["https://a.example", "http://[::1]:8000", "chrome-extension://abc", "x"] {
            assert!(may_name_a_site(origin.as_bytes()), "{origin}");
        }
        assert!(may_name_a_site(&[b'a'; LONGEST]));
    }

    #[test]
    fn null_and_what_no_browser_sends_name_none() {
        for origin in ["", "null", "https://a.example ", "https://é.example", "a\nb", "\0"] {
            assert!(!may_name_a_site(origin.as_bytes()), "{origin}");
        }
        assert!(!may_name_a_site(&[b'a'; LONGEST + 1]));
    }
}
