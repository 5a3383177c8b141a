//! What surrounds an origin: white space, quotes, brackets, separators, what cannot be seen.

use core::ops::Range;

use super::code;
use super::finding::Finding;
use super::text::Text;
use crate::lint::wording::{is_hidden, named};

/// How many layers of quotes and brackets are taken off, which bounds the time.
const DEEPEST: usize = 8;

/// The longest name of a function that is taken off.
const LONGEST_NAME: usize = 40;

/// What stands between origins in a sentence, and before one in a list.
const WORDS: [&str; 12] = ["or", "and", "&", "&&", "+", "-", "•", "·", "/", "->", "=>", "→"];

/// The longest `https://host:` that is written once more for each of several ports.
const LONGEST_START: usize = 300;

const SEPARATORS: [char; 3] = [',', ';', '|'];

const fn is_quote(character: char) -> bool {
    matches!(
        character,
        '"' | '\'' | '`' | '´' | '“' | '”' | '„' | '‘' | '’' | '‚' | '«' | '»' | '‹' | '›'
    )
}

/// Drops what cannot be seen, and writes what is only wide in ASCII.
pub(super) fn uncover(text: &mut Text, findings: &mut Vec<Finding>) {
    if text.as_str().bytes().all(|byte| byte.is_ascii_graphic()) {
        return;
    }
    // The two joiners have a meaning in some scripts; a browser drops or rejects them itself.
    let is_dropped =
        |c: char| is_hidden(c) && !c.is_whitespace() && !matches!(c, '\u{200c}' | '\u{200d}');
    if let Some(dropped) = text.as_str().chars().find(|&c| is_dropped(c)) {
        let at = text.change(|c| (!is_dropped(c)).then_some(c)).unwrap_or_default();
        let kind = if dropped.is_control() { "control" } else { "invisible" };
        let shown = named(dropped);
        let wrong = format!("contains the {kind} character {shown}, which no Origin has");
        findings.push(Finding::unmatched(code::CONTROL_CHARACTER, at, wrong));
    }
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0),
        '\u{3002}' | '\u{ff61}' => Some('.'),
        // What a word processor makes of a hyphen, and what looks like a colon or a slash.
        '\u{2010}'..='\u{2014}' | '\u{2212}' => Some('-'),
        '\u{2236}' | '\u{a789}' => Some(':'),
        '\u{2044}' | '\u{2215}' => Some('/'),
        _ => Some(c),
    };
    if let Some(at) = text.change(narrow) {
        findings.push(not_ascii(at));
    }
}

/// The finding for any character that no Origin can have because it is outside ASCII.
pub(super) fn not_ascii(at: usize) -> Finding {
    Finding::unmatched(
        code::UNICODE,
        at,
        "has characters outside ASCII, but a browser's Origin has the host in punycode",
    )
}

/// The part of `text` that is left without white space, quotes, brackets and separators around.
pub(super) fn core(text: &str) -> Range<usize> {
    let mut range = 0..text.len();
    // Most have nothing around them.
    let ends = [text.as_bytes().first(), text.as_bytes().last()];
    if ends.iter().all(|end| end.is_some_and(u8::is_ascii_alphanumeric))
        && !text.contains(['"', '\'', '='])
    {
        return range;
    }
    for _ in 0..DEEPEST {
        let inner = text.get(range.clone()).unwrap_or_default();
        // `\"` at either end is a quote that was escaped once too often.
        let right = inner.trim_start_matches(is_around);
        let right =
            right.strip_prefix('\\').filter(|rest| rest.starts_with(is_quote)).unwrap_or(right);
        let start = range.end - right.len();
        let left = right.trim_end_matches(is_around);
        let was_quoted = right.get(left.len()..).is_some_and(|rest| rest.starts_with(is_quote));
        let left = left.strip_suffix('\\').filter(|_| was_quoted).unwrap_or(left);
        let trimmed = start..start + left.len();
        let trimmed = unwrapped(text, trimmed.clone()).unwrap_or(trimmed);
        if trimmed == range {
            break;
        }
        range = trimmed;
    }
    range
}

fn is_around(character: char) -> bool {
    character.is_whitespace() || is_quote(character) || SEPARATORS.contains(&character)
}

