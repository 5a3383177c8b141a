use core::fmt;

use crate::cors::Port;
use crate::host::{LONGEST_HOST, default_port};
use crate::origin_parts::{OriginParts, split_scheme};

/// In what a text is no origin as a browser writes it (URL, origin serialization).
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Oddities(u16);

impl Oddities {
    /// White space, or characters that cannot be seen, around it.
    pub const SPACE: Self = Self(1);
    /// Quotation marks around it.
    pub const QUOTES: Self = Self(1 << 1);
    /// Several, separated by commas or the like.
    pub const SEVERAL: Self = Self(1 << 2);
    /// No `scheme://`.
    pub const SCHEME: Self = Self(1 << 3);
    /// A user before the host.
    pub const USER: Self = Self(1 << 4);
    /// Upper case.
    pub const CASE: Self = Self(1 << 5);
    /// A host that is empty, too long, or has an empty label or a character of no host.
    pub const HOST: Self = Self(1 << 6);
    /// The scheme's own port.
    pub const DEFAULT_PORT: Self = Self(1 << 7);
    /// A port that is no number from 1 to 65535.
    pub const PORT: Self = Self(1 << 8);
    /// A slash at its end.
    pub const SLASH: Self = Self(1 << 9);
    /// A path, a query or a fragment.
    pub const PATH: Self = Self(1 << 10);
    /// A `*` where it stands for nothing.
    pub const STAR: Self = Self(1 << 11);
    /// A dot before the host, which some other software takes for every subdomain.
    pub const DOT: Self = Self(1 << 12);

    const NAMES: [(Self, &'static str); 13] = [
        (Self::SPACE, "space"),
        (Self::QUOTES, "quotes"),
        (Self::SEVERAL, "several"),
        (Self::SCHEME, "scheme"),
        (Self::USER, "user"),
        (Self::CASE, "case"),
        (Self::DOT, "dot"),
        (Self::HOST, "host"),
        (Self::DEFAULT_PORT, "default-port"),
        (Self::PORT, "port"),
        (Self::SLASH, "slash"),
        (Self::PATH, "path"),
        (Self::STAR, "star"),
    ];

    /// The name of each.
    pub fn all_names() -> impl Iterator<Item = &'static str> {
        Self::NAMES.into_iter().map(|(_, name)| name)
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether `other` is among them.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Their names, in the order in which the text shows them.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        Self::NAMES.into_iter().filter(move |(each, _)| self.contains(*each)).map(|(_, name)| name)
    }

    pub(super) const fn add_if(&mut self, there: bool, oddity: Self) {
        if there {
            self.0 |= oddity.0;
        }
    }
}

impl fmt::Debug for Oddities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.names()).finish()
    }
}

/// What an origin, or an entry of `allow_origins`, is made of, read as a person reads it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parts<'t> {
    pub(super) scheme: Option<&'t [u8]>,
    /// Without the `*.` of a pattern.
    pub(super) host: &'t [u8],
    /// Whether it is a pattern for what is below the host.
    pub(super) subdomains: bool,
    /// None where it is none that a URL can have.
    pub(super) port: Option<Port>,
    pub(super) oddities: Oddities,
}

