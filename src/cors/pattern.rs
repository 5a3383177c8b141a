use core::fmt;
use core::net::Ipv6Addr;

use crate::host::{LONGEST_HOST, ends_in_a_number, is_ipv4};
use crate::origin_parts::split_scheme;

/// The longest port with its colon, `:65535`.
pub(super) const LONGEST_PORT: usize = 6;

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

/// An entry of `allow_origins` with a `*` in one or both of the two positions where it has a meaning.
///
/// `https://*.example.com` stands for one or more labels below `example.com` and not for itself,
/// `http://localhost:*` for any port or none. Host sources of CSP have the same meaning, except that
/// here scheme, host and port are compared byte for byte with an Origin as the URL standard
/// serializes it.
///
/// | pattern | covers | does not cover |
/// |---|---|---|
/// | `https://*.example.com` | `https://a.example.com`, `https://a.b_1.example.com` | `https://example.com`, `https://a.example.com:8443`, `https://a.example.com.`, `http://a.example.com` |
/// | `https://*.example.com:8443` | `https://a.example.com:8443` | `https://a.example.com` |
/// | `http://localhost:*` | `http://localhost`, `http://localhost:3000` | `http://a.localhost`, `http://localhost:0` |
/// | `http://127.0.0.1:*`, `http://[::1]:*` | `http://127.0.0.1:8000`, `http://[::1]:8000` | `http://127.0.0.2:8000` |
/// | `https://*.example.com:*` | `https://a.example.com`, `https://a.example.com:444` | `https://example.com:444` |
///
/// A `*` before the host stands for labels of a-z, 0-9, `-` and `_`, with single dots between them. A
/// host with more than 253 bytes is not covered. A port has no leading zeros. The default port is
/// treated like any other: no browser sends it, so `:*` may cover it, and a pattern with it covers
/// nothing that a browser sends.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct OriginPattern {
    text: Box<[u8]>,
    port: Port,
}

/// Why a string is no [`OriginPattern`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PatternError {
    /// No `scheme://` in lower case at its start.
    Scheme,
    /// The host is empty, too long for a browser to send, has an empty label or a character of no
    /// host, or is an address that is not written as browsers do.
    Host,
    /// A `*.` before an IP address or the end of one.
    Address,
    /// A `*` elsewhere than as the whole first label.
    Star,
    /// A port that is neither `*` nor a number from 1 to 65535 without leading zeros.
    Port,
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Scheme => "it has no scheme in lower case, such as https://",
            Self::Host => "its host is neither labels of a-z, 0-9, - and _ with single dots between, 253 bytes at most, nor an IP address as a browser writes it",
            Self::Address => "its host is an IP address, as every host is that ends in a number, and an address has no subdomains",
            Self::Star => "its * is neither the whole first label (https://*.example.com) nor the whole port (http://localhost:*)",
            Self::Port => "its port is neither * nor a number from 1 to 65535 without leading zeros",
        })
    }
}

impl core::error::Error for PatternError {}

impl OriginPattern {
    /// Reads an entry such as `https://*.example.com` or `http://localhost:*`.
    ///
    /// # Errors
    /// A [`PatternError`] that names the invalid part.
    pub fn parse(text: &[u8]) -> Result<Self, PatternError> {
        let (scheme, authority) = split_scheme(text).ok_or(PatternError::Scheme)?;
        if !is_scheme(scheme) {
            return Err(PatternError::Scheme);
        }
        let (host, port) = split_port(authority);
        let port = match port {
            None => Port::Default,
            Some(b"*") => Port::Any,
            Some(digits) => Port::Number(parse_port(digits).ok_or(PatternError::Port)?),
        };
        let (host, longest) = match host.strip_prefix(b"*.") {
            // At least a label of one byte and its dot come before.
            Some(below) => (below, LONGEST_HOST - 2),
            None => (host, LONGEST_HOST),
        };
        if host.contains(&b'*') {
            return Err(PatternError::Star);
        }
        let is_address = host.starts_with(b"[") || ends_in_a_number(host);
        if is_address && longest < LONGEST_HOST {
            return Err(PatternError::Address);
        }
        let is_host =
            if is_address { is_ipv4(host) || is_ipv6(host) } else { has_only_labels(host) };
        if !is_host || host.len() > longest {
            return Err(PatternError::Host);
        }
        Ok(Self { text: text.into(), port })
    }

