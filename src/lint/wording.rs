//! How values stand in messages.

use super::problem::Suggestion;

/// The most characters of a value, and the most values, that a message shows.
const LONGEST: usize = 120;
const MOST: usize = 5;

/// A text as Python's `ascii` writes it, cut where it is long.
///
/// What can be printed outside ASCII depends on the version of Unicode, and messages go to logs.
pub(super) fn quoted(text: &str) -> String {
    let mut shown = String::from("'");
    for (count, character) in text.chars().enumerate() {
        if count == LONGEST {
            shown.push('…');
            break;
        }
        match character {
            '\'' | '\\' => shown.extend(['\\', character]),
            ' '..='~' => shown.push(character),
            _ => shown.push_str(&escaped(character)),
        }
    }
    shown.push('\'');
    shown
}

fn escaped(character: char) -> String {
    match (character, u32::from(character)) {
        ('\n', _) => "\\n".to_owned(),
        ('\r', _) => "\\r".to_owned(),
        ('\t', _) => "\\t".to_owned(),
        (_, code @ ..=0xff) => format!("\\x{code:02x}"),
        (_, code @ ..=0xffff) => format!("\\u{code:04x}"),
        (_, code) => format!("\\U{code:08x}"),
    }
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
            let each = if texts.len() > 1 { ", each as a separate entry" } else { "" };
            format!("{wrong}; write {}{each}", listed(texts))
        }
        Some(Suggestion::Expression(text)) => {
            format!("{wrong}; write allow_origin_regex={}", raw(text))
        }
        None => format!("{wrong}; {otherwise}"),
    }
}

/// A regular expression as Python's raw literal, whole, so it can be copied.
fn raw(text: &str) -> String {
    match (text.contains('\''), text.contains('"')) {
        _ if text.contains(|c: char| !matches!(c, ' '..='~')) => quoted(text),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_written_as_python_does_in_ascii_and_cut_where_it_is_long() {
        for (text, expected) in [
            ("https://a.example", "'https://a.example'"),
            ("it's \\", "'it\\'s \\\\'"),
            ("\r\n\t\0\u{7f}", "'\\r\\n\\t\\x00\\x7f'"),
            ("é\u{a0}\u{200b}\u{1f600}", "'\\xe9\\xa0\\u200b\\U0001f600'"),
        ] {
            assert_eq!(quoted(text), expected);
        }
        assert_eq!(quoted(&"a".repeat(LONGEST)).len(), LONGEST + 2);
        assert!(quoted(&"a".repeat(LONGEST + 1)).ends_with("a…'"));
    }

    #[test]
    fn an_expression_is_written_so_that_it_can_be_copied() {
        assert_eq!(raw("a\\.b"), "r'a\\.b'");
        assert_eq!(raw("a'b"), "r\"a'b\"");
        assert_eq!(raw("a'\"b"), "'a\\'\"b'");
        assert_eq!(raw("é\\."), "'\\xe9\\\\.'");
    }
}
