//! An entry that is one origin or pattern, or was meant as one.

use core::fmt;
use core::ops::Range;

use super::code;
use super::dangers;
use super::extension;
use super::finding::Finding;
use super::glob::{self, Meaning};
use super::host::{self, Kind};
use super::range::{self, Network};
use super::scheme::{self, Scheme};
use super::text::Text;
use crate::cors::{OriginPattern, Port};
use crate::lint::problem::Suggestion;
use crate::lint::wording::quoted;
use crate::origin_parts::OriginParts;

/// Schemes whose hosts the browser writes in lower case though they are its own.
const LOWER_CASE: [&str; 2] = ["chrome-extension", "moz-extension"];

/// What is wrong with a slash behind an origin.
pub(super) const SLASH: &str = "ends with a slash, but a browser's Origin never does";

/// An origin or a pattern as it should be written.
struct Canonical<'s> {
    scheme: &'s Scheme,
    starred: bool,
    host: String,
    port: Port,
}

impl fmt::Display for Canonical<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let star = if self.starred { "*." } else { "" };
        write!(f, "{}://{star}{}", self.scheme, self.host)?;
        match self.port {
            Port::Default => Ok(()),
            Port::Number(number) => write!(f, ":{number}"),
            Port::Any => f.write_str(":*"),
        }
    }
}

/// Host and port as they are written.
struct Written<'t> {
    text: &'t Text,
    parts: OriginParts,
    host: &'t str,
    port: Option<&'t str>,
    /// The host without a star or a dot before it.
    name: &'t str,
    kind: Kind,
    /// Whether there is a `*` or `?` where no pattern has one.
    has_glob: bool,
}

impl<'t> Written<'t> {
    fn of(text: &'t Text, from: usize, is_web: bool) -> Self {
        let parts = OriginParts::after_scheme(text.as_str().as_bytes(), from);
        let slice = |range: Range<usize>| text.as_str().get(range).unwrap_or_default();
        let host = slice(parts.host.clone());
        let port = parts.port.clone().map(slice);
        // `.example.com` stands for the subdomains in cookies and in other frameworks' settings.
        let dotted = host.strip_prefix('.').filter(|rest| is_web && !rest.starts_with('.'));
        let below = host
            .strip_prefix("*.")
            .or(dotted)
            .filter(|rest| !rest.is_empty() && !is_glob(rest) && !host::is_part_of_ipv4(rest));
        let name = below.unwrap_or(host);
        let kind = match (below, port) {
            (Some(_), _) => Kind::Subdomains,
            (None, Some("*")) => Kind::AnyPort,
            (None, _) => Kind::Exact,
        };
        let has_glob = is_glob(name) || port.is_some_and(|port| port != "*" && is_glob(port));
        Self { text, parts, host, port, name, kind, has_glob }
    }

    fn place_of_name(&self) -> usize {
        self.text.place(self.parts.host.end - self.name.len())
    }
}

/// Finds what is wrong, and gives what was meant.
pub(super) fn read(
    text: &Text,
    credentials: bool,
    findings: &mut Vec<Finding>,
) -> Option<Suggestion> {
    let (scheme, from) = scheme::open(text, findings);
    let written = Written::of(text, from, scheme.is_web());
    match scheme {
        Scheme::Unknown => None,
        Scheme::Missing => {
            findings.push(no_scheme(text.place(0), &written));
            let is_number = written.name.bytes().all(|byte| byte.is_ascii_digit());
            let scheme = probable_scheme(written.host, written.port);
            let meant = if is_number {
                None
            } else {
                read_behind(&scheme, &written, credentials, findings)
            };
            // A single word may be anything, and `https:8080` lacks a host or the scheme's slashes.
            let name = written.host.trim_matches('*');
            let is_scheme = ["http", "https"].iter().any(|s| name.eq_ignore_ascii_case(s));
            let has_port = written.port.is_some_and(|port| !port.is_empty());
            let is_host = !is_scheme && (!is_word(written.host) || has_port);
            meant.filter(|_| is_host)
        }
        Scheme::Custom(name) if name == scheme::FILE => {
            Some(file(&written, from, credentials, findings))
        }
        _ if written.host.is_empty() && scheme.is_web() => {
            findings.clear();
            let wrong = "has no host";
            findings.push(Finding::unmatched(code::HOST, text.place(from), wrong));
            None
        }
        Scheme::Either => {
            let meant = read_behind(&scheme, &written, credentials, findings)?;
            let Suggestion::One(secure) = &meant else { return Some(meant) };
            let Some(rest) = secure.strip_prefix("https") else { return Some(meant) };
            Some(Suggestion::Several(vec![format!("http{rest}"), secure.clone()]))
        }
        Scheme::Http | Scheme::Https | Scheme::Custom(_) => {
            read_behind(&scheme, &written, credentials, findings)
        }
    }
}

