use core::hash::BuildHasher;

use foldhash::fast::RandomState;

use super::text_list::TextList;

/// The places of some texts of a [`TextList`], found by a hash that is seeded at random: 12 bytes for each.
///
/// Two thirds of the slots are taken at most. A part of the hash is beside the place, so the text of another
/// one is hardly ever read.
pub(super) struct Places {
    /// Open addressing with linear probing.
    slots: Vec<Slot>,
    state: RandomState,
}

/// The place of a text; 0 for none. The tag is a part of its hash, by which nearly all others differ.
#[derive(Clone, Copy, Default)]
struct Slot {
    tag: u32,
    place: u32,
}

impl Places {
    /// An empty table with room for so many.
    pub(super) fn with_capacity(count: usize) -> Self {
        Self { slots: vec![Slot::default(); slots_for(count)], state: RandomState::default() }
    }

    /// Whether so many fit.
    pub(super) fn has_room_for(&self, count: usize) -> bool {
        slots_for(count) <= self.slots.len()
    }

    /// Whether one that is made for so many takes less memory.
    pub(super) fn is_too_large_for(&self, count: usize) -> bool {
        slots_for(count) < self.slots.len()
    }

    /// Adds the place of a text that is not there. There must be room for it.
    pub(super) fn insert(&mut self, texts: &TextList, place: u32) {
        let (start, tag) = self.sought(texts.at(place));
        let (before, behind) = self.slots.split_at_mut(start);
        let free = behind.iter_mut().chain(before).find(|slot| slot.place == 0);
        debug_assert!(free.is_some(), "the table is at most two thirds full");
        if let Some(free) = free {
            *free = Slot { tag, place };
        }
    }

    /// Whether a text is there.
    #[inline]
    pub(super) fn contains(&self, texts: &TextList, text: &[u8]) -> bool {
        let (start, tag) = self.sought(text);
        let (before, behind) = self.slots.split_at(start);
        behind
            .iter()
            .chain(before)
            .take_while(|slot| slot.place != 0)
            .any(|slot| slot.tag == tag && texts.at(slot.place) == text)
    }

    /// A number for a text that is there, below [`index_count`](Self::index_count): another one for each,
    /// and the same until the set changes.
    #[inline]
    pub(super) fn index_of(&self, texts: &TextList, text: &[u8]) -> Option<usize> {
        let (start, tag) = self.sought(text);
        (start..self.slots.len())
            .chain(0..start)
            .take_while(|&index| self.slots[index].place != 0)
            .find(|&index| {
                let slot = self.slots[index];
                slot.tag == tag && texts.at(slot.place) == text
            })
    }

    /// What every [`index_of`](Self::index_of) is below.
    pub(super) fn index_count(&self) -> usize {
        self.slots.len()
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

    /// All places, in no particular order.
    pub(super) fn iter(&self) -> impl Iterator<Item = u32> {
        self.slots.iter().map(|slot| slot.place).filter(|&place| place != 0)
    }
}

/// How many slots a table of so many has at least: one of them is always free.
fn slots_for(count: usize) -> usize {
    if count == 0 { 0 } else { count + count / 2 + 1 }
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

    #[test]
    fn a_text_with_the_tag_of_another_is_not_there() {
        let mut texts = TextList::default();
        let mut places = Places::with_capacity(6);
        for text in [b"a", b"b", b"c", b"d", b"e", b"f"] {
            let place = texts.append(text).unwrap();
            places.insert(&texts, place);
        }
        for asked in [b"x".as_slice(), b"y", b"", b"ab"] {
            let (_, tag) = places.sought(asked);
            for slot in &mut places.slots {
                slot.tag = tag;
            }
            assert!(!places.contains(&texts, asked));
            assert_eq!(places.index_of(&texts, asked), None);
        }
    }

    #[test]
    fn it_is_two_thirds_full_at_most() {
        for count in 0..1000 {
            let places = Places::with_capacity(count);
            assert!(2 * places.index_count() >= 3 * count);
            assert!(places.has_room_for(count) && !places.is_too_large_for(count));
        }
    }
}
