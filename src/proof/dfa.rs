use core::hash::Hash;
use std::collections::HashMap;

use regex_automata::dfa::{Automaton as _, StartKind, dense};
use regex_automata::nfa::thompson;
use regex_automata::util::{start, syntax};
use regex_automata::{Anchored, MatchKind};

use super::nfa::Edge;

/// Each character, as it is written and as it is left open.
const CHARACTERS: usize = 256;

/// The bit that is set in an open character.
const OPEN: u8 = 0x80;

/// The characters, in the order in which one is chosen to be shown.
pub(super) const PREFERENCE: &[u8] =
    b"abcdefghijklmnopqrstuvwxyz-0123456789_./:!\"#$%&'()*+,;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^`{|}~";

/// The state that no text leads out of.
const DEAD: u16 = 0;

/// A small deterministic automaton for a part of a serialized origin, which reads it from its end.
#[derive(Debug)]
pub(super) struct Dfa {
    /// By state and class of characters.
    next: Vec<u16>,
    class_of: [u8; CHARACTERS],
    /// By class, the characters in it, as bits: those written, those left open.
    classes: Vec<[u128; 2]>,
    accepting: Vec<bool>,
    /// By state, those that lead to it, each with the classes that do, as bits.
    sources: Vec<Vec<(u16, u64)>>,
}

impl Dfa {
    /// The state before anything is read.
    pub(super) const START: u16 = 1;

    /// The texts that a regex matches whole; None if it is not a regex.
    pub(super) fn new(expression: &str) -> Option<Self> {
        let dfa = dense::Builder::new()
            .syntax(syntax::Config::new().unicode(false).utf8(false))
            .thompson(thompson::Config::new().reverse(true).utf8(false))
            // The default gives up the rest once the first alternative matches: `sftp` behind `ftp`.
            .configure(
                dense::Config::new().start_kind(StartKind::Anchored).match_kind(MatchKind::All),
            )
            .build(expression)
            .ok()?;
        let start = dfa.start_state(&start::Config::new().anchored(Anchored::Yes)).ok()?;
        Self::built(
            start,
            |character, _| dfa.byte_classes().get(character),
            |state, character, _| {
                let next = dfa.next_state(state, character);
                (!dfa.is_dead_state(next)).then_some(next)
            },
            |state| dfa.is_match_state(dfa.next_eoi_state(state)),
        )
    }

    /// The texts after which a machine is in an accepting state. A step gets the state, the
    /// character, and whether it is left open.
    pub(super) fn explored<S: Copy + Eq + Hash>(
        start: S,
        step: impl Fn(S, u8, bool) -> Option<S>,
        accepts: impl Fn(S) -> bool,
    ) -> Option<Self> {
        Self::built(start, |character, open| (character, open), step, accepts)
    }

    /// The same, if every step is the same for characters of one kind.
    fn built<S: Copy + Eq + Hash, K: Eq + Hash>(
        start: S,
        kind: impl Fn(u8, bool) -> K,
        step: impl Fn(S, u8, bool) -> Option<S>,
        accepts: impl Fn(S) -> bool,
    ) -> Option<Self> {
        let all = (0..=u8::MAX).map(|character| (character & !OPEN, character >= OPEN));
        let all: Vec<(u8, bool)> = all.collect();
        let mut first_of_kind = HashMap::new();
        let kinds: Vec<usize> = (0..CHARACTERS)
            .map(|place| *first_of_kind.entry(kind(all[place].0, all[place].1)).or_insert(place))
            .collect();
        let mut numbers = HashMap::from([(start, Self::START)]);
        let mut states = vec![start];
        let mut rows = vec![vec![DEAD; CHARACTERS]];
        while let Some(&state) = states.get(rows.len() - 1) {
            let mut row = vec![DEAD; CHARACTERS];
            for (place, &(character, open)) in all.iter().enumerate() {
                if kinds[place] != place {
                    row[place] = row[kinds[place]];
                } else if let Some(next) = step(state, character, open) {
                    let unseen = u16::try_from(states.len() + 1).ok()?;
                    row[place] = *numbers.entry(next).or_insert(unseen);
                    if row[place] == unseen {
                        states.push(next);
                    }
                }
            }
            rows.push(row);
        }
        let mut accepting = vec![false];
        accepting.extend(states.into_iter().map(accepts));
        Self::packed(rows, accepting)
    }

    /// The texts that both accept.
    pub(super) fn and(&self, other: &Self) -> Option<Self> {
        Self::built(
            (Self::START, Self::START),
            |character, open| (self.class(character, open), other.class(character, open)),
            |(one, two), character, open| {
                let next = (self.step(one, character, open), other.step(two, character, open));
                (next.0 != DEAD && next.1 != DEAD).then_some(next)
            },
            |(one, two)| self.accepts(one) && other.accepts(two),
        )
    }

