use core::hash::BuildHasher;
use std::hash::RandomState;

use siphasher::sip128::{Hash128, SipHasher24};

use crate::huge_pages;

/// So many fingerprints are in a line.
const WIDTH: usize = 5;

/// A set of byte strings that keeps a fingerprint of each, and not the string: 95 bits of its `SipHash`,
/// whose other bits lead to the line that the fingerprint is in.
///
/// Four of five look-ups among a million read one line of the processor's cache, where a table of places
/// reads another one with the text (docs/performance.md). A text that is no member is taken for one with a
/// probability of some 2⁻⁹²: it is compared with nine fingerprints of 95 bits, on average. The key of the hash
/// is random and secret, so the only way to search for such a text is to send requests.
pub(super) struct Fingerprints {
    hasher: SipHasher24,
    /// Open addressing with linear probing, at most nine tenths full.
    lines: Vec<Line>,
}

/// Some fingerprints in one line of the processor's cache, each divided in two.
#[derive(Clone, Copy, Default)]
#[repr(align(64))]
struct Line {
    low: [u64; WIDTH],
    /// Odd; 0 where there is none.
    high: [u32; WIDTH],
    /// The [bits](bit_of) of the fingerprints that found this line full and are in one behind. A search
    /// for another bit ends here.
    passed: u32,
}

/// Where the search for a fingerprint begins, and its two parts.
struct Sought {
    start: usize,
    low: u64,
    high: u32,
}

impl Fingerprints {
    /// An empty set with room for so many.
    pub(super) fn with_capacity(count: usize) -> Self {
        // It has a random key of 128 bits from the system, which nothing else shows: so what it makes of two
        // numbers are as good as random.
        let random = RandomState::new();
        Self {
            hasher: SipHasher24::new_with_keys(random.hash_one(0), random.hash_one(1)),
            lines: vec![Line::default(); lines_for(count)],
        }
    }

    /// Whether so many fit.
    pub(super) fn has_room_for(&self, count: usize) -> bool {
        lines_for(count) <= self.lines.len()
    }

    /// Whether one that is made for so many takes less memory.
    pub(super) fn is_too_large_for(&self, count: usize) -> bool {
        lines_for(count) < self.lines.len()
    }

    /// Adds a text that is not there. There must be room for it.
    pub(super) fn insert(&mut self, text: &[u8]) {
        let Sought { start, low, high } = self.sought(text);
        let (before, behind) = self.lines.split_at_mut(start);
        for line in behind.iter_mut().chain(before) {
            if let Some(free) = line.high.iter().position(|&high| high == 0) {
                (line.low[free], line.high[free]) = (low, high);
                return;
            }
            line.passed |= bit_of(low);
        }
    }

    /// Whether a text is there.
    #[inline]
    pub(super) fn contains(&self, text: &[u8]) -> bool {
        self.index_of(text, |_| ()).is_some()
    }

    /// A number for a text that is there, below [`index_count`](Self::index_count): another one for each,
    /// and the same until the set changes. `before` is called with a number that is this one or one of
    /// those shortly before it, unless the text is in a line behind.
    #[inline]
    pub(super) fn index_of(&self, text: &[u8], before: impl FnOnce(usize)) -> Option<usize> {
        let Sought { start, low, high } = self.sought(text);
        before(WIDTH * start);
        let first = &self.lines[start];
        if let Some(index) = first.index_of(low, high) {
            return Some(WIDTH * start + index);
        }
        if first.is_passed_by(low) { self.index_behind(start, low, high) } else { None }
    }

    #[cold]
    fn index_behind(&self, start: usize, low: u64, high: u32) -> Option<usize> {
        for at in (start + 1..self.lines.len()).chain(0..start) {
            let line = &self.lines[at];
            if let Some(index) = line.index_of(low, high) {
                return Some(WIDTH * at + index);
            }
            if !line.is_passed_by(low) {
                break;
            }
        }
        None
    }

    /// What every [`index_of`](Self::index_of) is below.
    pub(super) fn index_count(&self) -> usize {
        WIDTH * self.lines.len()
    }

    /// How many bytes of memory it has.
    #[cfg(test)]
    pub(super) fn size(&self) -> usize {
        size_of_val(self.lines.as_slice())
    }

    /// Asks for huge pages.
    pub(super) fn settle(&self) {
        huge_pages::prefer(&self.lines);
    }

