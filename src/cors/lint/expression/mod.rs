//! What a regular expression lets in, decided by searching its language.
//!
//! The expression becomes an automaton that is read from its end, so that a host's labels come in
//! the order in which names are given away: the top-level domain first. It is never made
//! deterministic: a search looks at pairs of its states and those of a small automaton for a part
//! of a serialised origin ([`Recogniser`](recogniser::Recogniser)), so that time and memory grow
//! with the expression alone. Only names up to the registrable one are read one by one, for the
//! public suffix list to be asked; an open name is a stranger at the first one that is asked.

mod addresses;
mod alternatives;
mod automaton;
mod context;
mod everything;
mod hosts;
mod missed;
mod names;
mod parts;
mod product;
mod reader;
mod recogniser;
mod strangers;
#[cfg(test)]
mod tests;

use automaton::{Automaton, Unbuildable};
use hosts::Hosts;
use product::{Forward, TooLarge};
use reader::{Reader, Taken};

/// What is known of an expression.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Proof {
    /// It matches no origin that a browser sends. Then nothing else is told.
    pub nothing: bool,
    /// It matches the origin of any site there is.
    pub everything: Option<Everything>,
    /// It lets in a site whose registrable domain its author did not write.
    pub stranger: Option<Stranger>,
    /// It lets in any site below a private public suffix such as `github.io`, where anybody may have a
    /// name for the asking, or below one for some organisations, such as `gov.uk`.
    pub hosted: Option<Stranger>,
    /// It lets in a site below such a suffix, whose name anybody may have, while the author wrote a part of that name.
    pub shared: Option<Stranger>,
    /// It lets in this origin, at an address that anybody may have and that the author did not
    /// write.
    pub address: Option<String>,
    /// It lets in this origin, at an IPv4 address of which the author wrote the first two numbers.
    pub network: Option<String>,
    /// It lets in the origin `null`.
    pub null: Option<Null>,
    /// It lets in this origin, whose scheme is http and whose host is neither this machine nor a
    /// private address. Looked for with credentials only.
    pub insecure: Option<String>,
    /// It lets in an origin whose scheme is http and whose host is this machine or a private address.
    /// Looked for with credentials only.
    pub local: bool,
    /// It lets in this origin, with a scheme that the author wrote, other than http and https, and a
    /// host that is left open.
    pub scheme: Option<String>,
    /// The numbers of the alternatives, in order, that an origin takes which the expression matches;
    /// None where they are too many to look at.
    pub taken: Option<Vec<u32>>,
    /// Why there may be strangers that were not found.
    pub unproven: Option<Unproven>,
}

impl Proof {
    /// Whether it is proven that the expression lets in no stranger, and that it lets in something.
    #[must_use]
    pub const fn is_safe(&self) -> bool {
        !self.nothing
            && self.everything.is_none()
            && self.stranger.is_none()
            && self.hosted.is_none()
            && self.shared.is_none()
            && self.address.is_none()
            && self.network.is_none()
            && self.null.is_none()
            && self.scheme.is_none()
            && self.unproven.is_none()
    }
}

/// Which origins an expression matches that matches those of any site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Everything {
    /// Those with the scheme https.
    Https,
    /// Those with the scheme http.
    Http,
    /// Both.
    Both,
}

/// A site that anybody could make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stranger {
    /// Its origin, which the expression matches.
    pub origin: String,
    /// The domain that would have to be registered.
    pub domain: String,
    /// The public suffix that the domain is under.
    pub suffix: String,
    /// Whether anybody can have a name there, and not only some organisations.
    pub is_anyones: bool,
}

/// How an expression comes to match `null`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Null {
    /// Its author wrote it.
    Written,
    /// It is one of the texts that the author left open.
    Open,
}

/// Why it is not known whether an expression lets in strangers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unproven {
    /// It is no expression for this engine, or its automaton would be too large.
    TooLarge,
    /// It allows too many names to ask the public suffix list about.
    TooManyNames,
    /// The names that anybody may register below this domain, which the author wrote, cannot be
    /// listed.
    Suffixes(String),
    /// It allows too many addresses to look at.
    Addresses,
    /// The strangers that were found have names that cannot be registered.
    LongNames,
}

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
    let filled = match Automaton::new(marked) {
        Ok(automaton) => fill(&mut proof, &automaton, name, credentials),
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
    let automata = Automaton::new(one).ok().zip(Automaton::new(other).ok());
    automata.and_then(|(one, other)| missed::first(&one, &other).ok().flatten())
}

fn fill(
    proof: &mut Proof,
    automaton: &Automaton,
    name: &str,
    credentials: bool,
) -> Result<(), TooLarge> {
    let reader = &mut Reader::new(automaton);
    if reader.matches(b"null", Taken::All) {
        let written = reader.matches(b"null", Taken::Written);
        proof.null = Some(if written { Null::Written } else { Null::Open });
    }
    let hosts = Hosts::new(reader)?;
    let strangers = strangers::search(reader, &hosts, name)?;
    proof.stranger = strangers.stranger;
    proof.hosted = strangers.hosted;
    proof.shared = strangers.shared;
    let start = reader.closed([automaton.start()]);
    let any = |part| Ok(Forward::new(automaton, &start, parts::get(part)?, true)?.first());
    // A stranger may have signs in the name of its host that no host of the author's has.
    if proof.null.is_none()
        && proof.stranger.is_none()
        && proof.hosted.is_none()
        && proof.shared.is_none()
        && any(&parts::NAMED)?.is_none()
        && any(&parts::WEB)?.is_none()
        && any(&parts::OTHER)?.is_none()
    {
        proof.nothing = true;
        return Ok(());
    }
    proof.unproven = strangers.unproven;
    proof.taken = alternatives::taken(automaton).ok();
    if proof.stranger.is_some() {
        let [https, http] = &parts::EVERY;
        let mut includes = |part| Ok(everything::includes(reader, parts::get(part)?));
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
    if any(&parts::OTHER_SCHEME)?.is_some() {
        proof.scheme = any(&parts::OPEN_HOST)?;
    }
    if credentials && any(&parts::HTTP)?.is_some() {
        proof.local = any(&parts::LOCAL)?.is_some();
        proof.insecure = any(&parts::EXPOSED_NAME)?;
        if proof.insecure.is_none() {
            proof.insecure = any(&parts::EXPOSED)?;
        }
    }
    Ok(())
}
