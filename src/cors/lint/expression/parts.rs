use std::sync::OnceLock;

use super::recogniser::Recogniser;

/// A label as the URL standard lets it stand in a host.
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

const IPV6: &str = r"\[[0-9a-f:]+\]";

/// 1 to 65535 without zeros in front.
const PORT: &str =
    ":(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])";

/// Schemes of URLs whose origin is `null`, or that no document has.
const NO_ORIGIN: &str =
    "(?:https?|wss?|ftp|file|blob|data|about|javascript|mailto|filesystem|view-source)";

/// The parts of serialised origins that the searches look for, each ending where the host does
/// unless it says otherwise.
#[derive(Debug)]
pub(super) struct Parts {
    /// A whole origin with the scheme http or https.
    pub(super) web: Recogniser,
    /// A whole origin with any other scheme.
    pub(super) other: Recogniser,
    /// `:` and a port.
    pub(super) port: Recogniser,
    /// An http or https origin whose host has a registrable name.
    pub(super) domain: Recogniser,
    /// The same without the public suffix and its dot.
    pub(super) below: Recogniser,
    /// The same with every letter and digit of the host open.
    pub(super) open_below: Recogniser,
    /// An http or https origin up to a host's name with two labels at least, whose end is anything.
    pub(super) two_labels: Recogniser,
    /// An http or https origin whose host is an IPv4 address that anybody may have.
    pub(super) ipv4: Recogniser,
    /// The same with the first or the second number left open.
    pub(super) open_ipv4: Recogniser,
    /// An http or https origin whose host may be an IPv6 address that anybody may have.
    pub(super) ipv6: Recogniser,
    /// A whole origin with the scheme http and a name or IPv4 address of others: first those that show it best.
    pub(super) exposed: [Recogniser; 2],
    /// A whole origin with the scheme http and the name or a private IPv4 address of this machine.
    pub(super) local: Recogniser,
    /// An origin with a scheme that is written out, other than http and https, and an open host.
    pub(super) open_host: Recogniser,
    /// Origins of any site, under each scheme: more than any author can mean.
    pub(super) every: [Recogniser; 2],
}

impl Parts {
    /// Builds them once: some 15 milliseconds.
    pub(super) fn get() -> Option<&'static Self> {
        static PARTS: OnceLock<Option<Parts>> = OnceLock::new();
        PARTS.get_or_init(Self::build).as_ref()
    }

    fn build() -> Option<Self> {
        let new = |expression: &str| Recogniser::new(expression);
        let ipv4 = format!(r"{OCTET}(?:\.{OCTET}){{3}}");
        let own_ipv4 = OWN_OCTETS.replace('O', OCTET);
        let name = format!(r"(?:{LABEL}\.)*[0-9]*[a-z_-][a-z0-9_-]*\.?");
        let host = format!("(?:{name}|{ipv4}|{IPV6})");
        let default_port = new("https://[^:]*:443|http://[^:]*:80")?;
        let web = new(&format!("https?://{host}(?:{PORT})?"))?.and_not(&default_port)?;
        let other = |host| {
            new(&format!("[a-z][a-z0-9+.-]*://{host}"))?
                .and_not(&new(&format!("{NO_ORIGIN}://.*"))?)
        };
        let own = format!(r"http://(?:(?:[^/]*\.)?localhost\.?|{own_ipv4})(?:{PORT})?");
        let public_ipv4 =
            new(&format!("https?://{ipv4}"))?.and_not(&new(&format!("https?://{own_ipv4}"))?)?;
        let local = new(&own)?.and_not(&default_port)?;
        let exposed = new(&format!("http://(?:{name}|{ipv4})(?:{PORT})?"))?
            .and_not(&default_port)?
            .and_not(&local)?;
        let below = new(&format!(r"https?://(?:{ANY_LABEL}\.)*{REGISTERED}"))?;
        let every = |scheme| new(&format!(r"{scheme}://(?:[a-z]{{2,8}}\.){{1,3}}[a-z]{{2,4}}"));
        Some(Self {
            port: new(PORT)?,
            domain: new(&format!(r"https?://(?:{ANY_LABEL}\.)*{REGISTERED}\.{TOP}"))?,
            open_below: below.and(&open_until_scheme()?)?,
            below,
            two_labels: new(&format!(r"https?://(?:{ANY_LABEL}\.)+{ANY_LABEL}"))?,
            open_ipv4: public_ipv4.and(&open_network()?)?,
            ipv4: public_ipv4,
            ipv6: new(&format!("https?://{IPV6}"))?
                .and_not(&new(&format!("https?://{OWN_IPV6}"))?)?,
            exposed: [exposed.and(&new(r"http://[^/]+\.[^/]+")?)?, exposed],
            open_host: other("[A-Za-z0-9_.-]+")?
                .and(&open_until_scheme()?)?
                .and(&written_scheme()?)?,
            other: other(&format!("[A-Za-z0-9_.-]+(?:{PORT})?"))?,
            every: [every("https")?, every("http")?],
            local,
            web,
        })
    }
}

/// Texts whose letters and digits are open, until a slash.
fn open_until_scheme() -> Option<Recogniser> {
    Recogniser::explored(
        false,
        |scheme, character, open| {
            (scheme || open || !character.is_ascii_alphanumeric())
                .then_some(scheme || character == b'/')
        },
        |_| true,
    )
}

/// Texts whose letters are written, after a slash.
fn written_scheme() -> Option<Recogniser> {
    Recogniser::explored(
        false,
        |scheme, character, open| {
            (!scheme || !open || !character.is_ascii_alphanumeric())
                .then_some(scheme || character == b'/')
        },
        |_| true,
    )
}

/// Texts that have an open character between the second dot from the end and a slash.
fn open_network() -> Option<Recogniser> {
    Recogniser::explored(
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
        let parts = Parts::get().unwrap();
        let cases: [(&Recogniser, &[&str], &[&str]); 9] = [
            (
                &parts.web,
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
                &parts.other,
                &["chrome-extension://abcdef", "capacitor://localhost", "app://x:1"],
                &["https://example.com", "ws://a", "file://a", "about://a", "://a", "9a://b"],
            ),
            (&parts.port, &[":1", ":65535"], &[":", ":0", ":01", ":65536", "1"]),
            (
                &parts.domain,
                &["https://a.com", "http://!.a_b.evil.com", "https://a.xn--p1ai"],
                &["https://com", "https://-a.com", "https://a.c1", "https://a-.com", "ftp://a.com"],
            ),
            (&parts.two_labels, &["https://a.b", "https://a.b.c"], &["https://a", "https://.b"]),
            (
                &parts.ipv4,
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
                &parts.ipv6,
                &["http://[2001:db8::1]", "http://[::1:1]"],
                &["http://[::1]", "http://[fe80::1]", "http://[fd00::1]", "http://[::]"],
            ),
            (
                &parts.exposed[1],
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
            (&parts.every[0], &["https://ab.cd", "https://evil.example.com"], &["https://a.bc"]),
        ];
        for (part, accepted, refused) in cases {
            for text in accepted {
                assert!(part.matches(text), "{text}");
            }
            for text in refused {
                assert!(!part.matches(text), "{text}");
            }
        }
    }
}
