//! Enforcement, held against the table of its rules as it is written for a person, row by row.

use std::sync::LazyLock;

use fastcors::enforcement::{Action, Enforcement, HostLines, Hosts, Kind, Mode, Request};
use regex::bytes::Regex;

use crate::tokens;

#[rustfmt::skip]
const TOKENS: &[&str] = &[
    "https://", "http://", "api.example", "API.example", "localhost", "127.0.0.1", "[::1]", "evil.com",
    "*.", "*", ".", ":", ":443", ":80", ":8000", ":65536", ":08", "null", "same-origin", "none",
    "same-site", "cross-site", "navigate", "no-cors", "document", "object", "embed", "a", "_", "-", "@",
    "/", ",", " ", "\t", "[", "]", "::", "%", "0", "\u{fc}", "https://api.example", "http://localhost:8000",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.",
];
const KINDS: [Kind; 5] =
    [Kind::Preflight, Kind::Read, Kind::Options, Kind::Unsafe, Kind::WebSocket];
const MODES: [Mode; 5] = [Mode::Off, Mode::Unsafe, Mode::All, Mode::Isolate, Mode::Report];

/// What a case is made of, each value None where there is no such header.
#[derive(Debug)]
struct Case {
    kind: Kind,
    is_https: bool,
    allowed: bool,
    hosts: Vec<Vec<u8>>,
    host: Vec<Vec<u8>>,
    origin: Option<Vec<u8>>,
    site: Option<Vec<u8>>,
    mode: Option<Vec<u8>>,
    destination: Option<Vec<u8>>,
}

/// The first four bytes say what there is, the lines are the values.
pub(crate) fn check(data: &[u8]) {
    if let Some((choices, rest)) = data.split_first_chunk() {
        decide(*choices, tokens::lines(rest, TOKENS));
    }
}

/// `choices` say what there is of the `texts`: three entries of `hosts`, two Host lines, Origin,
/// Sec-Fetch-Site, -Mode and -Dest.
pub(crate) fn decide(choices: [u8; 4], texts: Vec<Vec<u8>>) {
    let [flags, kind, entries, lines] = choices;
    let mut texts = texts.into_iter();
    let mut take = |there: bool| texts.next().filter(|_| there);
    let hosts = [take(entries & 1 != 0), take(entries & 2 != 0), take(entries & 4 != 0)];
    let host = [take(lines % 8 != 0), take(lines % 8 == 1)];
    compare(&Case {
        kind: KINDS[usize::from(kind) % KINDS.len()],
        is_https: flags & 1 != 0,
        allowed: flags & 2 != 0,
        hosts: hosts.into_iter().flatten().collect(),
        host: host.into_iter().flatten().collect(),
        origin: take(flags & 4 != 0),
        site: take(flags & 8 != 0),
        mode: take(flags & 16 != 0),
        destination: take(flags & 32 != 0),
    });
}

