//! Which entry of `allow_origins` comes closest to a rejected origin, and how it differs.
//!
//! Nothing here decides anything or runs while a request is served: it explains a decision to a
//! person. The results are plain values; Python puts them into words.

mod expression;
mod host;
mod parts;
mod relation;

use crate::cors::{OriginPattern, OriginPatterns, Port};
use crate::host::{LONGEST_HOST, THIS_MACHINE, is_this_machine};
pub use expression::matched_part;
use host::Host;
pub use parts::Oddities;
use parts::{Parts, pieces};
pub use relation::Relation;

/// The cost of another port, or of http instead of https and the other way round, on the scale of
/// [`Relation`]'s.
const OTHER: usize = 2;

/// The cost of any other scheme: `capacitor://localhost` is further from `http://localhost` than
/// `https://localhost` is.
const OTHER_SCHEME: usize = 3;

/// What is dearer is further than an expression that matches a part of the origin: that is about as
/// near as another host.
pub const FAR: usize = 5;

/// An entry that comes close to an origin, and how they differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nearest<'e> {
    /// The entry, as it was given.
    pub entry: &'e [u8],
    /// How the origin stands to it.
    pub relation: Relation,
    /// Whether the schemes differ. One that is missing differs from none.
    pub scheme: bool,
    /// Whether the ports differ.
    pub port: bool,
    /// How far the two are from one another; only the order of the numbers means anything.
    pub cost: usize,
}

/// What the origin would be with one thing changed, for trying it on an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variant {
    /// The text to try.
    pub text: Vec<u8>,
    /// How the origin stands to the text.
    pub relation: Relation,
    /// Whether the schemes differ.
    pub scheme: bool,
    /// Whether the ports differ.
    pub port: bool,
    /// As for [`Nearest`].
    pub cost: usize,
}

/// The relation of an origin to a rule, by how their hosts, schemes and ports stand.
fn relation(host: Host, scheme: bool, port: bool) -> Relation {
    match (host, scheme, port) {
        (Host::Other(relation), ..) => relation,
        (Host::Same, true, true) => Relation::SchemeAndPort,
        (Host::Same, true, false) => Relation::Scheme,
        (Host::Same, false, true) => Relation::Port,
        (Host::Same, false, false) => Relation::Same,
    }
}

/// Whether an entry of `allow_origins` is neither an origin as browsers write it nor a pattern: most
/// of them match nothing. An unusual scheme may be odd, too.
#[must_use]
pub fn is_odd(entry: &[u8]) -> bool {
    if matches!(entry, b"*" | b"null") {
        return false;
    }
    if entry.contains(&b'*') {
        return OriginPattern::parse(entry).is_err();
    }
    !Parts::read(entry).oddities.is_empty()
}

/// An origin, read for comparing it.
#[derive(Debug)]
pub struct Sought<'o> {
    text: &'o [u8],
    parts: Parts<'o>,
    host: Vec<u8>,
    site: Option<Vec<u8>>,
}

impl<'o> Sought<'o> {
    /// Reads an Origin header's value. Linear in its length.
    #[must_use]
    pub fn new(origin: &'o [u8]) -> Self {
        let mut parts = Parts::read(pieces(origin).next().unwrap_or(origin));
        parts.oddities = Parts::read(origin).oddities;
        if pieces(origin).nth(1).is_some() {
            parts.oddities = Oddities::SEVERAL;
        }
        let host = parts.host.to_ascii_lowercase();
        let site = host::site(&host).map(<[u8]>::to_vec);
        Self { text: origin, parts, host, site }
    }

    /// In what it is no origin that a browser sends.
    #[must_use]
    pub fn oddities(&self) -> Oddities {
        let mut oddities = self.parts.oddities;
        let has_star = self.parts.subdomains && !oddities.contains(Oddities::DOT);
        oddities.add_if(has_star || self.parts.port == Some(Port::Any), Oddities::STAR);
        oddities
    }

    /// It as a browser would send it, where that is another text and evident.
    #[must_use]
    pub fn corrected(&self) -> Option<Vec<u8>> {
        let unclear =
            [Oddities::SCHEME, Oddities::DOT, Oddities::HOST, Oddities::STAR, Oddities::PORT];
        if unclear.iter().any(|oddity| self.oddities().contains(*oddity)) {
            return None;
        }
        let corrected = self.parts.written(b"");
        (corrected != self.text).then_some(corrected)
    }

    /// The registrable domain that its host belongs to, where it is under a public suffix.
    #[must_use]
    pub fn site(&self) -> Option<&[u8]> {
        self.site.as_deref()
    }

    /// Whether it is on this machine.
    #[must_use]
    pub fn is_this_machine(&self) -> bool {
        is_this_machine(&self.host)
    }

