use core::fmt;

use super::authority::Authority;
use super::request::HostLines;
use crate::cors::{ByteSet, TooLarge};
use crate::host::{LONGEST_HOST, ends_in_a_number};

/// The server's own host names, the option `hosts`.
///
/// A name that an attacker has pointed at this server (DNS rebinding) makes the attacker's page
/// same-origin to the browser, so that only the Host header tells it.
pub struct Hosts {
    /// Whether any are given: if not, every Host is accepted.
    given: bool,
    exact: ByteSet,
    /// One of the exact ones, which is compared first; empty if there is none.
    first: Box<[u8]>,
    /// What stands behind `*.`.
    below: ByteSet,
}

impl Hosts {
    /// Reads the entries: `example.com`, `*.example.com` for one or more labels below it, `127.0.0.1`,
    /// `[::1]`. Case does not count. Any other entry matches nothing.
    ///
    /// # Errors
    /// [`TooLarge`] if the entries together are longer than 4 GiB.
    pub fn new<'e>(entries: impl IntoIterator<Item = &'e [u8]>) -> Result<Self, TooLarge> {
        let mut hosts = Self {
            given: false,
            exact: ByteSet::with_capacity(0),
            first: Box::default(),
            below: ByteSet::with_capacity(0),
        };
        for entry in entries {
            hosts.given = true;
            let entry = entry.to_ascii_lowercase();
            let (name, below) = match entry.strip_prefix(b"*.") {
                Some(name) => (name, true),
                None => (entry.as_slice(), false),
            };
            match Authority::parse(name) {
                Some(Authority { host, port: None }) if !below => {
                    hosts.exact.insert(host)?;
                    if hosts.first.is_empty() {
                        hosts.first = host.into();
                    }
                }
                // Below an address there is nothing.
                Some(Authority { host, port: None })
                    if !host.starts_with(b"[") && !ends_in_a_number(host) =>
                {
                    hosts.below.insert(host)?;
                }
                _ => {}
            }
        }
        Ok(hosts)
    }

    /// Whether any entries are given. If not, every Host is accepted.
    #[inline]
    #[must_use]
    pub fn are_given(&self) -> bool {
        self.given
    }

    /// Whether the request is for this server. Without entries it always is; with entries, there is one
    /// Host header that names one of them. Linear in the header.
    #[inline(always)]
    #[must_use]
    pub fn accept(&self, lines: HostLines<'_>) -> bool {
        if !self.given {
            return true;
        }
        // Most often the header is the first entry, byte for byte.
        matches!(lines, HostLines::One(value) if !value.is_empty() && equal(value, &self.first))
            || self.is_named(lines)
    }

    #[inline(never)]
    fn is_named(&self, lines: HostLines<'_>) -> bool {
        self.is_named_as_written(lines)
            || lines.authority().is_some_and(|authority| self.name(authority.host))
    }

    /// Whether the header is an entry, byte for byte, alone or with a port of up to four digits: that
    /// takes a tenth of reading it.
    fn is_named_as_written(&self, lines: HostLines<'_>) -> bool {
        let HostLines::One(value) = lines else { return false };
        if self.exact.contains(value) {
            return true;
        }
        let digits = value.iter().rev().take_while(|byte| byte.is_ascii_digit()).take(5).count();
        let (rest, _) = value.split_at(value.len() - digits);
        match rest {
            [host @ .., b':'] if (1..=4).contains(&digits) => self.exact.contains(host),
            _ => false,
        }
    }

    fn name(&self, host: &[u8]) -> bool {
        let mut lower = [0; LONGEST_HOST];
        // `Authority` holds no longer one.
        let Some(lower) = lower.get_mut(..host.len()) else { return false };
        lower.copy_from_slice(host);
        lower.make_ascii_lowercase();
        self.exact.contains(lower)
            || lower
                .iter()
                .enumerate()
                .filter(|(_, byte)| **byte == b'.')
                .any(|(dot, _)| self.below.contains(&lower[dot + 1..]))
    }
}

