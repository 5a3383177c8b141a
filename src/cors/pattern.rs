use core::fmt;
use core::hash::{BuildHasher, Hasher};

use foldhash::fast::RandomState;
use hashbrown::HashTable;

/// The longest host that DNS can name, in bytes (RFC 1035, 2.3.4, in its text form).
const LONGEST_HOST: usize = 253;

/// The longest `://host:port`.
const LONGEST_AUTHORITY: usize = "://".len() + LONGEST_HOST + ":65535".len();

/// The port of an [`OriginPattern`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Port {
    /// None written: the scheme's own, which browsers leave out of an origin.
    Default,
    /// This one, written in the origin.
    Number(u16),
    /// `:*`: any from 1 to 65535, or none.
    Any,
}

/// An entry of `allow_origins` with a `*` in it, in the two places where it has a meaning.
///
/// `https://*.example.com` stands for one or more labels below `example.com` and not for itself,
/// `http://localhost:*` for any port or none. It is the meaning that CSP gives to host sources.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct OriginPattern {
    scheme: Box<[u8]>,
    host: Box<[u8]>,
    subdomains: bool,
    port: Port,
}

/// Why a text is no [`OriginPattern`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PatternError {
    /// No `scheme://` in lower case at its start.
    Scheme,
    /// The host is empty, over 253 bytes, or has an empty label or a character of no host.
    Host,
    /// A `*` elsewhere than as the whole first label.
    Star,
    /// A port that is neither `*` nor a number from 1 to 65535 without leading zeros.
    Port,
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Scheme => "it has no scheme in lower case, such as https://",
            Self::Host => "its host is not one that a browser sends, in lower case and without a path",
            Self::Star => "its * is neither the whole first label (https://*.example.com) nor the whole port (http://localhost:*)",
            Self::Port => "its port is neither * nor a number from 1 to 65535",
        })
    }
}

impl core::error::Error for PatternError {}

impl OriginPattern {
    /// Reads an entry such as `https://*.example.com` or `http://localhost:*`.
    ///
    /// # Errors
    /// A [`PatternError`] that says which part is not as it must be.
    pub fn parse(text: &[u8]) -> Result<Self, PatternError> {
        let (scheme, authority) = split_scheme(text).ok_or(PatternError::Scheme)?;
        let (host, port) = split_port(authority);
        let port = match port {
            None => Port::Default,
            Some(b"*") => Port::Any,
            Some(digits) => Port::Number(parse_port(digits).ok_or(PatternError::Port)?),
        };
        let (host, subdomains) = match host.strip_prefix(b"*.") {
            Some(rest) => (rest, true),
            None => (host, false),
        };
        if host.contains(&b'*') {
            return Err(PatternError::Star);
        }
        let address = !subdomains && is_ipv6(host);
        if host.len() > LONGEST_HOST || !(has_only_labels(host) || address) {
            return Err(PatternError::Host);
        }
        Ok(Self { scheme: scheme.into(), host: host.into(), subdomains, port })
    }
}

/// A set of [`OriginPattern`]s, found by one or two hash probes per label of the origin's host.
#[derive(Debug, Default)]
pub struct OriginPatterns {
    patterns: Vec<OriginPattern>,
    table: HashTable<u32>,
    state: RandomState,
    longest_scheme: usize,
}

impl OriginPatterns {
    /// Adds a pattern; one that is there already changes nothing.
    pub fn insert(&mut self, pattern: OriginPattern) {
        let hash = self.hash(&pattern.scheme, &pattern.host, pattern.subdomains, pattern.port);
        if self.table.find(hash, |&index| self.patterns[index as usize] == pattern).is_some() {
            return;
        }
        // The texts of 2^32 patterns would not fit into memory.
        #[allow(clippy::cast_possible_truncation)]
        let index = self.patterns.len() as u32;
        self.longest_scheme = self.longest_scheme.max(pattern.scheme.len());
        self.patterns.push(pattern);
        let Self { patterns, table, state, .. } = self;
        table.insert_unique(hash, index, |&index| {
            let OriginPattern { scheme, host, subdomains, port } = &patterns[index as usize];
            hash_of(state, scheme, host, *subdomains, *port)
        });
    }