/// What is between the brackets around a list, or around a link, that was written as text.
fn unwrapped(text: &str, range: Range<usize>) -> Option<Range<usize>> {
    let outer = text.get(range.clone())?;
    if let Some(inner) = linked(outer).or(quoted_as_code(outer)).or(half_wrapped(outer)) {
        return Some(range.start + inner.start..range.start + inner.end);
    }
    let close = match outer.chars().next()? {
        '[' => ']',
        '(' => ')',
        '{' => '}',
        '<' => '>',
        _ => return None,
    };
    let inner = outer.get(1..)?.strip_suffix(close)?;
    let begin = inner.trim_start();
    let is_list = matches!(begin, "" | "*" | "null")
        || begin.starts_with(is_quote)
        || begins_with_scheme(begin);
    (is_list && !(close == ')' && inner.contains('|'))).then_some(range.start + 1..range.end - 1)
}

/// The address in a link: `[text](https://…)` of Markdown, `<https://…|text>` of a chat.
fn linked(outer: &str) -> Option<Range<usize>> {
    if let Some(rest) = outer.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')) {
        let (address, label) = rest.split_once('|')?;
        return (address.contains("://") && !label.contains("://")).then_some(1..1 + address.len());
    }
    let (label, address) = outer.strip_prefix('[')?.strip_suffix(')')?.split_once("](")?;
    let is_one = address.contains("://") && !address.contains("](") && !label.contains('[');
    is_one.then_some(outer.len() - 1 - address.len()..outer.len() - 1)
}

/// What stands behind the letters of Python's `r"…"` and `b'…'`, or between the brackets of
/// `re.compile(r"…")` and `AnyHttpUrl('…')`.
fn quoted_as_code(outer: &str) -> Option<Range<usize>> {
    if outer.starts_with("new RegExp(") {
        return Some("new ".len()..outer.len());
    }
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"_.".contains(&byte);
    let name = outer.bytes().take(LONGEST_NAME).take_while(|&byte| is_name(byte)).count();
    let rest = outer.get(name..).filter(|_| name > 0)?;
    let begins_quote = |text: &str| {
        let letters = text.bytes().take_while(|byte| b"rRbBuUfF".contains(byte)).count();
        letters <= 2 && text.get(letters..).is_some_and(|text| text.starts_with(is_quote))
    };
    if begins_quote(outer) {
        return Some(name..outer.len());
    }
    if let Some(value) = rest.strip_prefix('=') {
        let is_value = value.starts_with(['[', '(', '{', '*']) || value.starts_with(is_quote);
        return is_value.then_some(name + 1..outer.len());
    }
    let inner = rest.strip_prefix('(')?.strip_suffix(')')?;
    let begins_list = inner.starts_with(['[', '{', '(']);
    let is_expression = ["re", "regex", "regexp", "RegExp"].contains(&outer.get(..name)?);
    ((begins_quote(inner) || begins_list || is_expression) && inner.contains("://"))
        .then_some(name + 1..outer.len() - 1)
}

/// What is left of a text without a bracket at one end that has no other.
fn half_wrapped(outer: &str) -> Option<Range<usize>> {
    for (open, close) in [('(', ')'), ('[', ']'), ('{', '}'), ('<', '>')] {
        if outer.ends_with(close) && !outer.contains(open) {
            return Some(0..outer.len() - 1);
        }
        if outer.starts_with(open) && !outer.contains(close) {
            return Some(1..outer.len());
        }
    }
    None
}

fn begins_with_scheme(text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.' | '*');
    text.find(|c| !is_part(c)).and_then(|end| text.get(end..)).is_some_and(|s| s.starts_with("://"))
}

/// Keeps what [`core`] gives of `text`, and reports what is left out.
pub(super) fn trim(text: &mut Text, findings: &mut Vec<Finding>) {
    let kept = core(text.as_str());
    let (before, after) = (0..kept.start, kept.end..text.as_str().len());
    let first = |is: fn(char) -> bool| {
        [before.clone(), after.clone()].into_iter().find_map(|range| {
            let part = text.as_str().get(range.clone())?;
            part.find(is).map(|offset| text.place(range.start + offset))
        })
    };
    // Letters are those of a link's text, or of code.
    let words = first(char::is_alphanumeric);
    let has_words = words.is_some();
    let wrapping = if has_words {
        "has code or a link's text around it, which no Origin has"
    } else {
        "has quotes or brackets around it, which no Origin has"
    };
    let separator = first(|c| SEPARATORS.contains(&c)).filter(|_| !has_words);
    let around = [
        (
            code::WHITE_SPACE,
            first(char::is_whitespace).filter(|_| !has_words),
            "has white space around it, which no Origin has",
        ),
        (code::QUOTES, first(|c| is_quote(c) || "[](){}<>".contains(c)).or(words), wrapping),
        (
            code::SEVERAL,
            separator,
            "has a separator beside the origin, but each entry is compared as a whole",
        ),
    ];
    for (code, at, wrong) in around {
        findings.extend(at.map(|at| Finding::unmatched(code, at, wrong)));
    }
    text.crop(kept);
}

