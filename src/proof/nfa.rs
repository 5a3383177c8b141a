use regex_automata::nfa::thompson::{self, NFA, State};
use regex_automata::util::look::Look;
use regex_automata::util::syntax;

/// The most memory, in bytes, that the automaton of one regex may take while it is built.
const SIZE_LIMIT: usize = 8 << 20;

/// The most states, because a word boundary makes several states of one.
const MOST_STATES: usize = 1 << 19;

/// The visible characters, all that an Origin holds when it reaches a regex.
const VISIBLE: (u8, u8) = (0x21, 0x7e);

/// Set in a byte of a marked regex if its author did not write that very character.
const WILD: u8 = 0x80;

/// Why no automaton is built of a regex.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unbuildable;

/// Bytes of a marked regex that read nothing of a text: seams, at which its author did not write what
/// stands left and right next to each other.
mod seam {
    /// At both ends of a part that may be left out or repeated.
    pub(super) const BORDER: u8 = 0x01;
    /// In place of a part that ends with a dot and is left out.
    pub(super) const WITHOUT_DOT: u8 = 0x02;
    /// In place of any other part that is left out.
    pub(super) const WITHOUT: u8 = 0x03;
}

/// Which seams count: a letter, digit or hyphen that is read across one is open, because no author
/// wrote the name that it makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seams {
    Ignored,
    /// Those where a dot is left out.
    WithoutDot,
    All,
}

/// A transition that reads one character.
#[derive(Debug, Clone, Copy)]
pub(super) struct Edge {
    pub(super) from: u32,
    pub(super) to: u32,
    /// The first and the last character, both read.
    pub(super) low: u8,
    pub(super) high: u8,
    /// Whether the regex leaves the character open: its author did not write it.
    pub(super) wild: bool,
}

impl Edge {
    /// The characters as a set of bits.
    pub(super) const fn characters(self) -> u128 {
        // Both are below 127.
        (u128::MAX >> (127 - (self.high - self.low))) << self.low
    }
}

