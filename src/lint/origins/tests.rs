//! What holds for every text, with the `url` crate as the judge of origins.

use proptest::prelude::*;
use url::Url;

use super::*;
use crate::cors::OriginPattern;
use crate::lint::problem::Suggestion;

/// Pieces of entries, sound and not.
const PIECES: [&str; 96] = [
    "(",
    ")",
    "](",
    "r\"",
    "X=",
    "re(",
    "or",
    "/24",
    "https://",
    "http://",
    "https:",
    "http",
    "HTTPS://",
    "ws://",
    "wss://",
    "file://",
    "blob:",
    "data:",
    "app://",
    "chrome-extension://",
    "//",
    "/",
    "\\",
    ":",
    "::",
    "://",
    ";//",
    "@",
    "?",
    "#",
    ".",
    "..",
    "-",
    "--",
    "_",
    "*",
    "*.",
    "**",
    ":*",
    "example",
    "Example",
    "com",
    ".com",
    "example.com",
    "localhost",
    ".co.uk",
    "github.io",
    "xn--",
    "xn--mnchen-3ya",
    "xn--a",
    "münchen",
    "127.0.0.1",
    "127.1",
    "0x7f",
    "1",
    "256",
    "08",
    "80",
    "443",
    "8080",
    "65535",
    "65536",
    "0",
    "[::1]",
    "[",
    "]",
    "::1",
    "[::FFFF]",
    "fe80",
    "%",
    "%61",
    "%3A%2F%2F",
    "%2e",
    " ",
    "\t",
    "\n",
    "\0",
    "\u{200b}",
    "\u{feff}",
    "\u{ff0e}",
    "\u{ff1a}",
    "\u{200d}",
    ",",
    ";",
    "|",
    "\"",
    "'",
    "`",
    "“",
    "{",
    "}",
    "${X}",
    "{a,b}",
    "null",
    "^",
    "$",
];

fn pieces() -> impl Strategy<Value = String> {
    let piece = proptest::sample::select(PIECES.as_slice());
    proptest::collection::vec(piece, 0..9).prop_map(|pieces| pieces.concat())
}

/// Entries that are nearly sound.
fn near() -> impl Strategy<Value = String> {
    let host = "(\\*?\\.)?[a-zA-Zé0-9_%-]{1,4}(\\.{1,2}[a-z0-9]{1,3}){0,3}\\.?";
    let before = "(https?|HTTP|wss?|app)(://|:/|//|:)([a-z]{1,2}:?@)?";
    (before, host, "(:[0-9*]{0,5})?[/?#a]{0,2}").prop_map(|(a, b, c)| format!("{a}{b}{c}"))
}

fn entries() -> impl Strategy<Value = String> {
    let any_host = "https?://\\PC{1,8}(\\.\\PC{1,4})?(:[0-9]{1,5})?";
    prop_oneof!["\\PC{0,40}", any_host, any::<String>(), pieces(), near()]
}

fn of(entry: &str, credentials: bool) -> Vec<Problem> {
    origins(core::iter::once(entry), credentials, &|text| {
        Some(Suggestion::Expression(text.to_owned()))
    })
}

fn has_error(entry: &str, credentials: bool) -> bool {
    of(entry, credentials).iter().any(|problem| problem.severity == Severity::Error)
}

/// The origin of a URL, where it is one of `http` or `https`.
fn serialized(text: &str) -> Option<String> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    Some(url.origin().ascii_serialization())
}

fn is_web(entry: &str) -> bool {
    entry.starts_with("http://") || entry.starts_with("https://")
}

/// Whether a machine can have such a name: the URL standard knows no bounds and few characters.
fn is_in_dns(origin: &str) -> bool {
    let host = Url::parse(origin).ok().and_then(|url| url.host_str().map(str::to_owned));
    let Some(host) = host.filter(|host| !host.starts_with('[')) else { return true };
    let host = host.strip_suffix('.').unwrap_or(&host);
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    host.len() <= 253
        && host
            .split('.')
            .all(|label| (1..=63).contains(&label.len()) && label.chars().all(is_part))
}

