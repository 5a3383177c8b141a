use std::sync::Arc;

use super::text_list::TooLarge;

/// How many bits of a hash choose a child of a branch, and how many children it has.
const BITS: u32 = 4;
const CHILDREN: usize = 1 << BITS;

/// Below so many branches all bits of a hash but those of its tag are used up.
const DEEPEST: u32 = (u64::BITS - u16::BITS) / BITS;

/// So many texts are in a leaf at most, unless no bits are left to divide it by. A leaf is copied
/// whenever one of its texts is added or removed: with 384, adding one to a million took 14 µs.
const MOST: usize = 128;

/// A branch whose leaves have so few texts becomes a leaf again.
const FEW: usize = MOST / 4;

/// The longest text, in bytes.
pub(super) const LONGEST: usize = (1 << 15) - 1;

/// A set of byte strings whose copies share what they have in common: a copy takes constant time, and
/// adding or removing a text copies one leaf and the branches above it, whatever the number of texts.
///
/// The hash of a text leads from branch to branch to its leaf, four bits at a time. The caller computes
/// it, seeded at random.
#[derive(Clone, Default)]
pub(super) struct Texts {
    root: Node,
    count: usize,
}

#[derive(Clone)]
enum Node {
    Leaf(Leaf),
    Branch(Arc<[Node; CHILDREN]>),
}

impl Default for Node {
    fn default() -> Self {
        Self::Leaf(Leaf::default())
    }
}

/// Some texts in one piece of memory: a table, and each text behind its length. And how many there are:
/// beside the pointer, where no look-up has to wait for it.
///
/// The table has four bytes for each slot: the lowest bits of the text's hash, and where the text is; 0
/// for none. It has open addressing with linear probing and is two thirds full. The texts lie in the
/// order of the table.
#[derive(Clone, Default)]
struct Leaf {
    bytes: Arc<[u8]>,
    count: u16,
}

/// The lowest bits of a hash, and the text.
type Tagged<'t> = (u16, &'t [u8]);

impl Texts {
    /// How many there are.
    #[inline]
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// The text with this hash for which `is_sought` is true.
    #[inline]
    pub(super) fn find(&self, hash: u64, is_sought: impl Fn(&[u8]) -> bool) -> Option<&[u8]> {
        let mut node = &self.root;
        let mut left = hash;
        loop {
            match node {
                Node::Leaf(leaf) => return leaf.find(hash, is_sought),
                Node::Branch(children) => {
                    node = &children[child_of(left)];
                    left <<= BITS;
                }
            }
        }
    }

    /// Adds a text, and returns whether it was new. `hash_of` returns the hash of any text.
    ///
    /// # Errors
    /// [`TooLarge`] for a text longer than [`LONGEST`]; nothing is changed then.
    pub(super) fn insert(
        &mut self,
        text: &[u8],
        hash_of: &impl Fn(&[u8]) -> u64,
    ) -> Result<bool, TooLarge> {
        let hash = hash_of(text);
        if self.find(hash, |found| found == text).is_some() {
            return Ok(false);
        }
        if text.len() > LONGEST {
            return Err(TooLarge);
        }
        self.root.insert(0, hash, text, hash_of)?;
        self.count += 1;
        Ok(true)
    }

    /// Removes a text, and returns whether it was there.
    pub(super) fn remove(&mut self, hash: u64, text: &[u8]) -> bool {
        if self.find(hash, |found| found == text).is_none() {
            return false;
        }
        self.root.remove(hash, hash, text);
        self.count -= 1;
        true
    }

    /// All texts, in no particular order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.leaves().into_iter().flat_map(|leaf| leaf.tagged().map(|(_, text)| text))
    }

    fn leaves(&self) -> Vec<&Leaf> {
        let mut leaves = Vec::new();
        self.root.collect(&mut leaves);
        leaves
    }

    /// The pieces that hold the texts. They are shared, not copied.
    pub(super) fn pieces(&self) -> Vec<Piece> {
        self.leaves().into_iter().map(|leaf| Piece(leaf.clone())).collect()
    }
}

