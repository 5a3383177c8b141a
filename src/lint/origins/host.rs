//! Hosts: as browsers serialize them, and what keeps one from being so.

use core::net::{Ipv4Addr, Ipv6Addr};

use url::Host;

use super::code;
use super::finding::Finding;
use super::scheme::upper_case;
use super::wrapping::not_ascii;
use crate::host::{LONGEST_HOST, LONGEST_LABEL, is_ipv4, is_loopback};
use crate::lint::wording::quoted;

/// What an entry stands for, by where it has a `*`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// One origin.
    Exact,
    /// A host with any port.
    AnyPort,
    /// The subdomains of a host.
    Subdomains,
}

/// Whether a host can only be the machine itself: a page from there needs no `https`.
pub(super) fn is_local(host: &str) -> bool {
    is_loopback(host.as_bytes())
}

/// Whether a serialized host is the machine itself or in a network of one's own, where there are no
/// certificates. Regular expressions are judged alike.
pub(super) fn is_own(host: &str) -> bool {
    is_local(host)
        || host.parse().is_ok_and(is_own_ipv4)
        || bracketed_ipv6(host).is_some_and(|address| {
            address.is_unique_local()
                || address.is_unicast_link_local()
                || address.is_unspecified()
                || address.to_ipv4_mapped().is_some_and(is_own_ipv4)
        })
}

/// Whether nobody else can have an address: RFC 1918, RFC 6598, this host, loopback, link-local,
/// multicast and what is reserved.
fn is_own_ipv4(address: Ipv4Addr) -> bool {
    let [first, second, ..] = address.octets();
    address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || first == 0
        || first >= 224
        || (first == 100 && (64..128).contains(&second))
}

/// Whether a serialized host is the address that stands for every address of a machine.
pub(super) fn is_unspecified(host: &str) -> bool {
    matches!(host, "0.0.0.0" | "[::]")
}

fn bracketed_ipv6(host: &str) -> Option<Ipv6Addr> {
    host.strip_prefix('[')?.strip_suffix(']')?.parse().ok()
}

/// Whether a serialized host is an address.
pub(super) fn is_address(host: &str) -> bool {
    host.starts_with('[') || is_ipv4(host.as_bytes())
}

/// Whether a text is the end of an IPv4 address.
pub(super) fn is_part_of_ipv4(text: &str) -> bool {
    is_numeric(text) && text.split('.').count() < 4
}

/// Whether every label is a number, as in an IPv4 address or a part of one.
pub(super) fn is_numeric(host: &str) -> bool {
    !host.is_empty()
        && host.split('.').all(|label| {
            !label.is_empty() && label.len() <= 3 && label.bytes().all(|b| b.is_ascii_digit())
        })
}

/// The host of `http` and `https` as the URL standard serializes it, with what had to change.
///
/// `raw` stands at `at`, and is what follows the star in a pattern. None where it cannot be read.
pub(super) fn web(raw: &str, at: usize, kind: Kind, findings: &mut Vec<Finding>) -> Option<String> {
    if raw.is_empty() {
        findings.push(Finding::unmatched(code::HOST, at, "has no host"));
        return None;
    }
    if raw.starts_with('[') || raw.ends_with(']') {
        return ipv6(raw, at, findings);
    }
    if raw.contains('%') {
        let wrong = "has percent-encoding in its host, which browsers decode";
        findings.push(Finding::unmatched(code::PERCENT_ENCODED, at, wrong));
    }
    if !raw.is_ascii() {
        findings.push(not_ascii(at));
    }
    if has_upper_case(raw) {
        findings.push(upper_case(at));
    }
    match Host::parse(raw) {
        Ok(Host::Ipv6(_)) => None,
        Ok(Host::Ipv4(address)) => Some(ipv4(raw, address, at, findings)),
        Ok(Host::Domain(domain)) => {
            if domain.ends_with('.') && !domain.ends_with("..") && domain != "." {
                findings.push(trailing_dot(at + raw.len() - 1, kind));
            }
            domain_name(&domain, at, kind, findings)
        }
        Err(error) => {
            findings.extend(unreadable(raw, error, at, findings));
            None
        }
    }
}

/// Whether there is an upper-case letter but in `%2E` and its like.
fn has_upper_case(raw: &str) -> bool {
    let mut parts = raw.split('%');
    let first = parts.next().unwrap_or_default();
    let others = parts.map(|part| part.get(2..).unwrap_or_default());
    others.chain([first]).any(|part| part.bytes().any(|byte| byte.is_ascii_uppercase()))
}

fn ipv4(raw: &str, address: Ipv4Addr, at: usize, findings: &mut Vec<Finding>) -> String {
    let canonical = address.to_string();
    if !raw.eq_ignore_ascii_case(&canonical) && raw.is_ascii() && !raw.contains('%') {
        let wrong = "has an IPv4 address that browsers write differently";
        findings.push(Finding::unmatched(code::IPV4, at, wrong));
    }
    canonical
}

