use core::fmt;
use core::hash::BuildHasher;

use foldhash::fast::RandomState;

use crate::huge_pages;

/// A list of byte strings with membership by hash.
///
/// The strings lie one behind the other in a single buffer, and a table has their positions, 12 bytes
/// for each. So a million origins need little more memory than their text, and a look-up among a
/// million misses the processor's cache twice: once in the table and once in the buffer. The cost of a
/// look-up does not depend on how many there are, and a text longer than the longest member is not
/// read. The hash is seeded at random for each set.
pub struct ByteSet {
    /// Each text behind its length.
    buffer: Vec<u8>,
    /// How many texts are in the buffer, and how many of them are members.
    texts: usize,
    members: usize,
    /// Open addressing with linear probing, at most two thirds full.
    slots: Vec<Slot>,
    state: RandomState,
    longest: usize,
    /// The first members.
    first: [u32; FEW],
}

/// So many members are compared one by one: usually their lengths differ, and without a hash to
/// compute an allowed request takes 88 instructions less.
const FEW: usize = 4;

/// Stands for a length that takes the four bytes behind it, as those from here on do.
const LONG: u8 = u8::MAX;

/// The position of a member in the buffer, where its length is; 0 for none. The tag is a part of its
/// hash, by which nearly all others differ.
#[derive(Clone, Copy, Default)]
struct Slot {
    tag: u32,
    place: u32,
}

/// The texts of a [`ByteSet`] would pass 4 GiB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLarge;

impl fmt::Display for TooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the texts together are longer than 4 GiB")
    }
}

impl core::error::Error for TooLarge {}

impl ByteSet {
    /// An empty set with room for `members`.
    #[must_use]
    pub fn with_capacity(members: usize) -> Self {
        Self {
            // No text is at 0.
            buffer: vec![0],
            texts: 0,
            members: 0,
            slots: vec![Slot::default(); slots_for(members)],
            state: RandomState::default(),
            longest: 0,
            first: [0; FEW],
        }
    }

    /// Makes room for texts of so many bytes. The memory is used when they come.
    ///
    /// A buffer that grows has to be copied now and then, and both copies take memory.
    pub(super) fn reserve(&mut self, bytes: usize) {
        self.buffer.reserve_exact(bytes);
    }

    /// Adds `member` at the end of the list, and returns whether it was new to the set.
    ///
    /// # Errors
    /// [`TooLarge`] if all texts together would exceed 4 GiB; the set is then as it was.
    pub fn insert(&mut self, member: &[u8]) -> Result<bool, TooLarge> {
        let is_new = !self.contains(member);
        let place = self.append_at(member)?;
        if is_new {
            if let Some(first) = self.first.get_mut(self.members) {
                *first = place;
            }
            self.members += 1;
            self.longest = self.longest.max(member.len());
            if slots_for(self.members) > self.slots.len() {
                self.rebuild(slots_for(2 * self.members));
            }
            self.enter(place);
        }
        Ok(is_new)
    }

    /// Adds `text` at the end of the list without making it a member: [`contains`](Self::contains)
    /// does not find it, [`iter`](Self::iter) returns it.
    ///
    /// # Errors
    /// [`TooLarge`] as for [`insert`](Self::insert).
    pub fn append(&mut self, text: &[u8]) -> Result<(), TooLarge> {
        self.append_at(text).map(|_| ())
    }

    fn append_at(&mut self, text: &[u8]) -> Result<u32, TooLarge> {
        let place = u32::try_from(self.buffer.len()).map_err(|_| TooLarge)?;
        let length = u32::try_from(text.len()).map_err(|_| TooLarge)?;
        // With the longest form of its length.
        place.checked_add(length).and_then(|end| end.checked_add(5)).ok_or(TooLarge)?;
        match u8::try_from(length) {
            Ok(short) if short != LONG => self.buffer.push(short),
            _ => {
                self.buffer.push(LONG);
                self.buffer.extend_from_slice(&length.to_le_bytes());
            }
        }
        self.buffer.extend_from_slice(text);
        self.texts += 1;
        Ok(place)
    }

    /// Whether `text` is a member, byte for byte.
    #[inline(always)]
    #[must_use]
    pub fn contains(&self, text: &[u8]) -> bool {
        if let Some(few) = self.first.get(..self.members) {
            return few.iter().any(|&place| self.text_at(place) == text);
        }
        text.len() <= self.longest && self.is_in_a_slot(text)
    }

