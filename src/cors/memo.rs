use core::sync::atomic::{
    AtomicU64,
    Ordering::{Acquire, Relaxed, Release},
    fence,
};

/// The longest text that a [`Memo`] keeps, in bytes: longer than the origins that browsers send.
const LONGEST: usize = 94;

const ENTRIES: usize = 8;

/// The last verdicts on a few texts, for verdicts that cost more than comparing a text.
///
/// Most requests to a server come from a few origins: one that a regular expression decides takes
/// 50 ns, one that is remembered 6 (`make bench-core`). Texts are compared whole, so no other text is
/// taken for one that is kept. Looking up and keeping take constant time.
#[derive(Debug, Clone)]
pub struct Memo([Entry; ENTRIES]);

#[derive(Debug, Clone, Copy)]
struct Entry {
    /// Of the text; `u8::MAX` if there is none.
    length: u8,
    verdict: bool,
    text: [u8; LONGEST],
}

impl Default for Memo {
    fn default() -> Self {
        Self([Entry { length: u8::MAX, verdict: false, text: [0; LONGEST] }; ENTRIES])
    }
}

impl Memo {
    /// What was kept for `text`, unless another text has taken its place.
    #[inline]
    #[must_use]
    pub fn get(&self, text: &[u8]) -> Option<bool> {
        let Entry { length, verdict, text: kept } = &self.0[place(text)];
        (usize::from(*length) == text.len() && kept.get(..text.len()) == Some(text))
            .then_some(*verdict)
    }

    /// Keeps `verdict` for `text`, unless the text is longer than 94 bytes.
    pub fn keep(&mut self, text: &[u8], verdict: bool) {
        let entry = &mut self.0[place(text)];
        if let (Some(kept), Ok(length)) = (entry.text.get_mut(..text.len()), text.len().try_into())
        {
            kept.copy_from_slice(text);
            entry.length = length;
            entry.verdict = verdict;
        }
    }
}

/// As [`Memo`], for several threads at a time. No thread waits for another: while one is writing,
/// nothing is read, and nothing else is kept.
///
/// It is for builds of Python without the GIL, where each thread has one of its own: only what one thread
/// began and another ends meets here.
#[derive(Debug, Default)]
pub struct SharedMemo([SharedEntry; ENTRIES]);

#[derive(Debug, Default)]
struct SharedEntry {
    /// Odd while a thread writes; another number whenever one has written.
    sequence: AtomicU64,
    /// The length of the text, 1 bit of the verdict below it; 0 where there is none.
    header: AtomicU64,
    /// The text, with zeros behind it.
    words: [AtomicU64; WORDS],
}

const WORDS: usize = LONGEST.div_ceil(8);

/// The words of a text that is not too long.
fn words(text: &[u8]) -> impl Iterator<Item = u64> {
    text.chunks(8).map(|chunk| {
        let mut bytes = [0; 8];
        bytes[..chunk.len()].copy_from_slice(chunk);
        u64::from_ne_bytes(bytes)
    })
}

/// What stands for a text of this length and its verdict; never 0.
fn header(length: usize, verdict: bool) -> u64 {
    (length as u64 + 1) << 1 | u64::from(verdict)
}

impl SharedMemo {
    /// What was kept for `text`, unless another text has taken its place, or takes it now.
    #[inline]
    #[must_use]
    pub fn get(&self, text: &[u8]) -> Option<bool> {
        if text.len() > LONGEST {
            return None;
        }
        let entry = &self.0[place(text)];
        let before = entry.sequence.load(Acquire);
        let found = entry.header.load(Relaxed);
        let same = found | 1 == header(text.len(), true)
            && words(text).zip(&entry.words).all(|(word, kept)| kept.load(Relaxed) == word);
        // Whatever was read above was read before this.
        fence(Acquire);
        (same && before & 1 == 0 && entry.sequence.load(Relaxed) == before)
            .then_some(found & 1 == 1)
    }

    /// Keeps `verdict` for `text`, unless the text is longer than 94 bytes or another thread is writing.
    pub fn keep(&self, text: &[u8], verdict: bool) {
        if text.len() > LONGEST {
            return;
        }
        let entry = &self.0[place(text)];
        let before = entry.sequence.load(Relaxed);
        let begin =
            || entry.sequence.compare_exchange(before, before + 1, Acquire, Relaxed).is_ok();
        if before & 1 == 1 || !begin() {
            return;
        }
        // Whatever is written below is written after the odd number.
        fence(Release);
        entry.header.store(header(text.len(), verdict), Relaxed);
        for (word, kept) in words(text).zip(&entry.words) {
            kept.store(word, Relaxed);
        }
        entry.sequence.store(before + 2, Release);
    }
}

/// Origins differ most in the middle: behind `https://`, before a domain that they may share.
#[inline]
fn place(text: &[u8]) -> usize {
    let length = text.len();
    let middle = text.get(length / 2).copied().unwrap_or(0);
    (length + usize::from(middle)) % ENTRIES
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nothing_is_known_at_first() {
        let memo = Memo::default();
        for length in 0..300 {
            assert_eq!(memo.get(&vec![0; length]), None, "{length}");
        }
    }

    #[test]
    fn only_short_texts_are_kept() {
        let mut memo = Memo::default();
        for length in 0..300 {
            let text = vec![b'a'; length];
            memo.keep(&text, true);
            assert_eq!(memo.get(&text), (length <= LONGEST).then_some(true), "{length}");
        }
    }

    proptest! {
        #[test]
        fn it_tells_the_last_verdict_or_nothing(
            steps in proptest::collection::vec(("[ab]{0,3}", any::<bool>()), 0..40),
        ) {
            let mut memo = Memo::default();
            let mut kept = std::collections::HashMap::new();
            for (text, verdict) in &steps {
                memo.keep(text.as_bytes(), *verdict);
                kept.insert(text.as_bytes(), *verdict);
                for (text, verdict) in &kept {
                    prop_assert!(memo.get(text).is_none_or(|kept| kept == *verdict));
                }
                prop_assert_eq!(memo.get(text.as_bytes()), Some(*verdict));
            }
        }
    }
}
