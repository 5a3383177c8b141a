use std::sync::LazyLock;

use super::dfa::Dfa;
use super::product::TooLarge;
use crate::host::{DEFAULT_PORTS, LOCALHOST};
use crate::schemes::NOT_SENT;

/// A label that the URL standard allows in a host.
const ANY_LABEL: &str = r#"[!"$&'()*+,;=_`{}~a-z0-9-]+"#;

/// A label as names of hosts really have it; underscores do occur.
const LABEL: &str = "[a-z0-9_-]+";

/// A label that somebody may register, at most 63 characters of it.
const REGISTERED: &str = "[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?";

/// A top-level domain: letters, or a name beyond ASCII in punycode (RFC 3696, 2).
const TOP: &str = "(?:[a-z]+|xn--[a-z0-9-]*[a-z0-9])";

const OCTET: &str = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";

/// Addresses that nobody else can have: this host, private networks (RFC 1918, RFC 6598), loopback,
/// link-local ones, and those that are given to nobody.
const OWN_OCTETS: &str = r"(?:(?:0|10|127|22[4-9]|2[34][0-9]|25[0-5])\.O|100\.(?:6[4-9]|[7-9][0-9]|1[01][0-9]|12[0-7])|169\.254|172\.(?:1[6-9]|2[0-9]|3[01])|192\.168)\.O\.O";

/// The same of IPv6 (RFC 4291, RFC 4193), and multicast.
const OWN_IPV6: &str = r"\[(?:::1?|(?:f[cdf][0-9a-f]{2}|fe[89ab][0-9a-f]):[0-9a-f:]*)\]";

/// An IPv6 address, or nearly: how many numbers it has in all is not counted.
const IPV6: &str = r"\[(?:G(?::G){7}|(?:G(?::G){0,6})?::(?:G(?::G){0,6})?)\]";

/// One of the numbers of an IPv6 address.
const GROUP: &str = "(?:0|[1-9a-f][0-9a-f]{0,3})";

/// 1 to 65535 without zeros in front.
const PORT: &str =
    ":(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])";

/// A part of serialized origins, built when it is first asked for: a fraction of a millisecond each.
pub(super) type Part = LazyLock<Option<Dfa>>;