    /// The text that was read.
    #[must_use]
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// Its port.
    #[must_use]
    pub fn port(&self) -> Port {
        self.port
    }

    pub(super) fn into_text(self) -> Box<[u8]> {
        self.text
    }
}

/// A scheme as the URL standard serializes it, in lower case.
fn is_scheme(text: &[u8]) -> bool {
    text.first().is_some_and(u8::is_ascii_lowercase)
        && text.iter().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'+' | b'-' | b'.'))
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
pub(super) fn parse_port(digits: &[u8]) -> Option<u16> {
    if digits.is_empty() || digits.len() > 5 || digits[0] == b'0' {
        return None;
    }
    let mut number = 0_u32;
    for digit in digits {
        number = number * 10 + u32::from(digit.checked_sub(b'0').filter(|&digit| digit < 10)?);
    }
    u16::try_from(number).ok()
}

/// Labels of a-z, 0-9, `-` and `_` with single dots between: a host as browsers serialize it.
///
/// The URL standard lets other characters pass (`!`, `,`, `{` and more), and so do browsers. No
/// certificate is given for such a name, and no honest host has one.
pub(super) fn has_only_labels(host: &[u8]) -> bool {
    // Without an early end the processor has less to guess.
    let (valid, ends_in_dot) = host.iter().fold((true, true), |(valid, after_dot), &byte| {
        let is_dot = byte == b'.';
        let is_letter = matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_');
        (valid && (is_letter || (is_dot && !after_dot)), is_dot)
    });
    valid && !ends_in_dot
}

