use core::net::Ipv6Addr;

use super::dfa::Dfa;
use super::hosts::Hosts;
use super::origin_shapes;
use super::product::{Forward, Missing, TooLarge};
use super::reader::{Reader, States, Taken};
use super::result::Unproven;

/// The most addresses that are looked at, one by one.
const MOST_ADDRESSES: usize = 10_000;

/// The length of the longest address.
const LONGEST: usize = "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]".len();

/// The most that one search does, as a [`Reader`] counts it.
const MOST_WORK: usize = 16 << 20;

/// Addresses to show, from those that are kept for examples (RFC 5737, RFC 3849).
const SHOWN: &[&str] = &["203.0.113.7", "198.51.100.7", "[2001:db8::7]"];

/// The characters of addresses. Those between numbers come first, so that the numbers are short.
const CHARACTERS: &[u8] = b"[].:1234567890abcdef";

/// What the search for an address that the author did not write has found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// An origin at an address that anybody may have.
    pub(super) anyones: Option<String>,
    /// An origin at an IPv4 address whose first two numbers the author wrote.
    pub(super) network: Option<String>,
    /// Why there may be others, if that is not known.
    pub(super) unproven: Option<Unproven>,
}

/// Searches for public addresses among the hosts.
pub(super) fn search(reader: &mut Reader<'_>, hosts: &Hosts) -> Result<Found, TooLarge> {
    let mut found = Found::default();
    let readable = reader.readable(hosts.ends());
    let reads = |character: u8| readable >> character & 1 == 1;
    let mut first =
        |part| Search::first(reader, hosts, origin_shapes::get(part)?, &mut found.unproven);
    if (b'0'..=b'9').any(reads) {
        found.anyones = first(&origin_shapes::OPEN_IPV4)?;
        found.network = first(&origin_shapes::IPV4)?;
    }
    if found.anyones.is_none() && reads(b']') {
        found.anyones = first(&origin_shapes::OPEN_IPV6)?;
    }
    Ok(found)
}

struct Search<'s, 'a> {
    reader: &'s mut Reader<'a>,
    hosts: &'s Hosts,
    missing: Missing<'a>,
    addresses: usize,
    most_work: usize,
    exhausted: bool,
}

impl<'s, 'a> Search<'s, 'a> {
    /// An origin of a part, at an address that the author did not write.
    fn first(
        reader: &'s mut Reader<'a>,
        hosts: &'s Hosts,
        part: &'a Dfa,
        unproven: &mut Option<Unproven>,
    ) -> Result<Option<String>, TooLarge> {
        let any = Forward::new(reader.nfa, hosts.ends(), part, true)?;
        if any.first().is_none() {
            return Ok(None);
        }
        let missing = Missing::new(reader.nfa, part)?;
        let most_work = reader.work + MOST_WORK;
        let mut search = Self { reader, hosts, missing, addresses: 0, most_work, exhausted: false };
        for shown in SHOWN {
            let found = search.guess(shown);
            if found.is_some() {
                return Ok(found);
            }
        }
        let found = search.longer(&mut Vec::new(), hosts.ends(), Dfa::START);
        if found.is_none() && search.exhausted {
            unproven.get_or_insert(Unproven::Addresses);
        }
        Ok(found)
    }

    /// Judges an address whose every number is left open.
    fn guess(&mut self, address: &str) -> Option<String> {
        let mut part = Dfa::START;
        for character in address.bytes().rev() {
            part = self.missing.part().step(part, character, true);
        }
        let reversed: Vec<u8> = address.bytes().rev().collect();
        let states = self.reader.walk(self.hosts.ends(), &reversed, Taken::Open);
        self.judge(&reversed, &states, part)
    }

    /// Judges every address that begins, from its end, with `reversed`, until one is untrusted.
    fn longer(&mut self, reversed: &mut Vec<u8>, states: &[u32], part: u16) -> Option<String> {
        let found = self.judge(reversed, states, part);
        if found.is_some() {
            return found;
        }
        if reversed.len() == LONGEST {
            return None;
        }
        if self.addresses > MOST_ADDRESSES || self.reader.work > self.most_work {
            self.exhausted = true;
            return None;
        }
        let readable = self.reader.readable(states);
        for &character in CHARACTERS.iter().filter(|&&c| readable >> c & 1 == 1) {
            let ways: &[(bool, Taken)] = if character.is_ascii_alphanumeric() {
                &[(true, Taken::Open), (false, Taken::Written)]
            } else {
                &[(false, Taken::All)]
            };
            for &(open, taken) in ways {
                let next = self.missing.part().step(part, character, open);
                let states = self.alive(states, character, next, taken);
                if states.is_empty() {
                    continue;
                }
                reversed.push(character);
                let found = self.longer(reversed, &states, next);
                reversed.pop();
                if found.is_some() {
                    return found;
                }
            }
        }
        None
    }

    /// The states after a character from which an origin begins.
    fn alive(&mut self, states: &[u32], character: u8, part: u16, taken: Taken) -> States {
        if Dfa::is_dead(part) {
            return States::new();
        }
        let mut states = self.reader.step(states, character, taken);
        states.retain(|&state| self.missing.count(state, part).is_some());
        states
    }

    /// The origin at an address, if the address is one, whole, and not written.
    fn judge(&mut self, reversed: &[u8], states: &[u32], part: u16) -> Option<String> {
        let part = self.missing.part().step(part, b'/', false);
        let states = self.alive(states, b'/', part, Taken::All);
        if states.is_empty() {
            return None;
        }
        self.addresses += 1;
        let address: String = reversed.iter().rev().copied().map(char::from).collect();
        if !is_serialized(&address) || self.is_written(reversed) {
            return None;
        }
        let begin = self.missing.text(self.reader, &states, part)?;
        self.hosts.complete(self.reader, &format!("{begin}/{address}"))
    }

    fn is_written(&mut self, reversed: &[u8]) -> bool {
        let ends = self.reader.walk(self.hosts.ends(), reversed, Taken::Written);
        [&b"//:sptth"[..], b"//:ptth"].into_iter().any(|begin| {
            let begins = self.reader.walk(&ends, begin, Taken::All);
            begins.iter().any(|&state| self.reader.nfa.accepts(state))
        })
    }
}

/// Whether an address is written as the URL standard serializes it. Those of IPv4 are already.
fn is_serialized(address: &str) -> bool {
    match address.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(text) => text.parse::<Ipv6Addr>().is_ok_and(|parsed| parsed.to_string() == text),
        None => true,
    }
}