    /// A number for a member, below [`index_count`](Self::index_count): another one for each member,
    /// and the same until the set changes. As fast as [`contains`](Self::contains).
    #[inline]
    #[must_use]
    pub fn index_of(&self, text: &[u8]) -> Option<usize> {
        if let Some(few) = self.first.get(..self.members) {
            return few.iter().position(|&place| self.text_at(place) == text);
        }
        if text.len() > self.longest {
            return None;
        }
        let (start, tag) = self.sought(text);
        (start..self.slots.len())
            .chain(0..start)
            .take_while(|&index| self.slots[index].place != 0)
            .find(|&index| {
                let slot = self.slots[index];
                slot.tag == tag && self.text_at(slot.place) == text
            })
    }

    /// What every [`index_of`](Self::index_of) is below.
    #[must_use]
    pub fn index_count(&self) -> usize {
        if self.members <= FEW { self.members } else { self.slots.len() }
    }

    fn is_in_a_slot(&self, text: &[u8]) -> bool {
        let (start, tag) = self.sought(text);
        let (before, behind) = self.slots.split_at(start);
        behind
            .iter()
            .chain(before)
            .take_while(|slot| slot.place != 0)
            .any(|slot| slot.tag == tag && self.text_at(slot.place) == text)
    }

    /// The slot at which the search for a text begins, if there are any, and its tag.
    #[inline]
    #[allow(clippy::cast_possible_truncation, reason = "below the length, and the lower half")]
    fn sought(&self, text: &[u8]) -> (usize, u32) {
        let hash = self.state.hash_one(Bytes(text));
        // The upper half, as a fraction of the table, and the lower one.
        let start = (u128::from(hash) * self.slots.len() as u128) >> 64;
        (start as usize, hash as u32)
    }

    /// The text at a place that [`append_at`](Self::append_at) gave.
    #[inline]
    fn text_at(&self, place: u32) -> &[u8] {
        let (length, text) = split_length(&self.buffer[place as usize..]);
        &text[..length]
    }

    /// Puts a member into the first free slot that the search for it comes to.
    fn enter(&mut self, place: u32) {
        let (start, tag) = self.sought(self.text_at(place));
        let (before, behind) = self.slots.split_at_mut(start);
        let free = behind.iter_mut().chain(before).find(|slot| slot.place == 0);
        debug_assert!(free.is_some(), "the table is at most two thirds full");
        if let Some(free) = free {
            *free = Slot { tag, place };
        }
    }

    /// Makes the table anew.
    fn rebuild(&mut self, slots: usize) {
        let before = core::mem::replace(&mut self.slots, vec![Slot::default(); slots]);
        for slot in before {
            if slot.place != 0 {
                self.enter(slot.place);
            }
        }
    }

    /// The list in its order, with what was appended but is no member, and with repetitions.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        let mut rest = &self.buffer[1..];
        (0..self.texts).map(move |_| {
            let (length, behind) = split_length(rest);
            let (text, next) = behind.split_at(length);
            rest = next;
            text
        })
    }

    /// The list from one place on: each text with the place behind it. The list begins at 0.
    pub(super) fn iter_from(&self, place: usize) -> impl Iterator<Item = (&[u8], usize)> {
        let mut place = place.max(1);
        core::iter::from_fn(move || {
            let rest = self.buffer.get(place..).filter(|rest| !rest.is_empty())?;
            let (length, behind) = split_length(rest);
            place = self.buffer.len() - behind.len() + length;
            Some((&behind[..length], place))
        })
    }

    /// The members, each once, in no particular order.
    pub fn members(&self) -> impl Iterator<Item = &[u8]> {
        self.slots.iter().filter(|slot| slot.place != 0).map(|slot| self.text_at(slot.place))
    }

    /// How many members there are.
    #[must_use]
    pub fn member_count(&self) -> usize {
        self.members
    }

    /// Releases memory that only the building needed.
    pub fn shrink(&mut self) {
        self.buffer.shrink_to_fit();
        let slots = slots_for(self.members);
        if slots < self.slots.len() {
            self.rebuild(slots);
        }
        huge_pages::prefer(&self.buffer);
        huge_pages::prefer(&self.slots);
    }
}

/// How many slots a table of so many members has at least: one of them is always free.
fn slots_for(members: usize) -> usize {
    if members == 0 { 0 } else { members + members / 2 + 1 }
}

/// The length that a text lies behind, and what follows.
#[inline]
fn split_length(bytes: &[u8]) -> (usize, &[u8]) {
    match *bytes {
        [LONG, a, b, c, d, ref text @ ..] => (u32::from_le_bytes([a, b, c, d]) as usize, text),
        [length, ref text @ ..] => (usize::from(length), text),
        [] => (0, &[]),
    }
}