    /// Whether there is none.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.patterns.is_empty()
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.patterns.len()
    }

    /// Whether a pattern covers `origin`: at most 253 bytes of host and two probes per label.
    #[must_use]
    pub fn matches(&self, origin: &[u8]) -> bool {
        if self.patterns.is_empty() || origin.len() > self.longest_scheme + LONGEST_AUTHORITY {
            return false;
        }
        let Some((scheme, authority)) = split_scheme(origin) else { return false };
        let (host, port) = split_port(authority);
        let port = match port {
            None => Port::Default,
            Some(digits) => match parse_port(digits) {
                Some(number) => Port::Number(number),
                None => return false,
            },
        };
        // Both are hashed once per label.
        if host.len() > LONGEST_HOST || scheme.len() > self.longest_scheme {
            return false;
        }
        self.holds(scheme, host, false, port)
            || (has_only_labels(host)
                && host.iter().enumerate().any(|(dot, &byte)| {
                    byte == b'.' && self.holds(scheme, &host[dot + 1..], true, port)
                }))
    }

    fn holds(&self, scheme: &[u8], host: &[u8], subdomains: bool, port: Port) -> bool {
        let probe = |port| {
            let hash = self.hash(scheme, host, subdomains, port);
            let found = self.table.find(hash, |&index| {
                let pattern = &self.patterns[index as usize];
                *pattern.host == *host
                    && *pattern.scheme == *scheme
                    && pattern.subdomains == subdomains
                    && pattern.port == port
            });
            found.is_some()
        };
        probe(port) || probe(Port::Any)
    }

    fn hash(&self, scheme: &[u8], host: &[u8], subdomains: bool, port: Port) -> u64 {
        hash_of(&self.state, scheme, host, subdomains, port)
    }
}

fn hash_of(state: &RandomState, scheme: &[u8], host: &[u8], subdomains: bool, port: Port) -> u64 {
    let port = match port {
        Port::Default => 0,
        Port::Any => 1 << 16,
        Port::Number(number) => u32::from(number),
    };
    let mut hasher = state.build_hasher();
    hasher.write(host);
    hasher.write(scheme);
    hasher.write_u32(port | u32::from(subdomains) << 17);
    hasher.finish()
}

/// `https://rest` as `https` and `rest`; the scheme as the URL standard writes it, lower case.
fn split_scheme(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = text.iter().position(|&byte| byte == b':')?;
    let (scheme, rest) = text.split_at(colon);
    let rest = rest.strip_prefix(b"://")?;
    let (first, others) = scheme.split_first()?;
    let valid = first.is_ascii_lowercase()
        && others.iter().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'+' | b'-' | b'.'));
    valid.then_some((scheme, rest))
}

/// `host:port` as both; an IPv6 address keeps the colons in its brackets.
fn split_port(authority: &[u8]) -> (&[u8], Option<&[u8]>) {
    let from = authority.iter().position(|&byte| byte == b']').unwrap_or(0);
    match authority[from..].iter().position(|&byte| byte == b':') {
        Some(colon) => (&authority[..from + colon], Some(&authority[from + colon + 1..])),
        None => (authority, None),
    }
}

/// 1 to 65535 in decimal digits without leading zeros.
fn parse_port(digits: &[u8]) -> Option<u16> {
    if digits.is_empty() || digits.len() > 5 || digits[0] == b'0' {
        return None;
    }
    let mut number = 0_u32;
    for digit in digits {
        number = number * 10 + u32::from(digit.checked_sub(b'0').filter(|&digit| digit < 10)?);
    }
    u16::try_from(number).ok()
}

