use super::nfa::Nfa;

/// A set of states: which a regex may be in after it has read some text. It holds the states
/// that read a character or accept.
pub(super) type States = Vec<u32>;

/// Follows an [`Nfa`] through texts, a character at a time, and counts the work.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    pub(super) nfa: &'a Nfa,
    /// By state, the last round that met it.
    met: Vec<u32>,
    round: u32,
    stack: Vec<u32>,
    /// How much was done, in transitions that were looked at.
    pub(super) work: usize,
}

/// What a step costs, whatever it finds, in transitions.
const STEP: usize = 32;

/// Which transitions a [`Reader`] takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    All,
    /// Those whose character the author wrote.
    Written,
    /// Those that leave the character open, if it is a letter or a digit.
    Open,
}

impl<'a> Reader<'a> {
    pub(super) fn new(nfa: &'a Nfa) -> Self {
        let met = vec![0; nfa.len()];
        Self { nfa, met, round: 0, stack: Vec::new(), work: 0 }
    }

    /// The states that are reached from `from` without reading anything.
    pub(super) fn closed(&mut self, from: impl IntoIterator<Item = u32>) -> States {
        self.begin();
        let mut states = Vec::new();
        for state in from {
            self.add(state, &mut states);
        }
        states
    }

    /// The states after `character`.
    pub(super) fn step(&mut self, states: &[u32], character: u8, taken: Taken) -> States {
        self.begin();
        self.work += STEP;
        let nfa = self.nfa;
        let open = taken == Taken::Open && character.is_ascii_alphanumeric();
        let mut reached = Vec::new();
        for &state in states {
            let edges = nfa.edges_of(state);
            self.work += 1 + edges.len();
            for edge in edges {
                if (edge.low..=edge.high).contains(&character)
                    && (edge.wild || !open)
                    && (!edge.wild || taken != Taken::Written)
                {
                    self.add(edge.to, &mut reached);
                }
            }
        }
        reached
    }

    /// The characters that can be read next, as bits.
    pub(super) fn readable(&self, states: &[u32]) -> u128 {
        let edges = states.iter().flat_map(|&state| self.nfa.edges_of(state));
        edges.fold(0, |all, edge| all | edge.characters())
    }

    /// The states after a text, given from its end.
    pub(super) fn walk(&mut self, states: &[u32], reversed: &[u8], taken: Taken) -> States {
        let mut states = states.to_vec();
        for &character in reversed {
            if states.is_empty() {
                break;
            }
            states = self.step(&states, character, taken);
        }
        states
    }

    /// Whether the regex matches the whole of `text`.
    pub(super) fn matches(&mut self, text: &[u8], taken: Taken) -> bool {
        let start = self.closed([self.nfa.start()]);
        let reversed: Vec<u8> = text.iter().rev().copied().collect();
        let end = self.walk(&start, &reversed, taken);
        end.iter().any(|&state| self.nfa.accepts(state))
    }

    fn begin(&mut self) {
        self.round += 1;
    }

    fn add(&mut self, state: u32, states: &mut States) {
        let nfa = self.nfa;
        self.stack.push(state);
        while let Some(state) = self.stack.pop() {
            let met = &mut self.met[state as usize];
            if *met == self.round {
                continue;
            }
            *met = self.round;
            self.work += 1;
            if nfa.accepts(state) || !nfa.edges_of(state).is_empty() {
                states.push(state);
            }
            self.stack.extend(nfa.empties_of(state));
        }
    }
}
