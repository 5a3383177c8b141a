use regex_automata::nfa::thompson::{self, NFA, State};
use regex_automata::util::look::Look;
use regex_automata::util::syntax;

/// The most memory, in bytes, that the automaton of one expression may take while it is built.
const SIZE_LIMIT: usize = 8 << 20;

/// The most states, of which word boundaries make several of one.
const MOST_STATES: usize = 1 << 19;

/// The visible characters, all that an Origin holds when it reaches an expression.
const VISIBLE: (u8, u8) = (0x21, 0x7e);

/// Set in a byte of a marked expression where its author did not write that very character.
const WILD: u8 = 0x80;

/// Why no automaton is built of an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unbuildable;

/// A transition at the beginning of an alternative, which reads nothing of a text: one of the three
/// digits of the alternative's number, the last one first.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    pub(super) from: u32,
    pub(super) to: u32,
    pub(super) digit: u8,
    /// Whether it is the last digit.
    pub(super) is_last: bool,
}

/// The first byte of the digits 0 to 15 where they are not the last of a number, and where they are.
const DIGIT: u8 = 0x01;
const LAST_DIGIT: u8 = 0x11;

/// The base of the digits.
pub(super) const BASE: u8 = LAST_DIGIT - DIGIT;

/// A transition that reads one character.
#[derive(Debug, Clone, Copy)]
pub(super) struct Edge {
    pub(super) from: u32,
    pub(super) to: u32,
    /// The first and the last character, both read.
    pub(super) low: u8,
    pub(super) high: u8,
    /// Whether the expression leaves the character open: its author did not write it.
    pub(super) wild: bool,
}

impl Edge {
    /// The characters as a set of bits.
    pub(super) const fn characters(self) -> u128 {
        // Both are below 127.
        (u128::MAX >> (127 - (self.high - self.low))) << self.low
    }
}

/// What an expression matches, read from its end: the host's last label comes first.
///
/// Nondeterministic, so that its size grows with the expression alone. Anchors and word boundaries
/// are gone: they are part of the states.
#[derive(Debug)]
pub(super) struct Nfa {
    /// By the state they leave; those of state `n` are `edges[starts[n]..starts[n + 1]]`.
    edges: Vec<Edge>,
    starts: Vec<u32>,
    /// Transitions that read nothing, from and to, in the same order.
    empties: Vec<(u32, u32)>,
    empty_starts: Vec<u32>,
    /// Those of the transitions that read nothing which begin an alternative, by the state they leave.
    marks: Vec<Mark>,
    accepting: Vec<bool>,
    start: u32,
}

/// What was read before a state, as far as an anchor or a word boundary can see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Before {
    Nothing,
    Word,
    Other,
}

/// What must come after a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum After {
    Anything,
    Word,
    NoWord,
    Nothing,
}

impl After {
    /// Both at once, if they can be.
    fn and(self, other: Self) -> Option<Self> {
        match (self, other) {
            (Self::Anything, any) | (any, Self::Anything) => Some(any),
            (one, two) if one == two => Some(one),
            (Self::NoWord, Self::Nothing) | (Self::Nothing, Self::NoWord) => Some(Self::Nothing),
            _ => None,
        }
    }
}

const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

impl Nfa {
    /// Builds the automaton of a marked expression in the syntax of the `regex` crate. A byte from
    /// 0xA1 stands for the character of its low seven bits, left open by the author. Three bytes below
    /// 0x21 number the alternative that they begin ([`Mark`]).
    pub(super) fn new(expression: &str) -> Result<Self, Unbuildable> {
        let nfa = NFA::compiler()
            .syntax(syntax::Config::new().unicode(false).utf8(false))
            .configure(
                NFA::config()
                    .reverse(true)
                    .utf8(false)
                    .which_captures(thompson::WhichCaptures::None)
                    .nfa_size_limit(Some(SIZE_LIMIT)),
            )
            .build(expression)
            .map_err(|_| Unbuildable)?;
        Unrolling::new(&nfa).run()
    }

    /// The number of states.
    pub(super) fn len(&self) -> usize {
        self.accepting.len()
    }

    /// The state before anything is read.
    pub(super) const fn start(&self) -> u32 {
        self.start
    }

    /// Whether the text may begin where `state` is reached.
    pub(super) fn accepts(&self, state: u32) -> bool {
        self.accepting[state as usize]
    }

    /// Every transition that reads a character.
    pub(super) fn edges(&self) -> &[Edge] {
        &self.edges
    }

    /// The place of the first of the transitions from `state` among [`Nfa::edges`].
    pub(super) fn first_edge(&self, state: u32) -> usize {
        self.starts[state as usize] as usize
    }

    /// Every transition that reads nothing: from, to.
    pub(super) fn empties(&self) -> &[(u32, u32)] {
        &self.empties
    }