/// An IPv6 address in brackets, in lower case.
fn is_ipv6(host: &[u8]) -> bool {
    let address = host.strip_prefix(b"[").and_then(|rest| rest.strip_suffix(b"]"));
    let text = address.and_then(|address| core::str::from_utf8(address).ok());
    text.is_some_and(|text| {
        text.parse::<core::net::Ipv6Addr>().is_ok() && !text.bytes().any(|b| b.is_ascii_uppercase())
    })
}

/// Labels of a-z, 0-9, `-` and `_` with single dots between: a host as browsers serialise it.
fn has_only_labels(host: &[u8]) -> bool {
    host.split(|&byte| byte == b'.').all(|label| {
        !label.is_empty()
            && label.iter().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_'))
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn patterns(texts: &[&str]) -> OriginPatterns {
        let mut set = OriginPatterns::default();
        for text in texts {
            set.insert(OriginPattern::parse(text.as_bytes()).unwrap());
        }
        set
    }

    #[test]
    fn a_pattern_covers_labels_below_and_ports_and_nothing_else() {
        let fits = format!("https://{}.example.com", "a.".repeat(120) + "b");
        let too_long = format!("https://{}.example.com", "a.".repeat(120) + "bc");
        assert_eq!(fits.len() - "https://".len(), LONGEST_HOST);
        let cases = [
            ("https://*.example.com", "https://a.example.com", true),
            ("https://*.example.com", "https://a.b.example.com", true),
            ("https://*.example.com", "https://my_app-1.example.com", true),
            ("https://*.example.com", fits.as_str(), true),
            ("https://*.example.com", too_long.as_str(), false),
            ("https://*.example.com", "https://example.com", false),
            ("https://*.example.com", "https://.example.com", false),
            ("https://*.example.com", "https://a..example.com", false),
            ("https://*.example.com", "https://aexample.com", false),
            ("https://*.example.com", "https://a.example.com.", false),
            ("https://*.example.com", "https://a.example.com.evil.com", false),
            ("https://*.example.com", "https://evil.com/.example.com", false),
            ("https://*.example.com", "https://evil.com#.example.com", false),
            ("https://*.example.com", "https://evil.com?.example.com", false),
            ("https://*.example.com", "https://user@a.example.com", false),
            ("https://*.example.com", "https://evil.com\\.example.com", false),
            ("https://*.example.com", "https://evil.com:443.example.com", false),
            ("https://*.example.com", "https://a.example.com:8443", false),
            ("https://*.example.com", "https://a.example.com:", false),
            ("https://*.example.com", "http://a.example.com", false),
            ("https://*.example.com", "HTTPS://a.example.com", false),
            ("https://*.example.com", "https://A.example.com", false),
            ("https://*.example.com", "https://a.example.COM", false),
            ("https://*.example.com", "https://*.example.com", false),
            ("https://*.example.com", "https://a%2eb.example.com", false),
            ("https://*.example.com", "https://a.example.com,https://b.example.com", false),
            ("https://*.example.com", "null", false),
            ("https://*.example.com", "", false),
            ("https://*.example.com", "://a.example.com", false),
            ("https://*.example.com", "//a.example.com", false),
            ("https://*.example.com", "https:/a.example.com", false),
            ("https://*.example.com", "https://https://a.example.com", false),
            ("http://localhost:*", "http://localhost", true),
            ("http://localhost:*", "http://localhost:1", true),
            ("http://localhost:*", "http://localhost:65535", true),
            ("http://localhost:*", "http://localhost:0", false),
            ("http://localhost:*", "http://localhost:65536", false),
            ("http://localhost:*", "http://localhost:08", false),
            ("http://localhost:*", "http://localhost:", false),
            ("http://localhost:*", "http://localhost:8a", false),
            ("http://localhost:*", "http://localhost:80@evil.com", false),
            ("http://localhost:*", "http://localhost:*", false),
            ("http://localhost:*", "http://localhost.evil.com", false),
            ("http://localhost:*", "http://a.localhost", false),
            ("http://[::1]:*", "http://[::1]:3000", true),
            ("http://[::1]:*", "http://[::1]", true),
            ("http://[::1]:*", "http://[::2]:3000", false),
            ("https://*.example.com:*", "https://a.example.com:444", true),
            ("https://*.example.com:*", "https://a.example.com", true),
            ("https://*.example.com:*", "https://example.com:444", false),
            ("https://*.example.com:8443", "https://a.example.com:8443", true),
            ("https://*.example.com:8443", "https://a.example.com", false),
            ("https://*.example.com:8443", "https://a.example.com:8444", false),
            ("app+x://*.example.com", "app+x://a.example.com", true),
        ];
        for (pattern, origin, expected) in cases {
            assert_eq!(
                patterns(&[pattern]).matches(origin.as_bytes()),
                expected,
                "{pattern} {origin}"
            );
        }
    }

    #[test]
    fn a_star_elsewhere_is_told_which_part_is_wrong() {
        let cases = [
            ("*.example.com", PatternError::Scheme),
            ("*://example.com", PatternError::Scheme),
            ("HTTPS://*.example.com", PatternError::Scheme),
            ("https://*", PatternError::Star),
            ("https://*.*.com", PatternError::Star),
            ("https://a.*.com", PatternError::Star),
            ("https://app-*.example.com", PatternError::Star),
            ("https://*example.com", PatternError::Star),
            ("https://*.", PatternError::Host),
            ("https://*.Example.com", PatternError::Host),
            ("https://*.example.com/", PatternError::Host),
            ("https://*.example..com", PatternError::Host),
            ("https://*.[::1]", PatternError::Host),
            ("https://user@*.example.com", PatternError::Star),
            ("https://*.example.com:80*", PatternError::Port),
            ("https://*.example.com:0", PatternError::Port),
            ("https://:*", PatternError::Host),
            ("http://[]:*", PatternError::Host),
            ("http://[a]b]:*", PatternError::Host),
            ("http://[::A]:*", PatternError::Host),
            ("http://[x\r\ny]:*", PatternError::Host),
        ];
        for (text, expected) in cases {
            assert_eq!(OriginPattern::parse(text.as_bytes()), Err(expected), "{text}");
        }
    }

    /// The meaning, written once more without hashes, from the text of the pattern.
    fn naive(pattern: &str, origin: &str) -> bool {
        let (scheme, rest) = pattern.split_once("://").unwrap();
        let Some(authority) = origin.strip_prefix(scheme).and_then(|o| o.strip_prefix("://"))
        else {
            return false;
        };
        let (host_pattern, port_pattern) =
            rest.split_once(':').map_or((rest, None), |(h, p)| (h, Some(p)));
        let (host, port) =
            authority.split_once(':').map_or((authority, None), |(h, p)| (h, Some(p)));
        let valid =
            port.is_none_or(|p| p.parse::<u16>().is_ok_and(|n| n > 0 && n.to_string() == p));
        let port_fits = valid && (port_pattern == Some("*") || port == port_pattern);
        let host_fits = match host_pattern.strip_prefix('*') {
            None => host == host_pattern,
            Some(suffix) => host.strip_suffix(suffix).is_some_and(|below| {
                !below.is_empty()
                    && host.len() <= 253
                    && host.split('.').all(|label| !label.is_empty())
                    && host
                        .chars()
                        .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c))
            }),
        };
        port_fits && host_fits
    }

    proptest! {
        #[test]
        fn it_matches_as_the_naive_one_does(
            texts in proptest::collection::vec("https?://(\\*\\.)?(a|b)(\\.(a|b)){0,2}(:(\\*|80|8))?", 0..5),
            origin in "https?://(a|b|\\.|_|A){1,2}(\\.(a|b)){0,4}(:(0?80|8|65536|x)?)?",
        ) {
            let set = patterns(&texts.iter().map(String::as_str).collect::<Vec<_>>());
            prop_assert_eq!(set.matches(origin.as_bytes()), texts.iter().any(|text| naive(text, &origin)));
        }
    }
}