fn ipv6(raw: &str, at: usize, findings: &mut Vec<Finding>) -> Option<String> {
    let inner = raw.trim_start_matches('[').trim_end_matches(']');
    let address = match Host::parse(&format!("[{inner}]")) {
        Ok(Host::Ipv6(address)) => Some(address),
        _ => None,
    };
    let canonical = address.map(|address| Host::<String>::Ipv6(address).to_string());
    if canonical.as_deref() == Some(raw) {
        return canonical;
    }
    let wrong = match (&canonical, inner.contains('%')) {
        (Some(_), _) => "has an IPv6 address that browsers write differently",
        (None, true) => "has an IPv6 address with a zone, which no URL can have",
        (None, false) => "has brackets around something that is not an IPv6 address",
    };
    findings.push(Finding::unmatched(code::IPV6, at, wrong));
    canonical
}

/// The finding for an IPv6 address without its brackets, and the address with them.
pub(super) fn bare_ipv6(raw: &str, at: usize, findings: &mut Vec<Finding>) -> Option<String> {
    let wrong = "has an IPv6 address without brackets around it";
    findings.push(Finding::unmatched(code::IPV6, at, wrong));
    let address: Ipv6Addr = raw.parse().ok()?;
    Some(Host::<String>::Ipv6(address).to_string())
}

/// What is left to tell of a host that the URL standard has serialized.
fn domain_name(domain: &str, at: usize, kind: Kind, findings: &mut Vec<Finding>) -> Option<String> {
    if let Some(odd) = domain.chars().find(|&c| !(c.is_ascii_alphanumeric() || "-_.".contains(c))) {
        findings.push(forbidden(odd, at));
        return None;
    }
    let host = domain.strip_suffix('.').unwrap_or(domain);
    // The shortest subdomain has two bytes more.
    let longest = if kind == Kind::Subdomains { LONGEST_HOST - 2 } else { LONGEST_HOST };
    let label = host.split('.').map(str::len).max().unwrap_or_default();
    if host.len() > longest || label > LONGEST_LABEL {
        let wrong = if label > LONGEST_LABEL {
            format!("has a label of {label} bytes, but DNS allows at most {LONGEST_LABEL}")
        } else {
            let length = host.len();
            format!("has a host of {length} bytes, but DNS allows at most {LONGEST_HOST}")
        };
        findings.push(Finding::unmatched(code::TOO_LONG, at, wrong));
        return None;
    }
    if !host.split('.').any(str::is_empty) {
        return Some(host.to_owned());
    }
    let wrong = "has an empty label in its host";
    findings.push(Finding::unmatched(code::HOST, at, wrong));
    let labels: Vec<&str> = host.split('.').filter(|label| !label.is_empty()).collect();
    (!labels.is_empty()).then(|| labels.join("."))
}

fn trailing_dot(at: usize, kind: Kind) -> Finding {
    if kind != Kind::Exact {
        let wrong = "has a dot at the end of its host, which no pattern covers";
        return Finding::unmatched(code::TRAILING_DOT, at, wrong);
    }
    let wrong = "has a dot at the end of its host, which a browser sends only if its user has \
                 typed it";
    Finding::warning(code::TRAILING_DOT, at, wrong)
}

fn forbidden(character: char, at: usize) -> Finding {
    let shown = quoted(character.encode_utf8(&mut [0; 4]));
    Finding::unmatched(code::HOST, at, format!("has {shown} in its host, which cannot contain it"))
}

/// Why the URL standard rejects a host, where nothing that was found already says so.
fn unreadable(
    raw: &str,
    error: url::ParseError,
    at: usize,
    findings: &[Finding],
) -> Option<Finding> {
    let is_punycode = |label: &str| label.get(..4).is_some_and(|s| s.eq_ignore_ascii_case("xn--"));
    let bad_label =
        || raw.split('.').find(|label| is_punycode(label) && Host::parse(label).is_err());
    if error == url::ParseError::InvalidIpv4Address {
        let wrong = "ends in a number like an IPv4 address, but is not one";
        return Some(Finding::unmatched(code::IPV4, at, wrong));
    }
    if let Some(label) = bad_label() {
        let shown = quoted(label);
        let wrong = format!("has {shown} in its host, which is not valid punycode");
        return Some(Finding::unmatched(code::PUNYCODE, at, wrong));
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-_.%".contains(c) || !c.is_ascii();
    match raw.chars().find(|&c| !allowed(c)) {
        Some(odd) => Some(forbidden(odd, at)),
        // Told already: what it holds outside ASCII, or percent-encoded, is in no host.
        None if findings
            .iter()
            .any(|f| matches!(f.code, code::UNICODE | code::PERCENT_ENCODED)) =>
        {
            None
        }
        None => Some(Finding::unmatched(code::HOST, at, "has a host that no URL can have")),
    }
}

/// The host of a scheme of an application's own, which the URL standard leaves as it is.
///
/// An empty one is left, too: `WebKit` sends `app://`.
pub(super) fn custom(
    raw: &str,
    at: usize,
    keeps_case: bool,
    findings: &mut Vec<Finding>,
) -> Option<String> {
    if raw.starts_with('[') {
        return ipv6(raw, at, findings);
    }
    if !raw.is_ascii() {
        findings.push(not_ascii(at));
        return None;
    }
    // The URL standard's forbidden host code points, and what it escapes.
    if let Some(odd) = raw.chars().find(|&c| !c.is_ascii_graphic() || "\"<>[]^`{|}\\".contains(c)) {
        findings.push(forbidden(odd, at));
        return None;
    }
    if !keeps_case && raw.bytes().any(|byte| byte.is_ascii_uppercase()) {
        findings.push(upper_case(at));
        return Some(raw.to_ascii_lowercase());
    }
    Some(raw.to_owned())
}
