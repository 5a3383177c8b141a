//! Several expressions in one automaton, compared with each alone in the `regex` crate.

use fastcors::cors::Expressions;
use regex::bytes::RegexBuilder;

use crate::tokens;

#[rustfmt::skip]
const TOKENS: &[&str] = &[
    "https://", r"\.", ".", "*", "+", "?", "|", "(", ")", "(?:", "[ab]", "[^.]", "[a-z0-9-]+", r"\d", r"\w",
    r"\A", r"\z", "^", "$", r"\b", r"\B", "{2}", "{1,3}", "{0,20}", "(?i)", "(?s:.)", r"\x2e", "a", "b", "A",
    "example", "com", ":", "(:[0-9]+)?", r"[^\n]", "\n", "", "()", "(?-u:.)", r"\C",
];

/// The last line is the text to match, the others are expressions.
pub(crate) fn check(data: &[u8]) {
    let mut texts = tokens::lines(data, TOKENS);
    let Some(text) = texts.pop() else { return };
    let expressions: Vec<&str> =
        texts.iter().filter_map(|expression| std::str::from_utf8(expression).ok()).collect();
    let compiled = |expression: &str| {
        // Not all that can stand alone can stand in a group, and the reverse.
        let alone = |text: &str| RegexBuilder::new(text).unicode(false).size_limit(1 << 20).build();
        alone(expression).and_then(|_| alone(&format!(r"\A(?:{expression})\z")))
    };
    let each: Vec<_> = expressions.iter().map(|expression| compiled(expression)).collect();
    let Ok(together) = Expressions::new(&expressions) else {
        assert!(each.iter().any(Result::is_err), "{expressions:?}");
        return;
    };
    let Ok(each) = each.into_iter().collect::<Result<Vec<_>, _>>() else { return };
    assert_eq!(together.is_empty(), each.is_empty());
    for text in [text.as_slice(), b"", b"https://a.example.com", b"a", b"ab", b"a.b"] {
        let expected = each.iter().any(|regex| regex.is_match(text));
        assert_eq!(together.match_whole(text), expected, "{expressions:?} {}", text.escape_ascii());
    }
}