impl<'t> Parts<'t> {
    /// Reads one origin. Linear in `text`; it allocates nothing.
    pub(super) fn read(text: &'t [u8]) -> Self {
        let mut oddities = Oddities::default();
        let seen = trim(text, |character| character.is_whitespace() || is_unseen(character));
        oddities.add_if(seen.len() < text.len(), Oddities::SPACE);
        let bare = trim(seen, |character| matches!(character, '"' | '\'' | '`'));
        oddities.add_if(bare.len() < seen.len(), Oddities::QUOTES);
        let (scheme, rest) = scheme_and_rest(bare);
        oddities.add_if(scheme.is_none(), Oddities::SCHEME);
        let parts = OriginParts::after_scheme(rest, 0);
        let behind = &rest[parts.path.start..];
        oddities.add_if(matches!(behind, b"/" | b"\\"), Oddities::SLASH);
        oddities.add_if(behind.len() > 1 || matches!(behind, b"?" | b"#"), Oddities::PATH);
        oddities.add_if(parts.userinfo.is_some(), Oddities::USER);
        let (host, port) = (&rest[parts.host], parts.port.map(|range| &rest[range]));
        let (port, is_default) = read_port(scheme, port);
        oddities.add_if(is_default, Oddities::DEFAULT_PORT);
        oddities.add_if(port.is_none(), Oddities::PORT);
        let upper = |part: &[u8]| part.iter().any(u8::is_ascii_uppercase);
        oddities.add_if(upper(host) || scheme.is_some_and(upper), Oddities::CASE);
        let has_dot = host.len() > 1 && host.starts_with(b".");
        oddities.add_if(has_dot, Oddities::DOT);
        let prefix: &[u8] = if has_dot { b"." } else { b"*." };
        let (host, subdomains) = match host.strip_prefix(prefix) {
            Some(below) => (below, true),
            None => (host, false),
        };
        let has_star = host.contains(&b'*');
        // `WebKit` sends `app://`, and Electron's apps are often at `app://.`.
        let is_application =
            matches!(host, b"" | b".") && scheme.is_some_and(|scheme| !is_web(scheme));
        oddities.add_if(!has_star && !is_application && !is_host(host), Oddities::HOST);
        oddities.add_if(has_star, Oddities::STAR);
        Self { scheme, host, subdomains, port, oddities }
    }

    /// It as a browser writes it, or as a pattern is written, with `scheme` where it has none.
    pub(super) fn written(&self, scheme: &[u8]) -> Vec<u8> {
        let mut text = self.scheme.unwrap_or(scheme).to_ascii_lowercase();
        text.extend_from_slice(if self.subdomains { b"://*." } else { b"://" });
        text.extend(self.host.iter().map(u8::to_ascii_lowercase));
        match self.port {
            Some(Port::Number(number)) => text.extend_from_slice(format!(":{number}").as_bytes()),
            Some(Port::Any) => text.extend_from_slice(b":*"),
            Some(Port::Default) | None => {}
        }
        text
    }
}

/// The parts of a text that holds several origins, or the one that it is.
pub(super) fn pieces(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let separates = |byte: &u8| matches!(byte, b',' | b';' | b'|') || byte.is_ascii_whitespace();
    text.split(separates).filter(|piece| !piece.is_empty())
}

/// Characters that show nothing, and that come along when an address is copied.
fn is_unseen(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}')
}

fn trim(text: &[u8], outer: impl Fn(char) -> bool) -> &[u8] {
    match core::str::from_utf8(text) {
        Ok(text) => text.trim_matches(outer).as_bytes(),
        Err(_) => text.trim_ascii(),
    }
}

fn scheme_and_rest(text: &[u8]) -> (Option<&[u8]>, &[u8]) {
    let of_scheme = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    match split_scheme(text) {
        Some((scheme, rest)) if !scheme.is_empty() && scheme.iter().all(of_scheme) => {
            (Some(scheme), rest)
        }
        _ => (None, text.strip_prefix(b"//").unwrap_or(text)),
    }
}

/// The port, and whether it is written though it is the scheme's own.
fn read_port(scheme: Option<&[u8]>, port: Option<&[u8]>) -> (Option<Port>, bool) {
    let Some(text) = port else { return (Some(Port::Default), false) };
    if text == b"*" {
        return (Some(Port::Any), false);
    }
    let digits = core::str::from_utf8(text).ok().filter(|text| text.len() <= 5);
    let number = digits.and_then(|digits| digits.parse::<u16>().ok()).filter(|number| {
        *number > 0 && !text.starts_with(b"0") && text.iter().all(u8::is_ascii_digit)
    });
    match number {
        Some(number) if scheme.is_some_and(|scheme| default_port(scheme) == Some(number)) => {
            (Some(Port::Default), true)
        }
        number => (number.map(Port::Number), false),
    }
}

