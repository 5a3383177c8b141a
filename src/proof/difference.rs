use std::collections::{HashMap, HashSet, VecDeque};

use super::dfa::{Dfa, PREFERENCE};
use super::nfa::Nfa;
use super::origin_shapes::{self, Part};
use super::product::TooLarge;
use super::reader::{Reader, States, Taken};

/// The most triples of states that one search visits.
const MOST_VISITS: usize = 1 << 14;

/// Origins of every kind that an author means.
static ORIGINS: [&Part; 3] = [&origin_shapes::NAMED, &origin_shapes::WEB, &origin_shapes::OTHER];

/// A shortest origin that `one` matches and `other` does not.
pub(super) fn first(one: &Nfa, other: &Nfa) -> Result<Option<String>, TooLarge> {
    let mut sets = Sets::new(other);
    for part in ORIGINS {
        let found = search(one, &mut sets, origin_shapes::get(part)?, false)?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// A shortest origin that both match and whose host is a domain, an address or this machine.
pub(super) fn shared(one: &Nfa, other: &Nfa) -> Result<Option<String>, TooLarge> {
    search(one, &mut Sets::new(other), origin_shapes::get(&origin_shapes::OWNED)?, true)
}

/// A shortest text of a part that `one` matches, and the other regex if it is `wanted`.
fn search(
    one: &Nfa,
    sets: &mut Sets<'_>,
    part: &Dfa,
    wanted: bool,
) -> Result<Option<String>, TooLarge> {
    // State of `one`, state of the part, states of `other`; how it was reached.
    let mut visits = vec![((one.start(), Dfa::START, Sets::START), None, 0)];
    let mut met = HashSet::from([visits[0].0]);
    let mut queue = VecDeque::from([0]);
    while let Some(place) = queue.pop_front() {
        let ((state, end, set), ..) = visits[place];
        if one.accepts(state) && part.accepts(end) && sets.accepts(set) == wanted {
            return Ok(Some(text(&visits, place)));
        }
        if visits.len() > MOST_VISITS {
            return Err(TooLarge);
        }
        for next in one.empties_of(state) {
            let triple = (next, end, set);
            if met.insert(triple) {
                queue.push_front(visits.len());
                visits.push((triple, None, place));
            }
        }
        for &character in PREFERENCE {
            let edges = one.edges_of(state).iter();
            for edge in edges.filter(|edge| edge.characters() >> character & 1 == 1) {
                let after = part.step(end, character, edge.wild);
                if Dfa::is_dead(after) {
                    continue;
                }
                let triple = (edge.to, after, sets.step(set, character));
                if met.insert(triple) {
                    queue.push_back(visits.len());
                    visits.push((triple, Some(character), place));
                }
            }
        }
    }
    Ok(None)
}

type Visit = ((u32, u16, usize), Option<u8>, usize);

fn text(visits: &[Visit], mut place: usize) -> String {
    let mut text = String::new();
    while place != 0 {
        let (_, character, from) = visits[place];
        text.extend(character.map(char::from));
        place = from;
    }
    text
}

/// The sets of states in which a regex may be, each with a number.
struct Sets<'a> {
    reader: Reader<'a>,
    states: Vec<States>,
    numbers: HashMap<States, usize>,
    steps: HashMap<(usize, u8), usize>,
}

impl<'a> Sets<'a> {
    const START: usize = 0;

    fn new(nfa: &'a Nfa) -> Self {
        let mut reader = Reader::new(nfa);
        let mut start = reader.closed([nfa.start()]);
        start.sort_unstable();
        let numbers = HashMap::from([(start.clone(), Self::START)]);
        Self { reader, states: vec![start], numbers, steps: HashMap::new() }
    }

    fn step(&mut self, set: usize, character: u8) -> usize {
        if let Some(&after) = self.steps.get(&(set, character)) {
            return after;
        }
        let mut states = self.reader.step(&self.states[set], character, Taken::All);
        states.sort_unstable();
        let after = *self.numbers.entry(states).or_insert_with_key(|states| {
            self.states.push(states.clone());
            self.states.len() - 1
        });
        self.steps.insert((set, character), after);
        after
    }

    fn accepts(&self, set: usize) -> bool {
        self.states[set].iter().any(|&state| self.reader.nfa.accepts(state))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::nfa::Seams;
    use super::*;

    #[test]
    fn an_origin_is_found_that_one_matches_and_the_other_does_not() {
        for (one, other, expected) in [
            (r"https://a\.b", r"https://a\.b", None),
            (r"https://a\.b(?:/.*)?", r"https?://a\.b", None),
            (r"https://[ab]\.b", r"https://a\.b", Some("https://b.b")),
            (r"https://(?:[a-c]\.)*a\.b", r"https://(?:[ab]\.)*a\.b", Some("https://c.a.b")),
            (r"https://a(?::[0-9]+)?", r"https://a", Some("https://a:1")),
            (r"app://a", r"https://a", Some("app://a")),
            (r"https://a/", r"https://b", None),
            (r"https://(?:[ab]{1,40}\.)?a\.b", r"https://(?:[ab]+\.)?a\.b", None),
        ] {
            let [one, other] = [one, other].map(|text| Nfa::new(text, Seams::Ignored).unwrap());
            assert_eq!(first(&one, &other).unwrap().as_deref(), expected);
        }
    }

    #[test]
    fn an_origin_is_found_that_both_match_and_that_has_an_owner() {
        for (one, other, expected) in [
            (r"https://a\.com", r"https?://a\.com", Some("https://a.com")),
            (r"https://a", r"https://a", None),
            (r"https://a(?::1)?", r"https://b", None),
            (r"https://[a-z]*-b\.com", r"https://(?:[a-z-]+\.)*-b\.com", None),
            (r"http://.*:1", r"http://localhost:[0-9]", Some("http://localhost:1")),
            (r"http://10\..*", r"http://10\.1\.1\.[0-9]", Some("http://10.1.1.0")),
        ] {
            let [one, other] = [one, other].map(|text| Nfa::new(text, Seams::Ignored).unwrap());
            assert_eq!(shared(&one, &other).unwrap().as_deref(), expected);
        }
    }
}
