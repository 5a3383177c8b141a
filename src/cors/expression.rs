use core::fmt;

use regex::bytes::{Regex, RegexBuilder};
use regex_automata::dfa::{Automaton, StartKind, dense};
use regex_automata::util::primitives::StateID;
use regex_automata::util::start;
use regex_automata::{Anchored, util::syntax};

/// The most memory, in bytes, that one compiled expression may take.
const SIZE_LIMIT: usize = 10 << 20;

/// The most memory, in bytes, that an automaton built beforehand may take, and half of what building
/// it may. It bounds the time for building to some milliseconds.
const DFA_SIZE_LIMIT: usize = 256 << 10;

/// Regular expressions that an origin must match whole, in linear time.
///
/// Together they are one automaton if it fits, so a hundred cost as much as one. The syntax is the
/// `regex` crate's; every expression is compiled by itself, whatever it contains.
#[derive(Debug, Default)]
pub struct Expressions {
    automata: Vec<Whole>,
}

/// An automaton for whole texts.
#[derive(Debug)]
enum Whole {
    /// With every state built in advance: an origin of 27 bytes takes 30 ns. The `regex` crate, which
    /// builds states when it needs them, takes 130 (`make bench`, a regular expression).
    Dense { dfa: Box<dense::DFA<Vec<u32>>>, start: StateID },
    /// For what would be too large.
    Lazy(Regex),
}

impl Whole {
    fn new(expressions: &[&str], limit: usize) -> Result<Self, regex::Error> {
        // Each must stand alone first: `a)|(b` would otherwise pass once it is in a group.
        for expression in expressions {
            RegexBuilder::new(expression).unicode(false).size_limit(limit).build()?;
        }
        let whole = format!(r"\A(?:(?:{}))\z", expressions.join(")|(?:"));
        if let Some(dense) = Self::dense(&whole) {
            return Ok(dense);
        }
        RegexBuilder::new(&whole).unicode(false).size_limit(limit).build().map(Self::Lazy)
    }

    fn dense(whole: &str) -> Option<Self> {
        let dfa = dense::Builder::new()
            .syntax(syntax::Config::new().unicode(false).utf8(false))
            .configure(
                dense::Config::new()
                    .start_kind(StartKind::Anchored)
                    .dfa_size_limit(Some(DFA_SIZE_LIMIT))
                    .determinize_size_limit(Some(2 * DFA_SIZE_LIMIT)),
            )
            .build(whole)
            .ok()?;
        let start = dfa.start_state(&start::Config::new().anchored(Anchored::Yes)).ok()?;
        Some(Self::Dense { dfa: Box::new(dfa), start })
    }

    #[inline]
    fn is_match(&self, text: &[u8]) -> bool {
        match self {
            Self::Dense { dfa, start } => {
                let mut state = *start;
                for &byte in text {
                    state = dfa.next_state(state, byte);
                    if dfa.is_dead_state(state) {
                        return false;
                    }
                }
                dfa.is_match_state(dfa.next_eoi_state(state))
            }
            Self::Lazy(regex) => regex.is_match(text),
        }
    }
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
            let automaton = Whole::new(&[expression.as_ref()], SIZE_LIMIT)
                .map_err(|error| RejectedExpression { index, reason: error.to_string() })?;
            automata.push(automaton);
        }
        if automata.len() > 1 {
            let all: Vec<&str> = expressions.iter().map(AsRef::as_ref).collect();
            if let Ok(together) = Whole::new(&all, 4 * SIZE_LIMIT) {
                automata = vec![together];
            }
        }
        Ok(Self { automata })
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.automata.is_empty()
    }

    /// Whether one of them matches the whole of `text`. Linear in `text`.
    #[inline]
    #[must_use]
    pub fn match_whole(&self, text: &[u8]) -> bool {
        self.automata.iter().any(|automaton| automaton.is_match(text))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

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

    proptest! {
        #[test]
        fn the_automaton_built_beforehand_decides_as_the_regex_crate_does(
            expression in r"((a|b|\[ab\]|\\b|\\A|\\z|\\x2e|\[\^a\])(\*|\?|\{1,2\})?){0,4}(\|(a|b)+)?",
            text in "[ab.]{0,6}",
        ) {
            let whole = format!(r"\A(?:(?:{expression}))\z");
            let dense = Whole::dense(&whole).unwrap();
            let regex = RegexBuilder::new(&whole).unicode(false).build().unwrap();
            prop_assert_eq!(dense.is_match(text.as_bytes()), regex.is_match(text.as_bytes()));
        }
    }

    #[test]
    fn a_large_one_is_not_built_beforehand_and_decides_all_the_same() {
        let alternatives: Vec<String> =
            (0..2000).map(|n| format!("https://t{n}\\.example")).collect();
        // Built beforehand, it would have 32,768 states.
        let large = Whole::new(&["[ab]*a[ab]{14}"], SIZE_LIMIT).unwrap();
        assert!(matches!(large, Whole::Lazy(_)));
        assert!(large.is_match(b"abbbbbbbbbbbbbb"));
        assert!(!large.is_match(b"bbbbbbbbbbbbbbb"));
        let many = Expressions::new(&[alternatives.join("|")]).unwrap();
        assert!(many.match_whole(b"https://t1999.example"));
        assert!(!many.match_whole(b"https://t2000.example"));
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
