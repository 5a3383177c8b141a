//! Which entry of `allow_origins` comes closest to a rejected origin, and how it differs.
//!
//! Nothing here decides anything or runs while a request is served: it explains a decision to a
//! person. The results are plain values; Python puts them into words.

mod expression;
mod host;
mod parts;

use url::Url;

use crate::cors::{OriginPattern, OriginPatterns, Port};
use crate::distance::{distance, tolerance};
use crate::host::{LONGEST_HOST, is_loopback};
pub use expression::matched_part;
pub use host::Host;
pub use parts::Oddities;
use parts::{Parts, pieces};

/// The longest text that is compared as a whole: any origin that a browser sends is far shorter.
const LONGEST_TEXT: usize = 2 * LONGEST_HOST;

/// The cost of another scheme or another port, on the scale of [`Host`]'s.
const OTHER: usize = 2;

/// What is dearer is further than an expression that matches a part of the origin: that is about as
/// near as another host.
pub const FAR: usize = 5;

/// An entry that comes close to an origin, and how they differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nearest<'e> {
    /// The entry, as it was given.
    pub entry: &'e [u8],
    /// How the origin's host stands to the entry's.
    pub host: Host,
    /// Whether the schemes differ. One that is missing differs from none.
    pub scheme: bool,
    /// Whether the ports differ.
    pub port: bool,
    /// Why the entry matches nothing that a browser sends, where that is so.
    pub oddities: Oddities,
    /// How far the two are from one another; only the order of the numbers means anything.
    pub cost: usize,
}