/// `left == right`, without a call where they are 8 to 16 bytes long, as most hosts are.
#[inline(always)]
fn equal(left: &[u8], right: &[u8]) -> bool {
    if left.len() != right.len() {
        return false;
    }
    // The last eight bytes overlap the first.
    match (left.first_chunk(), left.last_chunk(), right.first_chunk(), right.last_chunk()) {
        (Some(first), Some(last), Some(other_first), Some(other_last)) if left.len() <= 16 => {
            let differ = |a: &[u8; 8], b: &[u8; 8]| u64::from_ne_bytes(*a) ^ u64::from_ne_bytes(*b);
            differ(first, other_first) | differ(last, other_last) == 0
        }
        _ => left == right,
    }
}

impl fmt::Debug for Hosts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hosts")
            .field("exact", &self.exact.member_count())
            .field("below", &self.below.member_count())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn accepts(entries: &[&str], host: &str) -> bool {
        let entries = entries.iter().map(|entry| entry.as_bytes());
        Hosts::new(entries).unwrap().accept(HostLines::One(host.as_bytes()))
    }

    #[test]
    fn a_host_is_compared_without_its_port_and_its_case() {
        let entries = ["Localhost", "127.0.0.1", "[::1]", "api.example.com"];
        for host in [
            "localhost",
            "LOCALHOST:8000",
            "127.0.0.1",
            "127.0.0.1:80",
            "127.0.0.1:9",
            "127.0.0.1:65535",
            "[::1]",
            "[::1]:8000",
            "api.example.com",
            "API.Example.com:443",
        ] {
            assert!(accepts(&entries, host), "{host}");
        }
        for host in [
            "evil.com",
            "localhost.evil.com",
            "evil.localhost",
            "127.0.0.1.evil.com",
            "127.0.0.2",
            "[::2]",
            "example.com",
            "a.api.example.com",
            "api.example.com.",
            "localhost:8000:1",
            "localhost:",
            "localhost:65536",
            "localhost:000080",
            "localhost8000",
            "localhost, evil.com",
            "evil.com@localhost",
            "",
        ] {
            assert!(!accepts(&entries, host), "{host}");
        }
    }

    #[test]
    fn a_star_stands_for_one_or_more_labels() {
        let entries = ["*.example.com", "*.a.test"];
        for host in ["a.example.com", "a.b.Example.com:8443", "x.a.test"] {
            assert!(accepts(&entries, host), "{host}");
        }
        for host in [
            "example.com",
            "aexample.com",
            ".example.com",
            "a..example.com",
            "a.example.com.",
            "a.test",
        ] {
            assert!(!accepts(&entries, host), "{host}");
        }
    }

    #[test]
    fn an_entry_that_is_no_host_matches_nothing_and_switches_nothing_off() {
        for entry in
            ["*", "", "*.*.com", "a.*.com", "http://a.com", "a.com:80", "*.0.0.1", "*.[::1]"]
        {
            for host in ["a.com", "a.com:80", "a.b.com", "127.0.0.1", "[::1]", "x"] {
                assert!(!accepts(&[entry], host), "{entry} {host}");
            }
        }
    }

    #[test]
    fn without_entries_every_host_is_accepted() {
        for lines in [HostLines::None, HostLines::Several, HostLines::One(b"a b")] {
            assert!(Hosts::new([]).unwrap().accept(lines));
            assert!(!Hosts::new([b"a".as_slice()]).unwrap().accept(lines));
        }
    }

    #[test]
    fn a_host_that_differs_in_one_byte_is_another_one_whatever_its_length() {
        for length in 1..40 {
            let host = "a".repeat(length);
            assert!(accepts(&[&host], &host), "{length}");
            for place in 0..length {
                let mut other = host.clone();
                other.replace_range(place..=place, "b");
                assert!(!accepts(&[&host], &other), "{other}");
            }
            assert!(!accepts(&[&host], &host[1..]) && !accepts(&[&host], &format!("{host}a")));
        }
    }

    #[test]
    fn no_length_of_a_host_is_too_long_to_compare() {
        for length in [1, 63, 252, 253, 254, 300, 70_000] {
            let host = "a".repeat(length);
            assert_eq!(accepts(&[&host], &host), length <= LONGEST_HOST, "{length}");
        }
    }
}