    /// Every beginning of an alternative.
    pub(super) fn marks(&self) -> &[Mark] {
        &self.marks
    }

    /// Those that leave `state`.
    pub(super) fn marks_of(&self, state: u32) -> &[Mark] {
        let first = self.marks.partition_point(|mark| mark.from < state);
        let marks = self.marks.get(first..).unwrap_or_default();
        &marks[..marks.partition_point(|mark| mark.from == state)]
    }

    /// The transitions from `state` that read a character.
    pub(super) fn edges_of(&self, state: u32) -> &[Edge] {
        let state = state as usize;
        &self.edges[self.starts[state] as usize..self.starts[state + 1] as usize]
    }

    /// The states that `state` leads to without reading anything.
    pub(super) fn empties_of(&self, state: u32) -> impl Iterator<Item = u32> {
        let state = state as usize;
        let range = self.empty_starts[state] as usize..self.empty_starts[state + 1] as usize;
        self.empties[range].iter().map(|&(_, to)| to)
    }
}

/// Turns the states of an [`NFA`] into those of an [`Nfa`]: each once for all that anchors
/// can tell apart, as far as it is reached.
struct Unrolling<'n> {
    nfa: &'n NFA,
    /// Whether anything looks at what stands before.
    looks: bool,
    numbers: Vec<u32>,
    states: Vec<(usize, Before, After)>,
    edges: Vec<Edge>,
    empties: Vec<(u32, u32)>,
    marks: Vec<Mark>,
}

/// How many states one of an [`NFA`] may become: for each [`Before`] and [`After`].
const VARIANTS: usize = 12;

impl<'n> Unrolling<'n> {
    fn new(nfa: &'n NFA) -> Self {
        Self {
            nfa,
            looks: !nfa.look_set_any().is_empty(),
            numbers: vec![u32::MAX; nfa.states().len() * VARIANTS],
            states: Vec::new(),
            edges: Vec::new(),
            empties: Vec::new(),
            marks: Vec::new(),
        }
    }

    fn run(mut self) -> Result<Nfa, Unbuildable> {
        let first = if self.looks { Before::Nothing } else { Before::Other };
        let start = self.number(self.nfa.start_anchored().as_usize(), first, After::Anything);
        let mut accepting = Vec::new();
        let mut next = 0;
        while next < self.states.len() {
            if next == MOST_STATES {
                return Err(Unbuildable);
            }
            let accepts = self.leave(next)?;
            accepting.push(accepts);
            next += 1;
        }
        let count = accepting.len();
        self.edges.sort_unstable_by_key(|edge| (edge.from, edge.low, edge.to));
        self.empties.sort_unstable();
        self.marks.sort_unstable_by_key(|mark| mark.from);
        let starts = offsets(count, self.edges.iter().map(|edge| edge.from));
        let empty_starts = offsets(count, self.empties.iter().map(|&(from, _)| from));
        let Self { edges, empties, marks, .. } = self;
        Ok(Nfa { edges, starts, empties, empty_starts, marks, accepting, start })
    }

    fn number(&mut self, state: usize, before: Before, after: After) -> u32 {
        let place = state * VARIANTS + before as usize * 4 + after as usize;
        if self.numbers[place] == u32::MAX {
            self.numbers[place] = index(self.states.len());
            self.states.push((state, before, after));
        }
        self.numbers[place]
    }

    /// Adds what leads away from a state; says whether the text may end in it.
    fn leave(&mut self, number: usize) -> Result<bool, Unbuildable> {
        let from = index(number);
        let (state, before, after) = self.states[number];
        let nfa = self.nfa;
        match &nfa.states()[state] {
            State::ByteRange { trans } => {
                self.read(from, (trans.start, trans.end), trans.next.as_usize(), before, after);
            }
            State::Sparse(sparse) => {
                for trans in &sparse.transitions {
                    self.read(from, (trans.start, trans.end), trans.next.as_usize(), before, after);
                }
            }
            State::Dense(dense) => {
                for byte in 0..=u8::MAX {
                    if let Some(next) = dense.matches_byte(byte) {
                        self.read(from, (byte, byte), next.as_usize(), before, after);
                    }
                }
            }
            State::Look { look, next } => {
                let wanted = match look {
                    Look::Start => (before == Before::Nothing).then_some(After::Anything),
                    Look::End => Some(After::Nothing),
                    Look::WordAscii if before == Before::Word => Some(After::NoWord),
                    Look::WordAscii => Some(After::Word),
                    _ => return Err(Unbuildable),
                };
                if let Some(after) = wanted.and_then(|wanted| wanted.and(after)) {
                    self.skip(from, next.as_usize(), before, after);
                }
            }
            State::Union { alternates } => {
                for next in alternates {
                    self.skip(from, next.as_usize(), before, after);
                }
            }
            State::BinaryUnion { alt1, alt2 } => {
                self.skip(from, alt1.as_usize(), before, after);
                self.skip(from, alt2.as_usize(), before, after);
            }
            State::Capture { next, .. } => {
                self.skip(from, next.as_usize(), before, after);
            }
            State::Fail => {}
            State::Match { .. } => return Ok(after != After::Word),
        }
        Ok(false)
    }