/// Reads what follows the scheme.
fn read_behind(
    scheme: &Scheme,
    written: &Written<'_>,
    credentials: bool,
    findings: &mut Vec<Finding>,
) -> Option<Suggestion> {
    let &Written { text, ref parts, name, kind, .. } = written;
    if let Some(network) = network(written) {
        let wrong = "is a range of addresses, but ranges are not supported";
        let finding = Finding::unmatched(code::ADDRESS_RANGE, text.place(parts.host.start), wrong);
        findings.push(finding.otherwise("list each origin"));
        return network.meant(scheme);
    }
    delimiters(text, parts, findings);
    if written.has_glob {
        return inner_glob(scheme, written, credentials, findings);
    }
    let is_dotted = kind == Kind::Subdomains && !written.host.starts_with('*');
    if is_dotted {
        let wrong = "has a dot directly after its scheme";
        findings.push(Finding::unmatched(code::HOST, text.place(parts.host.start), wrong));
    }
    let at = written.place_of_name();
    let port = match written.port {
        None => Some(Port::Default),
        Some("*") => Some(Port::Any),
        Some(digits) => {
            let at = parts.port.as_ref().map_or(0, |range| text.place(range.start - 1));
            read_port(digits, scheme, kind, at, findings)
        }
    };
    let host = if parts.bare_ipv6 {
        host::bare_ipv6(name, at, findings)
    } else if let Scheme::Custom(custom) = scheme {
        let keeps_case = kind == Kind::Exact && !LOWER_CASE.contains(&&**custom);
        host::custom(name, at, keeps_case, findings)
    } else {
        host::web(name, at, kind, findings)
    };
    let (mut host, port) = (host?, port?);
    if let Scheme::Custom(custom) = scheme {
        findings.extend(extension::problem(custom, &host, at));
        if host.is_empty() && kind == Kind::Exact && port == Port::Default {
            host = no_host(custom, text.place(0), findings);
        }
    }
    let is_address = host::is_address(&host);
    if kind == Kind::Subdomains && is_address && !is_dotted {
        let code = if host.starts_with('[') { code::IPV6 } else { code::IPV4 };
        let wrong = "has a * before an address, but an address has no subdomains";
        findings.push(Finding::unmatched(code, text.place(parts.host.start), wrong));
    }
    let starred = kind == Kind::Subdomains && !is_address;
    let canonical = Canonical { scheme, starred, host, port };
    let entry = canonical.to_string();
    if kind != Kind::Exact && OriginPattern::parse(entry.as_bytes()).is_err() {
        let wrong = "has a host that a pattern cannot have";
        findings.push(Finding::unmatched(code::HOST, at, wrong));
        return None;
    }
    if scheme.is_web() && host::is_unspecified(&canonical.host) {
        return Some(unspecified(&canonical, at, findings));
    }
    if credentials && *scheme == Scheme::Http && !host::is_own(&canonical.host) {
        let has_port = matches!(canonical.port, Port::Number(_));
        findings.push(dangers::insecure(text.place(0), &entry, has_port));
    }
    if starred && !is_dotted && scheme.is_web() {
        // What corrects the rest of the entry allows as much.
        let risk = dangers::public_suffix(at, &canonical.host, credentials);
        findings.extend(risk.map(|risk| risk.meant(None)));
    }
    Some(Suggestion::One(entry))
}

/// The network that is written in the place of a host.
fn network<'t>(written: &Written<'t>) -> Option<Network<'t>> {
    let OriginParts { path, query: None, fragment: None, .. } = &written.parts else { return None };
    if path.is_empty() {
        return range::addresses(written.host, written.port);
    }
    let has_scheme = written.parts.host.start > 0;
    range::network(has_scheme, written.host, written.port, written.text.as_str().get(path.clone())?)
}