/// Whether the origins of a scheme have a host.
fn is_web(scheme: &[u8]) -> bool {
    default_port(scheme).is_some()
}

/// Whether a browser could write this host, except for upper case.
fn is_host(host: &[u8]) -> bool {
    if host.len() > LONGEST_HOST {
        return false;
    }
    if let Some(address) = host.strip_prefix(b"[").and_then(|rest| rest.strip_suffix(b"]")) {
        return address.iter().all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.'));
    }
    let of_label = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    host.strip_suffix(b".")
        .unwrap_or(host)
        .split(|&byte| byte == b'.')
        .all(|label| !label.is_empty() && label.iter().all(of_label))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_browser_writes_is_named() {
        let cases: &[(&str, &[&str], &str)] = &[
            ("https://a.example", &[], "https://a.example"),
            ("https://a.example.", &[], "https://a.example."),
            ("https://a_b.example:8443", &[], "https://a_b.example:8443"),
            ("http://[::1]:3000", &[], "http://[::1]:3000"),
            ("https://*.a.example:*", &[], "https://*.a.example:*"),
            ("https://a.example/", &["slash"], "https://a.example"),
            ("https://a.example/app", &["path"], "https://a.example"),
            ("https://a.example?x", &["path"], "https://a.example"),
            ("https://a.example#", &["path"], "https://a.example"),
            ("https://a.example\\", &["slash"], "https://a.example"),
            (" https://a.example\n", &["space"], "https://a.example"),
            ("\u{feff}https://a.example\u{200b}", &["space"], "https://a.example"),
            ("'https://a.example'", &["quotes"], "https://a.example"),
            ("HTTPS://A.example", &["case"], "https://a.example"),
            ("https://a.example:443", &["default-port"], "https://a.example"),
            ("http://a.example:80", &["default-port"], "http://a.example"),
            ("https://a.example:80", &[], "https://a.example:80"),
            ("https://a.example:0", &["port"], "https://a.example"),
            ("https://a.example:", &["port"], "https://a.example"),
            ("https://a.example:080", &["port"], "https://a.example"),
            ("https://a.example:+80", &["port"], "https://a.example"),
            ("https://a.example:65536", &["port"], "https://a.example"),
            ("https://u:p@a.example", &["user"], "https://a.example"),
            ("a.example", &["scheme"], "x://a.example"),
            ("//a.example:80", &["scheme"], "x://a.example:80"),
            ("localhost:3000", &["scheme"], "x://localhost:3000"),
            ("https://a..example", &["host"], "https://a..example"),
            ("https://a%2e.example", &["host"], "https://a%2e.example"),
            ("https://", &["host"], "https://"),
            ("app://", &[], "app://"),
            ("app://.", &[], "app://."),
            ("https://.a.example", &["dot"], "https://*.a.example"),
            (".a.example:80", &["scheme", "dot"], "x://*.a.example:80"),
            ("https://..a.example", &["dot", "host"], "https://*..a.example"),
            ("https://.", &["host"], "https://."),
            ("https://a-*.example", &["star"], "https://a-*.example"),
            ("null", &["scheme"], "x://null"),
            ("", &["scheme", "host"], "x://"),
            (
                " \"Https://u@A.example:443/\" ",
                &["space", "quotes", "user", "case", "default-port", "slash"],
                "https://a.example",
            ),
        ];
        for &(text, oddities, written) in cases {
            let parts = Parts::read(text.as_bytes());
            assert!(parts.oddities.names().eq(oddities.iter().copied()), "{text} {parts:?}");
            assert_eq!(parts.written(b"x").escape_ascii().to_string(), written, "{text}");
        }
    }

    #[test]
    fn several_origins_in_one_text_are_told_apart() {
        let text = b" https://a.example, https://b.example;c";
        let found: Vec<_> = pieces(text).map(|piece| piece.escape_ascii().to_string()).collect();
        assert_eq!(found, ["https://a.example", "https://b.example", "c"]);
    }
}