/// What the origin would be with one thing changed, for trying it on an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variant {
    /// The text to try.
    pub text: Vec<u8>,
    /// How the host of the origin stands to the text's.
    pub host: Host,
    /// Whether the schemes differ.
    pub scheme: bool,
    /// Whether the ports differ.
    pub port: bool,
    /// As for [`Nearest`].
    pub cost: usize,
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

    /// Whether it is on this very machine.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.host)
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
        if nearest.host != Host::Subdomain || host::is_public_suffix(&host) {
            return None;
        }
        let pattern = Parts { host: &host, subdomains: true, ..self.parts };
        Some(pattern.written(entry.scheme?))
    }

    /// The entry as a browser would write it.
    #[must_use]
    pub fn correction(&self, nearest: &Nearest<'_>) -> Vec<u8> {
        let scheme = self.parts.scheme.unwrap_or(b"https");
        match &ascii(nearest.entry) {
            Some(ascii) => Parts::read(ascii).written(scheme),
            None => self.closest_piece(nearest.entry).written(scheme),
        }
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
        let hosts = [
            (Host::Same, Some(self.host.as_slice())),
            (Host::DotAdded, self.host.strip_suffix(b".")),
            (Host::WwwAdded, www),
            (Host::WwwMissing, www.is_none().then_some(added.as_slice())),
        ];
        let mut variants: Vec<Variant> = Vec::new();
        for (relation, host) in hosts {
            let Some(host) = host else { continue };
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
                let cost = relation.cost() + OTHER * others;
                if text != self.text && variants.iter().all(|other| other.text != text) {
                    let (scheme, port) = (swapped, without_port);
                    variants.push(Variant { text, host: relation, scheme, port, cost });
                }
            }
        }
        variants.sort_by_key(|variant| variant.cost);
        variants
    }

    /// How `entry` differs, where that costs less than `limit`.
    fn compare<'e>(&self, entry: &'e [u8], limit: usize) -> Option<Nearest<'e>> {
        if entry == b"*" {
            return None;
        }
        if let Some(ascii) = self.punycode_of(entry) {
            let found = self.compare_one(entry, &Parts::read(&ascii), limit)?;
            return Some(Nearest { oddities: Oddities::UNICODE, cost: found.cost + 1, ..found });
        }
        let found = if pieces(entry).nth(1).is_some() {
            let found = self.compare_one(entry, &self.closest_piece(entry), limit)?;
            Nearest { oddities: Oddities::SEVERAL, ..found }
        } else {
            self.compare_one(entry, &Parts::read(entry), limit)?
        };
        if !entry.contains(&b'*') || !found.oddities.is_empty() {
            return Some(found);
        }
        let mut oddities = Oddities::default();
        oddities.add_if(OriginPattern::parse(entry).is_err(), Oddities::STAR);
        Some(Nearest { oddities, ..found })
    }

    fn compare_one<'e>(
        &self,
        entry: &'e [u8],
        parts: &Parts<'_>,
        limit: usize,
    ) -> Option<Nearest<'e>> {
        let scheme = match (parts.scheme, self.parts.scheme) {
            (Some(theirs), Some(ours)) => !theirs.eq_ignore_ascii_case(ours),
            _ => false,
        };
        let port = parts.port != self.parts.port && parts.port != Some(Port::Any);
        let oddities = parts.oddities;
        let others =
            OTHER * (usize::from(scheme) + usize::from(port)) + usize::from(!oddities.is_empty());
        let left = limit.checked_sub(others).filter(|&left| left > 0)?;
        let relation = host::relation(parts, &self.host, self.site(), left);
        let near = |host: Host| Nearest {
            entry,
            host,
            scheme,
            port,
            oddities,
            cost: others + host.cost(),
        };
        if let Some(host) = relation.filter(|host| host.cost() <= Host::Glob.cost()) {
            return Some(near(host));
        }
        let whole = |host| Nearest {
            entry,
            host,
            scheme: false,
            port: false,
            oddities,
            cost: host.cost() + 1,
        };
        let is_glob = entry.contains(&b'*')
            && self.text.len() <= LONGEST_TEXT
            && is_glob_of(entry, self.text);
        if is_glob && OriginPattern::parse(entry).is_err() {
            let found = Nearest { oddities: Oddities::STAR, ..whole(Host::Glob) };
            return Some(found).filter(|found| found.cost < limit);
        }
        // `https//a.example`: what is read as its host says nothing.
        if parts.scheme.is_none() {
            let most = tolerance(entry.len().min(self.text.len()));
            let typo = distance(entry, self.text, most).map(|found| whole(Host::Typo(found)));
            let typo = typo.filter(|typo| typo.cost < limit);
            if typo.is_some_and(|typo| relation.is_none_or(|host| typo.cost < others + host.cost()))
            {
                return typo;
            }
        }
        relation.map(near)
    }

    /// The nearest of several origins in one entry.
    fn closest_piece<'e>(&self, entry: &'e [u8]) -> Parts<'e> {
        let mut best = (usize::MAX, Parts::read(entry));
        if pieces(entry).nth(1).is_none() {
            return best.1;
        }
        for piece in pieces(entry) {
            let parts = Parts::read(piece);
            if let Some(found) = self.compare_one(piece, &parts, best.0) {
                best = (found.cost, parts);
            }
        }
        best.1
    }

    /// What an entry with letters beyond ASCII is to a browser, where the origin has such a host.
    fn punycode_of(&self, entry: &[u8]) -> Option<Vec<u8>> {
        let is_punycode = self.host.windows(4).any(|four| four == b"xn--");
        if entry.is_ascii() || !is_punycode { None } else { ascii(entry) }
    }
}

/// The origin that a browser makes of an entry with letters beyond ASCII (URL, domain to ASCII).
fn ascii(entry: &[u8]) -> Option<Vec<u8>> {
    let text = core::str::from_utf8(entry).ok().filter(|text| !text.is_ascii())?;
    let origin = Url::parse(text.trim()).ok()?.origin();
    origin.is_tuple().then(|| origin.ascii_serialization().into_bytes())
}

/// Whether `text` is `glob` with any text for each `*`. Linear in `text` for each part of the glob.
fn is_glob_of(glob: &[u8], text: &[u8]) -> bool {
    let mut parts = glob.split(|&byte| byte == b'*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else {
        return false;
    };
    let mut parts = parts.peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        if part.is_empty() {
            continue;
        }
        match rest.windows(part.len()).position(|window| window == part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests;