/// The origin of local files, which has nothing behind its scheme.
fn file(
    written: &Written<'_>,
    from: usize,
    credentials: bool,
    findings: &mut Vec<Finding>,
) -> Suggestion {
    let behind = written.text.as_str().get(from..).unwrap_or_default();
    let at = written.text.place(from);
    if matches!(behind, "/" | "\\") {
        findings.push(Finding::unmatched(code::TRAILING_SLASH, at, SLASH));
    } else if !behind.is_empty() {
        let shown = quoted(behind);
        let wrong = format!("has {shown} after file://, but the Origin of a file has no path");
        findings.push(Finding::unmatched(code::PATH, at, wrong));
    } else if findings.is_empty() {
        findings.push(dangers::file(credentials));
    }
    Suggestion::One("file://".to_owned())
}

/// Reports a scheme of an application's own without a host, and returns the host that its pages have.
///
/// `WebKit` sends `app://` for a page that an application serves from `app:///index.html`.
fn no_host(scheme: &str, at: usize, findings: &mut Vec<Finding>) -> String {
    if extension::any_id(scheme).is_some() {
        return String::new();
    }
    let Some(host) = scheme::only_host(scheme) else {
        let wrong = "has no host, and only WebKit sends such an Origin, for pages of an app";
        findings.push(
            Finding::warning(code::HOST, at, wrong)
                .otherwise("write the host if the pages have one, such as 'app://localhost'")
                .meant(None),
        );
        return String::new();
    };
    findings.push(Finding::unmatched(code::HOST, at, "has no host"));
    host.to_owned()
}

/// Reports an address that stands for every address of a server, and returns `localhost` instead.
fn unspecified(canonical: &Canonical<'_>, at: usize, findings: &mut Vec<Finding>) -> Suggestion {
    let wrong = format!(
        "has {}, which a server listens on but pages are rarely opened at",
        canonical.host,
    );
    let host = "localhost".to_owned();
    let meant = Suggestion::One(Canonical { host, ..*canonical }.to_string());
    findings.push(Finding::warning(code::UNSPECIFIED_ADDRESS, at, wrong));
    meant
}

fn is_glob(text: &str) -> bool {
    text.contains(['*', '?'])
}

/// Whether a host is a single label that names no machine everywhere.
fn is_word(host: &str) -> bool {
    !host.contains(['.', ':', '*', '?']) && !host.eq_ignore_ascii_case("localhost")
}

fn no_scheme(at: usize, written: &Written<'_>) -> Finding {
    let has_star = written.host.contains('*') || written.port == Some("*");
    if has_star && (!written.has_glob || glob::is_everything(written.host)) {
        let wrong = "has a * but no scheme, and every pattern begins with one";
        return Finding::unmatched(code::GLOB, at, wrong);
    }
    let wrong = "has no scheme, but a browser's Origin always begins with one";
    Finding::unmatched(code::NO_SCHEME, at, wrong)
}

/// The scheme that was probably meant where none is written.
fn probable_scheme(host: &str, port: Option<&str>) -> Scheme {
    let host = host.trim_end_matches('*').to_ascii_lowercase();
    let is_http = host::is_local(&host)
        || host::is_unspecified(&host)
        || is_private(&host)
        || port == Some("80");
    if is_http { Scheme::Http } else { Scheme::Https }
}

/// Whether a host is in a network of one's own (RFC 1918), where there are no certificates.
fn is_private(host: &str) -> bool {
    let mut labels = host.split('.');
    let numbers = [labels.next(), labels.next()].map(|label| label?.parse::<u8>().ok());
    let is_open = |label: &str| label.bytes().all(|b| b.is_ascii_digit() || b"*?".contains(&b));
    let is_private = match numbers {
        [Some(10), _] | [Some(192), Some(168)] => true,
        [Some(172), Some(second)] => (16..32).contains(&second),
        _ => false,
    };
    is_private && host.split('.').all(is_open)
}