/// An IPv6 address as the URL standard serializes it: in brackets, lower case, compressed.
fn is_ipv6(host: &[u8]) -> bool {
    let address = host.strip_prefix(b"[").and_then(|rest| rest.strip_suffix(b"]"));
    let text = address.and_then(|address| core::str::from_utf8(address).ok()).unwrap_or_default();
    text.parse::<Ipv6Addr>().is_ok_and(|address| match address.to_ipv4_mapped() {
        // Rust writes such an address with dots.
        Some(_) => {
            text == format!("::ffff:{:x}:{:x}", address.segments()[6], address.segments()[7])
        }
        None => text == address.to_string(),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;
    use url::Url;

    #[test]
    fn a_pattern_keeps_its_text_and_tells_its_port() {
        for (text, port) in [
            ("https://*.example.com", Port::Default),
            ("https://*.example.com:8443", Port::Number(8443)),
            ("https://*.example.com:443", Port::Number(443)),
            ("https://*.example.com:*", Port::Any),
            ("http://localhost:*", Port::Any),
            ("http://127.0.0.1:*", Port::Any),
            ("http://[::1]:*", Port::Any),
            ("http://[::ffff:102:304]:*", Port::Any),
            ("https://*.localhost", Port::Default),
            ("https://*.xn--bcher-kva.example", Port::Default),
            ("https://*.-a-.b_c.1a", Port::Default),
            ("https://*.1.2.3.4.example", Port::Default),
            ("https://*.0xg", Port::Default),
            ("app+x.y-1://*.example", Port::Default),
        ] {
            let pattern = OriginPattern::parse(text.as_bytes()).unwrap();
            assert_eq!((pattern.text(), pattern.port()), (text.as_bytes(), port), "{text}");
        }
    }

    #[test]
    fn what_is_no_pattern_is_told_which_part_is_wrong() {
        let cases = [
            ("", PatternError::Scheme),
            ("*.example.com", PatternError::Scheme),
            ("//*.example.com", PatternError::Scheme),
            ("https:/*.example.com", PatternError::Scheme),
            ("*://example.com", PatternError::Scheme),
            ("HTTPS://*.example.com", PatternError::Scheme),
            ("1https://*.example.com", PatternError::Scheme),
            (" https://*.example.com", PatternError::Scheme),
            ("https://*", PatternError::Star),
            ("https://*.*.com", PatternError::Star),
            ("https://a.*.com", PatternError::Star),
            ("https://app-*.example.com", PatternError::Star),
            ("https://*example.com", PatternError::Star),
            ("https://**.example.com", PatternError::Star),
            ("https://user@*.example.com", PatternError::Star),
            ("https://*.", PatternError::Host),
            ("https://*.Example.com", PatternError::Host),
            ("https://*.example.com/", PatternError::Host),
            ("https://*.example..com", PatternError::Host),
            ("https://*..example.com", PatternError::Host),
            ("https://*.example.com.", PatternError::Host),
            ("https://*.ex%61mple.com", PatternError::Host),
            ("https://*.b\u{fc}cher.example", PatternError::Host),
            ("https://*.exam ple.com", PatternError::Host),
            ("https://*.example.com:80*", PatternError::Port),
            ("https://*.example.com:", PatternError::Port),
            ("https://*.example.com:0", PatternError::Port),
            ("https://*.example.com:08", PatternError::Port),
            ("https://*.example.com:65536", PatternError::Port),
            ("https://*.example.com:+80", PatternError::Port),
            ("https://*.example.com:80:*", PatternError::Port),
            ("https://*.example.com:**", PatternError::Port),
            ("https://:*", PatternError::Host),
            ("http://[]:*", PatternError::Host),
            ("http://[a]b]:*", PatternError::Host),
            ("http://[::A]:*", PatternError::Host),
            ("http://[x\r\ny]:*", PatternError::Host),
            ("http://[::1%25lo]:*", PatternError::Host),
            ("http://[0:0:0:0:0:0:0:1]:*", PatternError::Host),
            ("http://[::1.2.3.4]:*", PatternError::Host),
            ("http://[::ffff:1.2.3.4]:*", PatternError::Host),
            ("http://::1:*", PatternError::Port),
            ("http://127.1:*", PatternError::Host),
            ("http://127.0.0.01:*", PatternError::Host),
            ("http://127.0.0.256:*", PatternError::Host),
            ("http://2130706433:*", PatternError::Host),
            ("http://0x7f000001:*", PatternError::Host),
            ("http://localhost.0x:*", PatternError::Host),
            ("https://*.[::1]", PatternError::Address),
            ("https://*.1.2.3.4", PatternError::Address),
            ("https://*.0.0.1", PatternError::Address),
            ("https://*.1", PatternError::Address),
            ("https://*.example.0x1f:*", PatternError::Address),
        ];
        for (text, expected) in cases {
            assert_eq!(OriginPattern::parse(text.as_bytes()), Err(expected), "{text}");
        }
    }

    #[test]
    fn a_host_is_as_long_as_an_origin_may_have_it() {
        for (length, whole, below) in
            [(251, true, true), (252, true, false), (253, true, false), (254, false, false)]
        {
            let host = format!("{}.example", "a".repeat(length - ".example".len()));
            let parses = |text: String| OriginPattern::parse(text.as_bytes()).is_ok();
            assert_eq!(parses(format!("https://{host}:*")), whole, "{length}");
            assert_eq!(parses(format!("https://*.{host}")), below, "{length}");
        }
    }

    proptest! {
        /// What the URL standard serializes otherwise is in no Origin.
        #[test]
        fn a_host_is_one_that_the_url_standard_serializes_as_it_is(
            host in r"([a-b0-9x_.-]{1,8}|[a-b.]{0,3}\.?(0x)?[0-9a-f]{0,3}|([0-9]{1,3}\.){1,3}[0-9]{1,3}|\[[0-9a-b:.]{1,12}\])",
        ) {
            let parsed = Url::parse(&format!("http://{host}/")).ok();
            let same = parsed.is_some_and(|url| url.host_str() == Some(&host));
            let has_empty_label = host.split('.').any(str::is_empty);
            let accepted = OriginPattern::parse(format!("http://{host}:*").as_bytes()).is_ok();
            prop_assert_eq!(accepted, same && !has_empty_label);
        }

        #[test]
        fn an_ipv6_address_is_written_as_the_url_standard_serializes_it(
            pieces in proptest::collection::vec(prop_oneof![3 => Just(0), 1 => any::<u16>(), 1 => Just(0xffff)], 8),
        ) {
            let pieces: [u16; 8] = pieces.try_into().unwrap();
            let full = pieces.map(|piece| format!("{piece:x}")).join(":");
            let url = Url::parse(&format!("http://[{full}]/")).unwrap();
            let serialized = url.host_str().unwrap();
            prop_assert!(is_ipv6(serialized.as_bytes()), "{}", serialized);
            prop_assert_eq!(is_ipv6(format!("[{full}]").as_bytes()), serialized == format!("[{full}]"));
        }
    }
}