fn compare(case: &Case) {
    let request = Request {
        kind: case.kind,
        is_https: case.is_https,
        host: match case.host.as_slice() {
            [] => HostLines::None,
            [one] => HostLines::One(one),
            _ => HostLines::Several,
        },
        origin: case.origin.as_deref().map(|origin| (origin, case.allowed)),
        site: case.site.as_deref(),
        mode: case.mode.as_deref(),
        destination: case.destination.as_deref(),
    };
    for mode in MODES {
        let hosts = Hosts::new(case.hosts.iter().map(Vec::as_slice)).unwrap();
        let decision = Enforcement::new(mode, hosts).decide(&request);
        let expected = match (row(case, mode), mode) {
            (Outcome::Pass, _) => Action::Pass,
            (_, Mode::Report) => Action::Report,
            (Outcome::Forbidden | Outcome::Misdirected, _) => Action::Reject,
        };
        assert_eq!(decision.action, expected, "{mode:?} {case:?}");
        if row(case, mode) != Outcome::Pass {
            let misdirected = decision.rule.status() == 421;
            assert_eq!(row(case, mode) == Outcome::Misdirected, misdirected, "{mode:?} {case:?}");
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Pass,
    Forbidden,
    Misdirected,
}

/// The first row of the table that fits.
fn row(case: &Case, mode: Mode) -> Outcome {
    let enforced = mode != Mode::Off;
    let forbidden_if = |condition| if condition { Outcome::Forbidden } else { Outcome::Pass };
    let site = case.site.as_deref().filter(|site| !site.is_empty());
    let own_site = site == Some(b"same-origin") || site == Some(b"none");
    let is_unsafe = case.kind == Kind::Unsafe;
    if !case.hosts.is_empty() && !is_in_hosts(case) {
        return Outcome::Misdirected;
    }
    if case.kind == Kind::Preflight {
        return Outcome::Pass;
    }
    if case.origin.is_some() && case.allowed {
        return Outcome::Pass;
    }
    if case.kind == Kind::WebSocket {
        return forbidden_if(enforced && case.origin.is_some() && !has_own_origin(case));
    }
    if case.origin.is_none() {
        if site.is_none() || own_site {
            return Outcome::Pass;
        }
        if is_unsafe {
            return forbidden_if(enforced);
        }
        let links = case.kind == Kind::Read
            && case.mode.as_deref() == Some(b"navigate")
            && case.destination.as_deref() != Some(b"object")
            && case.destination.as_deref() != Some(b"embed");
        return forbidden_if(mode == Mode::Isolate && !links);
    }
    if own_site || (site.is_none() && has_own_origin(case)) {
        return Outcome::Pass;
    }
    forbidden_if(enforced && (is_unsafe || mode != Mode::Unsafe))
}

static SHAPE: LazyLock<Regex> = LazyLock::new(|| {
    let host = r"\[[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*\]|[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*\.?";
    Regex::new(&format!(r"(?-u)\A({host})(?::([0-9]{{1,5}}))?\z")).unwrap()
});

/// Host in lower case, and port, of `host[:port]`.
fn split(authority: &[u8]) -> Option<(String, Option<u32>)> {
    let found = SHAPE.captures(authority)?;
    let text = |place| found.get(place).map(|part| String::from_utf8_lossy(part.as_bytes()));
    let host = text(1).unwrap().to_lowercase();
    let port = text(2).map(|digits| digits.parse().unwrap());
    (host.len() <= 253 && port.is_none_or(|port| port < 65536)).then_some((host, port))
}

fn is_in_hosts(case: &Case) -> bool {
    let [line] = case.host.as_slice() else { return false };
    let Some((host, _)) = split(line) else { return false };
    case.hosts.iter().any(|entry| {
        let entry = String::from_utf8_lossy(entry).to_lowercase();
        match entry.strip_prefix("*.") {
            None => entry == host,
            Some(domain) => {
                let is_name = split(domain.as_bytes()) == Some((domain.to_owned(), None));
                let last = domain.rsplit('.').next().unwrap();
                let is_hex = last
                    .strip_prefix("0x")
                    .is_some_and(|digits| digits.chars().all(|digit| digit.is_ascii_hexdigit()));
                let is_decimal =
                    !last.is_empty() && last.chars().all(|digit| digit.is_ascii_digit());
                is_name
                    && !domain.starts_with('[')
                    && !(is_decimal || is_hex)
                    && host.ends_with(&format!(".{domain}"))
            }
        }
    })
}

fn has_own_origin(case: &Case) -> bool {
    let [line] = case.host.as_slice() else { return false };
    let Some(origin) = case.origin.as_deref() else { return false };
    let (scheme, rest) = if let Some(rest) = origin.strip_prefix(b"https://") {
        ("https", rest)
    } else if let Some(rest) = origin.strip_prefix(b"http://") {
        ("http", rest)
    } else {
        return false;
    };
    let default = if scheme == "https" { 443 } else { 80 };
    match (split(line), split(rest)) {
        (Some((own, own_port)), Some((theirs, their_port))) => {
            own == theirs
                && own_port.unwrap_or(default) == their_port.unwrap_or(default)
                && !(case.is_https && scheme == "http")
        }
        _ => false,
    }
}
