use core::hash::BuildHasher;
use std::collections::HashSet;
use std::sync::Arc;

use foldhash::quality::FixedState;

use super::byte_set::ByteSet;
use super::expression::Expressions;
use super::mirrored::{can_be_mirrored, is_visible_ascii};
use super::origin_set::OriginSet;
use super::pattern::OriginPattern;
use super::pattern_set::OriginPatterns;
use super::text_list::TooLarge;

/// What the origins of a policy decide about one Origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is allowed.
    Allowed,
    /// It is not.
    Rejected,
    /// Nothing here allows it, but there are expressions that only the caller can run.
    Undecided,
}

/// The origins that a policy allows: every one, those listed, those that a pattern or a regular
/// expression covers, and those of an [`OriginSet`].
#[derive(Debug)]
pub struct Origins {
    any: bool,
    listed: ByteSet,
    patterns: OriginPatterns,
    expressions: Expressions,
    python_only: bool,
    live: Option<Arc<OriginSet>>,
    besides: Besides,
}

/// What may allow an origin that is not listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Besides {
    /// Nothing.
    Nothing,
    /// Patterns and expressions, which never change.
    Fixed,
    /// An [`OriginSet`], and perhaps expressions.
    Live,
}

impl Origins {
    /// No origins but those of `expressions`, with room for `entries`.
    ///
    /// `python_only`: whether the caller has further expressions, which this engine cannot run. An
    /// origin that is not allowed here is then [`Verdict::Undecided`].
    #[must_use]
    pub fn with_capacity(entries: usize, expressions: Expressions, python_only: bool) -> Self {
        Self {
            any: false,
            listed: ByteSet::with_capacity(entries),
            patterns: OriginPatterns::default(),
            besides: if python_only || !expressions.is_empty() {
                Besides::Fixed
            } else {
                Besides::Nothing
            },
            expressions,
            python_only,
            live: None,
        }
    }

    /// The same with what is in a set now and later.
    #[must_use]
    pub fn with_live(self, set: Arc<OriginSet>) -> Self {
        Self { live: Some(set), besides: Besides::Live, ..self }
    }

    /// Adds an entry of `allow_origins`.
    ///
    /// `"*"` alone stands for every origin. An entry with a `*` inside is an [`OriginPattern`], or
    /// else matches nothing, as does one with a byte outside visible ASCII.
    ///
    /// # Errors
    /// [`TooLarge`] where all entries together pass 4 GiB.
    pub fn add(&mut self, entry: &[u8]) -> Result<(), TooLarge> {
        if entry.contains(&b'*') {
            self.listed.append(entry)?;
            if entry == b"*" {
                self.any = true;
            } else if let Ok(pattern) = OriginPattern::parse(entry) {
                self.patterns.insert(pattern);
                if self.besides == Besides::Nothing {
                    self.besides = Besides::Fixed;
                }
            }
        } else if is_visible_ascii(entry) {
            self.listed.insert(entry)?;
        } else {
            self.listed.append(entry)?;
        }
        Ok(())
    }

    /// Releases memory that only the building needed.
    pub fn shrink(&mut self) {
        self.listed.shrink();
        self.patterns.shrink();
    }

    /// Whether every origin is allowed.
    #[inline]
    #[must_use]
    pub fn any(&self) -> bool {
        self.any
    }

    /// The entries as they were given, in their order.
    #[must_use]
    pub fn entries(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.listed.iter()
    }

    /// Whether every origin is allowed, or this one is listed: one look-up. A value that [no response
    /// may repeat](can_be_mirrored) is no origin, and no list has it.
    #[inline]
    #[must_use]
    pub fn lists(&self, origin: &[u8]) -> bool {
        if self.any { can_be_mirrored(origin) } else { self.listed.contains(origin) }
    }

    /// A number for a listed origin, as [`ByteSet::index_of_with`] returns it, below
    /// [`listed_count`](Self::listed_count).
    #[inline]
    #[must_use]
    pub fn listed_index(&self, origin: &[u8], before: impl FnOnce(usize)) -> Option<usize> {
        self.listed.index_of_with(origin, before)
    }