/// What a regex matches, read from its end: the host's last label comes first.
///
/// Nondeterministic, so that its size grows with the regex alone. Anchors and word boundaries
/// are gone: they are part of the states.
#[derive(Debug)]
pub(super) struct Nfa {
    /// By the state they leave; those of state `n` are `edges[starts[n]..starts[n + 1]]`.
    edges: Vec<Edge>,
    starts: Vec<u32>,
    /// Transitions that read nothing, from and to, in the same order.
    empties: Vec<(u32, u32)>,
    empty_starts: Vec<u32>,
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

/// What was read before a state, as far as a [`seam`] can see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Right {
    /// The end of the host, or of the text.
    End,
    /// A character of a label, in a part at the end of the host that may be left out: the author
    /// means the name with it.
    Meant,
    /// A character of a label.
    Label,
    /// The same, and a seam since.
    Seam,
    /// A dot, or any other character.
    Other,
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

const fn is_label(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

impl Nfa {
    /// Builds the automaton of a marked regex in the syntax of the `regex` crate. A byte from
    /// 0xA1 stands for the character of its low seven bits, left open by the author. The bytes of [`seam`]
    /// read nothing.
    pub(super) fn new(expression: &str, seams: Seams) -> Result<Self, Unbuildable> {
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
        Unrolling::new(&nfa, seams).run()
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

    /// Every transition that reads nothing: from, to.
    pub(super) fn empties(&self) -> &[(u32, u32)] {
        &self.empties
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

impl Seams {
    /// What stands right of a seam that is crossed.
    fn across(self, byte: u8, right: Right) -> Right {
        let counts = self == Self::All || (self == Self::WithoutDot && byte == seam::WITHOUT_DOT);
        match right {
            Right::Label if counts => Right::Seam,
            Right::End if counts && byte == seam::WITHOUT => Right::Seam,
            Right::End if counts && byte == seam::BORDER => Right::Meant,
            right => right,
        }
    }

    /// What stands right of what is read next, and whether the character is open because of a seam.
    fn beside(self, character: u8, right: Right) -> (Right, bool) {
        let after_seam = right == Right::Seam;
        match character {
            _ if self == Self::Ignored => (right, false),
            b':' => (Right::End, false),
            // Without the part in between, no author wrote the label and the domain as one name.
            b'.' if after_seam && self == Self::All => (Right::Seam, false),
            _ if !is_label(character) => (Right::Other, false),
            _ if right == Right::Meant => (Right::Meant, false),
            _ => (Right::Label, after_seam),
        }
    }
}

/// Turns the states of an [`NFA`] into those of an [`Nfa`]: each once for all that anchors and seams
/// can tell apart, as far as it is reached.
struct Unrolling<'n> {
    nfa: &'n NFA,
    /// Whether anything looks at what stands before.
    looks: bool,
    seams: Seams,
    numbers: Vec<u32>,
    states: Vec<(usize, Context)>,
    edges: Vec<Edge>,
    empties: Vec<(u32, u32)>,
}

/// The context in which a state of an [`NFA`] is reached: it becomes one state for each.
#[derive(Debug, Clone, Copy)]
struct Context {
    before: Before,
    after: After,
    right: Right,
}

/// How many states one of an [`NFA`] may become: for each [`Before`] and [`After`], and with seams for
/// each [`Right`].
const VARIANTS: usize = 12;
const RIGHTS: usize = 5;

impl<'n> Unrolling<'n> {
    fn new(nfa: &'n NFA, seams: Seams) -> Self {
        let variants = VARIANTS * if seams == Seams::Ignored { 1 } else { RIGHTS };
        Self {
            nfa,
            looks: !nfa.look_set_any().is_empty(),
            seams,
            numbers: vec![u32::MAX; nfa.states().len() * variants],
            states: Vec::new(),
            edges: Vec::new(),
            empties: Vec::new(),
        }
    }

    fn run(mut self) -> Result<Nfa, Unbuildable> {
        let before = if self.looks { Before::Nothing } else { Before::Other };
        let first = Context { before, after: After::Anything, right: Right::End };
        let start = self.number(self.nfa.start_anchored().as_usize(), first);
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
        let starts = offsets(count, self.edges.iter().map(|edge| edge.from));
        let empty_starts = offsets(count, self.empties.iter().map(|&(from, _)| from));
        let Self { edges, empties, .. } = self;
        Ok(Nfa { edges, starts, empties, empty_starts, accepting, start })
    }

    fn number(&mut self, state: usize, context: Context) -> u32 {
        let Context { before, after, right } = context;
        let variant = before as usize * 4 + after as usize;
        let place = if self.seams == Seams::Ignored {
            state * VARIANTS + variant
        } else {
            (state * VARIANTS + variant) * RIGHTS + right as usize
        };
        if self.numbers[place] == u32::MAX {
            self.numbers[place] = index(self.states.len());
            self.states.push((state, context));
        }
        self.numbers[place]
    }

    /// Adds what leads away from a state. Returns whether the text may end in it.
    fn leave(&mut self, number: usize) -> Result<bool, Unbuildable> {
        let from = index(number);
        let (state, context) = self.states[number];
        let nfa = self.nfa;
        match &nfa.states()[state] {
            State::ByteRange { trans } => {
                self.read(from, (trans.start, trans.end), trans.next.as_usize(), context);
            }
            State::Sparse(sparse) => {
                for trans in &sparse.transitions {
                    self.read(from, (trans.start, trans.end), trans.next.as_usize(), context);
                }
            }
            State::Dense(dense) => {
                for byte in 0..=u8::MAX {
                    if let Some(next) = dense.matches_byte(byte) {
                        self.read(from, (byte, byte), next.as_usize(), context);
                    }
                }
            }
            State::Look { look, next } => {
                let before = context.before;
                let wanted = match look {
                    Look::Start => (before == Before::Nothing).then_some(After::Anything),
                    Look::End => Some(After::Nothing),
                    Look::WordAscii if before == Before::Word => Some(After::NoWord),
                    Look::WordAscii => Some(After::Word),
                    _ => return Err(Unbuildable),
                };
                if let Some(after) = wanted.and_then(|wanted| wanted.and(context.after)) {
                    self.skip(from, next.as_usize(), Context { after, ..context });
                }
            }
            State::Union { alternates } => {
                for next in alternates {
                    self.skip(from, next.as_usize(), context);
                }
            }
            State::BinaryUnion { alt1, alt2 } => {
                self.skip(from, alt1.as_usize(), context);
                self.skip(from, alt2.as_usize(), context);
            }
            State::Capture { next, .. } => {
                self.skip(from, next.as_usize(), context);
            }
            State::Fail => {}
            State::Match { .. } => return Ok(context.after != After::Word),
        }
        Ok(false)
    }

    fn skip(&mut self, from: u32, next: usize, context: Context) {
        let to = self.number(next, context);
        self.empties.push((from, to));
    }

    fn read(&mut self, from: u32, (low, high): (u8, u8), next: usize, context: Context) {
        for byte in low.max(seam::BORDER)..=high.min(seam::WITHOUT) {
            let right = self.seams.across(byte, context.right);
            self.skip(from, next, Context { right, ..context });
        }
        for wild in [false, true] {
            let mark = if wild { WILD } else { 0 };
            let (low, high) = (low.max(VISIBLE.0 | mark), high.min(VISIBLE.1 | mark));
            if low > high {
                continue;
            }
            let (looks, seams) = (self.looks, self.seams);
            let kind = |byte| (looks && is_word(byte), seams.beside(byte, context.right));
            for (low, high) in runs(low & !WILD, high & !WILD, kind) {
                let (word, (right, open)) = kind(low);
                let fits = match context.after {
                    After::Anything => true,
                    After::Word => word,
                    After::NoWord => !word,
                    After::Nothing => false,
                };
                if fits {
                    let before = if word { Before::Word } else { Before::Other };
                    let to = self.number(next, Context { before, after: After::Anything, right });
                    self.edges.push(Edge { from, to, low, high, wild: wild || open });
                }
            }
        }
    }
}

/// The parts of a range whose bytes are all of one kind.
fn runs<K: PartialEq>(low: u8, high: u8, kind: impl Fn(u8) -> K) -> Vec<(u8, u8)> {
    let mut runs: Vec<(u8, u8)> = Vec::new();
    for byte in low..=high {
        match runs.last_mut() {
            Some(run) if kind(run.0) == kind(byte) => run.1 = byte,
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
            let nfa = Nfa::new(&expression, Seams::Ignored).unwrap();
            let mut reader = Reader::new(&nfa);
            for text in texts {
                let matched = reader.matches(text.as_bytes(), Taken::All);
                prop_assert_eq!(matched, engine.match_whole(text.as_bytes()), "{}", text);
                prop_assert_eq!(reader.matches(text.as_bytes(), Taken::Written), matched);
            }
        }
    }

    #[test]
    fn an_open_character_differs_from_a_written_one() {
        let nfa = Nfa::new(r"[\xe1-\xfa]{2,}|ab|[\x2e\xa1-\xfe]c", Seams::Ignored).unwrap();
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
            assert!(Nfa::new(expression, Seams::All).is_err(), "{expression}");
        }
    }

    #[test]
    fn what_is_read_across_a_seam_is_open() {
        for (regex, text, without_dot, all) in [
            (r"www(?:\.|\x02)a", "wwwa", true, true),
            (r"www(?:\.|\x02)a", "www.a", false, false),
            (r"www(?:\.|\x02)\x03\.a", "www.a", false, false),
            (r"(?:\x01my\x01|\x03)a", "mya", false, true),
            (r"(?:\x01my\x01|\x03)a", "a", false, false),
            (r"co(?:\x01m\x01|\x03)", "co", false, true),
            (r"co(?:\x01m\x01|\x03)", "com", false, false),
            (r"co(?:\x01m\x01|\x03):1", "co:1", false, true),
            (r"(?:a\.|\x02)(?:b\.|\x02)c", "a.c", false, true),
        ] {
            for (seams, open) in
                [(Seams::Ignored, false), (Seams::WithoutDot, without_dot), (Seams::All, all)]
            {
                let nfa = Nfa::new(regex, seams).unwrap();
                let mut reader = Reader::new(&nfa);
                assert!(reader.matches(text.as_bytes(), Taken::All), "{regex} {text}");
                let written = reader.matches(text.as_bytes(), Taken::Written);
                assert_eq!(written, !open, "{regex} {text} {seams:?}");
            }
        }
    }
}
