use core::ops::Range;

use regex::bytes::RegexBuilder;

/// The most memory, in bytes, that one compiled expression may take.
const SIZE_LIMIT: usize = 10 << 20;

/// What `expression`, in the Rust engine's syntax, matches of `text`: all of it, else its beginning,
/// its end or something inside, or None.
///
/// It must match an origin whole to allow it; this says how near it comes. Compiles the expression,
/// which takes some microseconds to some milliseconds, then linear in `text`.
#[must_use]
pub fn matched_part(expression: &str, text: &[u8]) -> Option<Range<usize>> {
    let shapes = [
        format!(r"\A(?:{expression})\z"),
        format!(r"\A(?:{expression})"),
        format!(r"(?:{expression})\z"),
        format!("(?:{expression})"),
    ];
    shapes.iter().find_map(|shape| {
        let built = RegexBuilder::new(shape).unicode(false).size_limit(SIZE_LIMIT).build().ok()?;
        let found = built.find(text)?.range();
        // An empty part is in every text; all of an empty text is all of it.
        (!found.is_empty() || text.is_empty()).then_some(found)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_goes_before_the_beginning_the_end_and_the_inside() {
        let cases = [
            ("https://a\\.example", "https://a.example", Some(0..17)),
            ("https://a\\.example", "https://a.example.evil", Some(0..17)),
            ("a\\.example", "https://a.example", Some(8..17)),
            ("a\\.example", "https://a.example:80", Some(8..17)),
            ("b", "https://a.example", None),
            ("b?", "https://a.example", None),
            ("b?", "", Some(0..0)),
            ("a|https://.*", "https://a.example", Some(0..17)),
            ("(", "https://a.example", None),
        ];
        for (expression, text, expected) in cases {
            assert_eq!(matched_part(expression, text.as_bytes()), expected, "{expression} {text}");
        }
    }
}