/// Some of the texts of a [`Texts`], which it keeps alive.
#[derive(Debug)]
pub(super) struct Piece(Leaf);

impl Piece {
    pub(super) fn texts(&self) -> impl Iterator<Item = &[u8]> {
        self.0.tagged().map(|(_, text)| text)
    }
}

/// The child that the first bits of a hash lead to.
#[inline]
#[allow(clippy::cast_possible_truncation, reason = "four bits are left")]
fn child_of(hash: u64) -> usize {
    (hash >> (u64::BITS - BITS)) as usize
}

#[inline]
#[allow(clippy::cast_possible_truncation, reason = "the lowest bits are the tag")]
fn tag_of(hash: u64) -> u16 {
    hash as u16
}

impl Node {
    fn insert(
        &mut self,
        depth: u32,
        hash: u64,
        text: &[u8],
        hash_of: &impl Fn(&[u8]) -> u64,
    ) -> Result<(), TooLarge> {
        match self {
            Self::Branch(children) => {
                let child = child_of(hash << (BITS * depth));
                Arc::make_mut(children)[child].insert(depth + 1, hash, text, hash_of)
            }
            Self::Leaf(leaf) => {
                let mut tagged: Vec<_> = leaf.tagged().collect();
                tagged.push((tag_of(hash), text));
                let node = Self::of(&tagged, depth, hash_of)?;
                *self = node;
                Ok(())
            }
        }
    }

