//! The beginning of an entry, however it is written.

use core::fmt;

use super::code;
use super::extension;
use super::finding::Finding;
use super::text::Text;
use crate::host::default_port;
use crate::lint::wording::quoted;
use crate::schemes::{EXPO, NOT_SENT};

/// What an origin begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Scheme {
    /// None is written.
    Missing,
    Http,
    Https,
    /// Both, by a `*`.
    Either,
    /// One of an application's or an extension's own, in lower case.
    Custom(String),
    /// None that can be told, or one whose pages send another Origin or none.
    Unknown,
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Http => "http",
            Self::Custom(name) => name,
            Self::Missing | Self::Https | Self::Either | Self::Unknown => "https",
        })
    }
}

impl Scheme {
    fn of(lower: &str) -> Self {
        match lower {
            "http" => Self::Http,
            "https" => Self::Https,
            _ => Self::Custom(lower.to_owned()),
        }
    }

    pub(super) fn default_port(&self) -> Option<u16> {
        match self {
            Self::Http => default_port(b"http"),
            Self::Https => default_port(b"https"),
            _ => None,
        }
    }

    /// Whether its hosts are read as the URL standard reads those of special schemes.
    pub(super) fn is_web(&self) -> bool {
        !matches!(self, Self::Custom(_))
    }
}

/// The scheme of local files. Browsers send null for those; Electron and some web views send `file://`.
pub(super) const FILE: &str = "file";

/// Schemes of applications whose pages have one host, and that host.
const APPS: [(&str, &str); 4] = [
    ("capacitor", "localhost"),
    ("httpsionic", "localhost"),
    ("ionic", "localhost"),
    ("tauri", "localhost"),
];

/// The host that all pages of a scheme have.
pub(super) fn only_host(scheme: &str) -> Option<&'static str> {
    APPS.iter().find(|(known, _)| *known == scheme).map(|(_, host)| *host)
}

/// Schemes that are known by their name, with no slashes behind.
fn is_known(scheme: &str) -> bool {
    only_host(scheme).is_some()
        || matches!(scheme, FILE | "app")
        || extension::any_id(scheme).is_some()
}

/// Whether a text begins with a scheme whose origins are never sent.
pub(super) fn begins_with_one_not_sent(text: &str) -> bool {
    let name = scheme_name(text);
    let is_same = |known: &str| known.eq_ignore_ascii_case(name);
    text.get(name.len()..).is_some_and(|rest| rest.starts_with(':'))
        && (is_same(FILE) || NOT_SENT.iter().any(|(known, _)| is_same(known)))
}

/// The two origins that `http(s)://` or `http?://` and the like stand for.
pub(super) fn either(text: &str) -> Option<[String; 2]> {
    let (scheme, rest) = text.split_once("://")?;
    let is_either = ["http?", "http(s)", "http[s]", "http{s}", "http/https", "http|https"]
        .iter()
        .any(|known| known.eq_ignore_ascii_case(scheme));
    let is_host = |c: char| c.is_alphanumeric() || "-_.:/*[]".contains(c);
    (is_either && rest.chars().all(is_host) && !rest.contains(".*"))
        .then(|| [format!("http://{rest}"), format!("https://{rest}")])
}

/// How many schemes one behind the other are read, which bounds the time.
const MOST: usize = 16;

/// What one look at the beginning of a text shows.
struct Start {
    scheme: Scheme,
    /// How many bytes are the scheme and what separates it.
    length: usize,
    fault: Option<Fault>,
}

enum Fault {
    /// It is not written as a scheme is.
    Malformed,
    NotSent(&'static str),
    /// A `*` in it.
    Glob,
    UpperCase,
}

impl Start {
    fn sound(scheme: Scheme, length: usize) -> Self {
        Self { scheme, length, fault: None }
    }

    fn malformed(scheme: Scheme, length: usize) -> Self {
        Self { scheme, length, fault: Some(Fault::Malformed) }
    }

