//! Which origins a regex matches, decided by searching its language.
//!
//! The regex becomes a nondeterministic automaton ([`Nfa`]) that reads an origin from its end: a
//! host's labels then come in the order in which names are given away, the top-level domain first.
//! It is never made deterministic. A search visits pairs of its states and those of a small
//! deterministic automaton for a part of a serialized origin ([`Dfa`](dfa::Dfa)), so time and memory
//! grow with the regex alone. Only names up to the registrable one are read one by one, to look them
//! up in the public suffix list. An open name is an untrusted origin at the first lookup.

mod addresses;
mod context;
mod dfa;
mod difference;
mod everything;
mod example_names;
mod hosts;
mod nfa;
mod origin_shapes;
mod product;
mod reader;
mod result;
#[cfg(test)]
mod tests;
mod untrusted;

use hosts::Hosts;
use nfa::{Nfa, Seams, Unbuildable};
use origin_shapes::Part;
use product::{Forward, TooLarge};
use reader::{Reader, Taken};
pub use result::{Everything, Joined, Null, Proof, Unproven, UntrustedOrigin};

/// Finds which origins a marked regex matches that its author may not mean.
///
/// The regex is in the syntax of the `regex` crate and matches visible ASCII. A byte from 0xA1 stands
/// for the character of its low seven bits, left open: the author did not write that very character.
/// The bytes 0x01 to 0x03 are seams ([`nfa::Seams`]). An untrusted origin is shown that has `name` in
/// its name, if there is one; `name` is a label of letters. Takes some milliseconds, at worst a few
/// hundred, and at most some tens of MiB.
#[must_use]
pub fn prove(marked: &str, name: &str, credentials: bool) -> Proof {
    let mut proof = prove_with(marked, name, credentials, Seams::Ignored);
    if proof.is_safe() {
        let all = prove_with(marked, name, false, Seams::All);
        if !all.is_safe() {
            let without_dot = prove_with(marked, name, false, Seams::WithoutDot);
            proof.joined = joined(without_dot, true).or_else(|| joined(all.clone(), false));
            proof.unproven = all.unproven.or(Some(Unproven::TooLarge));
        }
    }
    proof
}

/// An origin that only seams make an untrusted one.
fn joined(proof: Proof, without_dot: bool) -> Option<Joined> {
    let Proof { untrusted, hosted, shared, address, network, scheme, .. } = proof;
    let named = untrusted.or(hosted).or(shared).map(|site| (site.origin, Some(site.domain)));
    let other = || address.or(network).or(scheme).map(|origin| (origin, None));
    let (origin, domain) = named.or_else(other)?;
    Some(Joined { origin, domain, without_dot })
}

fn prove_with(marked: &str, name: &str, credentials: bool, seams: Seams) -> Proof {
    let mut proof = Proof::default();
    let filled = match Nfa::new(marked, seams) {
        Ok(nfa) => fill(&mut proof, &nfa, name, credentials),
        Err(Unbuildable) => Err(TooLarge),
    };
    if filled.is_err() {
        proof.unproven = Some(Unproven::TooLarge);
    }
    proof
}

/// A shortest origin that one marked regex matches and another does not. None if there is none, and if
/// that takes too long to know.
#[must_use]
pub fn missed(one: &str, other: &str) -> Option<String> {
    difference(one, other).ok().flatten()
}

/// Whether a marked regex matches no origin but those that another matches. False if that takes too
/// long to know.
#[must_use]
pub fn is_within(one: &str, other: &str) -> bool {
    matches!(difference(one, other), Ok(None))
}

/// Whether two marked regexes match an origin that is the same, and whose host is a domain, an address
/// or this machine. False if that takes too long to know.
#[must_use]
pub fn share_an_origin(one: &str, other: &str) -> bool {
    let automata = automaton(one).and_then(|one| Ok((one, automaton(other)?)));
    let found = automata.and_then(|(one, other)| difference::shared(&one, &other));
    matches!(found, Ok(Some(_)))
}

