use core::fmt;
use core::hash::BuildHasher;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

/// A list of byte strings that answers membership by hash.
///
/// The strings lie one behind the other in a single buffer, so that a million origins cost little
/// more than their text: 4 bytes each for where they end and about 19 for the hash table, which says
/// itself where a member lies, so that a look-up among a million misses the processor's cache twice.
/// The cost of a look-up does not depend on how many there are, and a text longer than the longest
/// member is answered without being read. The hash is seeded at random for each set.
pub struct ByteSet {
    text: Vec<u8>,
    ends: Vec<u32>,
    table: HashTable<Place>,
    state: RandomState,
    longest: usize,
    /// The first members.
    first: [Place; FEW],
}

/// So many members are compared one by one: most often their lengths differ, and where there is no
/// hash to compute, a request takes 110 instructions less.
const FEW: usize = 4;

/// Where a member lies in the text.
#[derive(Clone, Copy, Default)]
struct Place {
    start: u32,
    length: u32,
}

impl Place {
    #[inline]
    fn of(self, text: &[u8]) -> &[u8] {
        &text[self.start as usize..][..self.length as usize]
    }
}

/// The text of a [`ByteSet`] would pass 4 GiB.
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
            text: Vec::new(),
            ends: Vec::with_capacity(members),
            table: HashTable::with_capacity(members),
            state: RandomState::default(),
            longest: 0,
            first: [Place::default(); FEW],
        }
    }

    /// Adds `member` at the end of the list, and says whether it was new to the set.
    ///
    /// # Errors
    /// [`TooLarge`] where all members together would pass 4 GiB; the set is then as it was.
    pub fn insert(&mut self, member: &[u8]) -> Result<bool, TooLarge> {
        let place = self.append_at(member)?;
        let Self { text, table, state, .. } = self;
        let entry = table.entry(
            state.hash_one(Bytes(member)),
            |other| other.of(text) == member,
            |other| state.hash_one(Bytes(other.of(text))),
        );
        let new = matches!(entry, hashbrown::hash_table::Entry::Vacant(_));
        entry.or_insert(place);
        if new && let Some(first) = self.first.get_mut(self.table.len() - 1) {
            *first = place;
        }
        self.longest = self.longest.max(member.len());
        Ok(new)
    }

    /// Adds `text` at the end of the list without making it a member: [`contains`](Self::contains)
    /// does not find it, [`iter`](Self::iter) gives it.
    ///
    /// # Errors
    /// [`TooLarge`] as for [`insert`](Self::insert).
    pub fn append(&mut self, text: &[u8]) -> Result<(), TooLarge> {
        self.append_at(text).map(|_| ())
    }

    fn append_at(&mut self, text: &[u8]) -> Result<Place, TooLarge> {
        let to_u32 = |length: usize| u32::try_from(length).map_err(|_| TooLarge);
        let place = Place { start: to_u32(self.text.len())?, length: to_u32(text.len())? };
        let end = place.start.checked_add(place.length).ok_or(TooLarge)?;
        self.text.extend_from_slice(text);
        self.ends.push(end);
        Ok(place)
    }

    /// Whether `text` is a member, byte for byte.
    #[inline(always)]
    #[must_use]
    pub fn contains(&self, text: &[u8]) -> bool {
        let is_here = |place: &Place| place.of(&self.text) == text;
        if let Some(few) = self.first.get(..self.table.len()) {
            return few.iter().any(is_here);
        }
        text.len() <= self.longest
            && self.table.find(self.state.hash_one(Bytes(text)), is_here).is_some()
    }

    /// The list in its order, with what was appended but is no member, and with repetitions.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        let mut start = 0;
        self.ends.iter().map(move |&end| {
            let member = &self.text[start..end as usize];
            start = end as usize;
            member
        })
    }

    /// The members, each once, in an order that says nothing.
    #[must_use]
    pub fn members(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.table.iter().map(|place| place.of(&self.text))
    }

    /// Gives back what the building took too much.
    pub fn shrink(&mut self) {
        let Self { text, ends, table, state, .. } = self;
        text.shrink_to_fit();
        ends.shrink_to_fit();
        table.shrink_to_fit(|place| state.hash_one(Bytes(place.of(text))));
    }
}

impl fmt::Debug for ByteSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(<[u8]>::escape_ascii)).finish()
    }
}

/// Hashes the bytes alone; a slice would feed its length too, which costs and adds nothing here.
struct Bytes<'a>(&'a [u8]);

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
        fn it_answers_as_a_hash_set_does(
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
            prop_assert_eq!(set.members().len(), naive.len());
            prop_assert!(set.members().all(|member| naive.contains(member)));
        }
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
    fn a_million_origins_take_less_than_twice_their_text() {
        let mut set = ByteSet::with_capacity(1_000_000);
        let mut text = 0;
        for number in 0..1_000_000 {
            let origin = format!("https://shop-{number:07}.example.com");
            text += origin.len();
            set.insert(origin.as_bytes()).unwrap();
        }
        set.shrink();
        let held = set.text.capacity() + 4 * set.ends.capacity() + set.table.allocation_size();
        assert!(held < 2 * text, "{held} bytes for {text} bytes of text");
    }
}
