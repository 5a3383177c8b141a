//! Origin patterns, compared with their meaning label by label, and with the URL standard.

use fastcors::cors::{OriginPattern, OriginPatterns};
use url::{Host, Url};

use crate::tokens;

#[rustfmt::skip]
const TOKENS: &[&str] = &[
    "https://", "http://", "://", "*.", ":*", "*", "https://*.", "http://localhost:*", "a", "b", "a.b",
    "example", "com", ".example.com", "localhost", ".", "..", ":", ":80", ":8443", ":0", ":08", ":65535",
    ":65536", "80", "0", "-", "_", "@", "/", "?", "#", "\\", "%2e", ",", " ", "\t", "\r\n", "\0",
    "\u{3002}", "\u{ff0e}", "A", "127.0.0.1", "1", "0x1", "[::1]", "[", "]", "::", "ffff", "xn--", "null",
    "https", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.",
];

/// The last line is an origin, the others are patterns.
pub(crate) fn check(data: &[u8]) {
    let mut texts = tokens::lines(data, TOKENS);
    if let Some(origin) = texts.pop() {
        compare(&texts, &origin);
    }
}

/// Tests `origin`, and the texts with it in the place of each `*`.
pub(crate) fn compare(texts: &[Vec<u8>], origin: &[u8]) {
    let mut set = OriginPatterns::default();
    let mut patterns = Vec::new();
    for text in texts {
        let parsed = OriginPattern::parse(text);
        assert_eq!(parsed.is_ok(), is_pattern(text), "{}", text.escape_ascii());
        if let Ok(pattern) = parsed {
            assert_eq!(pattern.text(), text);
            set.insert(pattern);
            patterns.push(text);
        }
    }
    set.shrink();
    let filled = texts.iter().map(|text| {
        let parts: Vec<&[u8]> = text.split(|&byte| byte == b'*').collect();
        parts.join(origin)
    });
    for origin in filled.chain([origin.to_vec()]) {
        let expected = patterns.iter().any(|pattern| covers(pattern, &origin));
        assert_eq!(set.matches(&origin), expected, "{}", origin.escape_ascii());
    }
}

/// Whether `pattern`, which is one, covers `origin`.
fn covers(pattern: &[u8], origin: &[u8]) -> bool {
    let (scheme, host, port) = split(pattern).unwrap();
    let Some((asked_scheme, asked_host, asked_port)) = split(origin) else { return false };
    let is_port = |text: &str| text.parse::<u16>().is_ok_and(|n| n > 0 && n.to_string() == text);
    if asked_scheme != scheme || !asked_port.is_none_or(is_port) {
        return false;
    }
    if port != Some("*") && asked_port != port {
        return false;
    }
    let Some(domain) = host.strip_prefix("*.") else { return asked_host == host };
    let mut labels: Vec<&str> = asked_host.split('.').collect();
    let valid = labels.iter().all(|label| is_label(label)) && asked_host.len() <= 253;
    for wanted in domain.rsplit('.') {
        if labels.pop() != Some(wanted) {
            return false;
        }
    }
    valid && !labels.is_empty()
}

/// Scheme, host and port; None if the text is no UTF-8 or has no `://`.
fn split(text: &[u8]) -> Option<(&str, &str, Option<&str>)> {
    let (scheme, authority) = std::str::from_utf8(text).ok()?.split_once("://")?;
    let end = authority.find(']').map_or(0, |bracket| bracket + 1);
    match authority[end..].split_once(':') {
        Some((rest, port)) => Some((scheme, &authority[..end + rest.len()], Some(port))),
        None => Some((scheme, authority, None)),
    }
}

fn is_label(label: &str) -> bool {
    let is_letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    !label.is_empty() && label.chars().all(is_letter)
}

/// Whether a text is a pattern, by how the `url` crate reads its host.
fn is_pattern(text: &[u8]) -> bool {
    let Some((scheme, host, port)) = split(text) else { return false };
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_lowercase())
        && scheme
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "+-.".contains(c));
    let is_port = |port: &str| {
        port == "*" || port.parse::<u16>().is_ok_and(|n| n > 0 && n.to_string() == port)
    };
    if !is_scheme || !port.is_none_or(is_port) || host.len() > 253 {
        return false;
    }
    let (name, below) = match host.strip_prefix("*.") {
        Some(name) => (name, true),
        None => (host, false),
    };
    // Not every `xn--` is a name, which the linter tells.
    let plain = name.replace("xn--", "yn--");
    let Ok(url) = Url::parse(&format!("http://{plain}/")) else { return false };
    let is_same = url.host_str() == Some(&plain);
    match url.host() {
        Some(Host::Domain(_)) => is_same && name.split('.').all(is_label),
        Some(_) => is_same && !below,
        None => false,
    }
}
