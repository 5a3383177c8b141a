use std::collections::HashSet;

use super::dfa::Dfa;
use super::reader::{Reader, States, Taken};

/// The most sets of states that are looked at.
const MOST_SETS: usize = 4096;

/// The most transitions that are looked at.
const MOST_WORK: usize = 4 << 20;

/// Whether the regex matches every text of `part`. False if that takes too long to know.
pub(super) fn includes(reader: &mut Reader<'_>, part: &Dfa) -> bool {
    let most_work = reader.work + MOST_WORK;
    let start = sorted(reader.closed([reader.nfa.start()]));
    let mut met: HashSet<(u16, States)> = HashSet::from([(Dfa::START, start.clone())]);
    let mut pending = vec![(Dfa::START, start)];
    while let Some((state, states)) = pending.pop() {
        let accepted = states.iter().any(|&state| reader.nfa.accepts(state));
        if part.accepts(state) && !accepted {
            return false;
        }
        for character in 0x21..0x7f {
            let next = part.step(state, character, false);
            if Dfa::is_dead(next) {
                continue;
            }
            // Every state of a part that is not dead leads to one that accepts.
            let after = sorted(reader.step(&states, character, Taken::All));
            if after.is_empty() || met.len() == MOST_SETS || reader.work > most_work {
                return false;
            }
            if met.insert((next, after.clone())) {
                pending.push((next, after));
            }
        }
    }
    true
}

fn sorted(mut states: States) -> States {
    states.sort_unstable();
    states
}
