//! Which origins a regular expression matches, decided by searching its language.
//!
//! The regex becomes a nondeterministic automaton ([`Nfa`]) that reads an origin from its end: a
//! host's labels then come in the order in which names are given away, the top-level domain first.
//! It is never made deterministic. A search visits pairs of its states and those of a small
//! deterministic automaton for a part of a serialized origin ([`Dfa`](dfa::Dfa)), so time and memory
//! grow with the regex alone. Only names up to the registrable one are read one by one, to look them
//! up in the public suffix list. An open name is an untrusted origin at the first lookup.

mod addresses;
mod alternatives;
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
use nfa::{Nfa, Unbuildable};
use product::{Forward, TooLarge};
use reader::{Reader, Taken};
pub use result::{Everything, Null, Proof, Unproven, UntrustedOrigin};

/// Finds out what a marked expression lets in.
///
/// The expression is in the syntax of the `regex` crate and matches visible ASCII. A byte from 0xA1
/// stands for the character of its low seven bits, left open: the author did not write that very
/// character. Three bytes below 0x21 may stand at the beginning of an alternative, as its number: two
/// digits from 0x01, one from 0x11, each from 0 to 15. A stranger is shown that is called `name`, or has it in its name, where there is one;
/// `name` is a label of letters. Takes some milliseconds, at worst a few hundred, and at most some tens of MiB.
#[must_use]
pub fn prove(marked: &str, name: &str, credentials: bool) -> Proof {
    let mut proof = Proof::default();
    let filled = match Nfa::new(marked) {
        Ok(nfa) => fill(&mut proof, &nfa, name, credentials),
        Err(Unbuildable) => Err(TooLarge),
    };
    if filled.is_err() {
        proof.unproven = Some(Unproven::TooLarge);
    }
    proof
}

/// A shortest origin that one marked expression matches and another does not. None where there is none,
/// and where that takes too long to know.
#[must_use]
pub fn missed(one: &str, other: &str) -> Option<String> {
    let automata = Nfa::new(one).ok().zip(Nfa::new(other).ok());
    automata.and_then(|(one, other)| difference::first(&one, &other).ok().flatten())
}

fn fill(proof: &mut Proof, nfa: &Nfa, name: &str, credentials: bool) -> Result<(), TooLarge> {
    let reader = &mut Reader::new(nfa);
    if reader.matches(b"null", Taken::All) {
        let written = reader.matches(b"null", Taken::Written);
        proof.null = Some(if written { Null::Written } else { Null::Open });
    }
    let hosts = Hosts::new(reader)?;
    let found = untrusted::search(reader, &hosts, name)?;
    proof.untrusted = found.untrusted;
    proof.hosted = found.hosted;
    proof.shared = found.shared;
    let start = reader.closed([nfa.start()]);
    let any = |part| Ok(Forward::new(nfa, &start, origin_shapes::get(part)?, true)?.first());
    // A stranger may have signs in the name of its host that no host of the author's has.
    if proof.null.is_none()
        && proof.untrusted.is_none()
        && proof.hosted.is_none()
        && proof.shared.is_none()
        && any(&origin_shapes::NAMED)?.is_none()
        && any(&origin_shapes::WEB)?.is_none()
        && any(&origin_shapes::OTHER)?.is_none()
    {
        proof.nothing = true;
        return Ok(());
    }
    proof.unproven = found.unproven;
    proof.taken = alternatives::taken(nfa).ok();
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
