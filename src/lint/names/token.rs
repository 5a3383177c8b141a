//! What keeps a text from being a name (RFC 9110, 5.6.2, token), and which names were meant by it.

use super::code;
use super::finding::{error, problem, warning};
use super::known::{NORMALIZED, SAFELISTED};
use crate::lint::problem::{Problem, Severity, Suggestion};
use crate::lint::wording::is_hidden;

/// Whose names are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum List {
    Methods,
    RequestHeaders,
    ResponseHeaders,
}

impl List {
    fn noun(self) -> &'static str {
        match self {
            Self::Methods => "a method",
            Self::RequestHeaders | Self::ResponseHeaders => "a header name",
        }
    }

    fn instead(self) -> &'static str {
        match self {
            Self::Methods => "write a method or remove it",
            Self::RequestHeaders | Self::ResponseHeaders => "write a header name or remove it",
        }
    }

    fn codes(self) -> Codes {
        match self {
            Self::Methods => Codes {
                several: code::METHOD_SEVERAL,
                quotes: code::METHOD_QUOTES,
                glob: code::METHOD_GLOB,
            },
            Self::RequestHeaders => Codes {
                several: code::HEADER_SEVERAL,
                quotes: code::HEADER_QUOTES,
                glob: code::HEADER_GLOB,
            },
            Self::ResponseHeaders => Codes {
                several: code::EXPOSE_SEVERAL,
                quotes: code::EXPOSE_QUOTES,
                glob: code::EXPOSE_GLOB,
            },
        }
    }
}

struct Codes {
    several: &'static str,
    quotes: &'static str,
    glob: &'static str,
}

/// Says what is wrong with the form of an entry, where it is not simply a name or `*`.
///
/// What is suggested has no error of those that `told_of` gives.
pub(super) fn check(
    entry: &str,
    index: usize,
    list: List,
    told_of: &dyn Fn(&[&str]) -> Vec<Problem>,
) -> Option<Problem> {
    let meant = || {
        meant(entry, list).filter(|meant| {
            let names: Vec<&str> = match meant {
                Suggestion::One(name) | Suggestion::Expression(name) => vec![name],
                Suggestion::Several(names) => names.iter().map(String::as_str).collect(),
            };
            told_of(&names).iter().all(|problem| problem.severity != Severity::Error)
        })
    };
    let noun = list.noun();
    if let Some(wrong) = broken_header(entry) {
        let code = error(code::NAME_BREAKS_HEADER);
        return Some(problem(code, index, wrong, meant(), list.instead()));
    }
    if !is_token(entry) {
        let wrong = if entry.is_empty() {
            "is empty, so it names nothing".to_owned()
        } else if entry.trim().is_empty() {
            "is only white space, so it names nothing".to_owned()
        } else if !is_token(entry.trim()) {
            format!("is not {noun}: only letters, digits and !#$%&'*+-.^_`|~ are allowed in it")
        } else if list == List::ResponseHeaders {
            "has white space around it, which browsers ignore".to_owned()
        } else {
            "has white space around it, so it matches no request".to_owned()
        };
        let otherwise = if entry.trim().is_empty() { "remove it" } else { list.instead() };
        // Browsers split a list of exposed headers at commas, so these work.
        let works = list == List::ResponseHeaders
            && entry.split(',').all(|name| is_token(name.trim_matches([' ', '\t'])));
        let code = if works { warning(code::NOT_A_TOKEN) } else { error(code::NOT_A_TOKEN) };
        return Some(problem(code, index, &wrong, meant(), otherwise));
    }
    let Codes { several, quotes, glob } = list.codes();
    // All that follows is a token, and still no name that anybody has.
    let (code, wrong) = if entry.contains('|') {
        let several = if list == List::Methods { error(several) } else { warning(several) };
        (several, format!("probably stands for several, but is read as {noun} with a | in it"))
    } else if entry.starts_with(['\'', '`']) || entry.ends_with(['\'', '`']) {
        (error(quotes), format!("is read as {noun} with the quotes in it"))
    } else if entry.contains('*') && entry != "*" {
        (error(glob), "has a *, which is a wildcard only on its own".to_owned())
    } else {
        return None;
    };
    let suggestion = meant().filter(|_| code.0 != glob);
    Some(problem(code, index, &wrong, suggestion, "list each name, or write '*' for all"))
}