/// Drops white space and quotes within `text`.
pub(super) fn close_up(text: &mut Text, findings: &mut Vec<Finding>) {
    if let Some(at) = text.change(|c| (!c.is_whitespace()).then_some(c)) {
        let wrong = "has white space inside, which no Origin has";
        findings.push(Finding::unmatched(code::WHITE_SPACE, at, wrong));
    }
    if let Some(at) = text.change(|c| (!is_quote(c)).then_some(c)) {
        let wrong = "has quotes inside, which no Origin has";
        findings.push(Finding::unmatched(code::QUOTES, at, wrong));
    }
}

/// The origins that one entry holds, where there are more than one.
pub(super) fn several(text: &str) -> Option<Vec<String>> {
    let inner = text.get(core(text))?;
    let separates = |c: char| c.is_whitespace() || SEPARATORS.contains(&c);
    // Most are one: a second one needs a separator, or its own slashes.
    if !inner.contains(separates) && inner.matches("://").nth(1).is_none() {
        return None;
    }
    let mut parts: Vec<String> = Vec::new();
    for part in inner.split(separates) {
        let part = part.get(core(part)).unwrap_or_default();
        let before = parts.last().filter(|_| is_digits(part));
        let start = before.and_then(|last| last.strip_suffix(port_of(last)?));
        if let Some(start) = start.filter(|start| start.len() <= LONGEST_START) {
            // `http://localhost:3000,3001`
            parts.push(format!("{start}{part}"));
        } else if !part.is_empty() && !WORDS.iter().any(|word| part.eq_ignore_ascii_case(word)) {
            parts.extend(joined(part).into_iter().map(str::to_owned));
        }
    }
    let has_scheme = |part: &String| part.contains("://");
    (parts.len() > 1 && (parts.iter().all(has_scheme) || parts.iter().all(|part| is_whole(part))))
        .then_some(parts)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The digits after the last colon.
fn port_of(origin: &str) -> Option<&str> {
    origin.rsplit_once(':').map(|(_, port)| port).filter(|port| is_digits(port))
}

/// Whether a part would do as an entry, so that what stands beside it is another.
fn is_whole(part: &str) -> bool {
    let address = part.split_once("://").map_or(part, |(_, address)| address);
    let authority = address.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.split(':').next().unwrap_or_default();
    matches!(authority, "*" | "null" | "localhost")
        || authority.starts_with('[')
        || (!host.is_empty() && port_of(authority).is_some())
        || host.trim_matches('.').contains('.')
}

/// What becomes of Python's `"https://a" "https://b"` where the comma is forgotten.
fn joined(part: &str) -> Vec<&str> {
    let lower = part.to_ascii_lowercase();
    let mut starts: Vec<usize> = lower
        .match_indices("http://")
        .chain(lower.match_indices("https://"))
        .map(|m| m.0)
        .collect();
    starts.sort_unstable();
    let ends = starts.iter().skip(1).copied().chain([part.len()]);
    let parts: Vec<&str> = starts.iter().zip(ends).filter_map(|(&s, e)| part.get(s..e)).collect();
    let is_origin = |part: &&str| {
        part.split_once("://").is_some_and(|(_, rest)| {
            rest.contains(|c: char| c.is_alphanumeric())
                && !rest.contains(['?', '#', '=', '@'])
                && !rest.ends_with('.')
        })
    };
    let (last, others) = parts.split_last().map_or((None, &[][..]), |(l, o)| (Some(l), o));
    if starts.first() == Some(&0) && last.is_some() && others.iter().all(is_origin) {
        parts
    } else {
        vec![part]
    }
}