/// An origin with `localhost` in the place of an address that a server listens on: no page comes from that.
fn on_this_machine(origin: &str) -> String {
    let (scheme, rest) = origin.split_once("://").unwrap_or_default();
    for address in ["0.0.0.0", "[::]"] {
        match rest.strip_prefix(address) {
            Some(port) if port.is_empty() || port.starts_with(':') => {
                return format!("{scheme}://localhost{port}");
            }
            _ => {}
        }
    }
    origin.to_owned()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn any_text_is_reported_by_known_codes_and_corrected_for_good(
        entry in entries(), credentials: bool,
    ) {
        let problems = of(&entry, credentials);
        for problem in &problems {
            prop_assert!(CODES.contains(&problem.code));
            let is_shown = |c| matches!(c, ' '..='~' | '…');
            prop_assert!(problem.message.chars().all(is_shown), "{}", problem.message);
            prop_assert!(problem.message.len() < 1500);
            match &problem.suggestion {
                Some(Suggestion::One(text)) => {
                    prop_assert!(!has_error(text, credentials), "{}", text);
                    prop_assert_ne!(text, &entry);
                    if is_web(text) && !text.contains('*') {
                        let url = serialized(text);
                        prop_assert_eq!(url.as_ref(), Some(text));
                    }
                }
                Some(Suggestion::Several(texts)) => {
                    prop_assert!(texts.len() > 1);
                    for text in texts {
                        prop_assert!(!has_error(text, credentials), "{}", text);
                    }
                }
                Some(Suggestion::Expression(text)) => {
                    prop_assert!(crate::cors::Expressions::new(&[text]).is_ok(), "{}", text);
                }
                None => {}
            }
        }
        for (problem, other) in problems.iter().zip(problems.iter().skip(1)) {
            prop_assert_ne!(problem.code, other.code);
        }
    }

    #[test]
    fn what_a_browser_serializes_has_no_error(entry in entries()) {
        // That of the entry itself, and that of what a browser makes of it.
        for origin in serialized(&entry).into_iter().filter(|origin| is_in_dns(origin)) {
            // A URL may name a port or an address that browsers load no page from.
            let others = of(&origin, true).into_iter().filter(|p| ![code::BAD_PORT, code::UNSPECIFIED_ADDRESS].contains(&p.code));
            for problem in others {
                prop_assert_eq!(problem.severity, Severity::Warning, "{}: {:?}", origin, problem);
            }
            prop_assert!(origin.starts_with("http:") || of(&origin, true).iter().all(
                |p| [code::TRAILING_DOT, code::BAD_PORT, code::UNSPECIFIED_ADDRESS].contains(&p.code)));
        }
    }

    #[test]
    fn an_entry_without_error_is_what_a_browser_serializes(entry in entries()) {
        if is_web(&entry) && !has_error(&entry, false) {
            if entry.contains('*') {
                prop_assert!(OriginPattern::parse(entry.as_bytes()).is_ok());
                let one = entry.replace("*.", "a.").replace(":*", ":1");
                prop_assert_eq!(serialized(&one), Some(one));
            } else {
                prop_assert_eq!(serialized(&entry), Some(entry));
            }
        }
    }

    #[test]
    fn an_entry_without_error_is_an_origin_of_visible_ascii(entry in entries()) {
        if !has_error(&entry, false) && !matches!(entry.as_str(), "*" | "null") {
            let (scheme, host) = entry.split_once("://").unwrap_or_default();
            let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
            prop_assert!(!scheme.is_empty() && scheme.bytes().all(is_part), "{}", entry);
            prop_assert!(host.bytes().all(|byte| byte.is_ascii_graphic()), "{}", entry);
            prop_assert!(!host.contains(['/', '\\', '"', '<', '>', '|', '`']), "{}", entry);
        }
    }

    #[test]
    fn a_url_is_corrected_to_its_origin(entry in near()) {
        // What lies behind a dot or a star is reported as a pattern.
        let is_pattern = ["*", "/.", "??", ".?"].iter().any(|part| entry.contains(part));
        // The digit of a port.
        let before = entry.trim_end_matches(['/', '#']).strip_suffix('?').unwrap_or_default();
        let is_pattern = is_pattern || before.ends_with(|c: char| c.is_ascii_digit());
        // `http:80` may be a host and a port.
        let (_, behind) = entry.split_once(':').unwrap_or_default();
        let is_pattern = is_pattern || behind.starts_with(|c: char| c.is_ascii_digit());
        if let Some(origin) = serialized(&entry).filter(|o| !is_pattern && is_in_dns(o)) {
            let bare = origin.replace(".:", ":");
            let bare = bare.strip_suffix('.').unwrap_or(&bare);
            for problem in of(&entry, false) {
                let found = problem.suggestion.clone();
                let is_origin = serialized(bare).as_deref() == Some(bare);
                // Nobody knows what was meant by the name of a setting, or by port 0.
                let is_known = problem.code != code::PLACEHOLDER && !bare.ends_with(":0");
                if problem.severity == Severity::Error && is_origin && is_known {
                    prop_assert_eq!(found, Some(Suggestion::One(on_this_machine(bare))), "{:?}", problem);
                }
            }
        }
    }
}

#[test]
fn a_long_text_of_any_kind_is_read_to_its_end() {
    // Each has cost quadratic time, or a deep stack, in one parser or another.
    for piece in [
        "[",
        "{",
        "<",
        "(",
        "\"",
        "\\\"",
        "https://",
        "http//",
        "http:/",
        "https:",
        "a.",
        "*.",
        "**",
        "xn--",
        "%41",
        "é",
        ",",
        "a,",
        "https://a,",
        "?.",
        "??",
        "@",
        ":",
        "::",
        "${",
        "$(",
        "%a",
        "__A",
        "(a|",
        "[a-",
        "a*",
        "{a,b}",
        "\u{200b}",
        " ",
        "\0",
        "blob:",
        "https://a",
    ] {
        let entry = piece.repeat(20_000 / piece.len());
        for entry in
            [format!("https://{entry}"), format!("{entry}}})>]"), format!("{entry}://a"), entry]
        {
            for problem in of(&entry, true) {
                assert!(problem.message.len() < 1500, "{piece}: {}", problem.code);
            }
        }
    }
}