    /// Which of the `entries` it comes closest to, unless it is far from all: of several, the one that
    /// sorts first, so that their order says nothing.
    ///
    /// Linear in the entries' text, without an allocation for an ordinary entry: a million of them
    /// take about a quarter of a second.
    #[must_use]
    pub fn nearest<'e>(&self, entries: impl IntoIterator<Item = &'e [u8]>) -> Option<Nearest<'e>> {
        // An entry costs time in proportion to the host.
        if self.host.len() > LONGEST_HOST {
            return None;
        }
        let mut best: Option<Nearest<'e>> = None;
        for entry in entries {
            let limit = best.map_or(usize::MAX, |best| best.cost + 1);
            let found = self.compare(entry, limit).filter(|found| {
                best.is_none_or(|best| (found.cost, entry) < (best.cost, best.entry))
            });
            best = found.or(best);
        }
        best
    }

    /// The pattern among the `entries` that covers it: of several, the one that sorts first.
    #[must_use]
    pub fn covering<'e>(&self, entries: impl IntoIterator<Item = &'e [u8]>) -> Option<&'e [u8]> {
        let covers = |entry: &&[u8]| {
            let same = || {
                let entry = Parts::read(entry);
                host::relation(&entry, &self.host, None, 1) == Some(Host::Same)
            };
            entry.contains(&b'*')
                && same()
                && OriginPattern::parse(entry).is_ok_and(|pattern| {
                    let mut one = OriginPatterns::default();
                    one.insert(pattern);
                    one.matches(self.text)
                })
        };
        entries.into_iter().filter(covers).min()
    }

    /// The pattern for everything below the entry's host, of which the origin is a part, where only
    /// the owner of that host can have an origin there.
    #[must_use]
    pub fn pattern(&self, nearest: &Nearest<'_>) -> Option<Vec<u8>> {
        let entry = Parts::read(nearest.entry);
        let host = entry.host.to_ascii_lowercase();
        if nearest.relation != Relation::Subdomain || host::is_public_suffix(&host) {
            return None;
        }
        let pattern = Parts { host: &host, subdomains: true, ..self.parts };
        Some(pattern.written(entry.scheme?))
    }

    /// It with one thing changed, and with scheme and port changed, nearest first.
    #[must_use]
    pub fn variants(&self) -> Vec<Variant> {
        let Parts { scheme: Some(scheme), .. } = self.parts else { return Vec::new() };
        let other_scheme: &[u8] = match scheme {
            b"http" => b"https",
            b"https" => b"http",
            _ => scheme,
        };
        let www = self.host.strip_prefix(b"www.");
        let added = [b"www.", self.host.as_slice()].concat();
        let other = |relation| Host::Other(relation);
        let mut hosts = vec![(Host::Same, self.host.as_slice())];
        hosts.extend(self.host.strip_suffix(b".").map(|host| (other(Relation::DotAdded), host)));
        if self.is_this_machine() {
            hosts.extend(THIS_MACHINE.map(|host| (other(Relation::Loopback), host.as_bytes())));
        } else if let Some(host) = www {
            hosts.push((other(Relation::WwwAdded), host));
        } else {
            hosts.push((other(Relation::WwwMissing), added.as_slice()));
        }
        let mut variants: Vec<Variant> = Vec::new();
        for (stands, host) in hosts {
            for (swapped, without_port) in
                [(false, false), (true, false), (false, true), (true, true)]
            {
                let changed = Parts {
                    scheme: Some(if swapped { other_scheme } else { scheme }),
                    host,
                    port: if without_port { Some(Port::Default) } else { self.parts.port },
                    ..self.parts
                };
                let text = changed.written(scheme);
                let others = usize::from(swapped) + usize::from(without_port);
                let cost = stands.cost() + OTHER * others;
                if text != self.text && variants.iter().all(|other| other.text != text) {
                    let (scheme, port) = (swapped, without_port);
                    let relation = relation(stands, scheme, port);
                    variants.push(Variant { text, relation, scheme, port, cost });
                }
            }
        }
        variants.sort_by_key(|variant| variant.cost);
        variants
    }

    /// How `entry` differs, if that costs less than `limit`.
    fn compare<'e>(&self, entry: &'e [u8], limit: usize) -> Option<Nearest<'e>> {
        if entry == b"*" {
            return None;
        }
        let parts = Parts::read(entry);
        let scheme_cost = match (parts.scheme, self.parts.scheme) {
            (Some(theirs), Some(ours)) if !theirs.eq_ignore_ascii_case(ours) => {
                let is_web = |scheme: &[u8]| matches!(scheme, b"http" | b"https");
                if is_web(theirs) && is_web(ours) { OTHER } else { OTHER_SCHEME }
            }
            _ => 0,
        };
        let scheme = scheme_cost > 0;
        let port = parts.port != self.parts.port && parts.port != Some(Port::Any);
        let others = scheme_cost + OTHER * usize::from(port);
        let left = limit.checked_sub(others).filter(|&left| left > 0)?;
        let host = host::relation(&parts, &self.host, self.site(), left)?;
        let relation = relation(host, scheme, port);
        Some(Nearest { entry, relation, scheme, port, cost: others + host.cost() })
    }
}

#[cfg(test)]
mod tests;