    #[inline]
    #[allow(clippy::cast_possible_truncation, reason = "below the length, and the lower half")]
    fn sought(&self, text: &[u8]) -> Sought {
        let Hash128 { h1, h2 } = self.hasher.hash(text);
        // The upper half of one, as a fraction of the table; its lower half; and the other.
        let start = (u128::from(h1) * self.lines.len() as u128) >> 64;
        Sought { start: start as usize, low: h2, high: h1 as u32 | 1 }
    }
}

impl Line {
    /// All are compared before the one branch, which is nearly always taken: so the processor goes on with
    /// the request while the line comes from memory.
    #[inline]
    fn index_of(&self, low: u64, high: u32) -> Option<usize> {
        let mut found = 0_u32;
        for index in 0..WIDTH {
            let difference = (self.low[index] ^ low) | u64::from(self.high[index] ^ high);
            found |= u32::from(difference == 0) << index;
        }
        (found != 0).then(|| found.trailing_zeros() as usize)
    }

    /// Whether a fingerprint with this lower part may be in a line behind.
    #[inline]
    fn is_passed_by(&self, low: u64) -> bool {
        self.passed & bit_of(low) != 0
    }
}

/// The bit that stands for a fingerprint with this lower part.
#[inline]
fn bit_of(low: u64) -> u32 {
    1 << (low % 32)
}

/// How many lines a table for so many has, at most nine tenths full: there is a free place.
fn lines_for(count: usize) -> usize {
    2 * count / 9 + 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashSet;

    proptest! {
        #[test]
        fn it_has_what_a_hash_set_has(
            texts in proptest::collection::vec(proptest::collection::vec(97u8..100, 0..5), 0..200),
            asked in proptest::collection::vec(97u8..100, 0..6),
        ) {
            let naive: HashSet<_> = texts.into_iter().collect();
            let mut set = Fingerprints::with_capacity(naive.len());
            for text in &naive {
                prop_assert!(!set.contains(text));
                set.insert(text);
            }
            prop_assert_eq!(set.contains(&asked), naive.contains(&asked));
            let indexes: HashSet<_> = naive.iter().map(|text| set.index_of(text, |_| ())).collect();
            prop_assert_eq!(indexes.len(), naive.len());
            prop_assert!(indexes.iter().all(|index| index.is_some_and(|at| at < set.index_count())));
        }
    }

    #[test]
    fn a_full_table_has_a_free_place() {
        for count in 0..10_000 {
            assert!(count < WIDTH * lines_for(count));
        }
    }

    #[test]
    fn a_line_is_as_large_as_one_of_the_cache() {
        assert_eq!(size_of::<Line>(), 64);
    }

    #[test]
    fn both_parts_of_a_fingerprint_are_compared() {
        let mut set = Fingerprints::with_capacity(4);
        set.insert(b"a");
        let Sought { low, high, .. } = set.sought(b"a");
        for bit in 0..64 {
            set.lines[0].low[0] = low ^ 1 << bit;
            assert!(!set.contains(b"a"));
        }
        set.lines[0].low[0] = low;
        for bit in 1..32 {
            set.lines[0].high[0] = high ^ 1 << bit;
            assert!(!set.contains(b"a"));
        }
        set.lines[0].high[0] = high;
        assert!(set.contains(b"a"));
    }

    #[test]
    fn each_set_has_a_key_of_its_own() {
        let [one, other] = [0; 2].map(|_| Fingerprints::with_capacity(0));
        assert_ne!(one.hasher.keys(), other.hasher.keys());
    }

    /// Two are read on average. With one bit for all that are in a line behind, it would be nine.
    #[test]
    fn a_search_for_what_is_not_there_reads_few_lines() {
        let mut set = Fingerprints::with_capacity(20_000);
        (0..20_000_u32).for_each(|number| set.insert(&number.to_le_bytes()));
        let (mut searches, mut read) = (0, 0);
        for start in 0..set.lines.len() {
            let lines = set.lines[start..].iter().chain(&set.lines[..start]);
            for low in 0..32 {
                searches += 1;
                read += 1 + lines.clone().take_while(|line| line.is_passed_by(low)).count();
            }
        }
        assert!(read < 3 * searches, "{read} lines are read in {searches} searches");
    }
}
