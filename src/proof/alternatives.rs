//! Which alternatives an origin takes.

use std::collections::BTreeMap;

use super::dfa::Dfa;
use super::nfa::{BASE, Nfa, index};
use super::origin_shapes::{self, Part};
use super::product::{Incoming, TooLarge, bits};

/// The most pairs of states that are told apart: a bit each, twice.
const MOST_PAIRS: usize = 64 << 20;

/// The most pairs of states that one search meets.
const MOST_MET: usize = 1 << 20;

/// Origins of every kind, those first that most alternatives are for.
static ORIGINS: [&Part; 5] = [
    &origin_shapes::NAMED,
    &origin_shapes::WEB,
    &origin_shapes::OTHER,
    &origin_shapes::DOMAIN,
    &origin_shapes::NULL,
];

/// The numbers of the alternatives that an origin takes which the expression matches, in order.
///
/// An alternative is looked at in its place: what stands before it and after it must match, too. One
/// that is repeated is taken where it is taken once.
pub(super) fn taken(nfa: &Nfa) -> Result<Vec<u32>, TooLarge> {
    let mut undecided: BTreeMap<u32, Vec<(u32, u32)>> = BTreeMap::new();
    for mark in nfa.marks().iter().filter(|mark| mark.is_last) {
        let number = number(nfa, mark.to, u32::from(mark.digit));
        undecided.entry(number).or_default().push((mark.from, mark.to));
    }
    let mut taken = Vec::new();
    for part in ORIGINS {
        if undecided.is_empty() {
            break;
        }
        let alive = Alive::new(nfa, origin_shapes::get(part)?)?;
        undecided.retain(|&number, marks| {
            let is_taken = marks.iter().any(|&(from, to)| alive.is_taken(from, to));
            taken.extend(is_taken.then_some(number));
            !is_taken
        });
    }
    taken.sort_unstable();
    Ok(taken)
}

/// The number whose last digit has been read before `state`.
fn number(nfa: &Nfa, state: u32, last: u32) -> u32 {
    let base = u32::from(BASE);
    let (mut number, mut value) = (last, base);
    let mut pending = vec![state];
    // What is read of the other digits is the same on every way.
    while let Some(state) = pending.pop() {
        if let Some(mark) = nfa.marks_of(state).first() {
            number += value * u32::from(mark.digit);
            value *= base;
            pending = vec![mark.to];
        } else {
            pending.extend(nfa.empties_of(state));
        }
        if value == base.pow(3) {
            break;
        }
    }
    number
}

/// The pairs of states of an expression and a part that origins lead through.
struct Alive {
    parts: usize,
    met: Bits,
    /// Those from which an origin begins.
    ended: Bits,
}

impl Alive {
    fn new(nfa: &Nfa, part: &Dfa) -> Result<Self, TooLarge> {
        let parts = part.len();
        let pairs = nfa.len() * parts;
        if pairs > MOST_PAIRS {
            return Err(TooLarge);
        }
        let mut alive = Self { parts, met: Bits::new(pairs), ended: Bits::new(pairs) };
        let masks: Vec<u64> = nfa.edges().iter().map(|&edge| part.classes(edge)).collect();
        alive.go_forth(nfa, part, &masks)?;
        alive.go_back(nfa, part, &masks);
        Ok(alive)
    }

    /// Meets every pair that the end of an origin leads to.
    fn go_forth(&mut self, nfa: &Nfa, part: &Dfa, masks: &[u64]) -> Result<(), TooLarge> {
        let mut pending = vec![(nfa.start(), Dfa::START)];
        let mut count = 0;
        while let Some((state, end)) = pending.pop() {
            if !self.met.insert(self.pair(state, end)) {
                continue;
            }
            count += 1;
            if count > MOST_MET {
                return Err(TooLarge);
            }
            pending.extend(nfa.empties_of(state).map(|state| (state, end)));
            let first = nfa.first_edge(state);
            for (edge, &mask) in nfa.edges_of(state).iter().zip(&masks[first..]) {
                let after = bits(mask).map(|class| part.after(end, class));
                pending.extend(
                    after.filter(|&after| !Dfa::is_dead(after)).map(|after| (edge.to, after)),
                );
            }
        }
        Ok(())
    }