    /// What every [`listed_index`](Self::listed_index) is below.
    #[must_use]
    pub fn listed_count(&self) -> usize {
        self.listed.index_count()
    }

    /// The entry of a pattern that covers `origin`.
    #[must_use]
    pub fn covering_pattern(&self, origin: &[u8]) -> Option<&[u8]> {
        self.patterns.matching(origin)
    }

    /// What may allow an origin that is not [listed](Self::lists).
    #[inline]
    #[must_use]
    pub fn besides(&self) -> Besides {
        self.besides
    }

    /// The set whose entries count too.
    #[inline]
    #[must_use]
    pub fn live(&self) -> Option<&Arc<OriginSet>> {
        self.live.as_ref()
    }

    /// How many origins are listed, and how many patterns there are, each counted once. Those of an
    /// [`OriginSet`] are not counted.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        (self.listed.member_count(), self.patterns.count())
    }

    /// Whether both have the same entries, in whatever order and however often, and the very same
    /// [`OriginSet`] or none. A million take some tenths of a second; memory is taken for entries that
    /// are listed twice or are no origins.
    #[must_use]
    pub fn has_entries_of(&self, other: &Self) -> bool {
        self.live.as_ref().map(Arc::as_ptr) == other.live.as_ref().map(Arc::as_ptr)
            && self.listed.member_count() == other.listed.member_count()
            && self.listed.members().all(|entry| other.listed.contains(entry))
            && self.unlisted() == other.unlisted()
    }

    /// A hash of the entries, whatever their order: the same where
    /// [`has_entries_of`](Self::has_entries_of) is true. Not for an untrusted party to choose.
    #[must_use]
    pub fn entries_hash(&self) -> u64 {
        let state = FixedState::default();
        let live = state.hash_one(self.live.as_ref().map(Arc::as_ptr));
        self.listed
            .members()
            .chain(self.unlisted())
            .fold(live, |sum, entry| sum.wrapping_add(state.hash_one(entry)))
    }

    /// The entries that are no origins by themselves: patterns, `*`, and what matches nothing.
    fn unlisted(&self) -> HashSet<&[u8]> {
        if self.entries().len() == self.listed.member_count() {
            return HashSet::new();
        }
        self.entries().filter(|entry| !self.listed.contains(entry)).collect()
    }

    /// Whether `origin` itself is an entry.
    #[must_use]
    pub fn is_listed(&self, origin: &[u8]) -> bool {
        self.listed.contains(origin)
    }

    /// Whether one of the expressions that this engine takes allows `origin`.
    #[must_use]
    pub fn matches_expression(&self, origin: &[u8]) -> bool {
        is_visible_ascii(origin) && self.expressions.match_whole(origin)
    }

    /// Decides on an Origin header's value.
    ///
    /// An origin is a serialized origin, compared byte for byte (Fetch, CORS check). One with a byte
    /// outside visible ASCII, which no browser sends, is rejected unless every origin is allowed; one
    /// with a NUL, LF or CR is always rejected.
    /// Takes linear time in `origin`, whatever the number of entries and expressions.
    #[inline]
    #[must_use]
    pub fn verdict(&self, origin: &[u8]) -> Verdict {
        // Listed origins are visible ASCII, so a hit needs no test of the characters.
        if self.lists(origin) { Verdict::Allowed } else { self.verdict_on_unlisted(origin) }
    }

    /// The same for an origin that is known not to be [listed](Self::lists).
    #[must_use]
    pub fn verdict_on_unlisted(&self, origin: &[u8]) -> Verdict {
        if self.live.as_ref().is_some_and(|set| set.allows(origin)) {
            return Verdict::Allowed;
        }
        self.fixed_verdict_on_unlisted(origin)
    }

    /// The same without an [`OriginSet`]: it is always the same for the same origin.
    #[must_use]
    pub fn fixed_verdict_on_unlisted(&self, origin: &[u8]) -> Verdict {
        if self.patterns.matches(origin) {
            return Verdict::Allowed;
        }
        let asks_expressions = self.python_only || !self.expressions.is_empty();
        if !asks_expressions || !is_visible_ascii(origin) {
            return Verdict::Rejected;
        }
        if self.expressions.match_whole(origin) {
            return Verdict::Allowed;
        }
        if self.python_only { Verdict::Undecided } else { Verdict::Rejected }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn origins(entries: &[&str], expressions: &[&str], python_only: bool) -> Origins {
        let expressions = Expressions::new(expressions).unwrap();
        let mut origins = Origins::with_capacity(entries.len(), expressions, python_only);
        for entry in entries {
            origins.add(entry.as_bytes()).unwrap();
        }
        origins.shrink();
        origins
    }

    #[test]
    fn list_patterns_and_expressions_are_or_ed() {
        let all =
            origins(&["https://a.example", "https://*.b.example"], &["https://c[0-9]"], false);
        for (origin, expected) in [
            ("https://a.example", Verdict::Allowed),
            ("https://x.b.example", Verdict::Allowed),
            ("https://c7", Verdict::Allowed),
            ("https://a.example/", Verdict::Rejected),
            ("https://*.b.example", Verdict::Rejected),
            ("", Verdict::Rejected),
        ] {
            assert_eq!(all.verdict(origin.as_bytes()), expected, "{origin}");
        }
    }

    #[test]
    fn outside_visible_ascii_all_is_rejected_even_what_is_listed() {
        let all = origins(&["https://é.example", "a b"], &["(?s:.*)"], true);
        for origin in [b"https://\xe9.example".as_slice(), b"a b", b"https://a\n", b"\x7f", b"\0"] {
            assert_eq!(all.verdict(origin), Verdict::Rejected);
        }
        assert_eq!(all.verdict(b"https://e.example"), Verdict::Allowed);
        assert_eq!(origins(&["*"], &[], false).verdict(b"\xe9 "), Verdict::Allowed);
    }

    #[test]
    fn an_origin_with_a_nul_or_a_line_end_is_rejected_even_where_every_one_is_allowed() {
        let every = origins(&["*", "https://*.a.example", "https://b"], &["(?s:.*)"], true);
        for origin in
            [b"\0".as_slice(), b"https://b\n", b"https://b\r\nx: y", b"https://x\r.a.example"]
        {
            assert_eq!(every.verdict(origin), Verdict::Rejected, "{}", origin.escape_ascii());
        }
    }

    #[test]
    fn the_caller_is_asked_only_where_nothing_here_allows() {
        let all = origins(&["https://a.example"], &["b"], true);
        assert_eq!(all.verdict(b"https://a.example"), Verdict::Allowed);
        assert_eq!(all.verdict(b"b"), Verdict::Allowed);
        assert_eq!(all.verdict(b"c"), Verdict::Undecided);
        assert_eq!(all.verdict(b"c "), Verdict::Rejected);
    }

    #[test]
    fn the_empty_origin_is_allowed_where_it_is_listed() {
        assert_eq!(origins(&[""], &[], false).verdict(b""), Verdict::Allowed);
    }

    #[test]
    fn entries_are_compared_as_a_set() {
        let of = |entries: &[&str]| origins(entries, &[], false);
        let all = of(&["a", "b", "https://*.c.example", "\u{e9}"]);
        let same = of(&["\u{e9}", "https://*.c.example", "b", "a", "b", "https://*.c.example"]);
        assert!(all.has_entries_of(&same) && same.has_entries_of(&all));
        assert_eq!(all.entries_hash(), same.entries_hash());
        assert_eq!(same.counts(), (2, 1));
        for other in [
            of(&[]),
            of(&["a", "b", "https://*.c.example"]),
            of(&["a", "c", "https://*.c.example", "\u{e9}"]),
            of(&["a", "b", "https://*.d.example", "\u{e9}"]),
            of(&["a", "b", "https://*.c.example", "\u{e9}", "c"]),
            of(&["a", "b", "https://*.c.example", "\u{e9}", "*"]),
        ] {
            assert!(!all.has_entries_of(&other) && !other.has_entries_of(&all));
            assert_ne!(all.entries_hash(), other.entries_hash());
        }
    }

    #[test]
    fn entries_come_back_as_they_were_given() {
        let given = ["https://b.example", "*", "é", "https://a.*", "https://b.example"];
        let entries = origins(&given, &[], false);
        assert!(entries.entries().eq(given.iter().map(|entry| entry.as_bytes())));
    }
}
