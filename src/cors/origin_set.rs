use core::fmt;
use core::hash::BuildHasher;
use core::sync::atomic::{
    AtomicU64,
    Ordering::{Acquire, Release},
};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;
use foldhash::fast::RandomState;

use super::byte_set::ByteSet;
use super::mirrored::is_visible_ascii;
use super::pattern::OriginPattern;
use super::pattern_set::{Form, Parts, covering};
use super::places::Bytes;
use super::text_list::TooLarge;
use super::texts::{self, Piece, Texts};

/// So many entries are added at once, some hundred microseconds.
const STEP: usize = 64;

/// The length of a usual origin, with the byte for its length.
const USUAL: usize = 40;

/// A set of origins and patterns that changes while threads look origins up in it.
///
/// What it has at one time is a [`Snapshot`], which never changes. A change makes another one, which
/// shares all but the changed part, and puts it in the place of the first in one step. So a look-up
/// never waits for a change, and never sees half of one.
pub struct OriginSet {
    current: ArcSwap<Snapshot>,
    /// Held by the one thread that makes the next snapshot.
    writing: Mutex<()>,
    /// Odd while the entries change; another number whenever they have changed.
    version: AtomicU64,
}

/// The entries of an [`OriginSet`] at one time.
#[derive(Clone)]
pub struct Snapshot {
    seed: RandomState,
    /// The origins that were there when the table was made.
    table: Arc<ByteSet>,
    /// Origins of the table that have been removed since, and others that have been added. They stay beside
    /// the table until all entries are replaced: a new table of a million takes some tenths of a second.
    removed: Texts,
    added: Texts,
    patterns: Texts,
    /// Each form that patterns have, and how many have it.
    forms: Vec<(Form, usize)>,
}

impl Default for OriginSet {
    fn default() -> Self {
        let empty = Snapshot {
            seed: RandomState::default(),
            table: Arc::new(ByteSet::with_capacity(0)),
            removed: Texts::default(),
            added: Texts::default(),
            patterns: Texts::default(),
            forms: Vec::new(),
        };
        Self {
            current: ArcSwap::from_pointee(empty),
            writing: Mutex::new(()),
            version: AtomicU64::new(0),
        }
    }
}

impl OriginSet {
    /// The longest entry that it takes, in bytes: 32 KiB less one. No origin is as long.
    pub const LONGEST: usize = texts::LONGEST;

    /// Whether an entry allows `origin`. It takes no lock.
    #[inline]
    #[must_use]
    pub fn allows(&self, origin: &[u8]) -> bool {
        self.current.load().allows(origin)
    }

    /// The entries as they are now. Takes constant time.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.current.load_full()
    }

    /// A number that is another one after each change; None for the moment of a change. What was found
    /// out about an origin holds as long as the number is the one that was read before.
    #[inline]
    #[must_use]
    pub fn version(&self) -> Option<u64> {
        let version = self.version.load(Acquire);
        (version % 2 == 0).then_some(version)
    }

    /// How many entries there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.current.load().count()
    }

    /// Whether `entry` itself is there.
    #[must_use]
    pub fn has(&self, entry: &[u8]) -> bool {
        self.current.load().has(entry)
    }

    /// Adds entries, all in one step.
    ///
    /// # Errors
    /// [`TooLarge`] if one is longer than [`LONGEST`](Self::LONGEST); the set is then as it was.
    pub fn add<'e>(&self, entries: impl IntoIterator<Item = &'e [u8]>) -> Result<(), TooLarge> {
        let _writing = self.write();
        let mut next = Snapshot::clone(&self.current.load());
        let mut is_changed = false;
        for entry in entries {
            is_changed |= next.insert(entry)?;
        }
        if is_changed {
            self.put(Arc::new(next));
        }
        Ok(())
    }

    /// Adds any number of entries, in steps: other threads that change the set wait for one at most.
    ///
    /// # Errors
    /// As for [`add`](Self::add); then nothing of the step is added.
    pub fn add_many(&self, entries: &[&[u8]]) -> Result<(), TooLarge> {
        let before = self.snapshot();
        if entries.len() > STEP && entries.len() > before.count() / 8 {
            let mut builder = self.builder(before.count() + entries.len());
            for entry in before.entries().chain(entries.iter().copied()) {
                builder.add(entry)?;
            }
            let all = Arc::new(builder.finish()?);
            let _writing = self.write();
            if Arc::ptr_eq(&before, &self.current.load()) {
                self.put(all);
                return Ok(());
            }
        }
        entries.chunks(STEP).try_for_each(|step| self.add(step.iter().copied()))
    }

    /// Removes an entry, if it is there.
    pub fn discard(&self, entry: &[u8]) {
        let _writing = self.write();
        let mut next = Snapshot::clone(&self.current.load());
        if next.remove(entry) {
            self.put(Arc::new(next));
        }
    }

    /// What collects the entries that [`replace`](Self::replace) puts in the place of all others, with
    /// room for so many origins.
    #[must_use]
    pub fn builder(&self, origins: usize) -> OriginSetBuilder {
        let mut table = ByteSet::with_capacity(origins);
        table.reserve(USUAL * origins);
        let seed = self.current.load().seed.clone();
        OriginSetBuilder { seed, table, patterns: texts::Builder::default() }
    }

    /// Puts these entries in the place of all others, in one step.
    pub fn replace(&self, new: Snapshot) {
        let before = {
            let _writing = self.write();
            let before = self.snapshot();
            self.put(Arc::new(new));
            before
        };
        // A million take a millisecond, for which nobody has to wait.
        drop(before);
    }

    /// Makes these the entries, while [`write`](Self::write) holds the others off.
    fn put(&self, next: Arc<Snapshot>) {
        // Before, too: another thread may see the entries as soon as they are there.
        self.version.fetch_add(1, Release);
        self.current.store(next);
        self.version.fetch_add(1, Release);
    }

    fn write(&self) -> MutexGuard<'_, ()> {
        // A panic leaves the snapshot that was there.
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for OriginSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.snapshot().fmt(f)
    }
}