    /// Finds those of them from which an origin begins.
    fn go_back(&mut self, nfa: &Nfa, part: &Dfa, masks: &[u64]) {
        let edges = nfa.edges();
        let incoming = Incoming::new(nfa.len(), edges.iter().map(|edge| edge.to));
        let empties = nfa.empties();
        let incoming_empties = Incoming::new(nfa.len(), empties.iter().map(|&(_, to)| to));
        let states = (0..nfa.len()).map(index).filter(|&state| nfa.accepts(state));
        let mut pending: Vec<(u32, u16)> =
            states.flat_map(|state| part.accepting().map(move |end| (state, end))).collect();
        while let Some((state, end)) = pending.pop() {
            let pair = self.pair(state, end);
            if !self.met.contains(pair) || !self.ended.insert(pair) {
                continue;
            }
            for &empty in incoming_empties.of(state) {
                pending.push((empties[empty as usize].0, end));
            }
            for &edge in incoming.of(state) {
                let from = edges[edge as usize].from;
                let sources = part.sources(end).iter();
                let sources = sources.filter(|(_, mask)| mask & masks[edge as usize] != 0);
                pending.extend(sources.map(|&(source, _)| (from, source)));
            }
        }
    }

    /// Whether an origin leads from one state to another that reads nothing before it.
    fn is_taken(&self, from: u32, to: u32) -> bool {
        let parts = 0..u16::try_from(self.parts).unwrap_or(u16::MAX);
        parts.into_iter().any(|part| {
            self.met.contains(self.pair(from, part)) && self.ended.contains(self.pair(to, part))
        })
    }

    fn pair(&self, state: u32, part: u16) -> usize {
        state as usize * self.parts + usize::from(part)
    }
}

/// A set of small numbers.
struct Bits(Vec<u64>);

impl Bits {
    fn new(count: usize) -> Self {
        Self(vec![0; count.div_ceil(64)])
    }

    fn contains(&self, number: usize) -> bool {
        self.0[number / 64] >> (number % 64) & 1 == 1
    }

    /// Whether it is new.
    fn insert(&mut self, number: usize) -> bool {
        let is_new = !self.contains(number);
        self.0[number / 64] |= 1 << (number % 64);
        is_new
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// The numbers of the alternatives that none takes, each of which a `@` begins.
    fn dead(expression: &str) -> Vec<u32> {
        let mut marked = String::new();
        let mut number = 0_u8;
        for character in expression.chars() {
            if character == '@' {
                let digits = [1, 1 + number / 16 % 16, 0x11 + number % 16];
                marked.extend(digits.map(char::from));
                number += 1;
            } else {
                marked.push(character);
            }
        }
        let taken = taken(&Nfa::new(&marked).unwrap()).unwrap();
        (0..u32::from(number)).filter(|number| !taken.contains(number)).collect()
    }

    #[test]
    fn an_alternative_is_dead_where_no_origin_takes_it_in_its_place() {
        let many: Vec<String> = (0..40).map(|number| format!("@https://t{number}\\.com")).collect();
        for (expression, expected) in [
            (r"@https://a\.com|@https://b\.com", &[][..]),
            (r"@https://a\.com|@b\.com", &[1]),
            (r"@https://a\.com/|@https://b\.com", &[0]),
            (r"https://(?:@a|@b/|@c)\.com", &[1]),
            (r"https://(?:@a|@B|@c_|@/)+\.com", &[1, 3]),
            (r"@https://(?:@a|@:80)\.com|@http://b\.com(?:@:80|@:81)?", &[2, 4]),
            (r"@null|@app://x|@https://a|@http://a:1|@file://x", &[4]),
            (r"@\bnull|@nu\bll|@null\b", &[1]),
            (r"(?:@a|@b|@c){2}://x", &[]),
            (r"@https://!\.a\.com|@https://a!com", &[1]),
            (&many.join("|"), &[]),
            (&format!("{}|@x", many.join("|")), &[40]),
        ] {
            assert_eq!(dead(expression), expected, "{expression}");
        }
    }
}