fn difference(one: &str, other: &str) -> Result<Option<String>, TooLarge> {
    difference::first(&automaton(one)?, &automaton(other)?)
}

fn automaton(marked: &str) -> Result<Nfa, TooLarge> {
    Nfa::new(marked, Seams::Ignored).map_err(|Unbuildable| TooLarge)
}

/// Whether a marked regex matches an origin that a browser sends. True if that takes too long to know.
#[must_use]
pub fn matches_an_origin(marked: &str) -> bool {
    let matches = |nfa: Nfa| {
        Ok(Reader::new(&nfa).matches(FILE, Taken::Written) || is_any_matched(&nfa, &ORIGINS)?)
    };
    automaton(marked).and_then(matches).unwrap_or(true)
}

/// The origin of local files in Electron and in some web views. It counts only if the author wrote it:
/// nobody who writes `.*/` means that.
const FILE: &[u8] = b"file://";

/// Origins of every kind, those first that most regexes are for. The last two are looked for before, in
/// a regex as a whole.
static ORIGINS: [&Part; 5] = [
    &origin_shapes::NAMED,
    &origin_shapes::WEB,
    &origin_shapes::OTHER,
    &origin_shapes::DOMAIN,
    &origin_shapes::NULL,
];

fn is_any_matched(nfa: &Nfa, parts: &[&'static Part]) -> Result<bool, TooLarge> {
    let start = Reader::new(nfa).closed([nfa.start()]);
    for part in parts {
        if Forward::new(nfa, &start, origin_shapes::get(part)?, true)?.first().is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

fn fill(proof: &mut Proof, nfa: &Nfa, name: &str, credentials: bool) -> Result<(), TooLarge> {
    let reader = &mut Reader::new(nfa);
    if reader.matches(b"null", Taken::All) {
        let written = reader.matches(b"null", Taken::Written);
        proof.null = Some(if written { Null::Written } else { Null::Open });
    }
    proof.file = reader.matches(FILE, Taken::Written);
    let hosts = Hosts::new(reader)?;
    let found = untrusted::search(reader, &hosts, name)?;
    let start = reader.closed([nfa.start()]);
    let any = |part| Ok(Forward::new(nfa, &start, origin_shapes::get(part)?, true)?.first());
    if proof.null.is_none()
        && !proof.file
        && found.is_empty()
        && !is_any_matched(nfa, &ORIGINS[..3])?
    {
        proof.nothing = true;
        return Ok(());
    }
    (proof.untrusted, proof.hosted, proof.shared) = (found.untrusted, found.hosted, found.shared);
    proof.unproven = found.unproven;
    if proof.untrusted.is_some() {
        let [https, http] = &origin_shapes::EVERY;
        let mut includes = |part| Ok(everything::includes(reader, origin_shapes::get(part)?));
        proof.everything = match (includes(https)?, includes(http)?) {
            (true, true) => Some(Everything::Both),
            (true, false) => Some(Everything::Https),
            (false, true) => Some(Everything::Http),
            (false, false) => None,
        };
    }
    let addresses = addresses::search(reader, &hosts)?;
    proof.address = addresses.anyones;
    proof.network = addresses.network;
    proof.unproven = proof.unproven.take().or(addresses.unproven);
    if any(&origin_shapes::OTHER_SCHEME)?.is_some() {
        proof.scheme = any(&origin_shapes::OPEN_HOST)?;
    }
    if credentials && any(&origin_shapes::HTTP)?.is_some() {
        proof.local = any(&origin_shapes::LOCAL)?.is_some();
        proof.insecure = any(&origin_shapes::EXPOSED_NAME)?;
        if proof.insecure.is_none() {
            proof.insecure = any(&origin_shapes::EXPOSED)?;
        }
    }
    Ok(())
}