impl Snapshot {
    /// How many entries there are.
    #[must_use]
    pub fn count(&self) -> usize {
        let (listed, patterns) = self.counts();
        listed + patterns
    }

    /// How many origins are listed, and how many patterns there are.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        let listed = self.table.member_count() + self.added.count() - self.removed.count();
        (listed, self.patterns.count())
    }

    /// Whether an entry allows `origin`.
    #[inline]
    #[must_use]
    pub fn allows(&self, origin: &[u8]) -> bool {
        self.lists(origin) || (!self.forms.is_empty() && self.covering_pattern(origin).is_some())
    }

    /// Whether `origin` itself is listed.
    #[inline]
    #[must_use]
    pub fn lists(&self, origin: &[u8]) -> bool {
        if self.table.contains(origin) {
            self.removed.count() == 0 || !self.is_among(&self.removed, origin)
        } else {
            self.added.count() > 0 && self.is_among(&self.added, origin)
        }
    }

    fn is_among(&self, texts: &Texts, origin: &[u8]) -> bool {
        texts.find(hash_of(&self.seed, origin), |text| text == origin).is_some()
    }

    /// The entry of a pattern that covers `origin`.
    #[must_use]
    pub fn covering_pattern(&self, origin: &[u8]) -> Option<&[u8]> {
        covering(origin, self.forms.iter().map(|(form, _)| form), |parts| {
            self.patterns.find(parts.hash(&self.seed), |text| parts.are_of(text))
        })
    }

    /// Whether `entry` itself is there.
    #[must_use]
    pub fn has(&self, entry: &[u8]) -> bool {
        if is_pattern(entry) {
            let hash = hash_of_pattern(&self.seed, entry);
            self.patterns.find(hash, |text| text == entry).is_some()
        } else {
            self.lists(entry)
        }
    }

    /// All entries, in no particular order.
    pub fn entries(&self) -> impl Iterator<Item = &[u8]> {
        let table = self.table.iter().filter(|origin| self.lists(origin));
        self.patterns.iter().chain(self.added.iter()).chain(table)
    }

    /// The first of the entries.
    #[must_use]
    pub fn first_page(self: &Arc<Self>) -> Page {
        let pieces = self.patterns.pieces().into_iter().chain(self.added.pieces());
        Page { snapshot: Arc::clone(self), pieces: pieces.collect(), place: 0 }
    }

    /// Adds an entry. One that can match nothing is not added.
    fn insert(&mut self, entry: &[u8]) -> Result<bool, TooLarge> {
        let Self { seed, table, removed, added, patterns, forms } = self;
        if !is_pattern(entry) {
            if table.contains(entry) {
                return Ok(removed.remove(hash_of(seed, entry), entry));
            }
            return Ok(is_visible_ascii(entry)
                && added.insert(entry, &|text: &[u8]| hash_of(seed, text))?);
        }
        if OriginPattern::parse(entry).is_err()
            || !patterns.insert(entry, &|text: &[u8]| hash_of_pattern(seed, text))?
        {
            return Ok(false);
        }
        count_form(forms, entry);
        Ok(true)
    }

    fn remove(&mut self, entry: &[u8]) -> bool {
        let Self { seed, table, removed, added, patterns, forms } = self;
        if !is_pattern(entry) {
            if table.contains(entry) {
                // What is in the table is not too long.
                let is_removed = removed.insert(entry, &|text: &[u8]| hash_of(seed, text));
                if removed.count() == table.member_count() {
                    *table = Arc::new(ByteSet::with_capacity(0));
                    *removed = Texts::default();
                }
                return is_removed.unwrap_or(false);
            }
            return added.remove(hash_of(seed, entry), entry);
        }
        if !patterns.remove(hash_of_pattern(seed, entry), entry) {
            return false;
        }
        let form = Parts::of(entry).form();
        if let Some((_, count)) = forms.iter_mut().find(|(known, _)| *known == form) {
            *count -= 1;
        }
        forms.retain(|(_, count)| *count > 0);
        true
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.entries().map(<[u8]>::escape_ascii)).finish()
    }
}

