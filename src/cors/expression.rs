use core::fmt;

use regex::bytes::{Regex, RegexBuilder};

/// The most memory, in bytes, that one compiled expression may take.
const SIZE_LIMIT: usize = 10 << 20;

/// Regular expressions that an origin must match whole, in linear time.
///
/// They are one automaton together where that fits, so that a hundred cost what one does. The
/// syntax is the `regex` crate's; every expression stands for itself, whatever it contains.
#[derive(Debug, Default)]
pub struct Expressions {
    automata: Vec<Regex>,
}

/// An expression that the engine does not take, because of its syntax or its size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectedExpression {
    /// Its place in the list, from 0.
    pub index: usize,
    /// The engine's words.
    pub reason: String,
}

impl fmt::Display for RejectedExpression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expression {}: {}", self.index, self.reason)
    }
}

impl core::error::Error for RejectedExpression {}

impl Expressions {
    /// Compiles `expressions`.
    ///
    /// # Errors
    /// The first [`RejectedExpression`].
    pub fn new<S: AsRef<str>>(expressions: &[S]) -> Result<Self, RejectedExpression> {
        let mut automata = Vec::with_capacity(expressions.len());
        for (index, expression) in expressions.iter().enumerate() {
            let automaton = compile(&[expression.as_ref()], SIZE_LIMIT)
                .map_err(|error| RejectedExpression { index, reason: error.to_string() })?;
            automata.push(automaton);
        }
        if automata.len() > 1 {
            let all: Vec<&str> = expressions.iter().map(AsRef::as_ref).collect();
            if let Ok(together) = compile(&all, 4 * SIZE_LIMIT) {
                automata = vec![together];
            }
        }
        Ok(Self { automata })
    }

    /// Whether one of them matches the whole of `text`. Linear in `text`.
    #[inline]
    #[must_use]
    pub fn match_whole(&self, text: &[u8]) -> bool {
        self.automata.iter().any(|automaton| automaton.is_match(text))
    }
}

fn compile(expressions: &[&str], limit: usize) -> Result<Regex, regex::Error> {
    // Each must stand alone first: `a)|(b` would otherwise pass once it is in a group.
    for expression in expressions {
        RegexBuilder::new(expression).unicode(false).size_limit(limit).build()?;
    }
    RegexBuilder::new(&format!(r"\A(?:(?:{}))\z", expressions.join(")|(?:")))
        .unicode(false)
        .size_limit(limit)
        .build()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_whole_text_must_match_one_of_them() {
        let two = Expressions::new(&["a+", "b|cd"]).unwrap();
        for (text, expected) in [
            ("a", true),
            ("aaa", true),
            ("b", true),
            ("cd", true),
            ("ab", false),
            ("bd", false),
            ("", false),
        ] {
            assert_eq!(two.match_whole(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn none_matches_nothing() {
        assert!(!Expressions::default().match_whole(b""));
    }

    #[test]
    fn a_hundred_are_one_automaton() {
        let many: Vec<String> =
            (0..100).map(|n| format!("https://tenant-{n}\\.example\\.com")).collect();
        let many = Expressions::new(&many).unwrap();
        assert_eq!(many.automata.len(), 1);
        assert!(many.match_whole(b"https://tenant-99.example.com"));
        assert!(!many.match_whole(b"https://tenant-100.example.com"));
    }

    #[test]
    fn an_expression_cannot_close_the_group_that_it_is_put_in() {
        let error = Expressions::new(&["a", "b)|(?:.*"]).unwrap_err();
        assert_eq!(error.index, 1);
    }

    #[test]
    fn one_that_grows_too_large_is_rejected_and_named() {
        let error = Expressions::new(&["a", "(?:[ab]{1000}){1000}"]).unwrap_err();
        assert_eq!(error.index, 1);
        assert!(error.to_string().contains("size limit"), "{error}");
    }
}
