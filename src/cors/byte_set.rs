use core::fmt;

use super::fingerprints::Fingerprints;
use super::places::Places;
use super::text_list::{TextList, TooLarge};
use crate::huge_pages;

/// A list of byte strings with membership by hash.
///
/// The strings lie one behind the other in a single buffer, and a table has the place or a fingerprint of
/// each member. So a million origins need little more memory than their text. The number of members has no
/// influence on a look-up but by the distance of the memory that it reads, and a text longer than the longest
/// member is not read.
pub struct ByteSet {
    texts: TextList,
    members: usize,
    table: Table,
    longest: usize,
    /// The first members.
    first: [u32; FEW],
}

/// Where a member is looked up.
enum Table {
    Places(Places),
    Fingerprints(Fingerprints),
}

/// So many members are compared one by one: usually their lengths differ, and without a hash to
/// compute an allowed request takes 88 instructions less.
const FEW: usize = 4;

/// More members have fingerprints. Up to so many, the texts are in the processor's cache if many of them are
/// asked for, and reading one takes less than the hash of a fingerprint does. Unit tests use both tables.
const MANY: usize = if cfg!(test) { 20 } else { 1 << 17 };

impl ByteSet {
    /// An empty set with room for `members`.
    #[must_use]
    pub fn with_capacity(members: usize) -> Self {
        Self {
            texts: TextList::default(),
            members: 0,
            table: Table::with_capacity(members),
            longest: 0,
            first: [0; FEW],
        }
    }

    /// Makes room for texts of so many bytes. The memory is used when they come.
    pub(super) fn reserve(&mut self, bytes: usize) {
        self.texts.reserve(bytes);
    }

    /// Adds `member` at the end of the list, and returns whether it was new to the set.
    ///
    /// # Errors
    /// [`TooLarge`] if all texts together would exceed 4 GiB; the set is then as it was.
    pub fn insert(&mut self, member: &[u8]) -> Result<bool, TooLarge> {
        let is_new = self.insert_once(member)?;
        if !is_new {
            self.append(member)?;
        }
        Ok(is_new)
    }

    /// The same, but if it is not new, it is not added to the list either.
    ///
    /// # Errors
    /// As for [`insert`](Self::insert).
    pub(super) fn insert_once(&mut self, member: &[u8]) -> Result<bool, TooLarge> {
        if self.contains(member) {
            return Ok(false);
        }
        let place = self.texts.append(member)?;
        if let Some(first) = self.first.get_mut(self.members) {
            *first = place;
        }
        self.members += 1;
        self.longest = self.longest.max(member.len());
        if !self.table.has_room_for(self.members) {
            let twice = 2 * self.members;
            self.rebuild(if self.members <= MANY { twice.min(MANY) } else { twice });
        }
        self.table.insert(&self.texts, place);
        Ok(true)
    }

    /// Adds `text` at the end of the list without making it a member: [`contains`](Self::contains)
    /// does not find it, [`iter`](Self::iter) returns it.
    ///
    /// # Errors
    /// [`TooLarge`] as for [`insert`](Self::insert).
    pub fn append(&mut self, text: &[u8]) -> Result<(), TooLarge> {
        self.texts.append(text).map(|_| ())
    }

    /// Whether `text` is a member, byte for byte.
    #[inline(always)]
    #[must_use]
    pub fn contains(&self, text: &[u8]) -> bool {
        if let Some(few) = self.first.get(..self.members) {
            return few.iter().any(|&place| self.texts.at(place) == text);
        }
        text.len() <= self.longest && self.table.contains(&self.texts, text)
    }

    /// A number for a member, below [`index_count`](Self::index_count): another one for each member,
    /// and the same until the set changes. As fast as [`contains`](Self::contains).
    #[inline]
    #[must_use]
    pub fn index_of(&self, text: &[u8]) -> Option<usize> {
        self.index_of_with(text, |_| ())
    }

    /// The same, and calls `before` with a number if the result is likely to be that or one of the next few.
    /// What is kept for it can so be read while the table comes from memory.
    #[inline]
    pub fn index_of_with(&self, text: &[u8], before: impl FnOnce(usize)) -> Option<usize> {
        if let Some(few) = self.first.get(..self.members) {
            return few.iter().position(|&place| self.texts.at(place) == text);
        }
        if text.len() > self.longest {
            return None;
        }
        match &self.table {
            Table::Places(places) => places.index_of(&self.texts, text),
            Table::Fingerprints(fingerprints) => fingerprints.index_of(text, before),
        }
    }

    /// What every [`index_of`](Self::index_of) is below.
    #[must_use]
    pub fn index_count(&self) -> usize {
        if self.members <= FEW {
            return self.members;
        }
        match &self.table {
            Table::Places(places) => places.index_count(),
            Table::Fingerprints(fingerprints) => fingerprints.index_count(),
        }
    }

    /// Makes the table anew, with room for so many members.
    fn rebuild(&mut self, members: usize) {
        let mut table = Table::with_capacity(members);
        match &self.table {
            Table::Places(places) => {
                places.iter().for_each(|place| table.insert(&self.texts, place));
            }
            // It does not know where the texts are, and the list has others, too.
            Table::Fingerprints(before) => {
                for (text, place) in self.texts.iter_with_places() {
                    if before.contains(text) && !table.contains(&self.texts, text) {
                        table.insert(&self.texts, place);
                    }
                }
            }
        }
        self.table = table;
    }