/// Goes through the entries of a [`Snapshot`], some hundred at a time, and keeps it alive.
#[derive(Debug)]
pub struct Page {
    snapshot: Arc<Snapshot>,
    pieces: Vec<Piece>,
    /// Where the rest of the table begins.
    place: usize,
}

impl Page {
    /// Calls `take` with the next entries; false if there was none left.
    ///
    /// # Errors
    /// The errors of `take`.
    pub fn turn<E>(&mut self, mut take: impl FnMut(&[u8]) -> Result<(), E>) -> Result<bool, E> {
        if let Some(piece) = self.pieces.pop() {
            piece.texts().try_for_each(take)?;
            return Ok(true);
        }
        let before = self.place;
        for (origin, next) in self.snapshot.table.iter_from(before).take(256) {
            self.place = next;
            if self.snapshot.lists(origin) {
                take(origin)?;
            }
        }
        Ok(self.place != before)
    }
}

/// Collects entries for [`OriginSet::replace`]. No set has them until then.
pub struct OriginSetBuilder {
    seed: RandomState,
    table: ByteSet,
    patterns: texts::Builder,
}

impl OriginSetBuilder {
    /// Adds an entry, which may be there already. One that can match nothing is left out.
    ///
    /// # Errors
    /// [`TooLarge`] for one that is longer than [`OriginSet::LONGEST`], and if all origins together
    /// would exceed 4 GiB.
    pub fn add(&mut self, entry: &[u8]) -> Result<(), TooLarge> {
        if entry.len() > OriginSet::LONGEST {
            return Err(TooLarge);
        }
        let seed = &self.seed;
        if !is_pattern(entry) {
            if is_visible_ascii(entry) {
                self.table.insert_once(entry)?;
            }
        } else if OriginPattern::parse(entry).is_ok() {
            self.patterns.push(entry, &|text: &[u8]| hash_of_pattern(seed, text))?;
        }
        Ok(())
    }

    /// What was added.
    ///
    /// # Errors
    /// [`TooLarge`] if too many long patterns have nearly the same hash, which does not happen.
    pub fn finish(self) -> Result<Snapshot, TooLarge> {
        let Self { seed, mut table, patterns } = self;
        table.shrink();
        let patterns = patterns.finish(&|text: &[u8]| hash_of_pattern(&seed, text))?;
        let mut forms = Vec::new();
        for entry in patterns.iter() {
            count_form(&mut forms, entry);
        }
        Ok(Snapshot {
            seed,
            table: Arc::new(table),
            removed: Texts::default(),
            added: Texts::default(),
            patterns,
            forms,
        })
    }
}

impl fmt::Debug for OriginSetBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OriginSetBuilder").finish_non_exhaustive()
    }
}

fn is_pattern(entry: &[u8]) -> bool {
    entry.contains(&b'*')
}

#[inline]
fn hash_of(seed: &RandomState, text: &[u8]) -> u64 {
    seed.hash_one(Bytes(text))
}

fn hash_of_pattern(seed: &RandomState, text: &[u8]) -> u64 {
    Parts::of(text).hash(seed)
}

fn count_form(forms: &mut Vec<(Form, usize)>, pattern: &[u8]) {
    let form = Parts::of(pattern).form();
    match forms.iter_mut().find(|(known, _)| *known == form) {
        Some((_, count)) => *count += 1,
        None => forms.push((form, 1)),
    }
}

#[cfg(test)]
mod tests;
