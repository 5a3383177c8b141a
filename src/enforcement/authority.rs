use crate::host::{LONGEST_HOST, default_port};

/// A host with its port, as a Host header and an Origin have it (RFC 9110, 7.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Authority<'t> {
    /// The host, an IPv6 address in its brackets. It is compared without case.
    pub host: &'t [u8],
    /// The port, if one is written.
    pub port: Option<u16>,
}

impl<'t> Authority<'t> {
    /// Reads `host[:port]`; None for anything that no browser sends: an empty host or label, a host of
    /// more than 253 bytes, a user, a list, white space, a port that is not a number up to 65535.
    ///
    /// Linear in `text`.
    #[must_use]
    pub fn parse(text: &'t [u8]) -> Option<Self> {
        let (host, port) = if text.first() == Some(&b'[') {
            let end = text.iter().position(|&byte| byte == b']')? + 1;
            let (host, port) = text.split_at(end);
            let inside = &host[1..end - 1];
            let is_address = |byte: &u8| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.');
            if !inside.contains(&b':') || !inside.iter().all(is_address) {
                return None;
            }
            (host, port)
        } else {
            let end = text.iter().position(|&byte| byte == b':').unwrap_or(text.len());
            let (host, port) = text.split_at(end);
            if !is_name(host) {
                return None;
            }
            (host, port)
        };
        if host.len() > LONGEST_HOST {
            return None;
        }
        let port = match port {
            [] => None,
            [b':', digits @ ..] => Some(number(digits)?),
            _ => return None,
        };
        Some(Self { host, port })
    }

    /// Whether `origin` is the origin of a page that was loaded from here. A port that is left out is
    /// the default one of the origin's scheme.
    ///
    /// `https_only` says that this server is known to be reached by https, so that an origin with http
    /// is another one. Otherwise the scheme is not compared: a proxy may have ended the encryption.
    #[must_use]
    pub fn is_of_origin(&self, origin: &[u8], https_only: bool) -> bool {
        let (scheme, rest): (&[u8], _) = match origin {
            [b'h', b't', b't', b'p', b's', b':', b'/', b'/', rest @ ..] => (b"https", rest),
            [b'h', b't', b't', b'p', b':', b'/', b'/', rest @ ..] if !https_only => (b"http", rest),
            _ => return false,
        };
        Authority::parse(rest).is_some_and(|theirs| {
            let default = default_port(scheme);
            theirs.host.eq_ignore_ascii_case(self.host)
                && theirs.port.or(default) == self.port.or(default)
        })
    }
}

/// Whether a text is labels of letters, digits, `-` and `_`, none of them empty; a dot may end it.
fn is_name(text: &[u8]) -> bool {
    let mut label_is_empty = true;
    for &byte in text {
        match byte {
            b'.' if label_is_empty => return false,
            b'.' => label_is_empty = true,
            b'-' | b'_' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => label_is_empty = false,
            _ => return false,
        }
    }
    // A text of dots alone begins with an empty label.
    !text.is_empty()
}

fn number(digits: &[u8]) -> Option<u16> {
    if digits.is_empty() || digits.len() > 5 {
        return None;
    }
    let value = digits.iter().try_fold(0, |value, byte| {
        byte.is_ascii_digit().then(|| value * 10 + u32::from(byte - b'0'))
    })?;
    u16::try_from(value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_with_or_without_its_port_is_read() {
        for (text, host, port) in [
            ("example.com", "example.com", None),
            ("Example.COM:8443", "Example.COM", Some(8443)),
            ("localhost:0", "localhost", Some(0)),
            ("my_service-1.", "my_service-1.", None),
            ("127.0.0.1:65535", "127.0.0.1", Some(65535)),
            ("[::1]", "[::1]", None),
            ("[::ffff:127.0.0.1]:080", "[::ffff:127.0.0.1]", Some(80)),
        ] {
            let expected = Some(Authority { host: host.as_bytes(), port });
            assert_eq!(Authority::parse(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn what_no_browser_sends_as_a_host_is_none() {
        let long = "a".repeat(254);
        for text in [
            "",
            ".",
            ":80",
            ".example.com",
            "a..b",
            "example.com:",
            "example.com:x",
            "example.com:65536",
            "example.com:000080",
            "example.com:80:80",
            "example.com, example.com",
            "user@example.com",
            "http://example.com",
            "example.com/",
            " example.com",
            "example.com ",
            "exa\tmple.com",
            "b\u{fc}cher.example",
            "b%C3%BCcher.example",
            "::1",
            "[]",
            "[localhost]",
            "[::1",
            "[::1]80",
            "[::1%25eth0]",
            "[::1]:",
            "*",
            "*.example.com",
            &long,
        ] {
            assert_eq!(Authority::parse(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn an_origin_is_the_servers_own_by_its_host_and_its_port() {
        for (host, origin, expected) in [
            ("example.com", "https://example.com", true),
            ("example.com", "http://example.com", true),
            ("EXAMPLE.com", "https://example.com", true),
            ("example.com:443", "https://example.com", true),
            ("example.com", "https://example.com:443", true),
            ("example.com:80", "http://example.com", true),
            ("localhost:8000", "http://localhost:8000", true),
            ("[::1]:8000", "http://[::1]:8000", true),
            ("example.com:80", "https://example.com", false),
            ("example.com:8443", "https://example.com", false),
            ("localhost:8000", "http://localhost:3000", false),
            ("localhost:8000", "http://127.0.0.1:8000", false),
            ("example.com", "https://a.example.com", false),
            ("example.com", "https://example.com.evil.com", false),
            ("example.com", "https://example.com.", false),
            ("example.com", "https://example.com/", false),
            ("example.com", "HTTPS://example.com", false),
            ("example.com", "ftp://example.com", false),
            ("abc", "chrome-extension://abc", false),
            ("null", "null", false),
            ("null", "https://null", true),
        ] {
            let own = Authority::parse(host.as_bytes());
            let is_own = own.is_some_and(|own| own.is_of_origin(origin.as_bytes(), false));
            assert_eq!(is_own, expected, "{host} {origin}");
        }
    }

    #[test]
    fn the_scheme_counts_where_it_is_known_to_be_https() {
        let own = Authority { host: b"example.com", port: None };
        assert!(own.is_of_origin(b"https://example.com", true));
        assert!(!own.is_of_origin(b"http://example.com", true));
    }
}
