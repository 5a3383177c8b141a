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