impl fmt::Debug for ByteSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(<[u8]>::escape_ascii)).finish()
    }
}

/// Hashes the bytes alone; a slice would feed its length too, which costs and adds nothing here.
pub(super) struct Bytes<'a>(pub(super) &'a [u8]);

impl core::hash::Hash for Bytes<'_> {
    #[inline]
    fn hash<H: core::hash::Hasher>(&self, state: &mut H) {
        state.write(self.0);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashSet;

    proptest! {
        #[test]
        fn it_has_the_members_of_a_hash_set(
            members in proptest::collection::vec(proptest::collection::vec(97u8..100, 0..4), 0..50),
            asked in proptest::collection::vec(97u8..100, 0..5),
        ) {
            let mut set = ByteSet::with_capacity(0);
            let mut naive = HashSet::new();
            for member in &members {
                prop_assert_eq!(set.insert(member).unwrap(), naive.insert(member.clone()));
            }
            set.shrink();
            prop_assert_eq!(set.contains(&asked), naive.contains(&asked));
            prop_assert!(set.iter().eq(members.iter().map(Vec::as_slice)));
            prop_assert_eq!(set.member_count(), naive.len());
            prop_assert!(set.members().all(|member| naive.contains(member)));
            prop_assert_eq!(set.index_of(&asked).is_some(), naive.contains(&asked));
            let indexes: HashSet<_> = naive.iter().map(|member| set.index_of(member)).collect();
            prop_assert_eq!(indexes.len(), naive.len());
            prop_assert!(indexes.iter().all(|index| index.unwrap() < set.index_count()));
        }
    }

    #[test]
    fn texts_of_any_length_are_found_and_listed() {
        let lengths = [0, 1, 2, 253, 254, 255, 256, 257, 65_535, 65_536];
        let texts: Vec<Vec<u8>> = lengths.iter().map(|&length| vec![b'a'; length]).collect();
        let mut set = ByteSet::with_capacity(0);
        for (count, text) in texts.iter().enumerate() {
            assert!(!set.contains(text));
            assert!(set.insert(text).unwrap() && !set.insert(text).unwrap());
            assert!(texts[..=count].iter().all(|text| set.contains(text)));
        }
        assert!(set.iter().eq(texts.iter().flat_map(|text| [text.as_slice(); 2])));
    }

    #[test]
    fn a_text_with_the_tag_of_a_member_is_none() {
        let mut set = ByteSet::with_capacity(0);
        for member in [b"a", b"b", b"c", b"d", b"e", b"f"] {
            set.insert(member).unwrap();
        }
        for asked in [b"x".as_slice(), b"y", b"", b"ab"] {
            let (_, tag) = set.sought(asked);
            for slot in &mut set.slots {
                slot.tag = tag;
            }
            assert!(!set.contains(asked));
        }
    }

    #[test]
    fn the_table_is_two_thirds_full_at_most_and_shrinks_to_that() {
        let mut set = ByteSet::with_capacity(0);
        for number in 0_u32..1000 {
            set.insert(&number.to_le_bytes()).unwrap();
            assert!(2 * set.slots.len() >= 3 * set.member_count());
        }
        set.shrink();
        assert_eq!(set.slots.len(), slots_for(1000));
        assert!((0_u32..1000).all(|number| set.contains(&number.to_le_bytes())));
    }

    #[test]
    fn what_was_only_appended_is_listed_but_no_member() {
        let mut set = ByteSet::with_capacity(2);
        set.append(b"listed").unwrap();
        assert!(set.insert(b"member").unwrap());
        assert!(!set.contains(b"listed"));
        assert!(set.contains(b"member"));
        assert_eq!(set.iter().collect::<Vec<_>>(), [b"listed".as_slice(), b"member"]);
    }

    #[test]
    fn an_empty_set_holds_nothing_not_even_the_empty_text() {
        assert!(!ByteSet::with_capacity(0).contains(b""));
    }

    #[test]
    fn a_million_origins_take_less_than_half_more_than_their_text() {
        let mut set = ByteSet::with_capacity(1_000_000);
        let mut text = 0;
        for number in 0..1_000_000 {
            let origin = format!("https://shop-{number:07}.example.com");
            text += origin.len();
            set.insert(origin.as_bytes()).unwrap();
        }
        set.shrink();
        let held = set.buffer.capacity() + size_of::<Slot>() * set.slots.capacity();
        assert!(held < 3 * text / 2, "{held} bytes for {text} bytes of text");
    }
}