    fn skip(&mut self, from: u32, next: usize, before: Before, after: After) -> u32 {
        let to = self.number(next, before, after);
        self.empties.push((from, to));
        to
    }

    fn read(
        &mut self,
        from: u32,
        (low, high): (u8, u8),
        next: usize,
        before: Before,
        after: After,
    ) {
        for byte in low.max(DIGIT)..=high.min(LAST_DIGIT + BASE - 1) {
            let to = self.skip(from, next, before, after);
            let is_last = byte >= LAST_DIGIT;
            let digit = byte - if is_last { LAST_DIGIT } else { DIGIT };
            self.marks.push(Mark { from, to, digit, is_last });
        }
        for wild in [false, true] {
            let mark = if wild { WILD } else { 0 };
            let (low, high) = (low.max(VISIBLE.0 | mark), high.min(VISIBLE.1 | mark));
            if low > high {
                continue;
            }
            let (low, high) = (low & !WILD, high & !WILD);
            if !self.looks {
                let to = self.number(next, Before::Other, After::Anything);
                self.edges.push(Edge { from, to, low, high, wild });
                continue;
            }
            for (low, high) in runs(low, high) {
                let word = is_word(low);
                let fits = match after {
                    After::Anything => true,
                    After::Word => word,
                    After::NoWord => !word,
                    After::Nothing => false,
                };
                if fits {
                    let before = if word { Before::Word } else { Before::Other };
                    let to = self.number(next, before, After::Anything);
                    self.edges.push(Edge { from, to, low, high, wild });
                }
            }
        }
    }
}

/// The parts of a range that are all word characters, or none.
fn runs(low: u8, high: u8) -> Vec<(u8, u8)> {
    let mut runs: Vec<(u8, u8)> = Vec::new();
    for byte in low..=high {
        match runs.last_mut() {
            Some(run) if is_word(run.0) == is_word(byte) => run.1 = byte,
            _ => runs.push((byte, byte)),
        }
    }
    runs
}

/// Where the items of each of `count` groups begin, of items sorted by group.
pub(super) fn offsets(count: usize, groups: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut offsets = vec![0; count + 1];
    for group in groups {
        offsets[group as usize + 1] += 1;
    }
    for group in 0..count {
        offsets[group + 1] += offsets[group];
    }
    offsets
}

/// The size limit keeps every number of states and transitions far below 2^32.
pub(super) fn index(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::reader::{Reader, Taken};
    use super::*;
    use crate::cors::Expressions;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_matches_as_the_engine_does(
            expression in r"(((a|-|\[-a\]|\\b|\\A|\\z|\(\?:a\|\))(\*|\?|\{1,2\}|\+)?){0,4}\|?){0,3}",
            texts in proptest::collection::vec("[-a]{0,5}", 20),
        ) {
            let engine = Expressions::new(&[&expression]).unwrap();
            let nfa = Nfa::new(&expression).unwrap();
            let mut reader = Reader::new(&nfa);
            for text in texts {
                let matched = reader.matches(text.as_bytes(), Taken::All);
                prop_assert_eq!(matched, engine.match_whole(text.as_bytes()), "{}", text);
                prop_assert_eq!(reader.matches(text.as_bytes(), Taken::Written), matched);
            }
        }
    }

    #[test]
    fn what_is_open_is_told_from_what_is_written() {
        let nfa = Nfa::new(r"[\xe1-\xfa]{2,}|ab|[\x2e\xa1-\xfe]c").unwrap();
        let mut reader = Reader::new(&nfa);
        for (text, matched, written, open) in [
            ("ab", true, true, true),
            ("ba", true, false, true),
            (".c", true, true, false),
            ("-c", true, false, false),
            ("a", false, false, false),
        ] {
            for (taken, expected) in
                [(Taken::All, matched), (Taken::Written, written), (Taken::Open, open)]
            {
                assert_eq!(reader.matches(text.as_bytes(), taken), expected, "{text} {taken:?}");
            }
        }
    }

    #[test]
    fn what_grows_too_large_or_is_no_expression_is_not_built() {
        for expression in ["(?:[ab]{1000}){1000}", "(", r"\B", "(?m)^"] {
            assert!(Nfa::new(expression).is_err(), "{expression}");
        }
    }
}