    /// A node with these texts, which are distinct.
    fn of(
        tagged: &[Tagged<'_>],
        depth: u32,
        hash_of: &impl Fn(&[u8]) -> u64,
    ) -> Result<Self, TooLarge> {
        if tagged.len() <= MOST || depth == DEEPEST {
            if let Some(leaf) = Leaf::of(tagged) {
                return Ok(Self::Leaf(leaf));
            }
        }
        if depth == DEEPEST {
            return Err(TooLarge);
        }
        let mut divided: [Vec<Tagged<'_>>; CHILDREN] = Default::default();
        for &(tag, text) in tagged {
            divided[child_of(hash_of(text) << (BITS * depth))].push((tag, text));
        }
        let mut children: [Self; CHILDREN] = Default::default();
        for (child, texts) in children.iter_mut().zip(&divided) {
            *child = Self::of(texts, depth + 1, hash_of)?;
        }
        Ok(Self::Branch(Arc::new(children)))
    }

    fn remove(&mut self, left: u64, hash: u64, text: &[u8]) {
        match self {
            Self::Branch(children) => {
                let children = Arc::make_mut(children);
                children[child_of(left)].remove(left << BITS, hash, text);
                if let Some(leaf) = joined(children) {
                    *self = Self::Leaf(leaf);
                }
            }
            Self::Leaf(leaf) => {
                let tag = tag_of(hash);
                let rest: Vec<_> = leaf.tagged().filter(|&found| found != (tag, text)).collect();
                // What is left fits where more did.
                if let Some(leaf) = Leaf::of(&rest) {
                    *self = Self::Leaf(leaf);
                }
            }
        }
    }

    fn collect<'n>(&'n self, leaves: &mut Vec<&'n Leaf>) {
        match self {
            Self::Leaf(leaf) => leaves.push(leaf),
            Self::Branch(children) => children.iter().for_each(|child| child.collect(leaves)),
        }
    }
}

/// One leaf instead of a few small ones.
fn joined(children: &[Node; CHILDREN]) -> Option<Leaf> {
    let mut count = 0;
    for child in children {
        match child {
            Node::Leaf(leaf) => count += usize::from(leaf.count),
            Node::Branch(_) => return None,
        }
        if count > FEW {
            return None;
        }
    }
    let mut leaves = Vec::with_capacity(CHILDREN);
    for child in children {
        child.collect(&mut leaves);
    }
    Leaf::of(&leaves.iter().flat_map(|leaf| leaf.tagged()).collect::<Vec<_>>())
}

/// The size of a slot.
const SLOT: usize = 4;

fn slots_for(count: usize) -> usize {
    if count == 0 { 0 } else { count + count / 2 + 1 }
}

/// The slot at which the search for a tag begins.
#[inline]
fn first_slot(tag: u16, slots: usize) -> usize {
    (usize::from(tag) * slots) >> u16::BITS
}

/// How many bytes the length of a text takes.
fn size_of_length(length: usize) -> usize {
    if length < 0x80 { 1 } else { 2 }
}

impl Leaf {
    /// A leaf with these texts, which are distinct; None if they are too long for one.
    fn of(tagged: &[Tagged<'_>]) -> Option<Self> {
        if tagged.is_empty() {
            return Some(Self::default());
        }
        let count = u16::try_from(tagged.len()).ok()?;
        let slots = slots_for(tagged.len());
        let texts: usize =
            tagged.iter().map(|(_, text)| size_of_length(text.len()) + text.len()).sum();
        let size = SLOT * slots + texts;
        if size > usize::from(u16::MAX) {
            return None;
        }
        let mut table: Vec<Option<Tagged<'_>>> = vec![None; slots];
        for &(tag, text) in tagged {
            let (before, behind) = table.split_at_mut(first_slot(tag, slots));
            if let Some(free) = behind.iter_mut().chain(before).find(|slot| slot.is_none()) {
                *free = Some((tag, text));
            }
        }
        let mut bytes: Arc<[u8]> = core::iter::repeat_n(0, size).collect();
        let all = Arc::get_mut(&mut bytes)?;
        let mut place = SLOT * slots;
        for (index, (tag, text)) in
            table.into_iter().enumerate().filter_map(|(index, slot)| Some((index, slot?)))
        {
            let slot = &mut all[SLOT * index..][..SLOT];
            slot[..2].copy_from_slice(&tag.to_le_bytes());
            slot[2..].copy_from_slice(&u16::try_from(place).ok()?.to_le_bytes());
            let length = u16::try_from(text.len()).ok()?;
            if length < 0x80 {
                all[place] = length.to_le_bytes()[0];
            } else {
                all[place..place + 2].copy_from_slice(&(length | 0x8000).to_be_bytes());
            }
            place += size_of_length(text.len());
            all[place..place + text.len()].copy_from_slice(text);
            place += text.len();
        }
        Some(Self { bytes, count })
    }

    #[inline]
    fn slots(&self) -> usize {
        slots_for(usize::from(self.count))
    }

    /// The tag in a slot, and where its text is; 0 for none.
    #[inline]
    fn slot(&self, index: usize) -> (u16, u16) {
        let slot = &self.bytes[SLOT * index..][..SLOT];
        (u16::from_le_bytes([slot[0], slot[1]]), u16::from_le_bytes([slot[2], slot[3]]))
    }

    /// The text at a place that is not 0.
    #[inline]
    fn text_at(&self, place: u16) -> &[u8] {
        let (length, text) = match self.bytes[usize::from(place)..] {
            [high, low, ref text @ ..] if high & 0x80 != 0 => {
                (u16::from_be_bytes([high & 0x7F, low]), text)
            }
            [length, ref text @ ..] => (u16::from(length), text),
            [] => (0, [].as_slice()),
        };
        &text[..usize::from(length)]
    }

    #[inline]
    fn find(&self, hash: u64, is_sought: impl Fn(&[u8]) -> bool) -> Option<&[u8]> {
        let slots = self.slots();
        let tag = tag_of(hash);
        let start = first_slot(tag, slots);
        for index in (start..slots).chain(0..start) {
            let (found, place) = self.slot(index);
            if place == 0 {
                return None;
            }
            if found == tag {
                let text = self.text_at(place);
                if is_sought(text) {
                    return Some(text);
                }
            }
        }
        None
    }

    fn tagged(&self) -> impl Iterator<Item = Tagged<'_>> {
        (0..self.slots()).filter_map(|index| {
            let (tag, place) = self.slot(index);
            (place != 0).then(|| (tag, self.text_at(place)))
        })
    }
}

impl core::fmt::Debug for Leaf {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_list().entries(self.tagged().map(|(_, text)| text.escape_ascii())).finish()
    }
}