/// Reports what stands around host and port.
fn delimiters(text: &Text, parts: &OriginParts, findings: &mut Vec<Finding>) {
    let whole = text.as_str();
    let mut tell = |code, at: &Range<usize>, wrong: String| {
        findings.push(Finding::unmatched(code, text.place(at.start), wrong));
    };
    if let Some(userinfo) = &parts.userinfo {
        let wrong = "has a user name before its host, which browsers leave out of an Origin";
        tell(code::USERINFO, userinfo, wrong.to_owned());
    }
    let path = whole.get(parts.path.clone()).unwrap_or_default();
    let ends = parts.query.is_none() && parts.fragment.is_none();
    if path.bytes().all(|byte| matches!(byte, b'/' | b'\\')) {
        if !path.is_empty() && ends {
            tell(code::TRAILING_SLASH, &parts.path, SLASH.to_owned());
        }
    } else if matches!(path, "/*" | "/**") && ends {
        let wrong = "ends with a path of *, but a browser's Origin has no path";
        tell(code::GLOB, &parts.path, wrong.to_owned());
    } else {
        let shown = quoted(path);
        let wrong = format!("has the path {shown}, but a browser's Origin has none");
        tell(code::PATH, &parts.path, wrong);
    }
    if let Some(query) = &parts.query {
        let wrong = "has a query, but a browser's Origin has none";
        tell(code::QUERY, query, wrong.to_owned());
    }
    if let Some(fragment) = &parts.fragment {
        let wrong = "has a fragment, but a browser's Origin has none";
        tell(code::FRAGMENT, fragment, wrong.to_owned());
    }
}

/// Reports a `*` that makes no pattern, and returns what it stands for.
fn inner_glob(
    scheme: &Scheme,
    written: &Written<'_>,
    credentials: bool,
    findings: &mut Vec<Finding>,
) -> Option<Suggestion> {
    let &Written { text, ref parts, host, port, .. } = written;
    let Meaning { meant, note } = glob::meaning(scheme, host, port, credentials);
    let range = parts.host.start..parts.path.start;
    let offset =
        text.as_str().get(range).and_then(|part| part.find(['*', '?'])).unwrap_or_default();
    let at = text.place(parts.host.start + offset);
    let finding = if host.strip_prefix("*.").is_some_and(host::is_part_of_ipv4) {
        Finding::unmatched(
            code::IPV4,
            at,
            "has a * in an IPv4 address, where wildcards are not supported",
        )
    } else {
        let odd = if written.host.contains('*') || port.is_some_and(|port| port.contains('*')) {
            '*'
        } else {
            '?'
        };
        let wrong = format!(
            "has a {odd} where a pattern cannot have one (patterns are https://*.example.com and \
             http://localhost:*)"
        );
        Finding::unmatched(code::GLOB, at, wrong).note(note)
    };
    findings.push(finding.otherwise("list each origin"));
    meant
}

/// Reads a port of digits; none where it is no port.
fn read_port(
    raw: &str,
    scheme: &Scheme,
    kind: Kind,
    at: usize,
    findings: &mut Vec<Finding>,
) -> Option<Port> {
    let mut bad = |wrong: String| findings.push(Finding::unmatched(code::BAD_PORT, at, wrong));
    if raw.is_empty() {
        bad("has a colon without a port, which browsers leave out".to_owned());
        return Some(Port::Default);
    }
    let digits = raw.trim_start_matches('0');
    let digits = if digits.is_empty() { "0" } else { digits };
    let number: Option<u16> =
        digits.parse().ok().filter(|_| digits.bytes().all(|byte| byte.is_ascii_digit()));
    let Some(number) = number else {
        let shown = quoted(raw);
        bad(format!("has the port {shown}, which is not a number up to 65535"));
        return None;
    };
    if digits.len() < raw.len() {
        bad("has a port with leading zeros, which browsers leave out".to_owned());
    } else if number == 0 && kind != Kind::Exact {
        bad("has the port 0, which a pattern cannot have".to_owned());
        return None;
    } else if number == 0 {
        let wrong = "has the port 0, from which no browser loads a page";
        let finding = Finding::unmatched(code::BAD_PORT, at, wrong);
        findings.push(finding.otherwise("write the port that the page is loaded from"));
        return None;
    }
    if scheme.default_port() != Some(number) {
        return Some(Port::Number(number));
    }
    let wrong = format!("has its scheme's default port {number}, which browsers leave out");
    findings.push(Finding::unmatched(code::DEFAULT_PORT, at, wrong));
    Some(Port::Default)
}
