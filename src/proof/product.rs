use std::collections::VecDeque;

use super::dfa::{Dfa, PREFERENCE};
use super::nfa::{Nfa, index, offsets};
use super::reader::Reader;
use crate::host::LONGEST_HOST;

/// The length of `https://`.
pub(super) const LONGEST_SCHEME: usize = 8;

/// The length of a port with its colon.
const LONGEST_PORT: usize = 6;

/// No origin that is longer is met.
#[allow(clippy::cast_possible_truncation, reason = "it is 267")]
const LONGEST_ORIGIN: u16 = (LONGEST_SCHEME + LONGEST_HOST + LONGEST_PORT) as u16;

/// The most pairs of states that one search visits, of 16 bytes each.
const MOST_VISITS: usize = 1 << 20;

/// The most pairs of states that a count is kept for, of 2 bytes each.
const MOST_COUNTS: usize = 8 << 20;

/// A search that would take too much memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooLarge;

/// The character of a set of bits that is to be shown first.
fn preferred(characters: u128) -> u8 {
    PREFERENCE.iter().copied().find(|&c| characters >> c & 1 == 1).unwrap_or(b'a')
}

/// One pair of states on the way of a search, with where it came from.
#[derive(Debug, Clone, Copy)]
struct Visit {
    state: u32,
    part: u16,
    /// How much is read.
    length: u16,
    /// What was read last, if anything.
    character: Option<u8>,
    from: u32,
}

/// What a search from the end of the text finds: the states of the regex at which a part of an
/// origin can begin, each with a shortest text of that part.
#[derive(Debug)]
pub(super) struct Forward {
    visits: Vec<Visit>,
    /// The visits that end the part.
    ends: Vec<u32>,
}

impl Forward {
    /// Searches from `states` for the texts that `part` accepts; with `whole`, the regex has to
    /// accept there, too, and the first one is enough.
    pub(super) fn new(
        nfa: &Nfa,
        states: &[u32],
        part: &Dfa,
        whole: bool,
    ) -> Result<Self, TooLarge> {
        let mut met = vec![0_u64; (nfa.len() * part.len()).div_ceil(64)];
        let mut queue: VecDeque<Visit> = states
            .iter()
            .map(|&state| Visit {
                state,
                part: Dfa::START,
                length: 0,
                character: None,
                from: u32::MAX,
            })
            .collect();
        let mut found = Self { visits: Vec::new(), ends: Vec::new() };
        while let Some(visit) = queue.pop_front() {
            let pair = visit.state as usize * part.len() + usize::from(visit.part);
            if met[pair / 64] >> (pair % 64) & 1 == 1 {
                continue;
            }
            met[pair / 64] |= 1 << (pair % 64);
            if found.visits.len() == MOST_VISITS {
                return Err(TooLarge);
            }
            let from = index(found.visits.len());
            found.visits.push(visit);
            if part.accepts(visit.part) && (!whole || nfa.accepts(visit.state)) {
                found.ends.push(from);
                if whole {
                    break;
                }
            }
            // What reads nothing goes first, so that the texts stay the shortest.
            for state in nfa.empties_of(visit.state) {
                queue.push_front(Visit { state, character: None, from, ..visit });
            }
            if visit.length == LONGEST_ORIGIN {
                continue;
            }
            let length = visit.length + 1;
            let edges = nfa.edges_of(visit.state).iter();
            let ways =
                edges.flat_map(|&edge| bits(part.classes(edge)).map(move |class| (class, edge)));
            let mut ways: Vec<_> = ways.collect();
            // Classes are numbered in the order of preference.
            ways.sort_by_key(|&(class, edge)| (edge.wild, class));
            let mut taken = Vec::new();
            for (class, edge) in ways {
                let next = part.after(visit.part, class);
                if !Dfa::is_dead(next) && !taken.contains(&(edge.to, next)) {
                    taken.push((edge.to, next));
                    let character = Some(preferred(part.members(class, edge)));
                    queue.push_back(Visit { state: edge.to, part: next, length, character, from });
                }
            }
        }
        Ok(found)
    }

    /// The states at which the part can begin, each with a shortest text of it.
    pub(super) fn found(&self) -> impl Iterator<Item = (u32, String)> {
        self.ends.iter().map(|&end| (self.visits[end as usize].state, self.text(end)))
    }

    /// A shortest text.
    pub(super) fn first(&self) -> Option<String> {
        self.ends.first().map(|&end| self.text(end))
    }

    fn text(&self, end: u32) -> String {
        let mut text = String::new();
        let mut place = end;
        while let Some(visit) = self.visits.get(place as usize) {
            text.extend(visit.character.map(char::from));
            place = visit.from;
        }
        text
    }
}

/// No way from a pair of states to the end.
const NEVER: u16 = u16::MAX;

/// For each pair of states, how many characters are missing at least until both the regex and
/// a part of an origin are at their beginning.
#[derive(Debug)]
pub(super) struct Missing<'a> {
    nfa: &'a Nfa,
    part: &'a Dfa,
    counts: Vec<u16>,
}