    /// The list in its order, with what was appended but is no member, and with repetitions.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.texts.iter()
    }

    /// The list from one place on: each text with the place behind it. The list begins at 0.
    pub(super) fn iter_from(&self, place: usize) -> impl Iterator<Item = (&[u8], usize)> {
        self.texts.iter_from(place)
    }

    /// The members, each once, in the order in which they were added.
    pub fn members(&self) -> impl Iterator<Item = &[u8]> {
        let mut is_passed = vec![false; self.index_count()];
        self.texts.iter().filter(move |text| {
            let index = self.index_of(text);
            index.is_some_and(|index| !core::mem::replace(&mut is_passed[index], true))
        })
    }

    /// How many members there are.
    #[must_use]
    pub fn member_count(&self) -> usize {
        self.members
    }

    /// Releases memory that only the building needed.
    pub fn shrink(&mut self) {
        if self.table.is_too_large_for(self.members) {
            self.rebuild(self.members);
        }
        let texts = self.texts.shrink();
        // What look-ups read, and is large.
        match &self.table {
            Table::Places(_) => huge_pages::prefer(texts),
            Table::Fingerprints(fingerprints) => fingerprints.settle(),
        }
    }
}

impl Table {
    fn with_capacity(members: usize) -> Self {
        if members > MANY {
            Self::Fingerprints(Fingerprints::with_capacity(members))
        } else {
            Self::Places(Places::with_capacity(members))
        }
    }

    fn has_room_for(&self, members: usize) -> bool {
        match self {
            Self::Places(places) => members <= MANY && places.has_room_for(members),
            Self::Fingerprints(fingerprints) => fingerprints.has_room_for(members),
        }
    }

    /// Whether one that is made for so many is smaller, or is of the other kind.
    fn is_too_large_for(&self, members: usize) -> bool {
        match self {
            Self::Places(places) => places.is_too_large_for(members),
            Self::Fingerprints(fingerprints) => {
                members <= MANY || fingerprints.is_too_large_for(members)
            }
        }
    }

    /// Adds a text of the list that is not there.
    fn insert(&mut self, texts: &TextList, place: u32) {
        match self {
            Self::Places(places) => places.insert(texts, place),
            Self::Fingerprints(fingerprints) => fingerprints.insert(texts.at(place)),
        }
    }

    /// Whether a text is there.
    #[inline(always)]
    fn contains(&self, texts: &TextList, text: &[u8]) -> bool {
        match self {
            Self::Places(places) => places.contains(texts, text),
            Self::Fingerprints(fingerprints) => fingerprints.contains(text),
        }
    }
}

impl fmt::Debug for ByteSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(<[u8]>::escape_ascii)).finish()
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
    fn a_text_longer_than_all_members_is_no_member() {
        let mut set = ByteSet::with_capacity(0);
        for length in 0..10 {
            assert!(set.insert(&vec![b'a'; length]).unwrap());
            assert!(set.contains(&vec![b'a'; length]) && !set.contains(&vec![b'a'; length + 1]));
        }
    }

    #[test]
    fn many_members_have_fingerprints_and_what_is_no_member_has_none() {
        let mut set = ByteSet::with_capacity(0);
        for number in 0_u32..1000 {
            set.append(format!("https://*.{number}.example").as_bytes()).unwrap();
            assert!(set.insert(&number.to_le_bytes()).unwrap());
            assert!(!set.insert(&number.to_le_bytes()).unwrap());
            let is_many = matches!(set.table, Table::Fingerprints(_));
            assert_eq!(is_many, set.member_count() > MANY);
        }
        set.shrink();
        for number in 0_u32..1000 {
            assert!(set.contains(&number.to_le_bytes()));
            assert!(!set.contains(format!("https://*.{number}.example").as_bytes()));
        }
        assert_eq!(set.members().count(), 1000);
        assert_eq!(set.iter().count(), 3000);
    }

    #[test]
    fn it_shrinks_to_what_its_members_take() {
        for count in [0, 3, MANY - 1, MANY + 1, 1000] {
            let mut exact = ByteSet::with_capacity(count);
            let mut grown = ByteSet::with_capacity(0);
            for number in 0..count {
                exact.insert(&number.to_le_bytes()).unwrap();
                grown.insert(&number.to_le_bytes()).unwrap();
            }
            grown.shrink();
            assert_eq!(grown.index_count(), exact.index_count());
        }
    }

    #[test]
    fn few_members_have_no_fingerprints_even_where_many_were_expected() {
        for count in [0, 3, FEW + 1, MANY - 1, MANY] {
            let mut set = ByteSet::with_capacity(MANY + 1);
            for number in 0..count {
                set.append(format!("https://*.{number}.example").as_bytes()).unwrap();
                assert!(set.insert(&number.to_le_bytes()).unwrap());
                assert!(!set.insert(&number.to_le_bytes()).unwrap());
            }
            set.shrink();
            assert!(matches!(set.table, Table::Places(_)));
            for number in 0..3 * MANY {
                assert_eq!(set.contains(&number.to_le_bytes()), number < count);
                assert!(!set.contains(format!("https://*.{number}.example").as_bytes()));
            }
            assert_eq!(set.members().count(), count);
            for number in 0..3 * MANY {
                assert_eq!(set.insert(&number.to_le_bytes()).unwrap(), number >= count);
            }
            assert!((0..3 * MANY).all(|number| set.contains(&number.to_le_bytes())));
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
    fn a_million_origins_take_less_than_half_more_than_their_text() {
        let mut set = ByteSet::with_capacity(1_000_000);
        let mut text = 0;
        for number in 0..1_000_000 {
            let origin = format!("https://shop-{number:07}.example.com");
            text += origin.len();
            set.insert(origin.as_bytes()).unwrap();
        }
        set.shrink();
        let table = match &set.table {
            Table::Places(_) => None,
            Table::Fingerprints(fingerprints) => Some(fingerprints.size()),
        };
        let held = set.texts.size() + table.unwrap();
        assert!(held < 3 * text / 2, "{held} bytes for {text} bytes of text");
    }
}