/// What keeps a text out of every header: a server would send a header that is split or forged, or
/// fail. Servers carry all other bytes (RFC 9110, 5.5, field-vchar and obs-text).
fn broken_header(text: &str) -> Option<&'static str> {
    if text.chars().any(|c| c.is_ascii_control() && c != '\t') {
        Some("contains a control character, which would break the header")
    } else if text.chars().any(|c| c > '\u{ff}') {
        Some("contains a character beyond latin-1, which no header can carry")
    } else {
        None
    }
}

fn is_token(text: &str) -> bool {
    let is_part = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    !text.is_empty() && text.bytes().all(is_part)
}

/// Whether nothing is wrong with the form of a name, or it is `*`.
fn is_well_formed(text: &str) -> bool {
    is_token(text)
        && (text == "*" || !text.contains(['*', '|']))
        && !text.starts_with(['\'', '`'])
        && !text.ends_with(['\'', '`'])
}

/// The names that were meant by a text, where they are evident.
fn meant(entry: &str, list: List) -> Option<Suggestion> {
    // A placeholder stands for no name that is known here.
    let is_placeholder = entry.contains(['{', '<', '$', '%']) && !entry.contains(['\'', '"']);
    if is_placeholder || (list == List::Methods && entry.contains(':')) {
        return None;
    }
    // What cannot be seen separates no names, unless it is white space.
    let entry: String = entry
        .chars()
        .filter(|&c| c.is_whitespace() || !is_hidden(c))
        .map(|c| if matches!(c, '\u{2010}'..='\u{2015}' | '\u{2212}') { '-' } else { c })
        .collect();
    // `GET/POST`, but not `GET /items`.
    let is_list = list == List::Methods && !entry.contains(char::is_whitespace);
    let mut names: Vec<String> = Vec::new();
    let separates = |c: char| matches!(c, ',' | ';' | '|' | '\n' | '\r') || (c == '/' && is_list);
    for item in entry.split(separates) {
        let name = item.split_once(':').map_or(item, |(name, _)| name);
        let name = name.trim_matches(is_around);
        if !name.is_empty() {
            words(name, list, &mut names);
        }
    }
    if !names.iter().all(|name| is_well_formed(name)) {
        return None;
    }
    if list == List::Methods {
        for name in &mut names {
            if let Some(upper) = NORMALIZED.iter().find(|known| known.eq_ignore_ascii_case(name)) {
                *name = (*upper).to_owned();
            }
        }
    }
    if names.len() > 1 {
        Some(Suggestion::Several(names))
    } else {
        names.pop().map(Suggestion::One)
    }
}

fn is_around(character: char) -> bool {
    character.is_whitespace() || "\"'`“”‘’«»[](){}<>".contains(character)
}

/// Splits at white space: several names, or one with a `-` forgotten, as in `Content Type`.
fn words(text: &str, list: List, names: &mut Vec<String>) {
    let words: Vec<&str> = text
        .split_whitespace()
        .map(|word| word.trim_matches(is_around))
        .filter(|w| !w.is_empty())
        .collect();
    let is_name = |word: &&str| {
        let lower = word.to_ascii_lowercase();
        word.contains('-') || SAFELISTED.contains(&&*lower) || SINGLE_WORDS.contains(&&*lower)
    };
    if list == List::Methods || words.len() == 1 || words.iter().all(is_name) {
        names.extend(words.into_iter().map(str::to_owned));
    } else {
        names.push(words.join("-"));
    }
}

/// Header names of one word that are often listed.
const SINGLE_WORDS: [&str; 12] = [
    "authorization",
    "cookie",
    "date",
    "digest",
    "etag",
    "host",
    "link",
    "location",
    "origin",
    "range",
    "referer",
    "token",
];
