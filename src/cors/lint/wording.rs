//! How values stand in messages.

use super::problem::Suggestion;

/// The most characters of a value, and the most values, that a message shows.
const LONGEST: usize = 120;
const MOST: usize = 5;

/// A text as Python writes it, cut where it is long.
pub(super) fn quoted(text: &str) -> String {
    let mut shown = String::from("'");
    for (count, character) in text.chars().enumerate() {
        if count == LONGEST {
            shown.push('…');
            break;
        }
        match character {
            '\'' | '\\' => shown.extend(['\\', character]),
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            _ if is_hidden(character) => shown.push_str(&named(character)),
            _ => shown.push(character),
        }
    }
    shown.push('\'');
    shown
}

/// Some texts, separated by commas.
pub(super) fn listed(texts: &[String]) -> String {
    let mut shown: Vec<String> = texts.iter().take(MOST).map(|text| quoted(text)).collect();
    if texts.len() > MOST {
        shown.push(format!("… ({} in all)", texts.len()));
    }
    shown.join(", ")
}

/// The sentence of a problem: what is wrong, and what to write instead.
pub(super) fn sentence(wrong: &str, meant: Option<&Suggestion>, otherwise: &str) -> String {
    match meant {
        Some(Suggestion::One(text)) => format!("{wrong}; write {}", quoted(text)),
        Some(Suggestion::Several(texts)) => {
            format!("{wrong}; write {}, each an entry of its own", listed(texts))
        }
        Some(Suggestion::Expression(text)) => {
            format!("{wrong}; give it as allow_origin_regex, {}", raw(text))
        }
        None => format!("{wrong}; {otherwise}"),
    }
}

/// A regular expression as Python's raw literal, whole, so that it can be copied.
fn raw(text: &str) -> String {
    match (text.contains('\''), text.contains('"')) {
        (true, true) => quoted(text),
        (true, false) => format!("r\"{text}\""),
        (false, _) => format!("r'{text}'"),
    }
}

/// `U+200B`.
pub(super) fn named(character: char) -> String {
    format!("U+{:04X}", u32::from(character))
}

/// Whether a character is not seen where it is shown: controls, and the marks of text direction,
/// zero width and byte order.
pub(super) fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{2028}' | '\u{2029}'
        )
}