impl<'a> Missing<'a> {
    pub(super) fn new(nfa: &'a Nfa, part: &'a Dfa) -> Result<Self, TooLarge> {
        let pairs = nfa.len() * part.len();
        if pairs > MOST_COUNTS {
            return Err(TooLarge);
        }
        let mut counts = vec![NEVER; pairs];
        let edges = nfa.edges();
        let masks: Vec<u64> = edges.iter().map(|&edge| part.classes(edge)).collect();
        let incoming = Incoming::new(nfa.len(), edges.iter().map(|edge| edge.to));
        let empties = nfa.empties();
        let incoming_empties = Incoming::new(nfa.len(), empties.iter().map(|&(_, to)| to));
        let mut queue = VecDeque::new();
        for state in (0..nfa.len()).map(index).filter(|&state| nfa.accepts(state)) {
            for end in part.accepting() {
                counts[state as usize * part.len() + usize::from(end)] = 0;
                queue.push_back((state, end, 0_u16));
            }
        }
        while let Some((state, end, count)) = queue.pop_front() {
            // It was reached by fewer characters since.
            if counts[state as usize * part.len() + usize::from(end)] < count {
                continue;
            }
            let mut reach = |from: u32, end: u16, count: u16| {
                let known = &mut counts[from as usize * part.len() + usize::from(end)];
                let fewer = count < *known;
                *known = count.min(*known);
                fewer.then_some((from, end, count))
            };
            for &empty in incoming_empties.of(state) {
                if let Some(pair) = reach(empties[empty as usize].0, end, count) {
                    queue.push_front(pair);
                }
            }
            let count = count.saturating_add(1).min(NEVER - 1);
            for &edge in incoming.of(state) {
                let mask = masks[edge as usize];
                let from = edges[edge as usize].from;
                for &(source, classes) in part.sources(end) {
                    if classes & mask != 0 {
                        queue.extend(reach(from, source, count));
                    }
                }
            }
        }
        Ok(Self { nfa, part, counts })
    }

    /// How many characters are missing at least; None if no way leads to the beginning.
    pub(super) fn count(&self, state: u32, part: u16) -> Option<u16> {
        let count = self.counts[state as usize * self.part.len() + usize::from(part)];
        (count != NEVER).then_some(count)
    }

    /// The part whose beginnings these are.
    pub(super) const fn part(&self) -> &'a Dfa {
        self.part
    }

    /// A shortest text that leads from one of `states`, with the part in state `part`, to the
    /// beginning.
    pub(super) fn text(
        &self,
        reader: &mut Reader<'_>,
        states: &[u32],
        mut part: u16,
    ) -> Option<String> {
        let mut states = states.to_vec();
        let mut missing = states.iter().filter_map(|&state| self.count(state, part)).min()?;
        let mut text = Vec::new();
        while missing > 0 {
            missing -= 1;
            let (character, to, next) = self.way(&states, part, missing)?;
            text.push(character);
            states = reader.closed([to]);
            part = next;
        }
        text.reverse();
        String::from_utf8(text).ok()
    }

    /// The character to be shown first, at best one that the author wrote, of those after which `missing` are missing, with the states
    /// after it.
    fn way(&self, states: &[u32], part: u16, missing: u16) -> Option<(u8, u32, u16)> {
        let edges = states.iter().flat_map(|&state| self.nfa.edges_of(state));
        let ways = edges.flat_map(|&edge| {
            bits(self.part.classes(edge)).filter_map(move |class| {
                let next = self.part.after(part, class);
                (!Dfa::is_dead(next) && self.count(edge.to, next) == Some(missing))
                    .then_some((class, edge, next))
            })
        });
        let (class, edge, next) = ways.min_by_key(|&(class, edge, _)| (edge.wild, class))?;
        Some((preferred(self.part.members(class, edge)), edge.to, next))
    }
}

/// The places of the bits that are set.
pub(super) fn bits(mut mask: u64) -> impl Iterator<Item = u32> {
    core::iter::from_fn(move || {
        let bit = (mask != 0).then_some(mask.trailing_zeros());
        mask &= mask.wrapping_sub(1);
        bit
    })
}

/// Transitions by the state that they lead to.
pub(super) struct Incoming {
    numbers: Vec<u32>,
    starts: Vec<u32>,
}

impl Incoming {
    pub(super) fn new(states: usize, targets: impl Iterator<Item = u32>) -> Self {
        let mut numbered: Vec<(u32, u32)> =
            targets.enumerate().map(|(number, target)| (target, index(number))).collect();
        numbered.sort_unstable();
        let starts = offsets(states, numbered.iter().map(|&(target, _)| target));
        Self { numbers: numbered.into_iter().map(|(_, number)| number).collect(), starts }
    }

    pub(super) fn of(&self, state: u32) -> &[u32] {
        let state = state as usize;
        &self.numbers[self.starts[state] as usize..self.starts[state + 1] as usize]
    }
}