    /// The texts that this one accepts and the other does not.
    pub(super) fn and_not(&self, other: &Self) -> Option<Self> {
        Self::built(
            (Self::START, Self::START),
            |character, open| (self.class(character, open), other.class(character, open)),
            |(one, two), character, open| {
                let next = (self.step(one, character, open), other.step(two, character, open));
                (next.0 != DEAD).then_some(next)
            },
            |(one, two)| self.accepts(one) && !other.accepts(two),
        )
    }

    /// Joins what leads nowhere, and the characters between which no step distinguishes.
    fn packed(mut rows: Vec<Vec<u16>>, accepting: Vec<bool>) -> Option<Self> {
        let mut alive = accepting.clone();
        loop {
            let before = alive.clone();
            for (state, row) in rows.iter().enumerate() {
                alive[state] |= row.iter().any(|&next| alive[next as usize]);
            }
            if alive == before {
                break;
            }
        }
        for cell in rows.iter_mut().flatten() {
            if !alive[*cell as usize] {
                *cell = DEAD;
            }
        }
        let mut columns = HashMap::new();
        let mut class_of = [0; CHARACTERS];
        let mut classes: Vec<[u128; 2]> = Vec::new();
        let mut by_class = Vec::new();
        // Classes are numbered in the order in which their characters are to be shown.
        let shown = PREFERENCE.iter().flat_map(|&written| [written, written | OPEN]);
        for character in shown.map(usize::from) {
            let column: Vec<u16> = rows.iter().map(|row| row[character]).collect();
            let class = *columns.entry(column.clone()).or_insert_with(|| {
                classes.push([0; 2]);
                by_class.push(column);
                // A mask of classes has 64 bits.
                u8::try_from(classes.len() - 1).unwrap_or(u8::MAX)
            });
            class_of[character] = class;
            classes.get_mut(usize::from(class))?[character >> 7] |= 1 << (character & 0x7f);
        }
        if classes.len() > 64 {
            return None;
        }
        let mut sources = vec![Vec::new(); rows.len()];
        let mut next = Vec::with_capacity(rows.len() * classes.len());
        for (state, from) in (0_u16..).zip(0..rows.len()) {
            let mut masks: HashMap<u16, u64> = HashMap::new();
            for (class, column) in by_class.iter().enumerate() {
                next.push(column[from]);
                *masks.entry(column[from]).or_default() |= 1 << class;
            }
            masks.remove(&DEAD);
            for (to, mask) in masks {
                sources[to as usize].push((state, mask));
            }
        }
        Some(Self { next, class_of, classes, accepting, sources })
    }

    /// The number of states.
    pub(super) fn len(&self) -> usize {
        self.accepting.len()
    }

    fn class(&self, character: u8, open: bool) -> u8 {
        self.class_of[usize::from(if open { character | OPEN } else { character })]
    }

    /// The state after a character, which may be one that leads nowhere.
    pub(super) fn step(&self, state: u16, character: u8, open: bool) -> u16 {
        let class = self.class(character, open);
        self.next[usize::from(state) * self.classes.len() + usize::from(class)]
    }

    /// Whether nothing more is read in `state`.
    pub(super) const fn is_dead(state: u16) -> bool {
        state == DEAD
    }

    /// Whether the text may begin where `state` is reached.
    pub(super) fn accepts(&self, state: u16) -> bool {
        self.accepting[usize::from(state)]
    }

    /// Every state that accepts.
    pub(super) fn accepting(&self) -> impl Iterator<Item = u16> {
        (0_u16..).zip(&self.accepting).filter_map(|(state, &accepts)| accepts.then_some(state))
    }

    /// The states that lead to `state`, each with the classes that do, as bits.
    pub(super) fn sources(&self, state: u16) -> &[(u16, u64)] {
        &self.sources[usize::from(state)]
    }

    /// The classes that hold a character which `edge` reads, as bits.
    pub(super) fn classes(&self, edge: Edge) -> u64 {
        let characters = edge.characters();
        let side = usize::from(edge.wild);
        let holds = |(class, members): (usize, &[u128; 2])| {
            u64::from(members[side] & characters != 0) << class
        };
        self.classes.iter().enumerate().map(holds).fold(0, |mask, bit| mask | bit)
    }

    /// The characters of a class, as bits, as far as `edge` reads them.
    pub(super) fn members(&self, class: u32, edge: Edge) -> u128 {
        self.classes[class as usize][usize::from(edge.wild)] & edge.characters()
    }

    /// The state after any character of a class.
    pub(super) fn after(&self, state: u16, class: u32) -> u16 {
        self.next[usize::from(state) * self.classes.len() + class as usize]
    }

    /// Whether `text` is accepted.
    #[cfg(test)]
    pub(super) fn matches(&self, text: &str) -> bool {
        let end = text.bytes().rev().fold(Self::START, |state, byte| self.step(state, byte, false));
        self.accepts(end)
    }
}