    fn missing(length: usize) -> Self {
        Self::sound(Scheme::Missing, length)
    }
}

/// The scheme that `text` begins with, and where what follows it begins.
pub(super) fn open(text: &Text, findings: &mut Vec<Finding>) -> (Scheme, usize) {
    let whole = text.as_str();
    let mut offset = 0;
    for _ in 0..MOST {
        let rest = whole.get(offset..).unwrap_or_default();
        let Start { scheme, mut length, fault } = start(rest);
        // `https://www.https://`
        let behind = rest.get(length..).and_then(|after| after.strip_prefix("www."));
        if length > 0 && behind.is_some_and(begins_web) {
            length += "www.".len();
        }
        let written = rest.get(..length).unwrap_or_default();
        let after = rest.get(length..).unwrap_or_default();
        let at = text.place(offset);
        if let Some(Fault::NotSent(why)) = fault {
            let name = written.split(':').next().unwrap_or_default().to_ascii_lowercase();
            let wrong = format!("has the scheme {name}, {why}");
            let finding = Finding::unmatched(code::SCHEME_NOT_SENT, at, wrong);
            findings.push(match why {
                EXPO => finding.otherwise(
                    "remove it, or write the address of the app's page in a browser, such as \
                     'http://localhost:8081'",
                ),
                _ => finding,
            });
            match name.as_str() {
                "blob" | "filesystem" | "view-source" if begins_web(after) => {
                    offset += length;
                    continue;
                }
                "ws" => return (Scheme::Http, offset + length),
                "wss" => return (Scheme::Https, offset + length),
                _ => return (Scheme::Unknown, offset + length),
            }
        }
        if length > 0 && begins_web(after) {
            if !findings.iter().any(|finding| finding.code == code::DOUBLED_SCHEME) {
                let shown = quoted(written);
                let wrong = format!("has {shown} before its scheme");
                findings.push(Finding::unmatched(code::DOUBLED_SCHEME, at, wrong));
            }
            offset += length;
            continue;
        }
        match fault {
            Some(Fault::Malformed) => {
                let shown = quoted(written);
                let wrong = match &scheme {
                    Scheme::Unknown => format!("begins with {shown}, which is not a scheme"),
                    _ => format!(
                        "begins with {shown} instead of {}",
                        quoted(&format!("{scheme}://"))
                    ),
                };
                findings.push(Finding::unmatched(code::MALFORMED_SCHEME, at, wrong));
            }
            Some(Fault::Glob) => {
                let wrong = "has a * in its scheme, where wildcards are not supported";
                findings.push(Finding::unmatched(code::GLOB, at, wrong));
            }
            Some(Fault::UpperCase) => findings.push(upper_case(at)),
            Some(Fault::NotSent(_)) | None => {}
        }
        return (scheme, offset + length);
    }
    (Scheme::Unknown, whole.len())
}

/// The finding for an upper-case letter in the scheme or the host.
pub(super) fn upper_case(at: usize) -> Finding {
    Finding::unmatched(
        code::UPPER_CASE,
        at,
        "has upper-case letters, but a browser's Origin is in lower case",
    )
}

fn start(text: &str) -> Start {
    let name = scheme_name(text);
    let lower = name.to_ascii_lowercase();
    let after = text.get(name.len()..).unwrap_or_default();
    let is_glob = |prefix: &&str| {
        prefix.len() < text.len()
            && prefix.contains('*')
            && !prefix.contains(['/', '.', '?', '#', '\\'])
    };
    if let Some(prefix) = text.split("://").next().filter(is_glob) {
        let is_web = matches!(&*prefix.to_ascii_lowercase(), "*" | "**" | "http*" | "https*");
        let scheme = if is_web { Scheme::Either } else { Scheme::Unknown };
        return Start { scheme, length: prefix.len() + 3, fault: Some(Fault::Glob) };
    }
    if name.is_empty() {
        return nameless(text);
    }
    if let Some(rest) = after.strip_prefix(':') {
        return named(name, &lower, rest);
    }
    // `https//`, `http;//`, `https.//`, `https/`
    let base = lower.trim_end_matches(['.', '-', '+']);
    let punctuated = after.strip_prefix([';', ',', '=', '_', '!', '>']).unwrap_or(after);
    let slashes = slash_count(punctuated);
    let length = text.len() - punctuated.len() + slashes;
    match web_scheme(base) {
        Some((scheme, exact)) if slashes > 1 || (slashes == 1 && exact) => {
            Start::malformed(scheme, length)
        }
        _ => prefixed(text).unwrap_or(Start::missing(0)),
    }
}

/// A text that begins with no letter.
fn nameless(text: &str) -> Start {
    let rest = text.strip_prefix(':').unwrap_or(text);
    match slash_count(rest) {
        0 => prefixed(text).unwrap_or(Start::missing(0)),
        slashes => Start::missing(text.len() - rest.len() + slashes),
    }
}

/// A text that begins with `name:` and goes on with `rest`.
fn named(name: &str, lower: &str, rest: &str) -> Start {
    let slashes = slash_count(rest);
    let length = name.len() + 1;
    if let Some((_, why)) = NOT_SENT.iter().find(|(known, _)| *known == lower) {
        let fault = Some(Fault::NotSent(why));
        return Start { scheme: Scheme::Unknown, length: length + slashes, fault };
    }
    // `exp+name://` opens an app in development.
    let expo = lower.starts_with("exp+").then_some(EXPO).filter(|_| slashes > 1);
    if let Some(why) = expo {
        let fault = Some(Fault::NotSent(why));
        return Start { scheme: Scheme::Unknown, length: length + slashes, fault };
    }
    let is_host = name.contains('.') || lower == "localhost";
    let begins_port = rest.starts_with(|c: char| c.is_ascii_digit() || c == '*');
    match web_scheme(lower) {
        Some(_) if slashes == 0 && begins_port => Start::missing(0),
        Some((scheme, true)) => match rest.strip_prefix("//") {
            Some(after) if !after.starts_with(['/', '\\']) => {
                let fault = (name != lower).then_some(Fault::UpperCase);
                Start { scheme, length: length + 2, fault }
            }
            _ => Start::malformed(scheme, length + slashes),
        },
        Some((scheme, false)) if slashes > 0 => Start::malformed(scheme, length + slashes),
        // `www.https://` and `git+https://`
        _ if rest.starts_with("//")
            && [".https", ".http", "+https", "+http"].iter().any(|end| lower.ends_with(end)) =>
        {
            let scheme = if lower.ends_with('s') { Scheme::Https } else { Scheme::Http };
            Start::malformed(scheme, length + 2)
        }
        _ if rest.is_empty() && is_known(lower) => Start::malformed(Scheme::of(lower), length),
        // A drive: `C:\Users`.
        _ if name.len() == 1 && slashes == 1 => Start::malformed(Scheme::Unknown, length + 1),
        _ if rest.starts_with("//") => {
            let fault = (name != lower).then_some(Fault::UpperCase);
            Start { scheme: Scheme::of(lower), length: length + 2, fault }
        }
        _ if is_host && !begins_web(rest) => Start::missing(0),
        _ if slashes == 0
            && !begins_web(rest)
            && (begins_port || rest.is_empty() || rest.contains('@')) =>
        {
            Start::missing(0)
        }
        // `name:latest` is an address of another kind.
        _ if slashes == 0 && !is_known(lower) && !begins_web(rest) => {
            Start::malformed(Scheme::Unknown, length)
        }
        _ => Start::malformed(Scheme::of(lower), length + slashes),
    }
}

/// A text with `://` after what is no scheme, such as `>https://` or `httрs://` (a Cyrillic р).
fn prefixed(text: &str) -> Option<Start> {
    let (prefix, _) = text.split_once("://")?;
    if prefix.contains(['/', '?', '#', '\\']) {
        return None;
    }
    let lower = prefix.to_lowercase();
    let length = prefix.len() + 3;
    let scheme = if lower.ends_with("https") {
        Scheme::Https
    } else if lower.ends_with("http") {
        Scheme::Http
    } else {
        web_scheme(&lower).map_or(Scheme::Unknown, |(scheme, _)| scheme)
    };
    Some(Start::malformed(scheme, length))
}

/// The letters, digits, `+`, `-` and `.` that a scheme is made of.
fn scheme_name(text: &str) -> &str {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    let end = text.find(|c| !is_part(c)).unwrap_or(text.len());
    if text.starts_with(|c: char| c.is_ascii_alphabetic()) { &text[..end] } else { "" }
}

fn slash_count(text: &str) -> usize {
    text.bytes().take_while(|byte| matches!(byte, b'/' | b'\\')).count()
}

/// Whether `http` or `https` and a slash follow.
fn begins_web(text: &str) -> bool {
    let Some((_, rest)) =
        text.split_at_checked(4).filter(|(name, _)| name.eq_ignore_ascii_case("http"))
    else {
        return false;
    };
    let rest = rest.strip_prefix(['s', 'S']).unwrap_or(rest);
    ["//", ":/", ":\\"].iter().any(|separator| rest.starts_with(separator))
}

/// `http` or `https`, and whether it is written so or only one slip away.
fn web_scheme(lower: &str) -> Option<(Scheme, bool)> {
    match lower {
        "http" => Some((Scheme::Http, true)),
        "https" => Some((Scheme::Https, true)),
        _ if is_one_slip(lower, "https") => Some((Scheme::Https, false)),
        _ if is_one_slip(lower, "http") => Some((Scheme::Http, false)),
        _ => None,
    }
}

/// Whether one letter more, less, other or exchanged with its neighbor makes `meant` of `text`.
fn is_one_slip(text: &str, meant: &str) -> bool {
    if text.len() > 2 * meant.len() {
        return false;
    }
    let (text, meant): (Vec<char>, Vec<char>) = (text.chars().collect(), meant.chars().collect());
    let same = text.iter().zip(&meant).take_while(|(a, b)| a == b).count();
    let (text, meant) = (&text[same..], &meant[same..]);
    match (text, meant) {
        ([_, rest @ ..], [_, others @ ..]) if rest == others => true,
        ([a, b, rest @ ..], [c, d, others @ ..]) if (a, b, rest) == (d, c, others) => true,
        ([_, rest @ ..], _) if rest == meant => true,
        (_, [_, others @ ..]) if text == others => true,
        _ => false,
    }
}
