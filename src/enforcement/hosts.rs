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
                Some(Authority { host, port: None }) if !below => drop(hosts.exact.insert(host)?),
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
        // Most often the header is an entry, byte for byte.
        let is_entry = matches!(lines, HostLines::One(value) if self.exact.contains(value));
        is_entry || self.is_named(lines)
    }

    #[inline(never)]
    fn is_named(&self, lines: HostLines<'_>) -> bool {
        self.is_named_with_a_port(lines)
            || lines.authority().is_some_and(|authority| self.name(authority.host))
    }

    /// Whether the header is an entry, byte for byte, with a port of up to four digits: that takes a
    /// tenth of reading it.
    fn is_named_with_a_port(&self, lines: HostLines<'_>) -> bool {
        let HostLines::One(value) = lines else { return false };
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
    fn no_length_of_a_host_is_too_long_to_compare() {
        for length in [1, 63, 252, 253, 254, 300, 70_000] {
            let host = "a".repeat(length);
            assert_eq!(accepts(&[&host], &host), length <= LONGEST_HOST, "{length}");
        }
    }
}