impl core::fmt::Debug for Texts {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_set().entries(self.iter().map(<[u8]>::escape_ascii)).finish()
    }
}

/// Makes a [`Texts`] of many texts, at a small part of the cost of adding each.
///
/// It takes little more memory than the texts, and releases it while the set is made.
#[derive(Default)]
pub(super) struct Builder {
    root: Growing,
}

enum Growing {
    /// The tag of each text, its length and the text itself; and how many there are.
    Records(Vec<u8>, usize),
    Divided(Box<[Growing; CHILDREN]>),
}

impl Default for Growing {
    fn default() -> Self {
        Self::Records(Vec::new(), 0)
    }
}

impl Builder {
    /// Adds a text, which may be there already.
    ///
    /// # Errors
    /// [`TooLarge`] for a text longer than [`LONGEST`].
    pub(super) fn push(
        &mut self,
        text: &[u8],
        hash_of: &impl Fn(&[u8]) -> u64,
    ) -> Result<(), TooLarge> {
        if text.len() > LONGEST {
            return Err(TooLarge);
        }
        self.root.push(0, hash_of(text), text, hash_of)
    }

    /// The set.
    ///
    /// # Errors
    /// [`TooLarge`] if more texts than fit into one leaf have nearly the same hash, which does not
    /// happen.
    pub(super) fn finish(self, hash_of: &impl Fn(&[u8]) -> u64) -> Result<Texts, TooLarge> {
        let mut count = 0;
        let root = self.root.finish(0, hash_of, &mut count)?;
        Ok(Texts { root, count })
    }
}

impl Growing {
    fn push(
        &mut self,
        depth: u32,
        hash: u64,
        text: &[u8],
        hash_of: &impl Fn(&[u8]) -> u64,
    ) -> Result<(), TooLarge> {
        if let Self::Records(records, count) = self {
            if *count < MOST || depth == DEEPEST {
                let length = u16::try_from(text.len()).map_err(|_| TooLarge)?;
                let needed = 4 + text.len();
                if records.capacity() - records.len() < needed {
                    // Twice as much at a time would leave a quarter of the memory unused.
                    records.reserve_exact(needed.max(records.len() / 4));
                }
                records.extend_from_slice(&tag_of(hash).to_le_bytes());
                records.extend_from_slice(&length.to_le_bytes());
                records.extend_from_slice(text);
                *count += 1;
                return Ok(());
            }
            let records = core::mem::take(records);
            *self = Self::Divided(Box::default());
            for (_, text) in read(&records) {
                self.push(depth, hash_of(text), text, hash_of)?;
            }
        }
        if let Self::Divided(children) = self {
            let child = child_of(hash << (BITS * depth));
            children[child].push(depth + 1, hash, text, hash_of)?;
        }
        Ok(())
    }

    fn finish(
        self,
        depth: u32,
        hash_of: &impl Fn(&[u8]) -> u64,
        total: &mut usize,
    ) -> Result<Node, TooLarge> {
        match self {
            Self::Records(records, _) => {
                let mut tagged: Vec<_> = read(&records).collect();
                tagged.sort_unstable();
                tagged.dedup();
                *total += tagged.len();
                Node::of(&tagged, depth, hash_of)
            }
            Self::Divided(growing) => {
                let mut children: [Node; CHILDREN] = Default::default();
                for (child, growing) in children.iter_mut().zip(*growing) {
                    *child = growing.finish(depth + 1, hash_of, total)?;
                }
                Ok(Node::Branch(Arc::new(children)))
            }
        }
    }
}

/// The texts in the records of a [`Growing`], with their tags.
fn read(records: &[u8]) -> impl Iterator<Item = Tagged<'_>> {
    let mut rest = records;
    core::iter::from_fn(move || match *rest {
        [low, high, short, long, ref behind @ ..] => {
            let length = usize::from(u16::from_le_bytes([short, long]));
            let (text, next) = behind.split_at(length);
            rest = next;
            Some((u16::from_le_bytes([low, high]), text))
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests;