/// The automaton of a part.
pub(super) fn get(part: &'static Part) -> Result<&'static Dfa, TooLarge> {
    part.as_ref().ok_or(TooLarge)
}

fn new(expression: &str) -> Option<Dfa> {
    Dfa::new(expression)
}

fn name() -> String {
    format!(r"(?:{LABEL}\.)*[0-9]*[a-z_-][a-z0-9_-]*\.?")
}

fn ipv4() -> String {
    format!(r"{OCTET}(?:\.{OCTET}){{3}}")
}

fn ipv6() -> String {
    IPV6.replace('G', GROUP)
}

fn own_ipv4() -> String {
    OWN_OCTETS.replace('O', OCTET)
}

/// Origins with the port that their scheme leaves out.
fn with_default_port() -> Option<Dfa> {
    let shapes = DEFAULT_PORTS.map(|(scheme, port)| format!("{scheme}://[^:]*:{port}"));
    new(&shapes.join("|"))
}

/// A whole origin with the scheme http or https, a name and no port: what most regexes match.
pub(super) static NAMED: Part = Part::new(|| {
    let name = name();
    new(&format!("https?://{name}"))
});

/// A whole origin with the scheme http or https.
pub(super) static WEB: Part = Part::new(|| {
    let (name, ipv4, ipv6) = (name(), ipv4(), ipv6());
    let web = new(&format!("https?://(?:{name}|{ipv4}|{ipv6})(?:{PORT})?"))?;
    web.and_not(&with_default_port()?)
});

/// A text with a scheme that is neither http nor https.
pub(super) static OTHER_SCHEME: Part =
    Part::new(|| new("[a-z][a-z0-9+.-]*://.+")?.and_not(&new("https?://.+")?));

/// A whole origin with a scheme that is neither http nor https.
pub(super) static OTHER: Part = Part::new(|| {
    let other = new(&format!("[a-z][a-z0-9+.-]*://[A-Za-z0-9_.-]+(?:{PORT})?"))?;
    let not_sent: Vec<&str> = NOT_SENT.iter().map(|(scheme, _)| *scheme).collect();
    other.and_not(&new(&format!(r"(?:https?|file|exp\+[^:]*|{})://.*", not_sent.join("|")))?)
});

/// The same with a scheme that is written out, an open host, and no port.
pub(super) static OPEN_HOST: Part = Part::new(|| {
    let written = open_host()?.and(&written_scheme()?)?;
    OTHER.as_ref()?.and(&written)?.and(&new("[^:]*:[^:]*")?)
});

/// The origin of what has none.
pub(super) static NULL: Part = Part::new(|| new("null"));

/// `:` and a port.
pub(super) static WITH_PORT: Part = Part::new(|| new(PORT));

/// An http or https origin up to the end of a host that has a registrable name.
pub(super) static DOMAIN: Part =
    Part::new(|| new(&format!(r"https?://(?:{ANY_LABEL}\.)*{REGISTERED}\.{TOP}")));

/// The same without the public suffix and its dot.
pub(super) static BELOW: Part =
    Part::new(|| new(&format!(r"https?://(?:{ANY_LABEL}\.)*{REGISTERED}")));

/// The same with every letter and digit of its last label open.
pub(super) static OPEN_BELOW: Part = Part::new(|| BELOW.as_ref()?.and(&open_label()?));

/// An http or https origin up to a host's name that has two labels more, whatever they are.
pub(super) static TWO_LABELS: Part =
    Part::new(|| new(&format!(r"https?://(?:{ANY_LABEL}\.)+{ANY_LABEL}")));

/// An http or https origin up to an IPv4 address that anyone can have.
pub(super) static IPV4: Part = Part::new(|| {
    let (all, own) = (ipv4(), own_ipv4());
    new(&format!("https?://{all}"))?.and_not(&new(&format!("https?://{own}"))?)
});

/// The same with a part of the first two numbers left open.
pub(super) static OPEN_IPV4: Part = Part::new(|| IPV4.as_ref()?.and(&open_network()?));

/// An http or https origin up to what may be an IPv6 address that anyone can have.
pub(super) static OPEN_IPV6: Part = Part::new(|| {
    let all = ipv6();
    new(&format!("https?://{all}"))?.and_not(&new(&format!("https?://{OWN_IPV6}"))?)
});

/// A text with the scheme http.
pub(super) static HTTP: Part = Part::new(|| new("http://.+"));

/// A whole origin with the scheme http and the name or an address of one's own machines.
pub(super) static LOCAL: Part = Part::new(|| {
    let own = own_ipv4();
    new(&format!(r"http://(?:(?:[^/]*\.)?{LOCALHOST}\.?|{own}|{OWN_IPV6})(?:{PORT})?"))?
        .and_not(&with_default_port()?)
});

/// A whole origin with the scheme http and any other name or address.
pub(super) static EXPOSED: Part = Part::new(|| {
    let (name, ipv4, ipv6) = (name(), ipv4(), ipv6());
    new(&format!("http://(?:{name}|{ipv4}|{ipv6})(?:{PORT})?"))?
        .and_not(&with_default_port()?)?
        .and_not(LOCAL.as_ref()?)
});

/// The same with a dot, which shows better what is meant.
pub(super) static EXPOSED_NAME: Part =
    Part::new(|| EXPOSED.as_ref()?.and(&new(r"http://[^/\[]+\.[^/:]+(?::[0-9]+)?")?));

/// A whole origin that has an owner: its host is a domain, an address or this machine, or its scheme
/// is neither http nor https.
pub(super) static OWNED: Part = Part::new(|| {
    let (ipv4, ipv6) = (ipv4(), ipv6());
    let name = format!(r"(?:{LABEL}\.)*{REGISTERED}\.{TOP}|(?:{LABEL}\.)*localhost");
    let owned = format!("https?://(?:{name}|{ipv4}|{ipv6})(?:{PORT})?");
    let others = new("https?://.*")?.and_not(&new(&owned)?)?;
    new(&format!("{owned}|[a-z][a-z0-9+.-]*://[A-Za-z0-9_.-]+(?:{PORT})?"))?.and_not(&others)
});

/// Origins of any site: more than any author can mean.
pub(super) static EVERY: [Part; 2] = [Part::new(|| every("https")), Part::new(|| every("http"))];

fn every(scheme: &str) -> Option<Dfa> {
    new(&format!(r"{scheme}://(?:[a-z]{{2,8}}\.){{1,3}}[a-z]{{2,4}}"))
}

/// Texts whose letters and digits are open, until a slash, with at least one.
fn open_host() -> Option<Dfa> {
    Dfa::explored(
        (false, false),
        |(scheme, found), character, open| {
            let is_sign = !character.is_ascii_alphanumeric();
            (scheme || open || is_sign)
                .then_some((scheme || character == b'/', found || (open && !scheme)))
        },
        |(_, found)| found,
    )
}

/// Texts whose letters and digits are open, until a dot or a slash.
fn open_label() -> Option<Dfa> {
    Dfa::explored(
        false,
        |past, character, open| {
            (past || open || !character.is_ascii_alphanumeric())
                .then_some(past || character == b'/' || character == b'.')
        },
        |_| true,
    )
}

/// Texts whose letters are written, after a slash.
fn written_scheme() -> Option<Dfa> {
    Dfa::explored(
        false,
        |scheme, character, open| {
            (!scheme || !open || !character.is_ascii_alphanumeric())
                .then_some(scheme || character == b'/')
        },
        |_| true,
    )
}

/// Texts that have an open character between the second dot from the end and a slash.
fn open_network() -> Option<Dfa> {
    Dfa::explored(
        (0_u8, false),
        |(dots, found), character, open| match character {
            b'.' => Some((dots.saturating_add(1).min(3), found)),
            b'/' => Some((4, found)),
            _ => Some((dots, found || (open && (dots == 2 || dots == 3)))),
        },
        |(_, found)| found,
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn each_part_accepts_what_it_is_for_and_nothing_else() {
        let cases: [(&'static Part, &[&str], &[&str]); 9] = [
            (
                &WEB,
                &[
                    "https://example.com",
                    "http://a_b.example.com:8080",
                    "https://example.com.",
                    "https://example.com:80",
                    "http://example.com:443",
                    "http://localhost:65535",
                    "http://127.0.0.1",
                    "http://[::1]:3000",
                ],
                &[
                    "https://Example.com",
                    "https://example.com/",
                    "https://example.com:443",
                    "http://example.com:80",
                    "https://example.com:0",
                    "https://example.com:08",
                    "https://example.com:65536",
                    "https://",
                    "https://.example.com",
                    "https://a..com",
                    "https://1.2.3",
                    "https://1.2.3.256",
                    "https://user@example.com",
                    "ws://example.com",
                    "example.com",
                    "",
                ],
            ),
            (
                &OTHER,
                &["chrome-extension://abcdef", "capacitor://localhost", "app://x:1"],
                &["https://example.com", "ws://a", "file://a", "about://a", "://a", "9a://b"],
            ),
            (&WITH_PORT, &[":1", ":65535"], &[":", ":0", ":01", ":65536", "1"]),
            (
                &DOMAIN,
                &["https://a.com", "http://!.a_b.evil.com", "https://a.xn--p1ai"],
                &["https://com", "https://-a.com", "https://a.c1", "https://a-.com", "ftp://a.com"],
            ),
            (&TWO_LABELS, &["https://a.b", "https://a.b.c"], &["https://a", "https://.b"]),
            (
                &IPV4,
                &[
                    "https://8.8.8.8",
                    "http://172.32.0.1",
                    "http://192.167.0.1",
                    "http://100.63.0.1",
                ],
                &[
                    "http://10.0.0.1",
                    "http://127.0.0.1",
                    "http://172.16.0.1",
                    "http://192.168.1.1",
                    "http://169.254.1.1",
                    "http://0.0.0.0",
                    "http://224.0.0.1",
                    "http://100.64.0.1",
                    "http://08.8.8.8",
                    "http://8.8.8",
                ],
            ),
            (
                &OPEN_IPV6,
                &["http://[2001:db8::1]", "http://[::1:1]"],
                &["http://[::1]", "http://[fe80::1]", "http://[fd00::1]", "http://[::]"],
            ),
            (
                &EXPOSED,
                &[
                    "http://example.com",
                    "http://jenkins:8080",
                    "http://8.8.8.8",
                    "http://alocalhost",
                ],
                &[
                    "https://example.com",
                    "http://localhost",
                    "http://localhost:3000",
                    "http://a.localhost",
                    "http://127.0.0.1:3000",
                    "http://example.com:80",
                ],
            ),
            (&EVERY[0], &["https://ab.cd", "https://evil.example.com"], &["https://a.bc"]),
        ];
        for (part, accepted, rejected) in cases {
            let part = get(part).unwrap();
            for text in accepted {
                assert!(part.matches(text), "{text}");
            }
            for text in rejected {
                assert!(!part.matches(text), "{text}");
            }
        }
    }
}
