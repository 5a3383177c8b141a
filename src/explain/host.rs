use super::parts::Parts;
use super::relation::Relation;
use crate::distance::{distance, tolerance};
use crate::host::{ends_in_a_number, is_loopback, is_this_machine};
use crate::public_suffix::registrable_domain;

/// How an origin's host stands to that of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Host {
    /// It is the same, or one that the pattern covers.
    Same,
    /// It is another one.
    Other(Relation),
}

impl Host {
    /// How far from "the same" this is; only the order of the numbers means anything.
    pub(super) const fn cost(self) -> usize {
        match self {
            Self::Same => 0,
            Self::Other(relation) => relation.cost(),
        }
    }
}

const CHEAPEST_TYPO: usize = Relation::Typo(1).cost();

/// How the host of `origin` stands to that of `entry`, where that costs less than `limit`.
///
/// `site` is the registrable domain of the origin's. It allocates nothing.
pub(super) fn relation(
    entry: &Parts<'_>,
    origin: &[u8],
    site: Option<&[u8]>,
    limit: usize,
) -> Option<Host> {
    let known =
        if entry.subdomains { to_pattern(entry.host, origin) } else { to_host(entry.host, origin) };
    let of_site =
        |site: &&[u8]| entry.host.eq_ignore_ascii_case(site) || is_below(entry.host, site);
    let is_of_site = site.as_ref().is_some_and(of_site);
    let known = known.or_else(|| {
        if is_of_site {
            return Some(Host::Other(Relation::Sibling(None)));
        }
        alike(entry.host, origin)
    });
    let known = known.filter(|host| host.cost() < limit);
    let limit = known.map_or(limit, Host::cost);
    if CHEAPEST_TYPO >= limit {
        return known;
    }
    let looks_alike = typo(entry, origin).map(|distance| {
        // Similar hosts of one owner are more often two hosts than a typing error.
        let of_owner = is_of_site.then_some(Relation::Sibling(Some(distance)));
        Host::Other(of_owner.unwrap_or(Relation::Typo(distance)))
    });
    looks_alike.filter(|host| host.cost() < limit).or(known)
}

fn to_host(entry: &[u8], origin: &[u8]) -> Option<Host> {
    if entry.is_empty() {
        return None;
    }
    if entry.eq_ignore_ascii_case(origin) {
        return Some(Host::Same);
    }
    match (without_dot(entry), without_dot(origin)) {
        (_, Some(host)) if host.eq_ignore_ascii_case(entry) => {
            return Some(Host::Other(Relation::DotAdded));
        }
        (Some(host), _) if host.eq_ignore_ascii_case(origin) => {
            return Some(Host::Other(Relation::DotMissing));
        }
        _ => {}
    }
    if is_below(origin, entry) {
        let www = origin.len() == entry.len() + 4 && begins(origin, b"www");
        let relation = if www { Relation::WwwAdded } else { Relation::Subdomain };
        return Some(Host::Other(relation));
    }
    if is_below(entry, origin) {
        let www = entry.len() == origin.len() + 4 && begins(entry, b"www");
        let relation = if www { Relation::WwwMissing } else { Relation::Parent };
        return Some(Host::Other(relation));
    }
    (is_this_machine(origin) && is_this_machine(entry)).then_some(Host::Other(Relation::Loopback))
}

fn to_pattern(below: &[u8], origin: &[u8]) -> Option<Host> {
    if is_below(origin, below) {
        return Some(Host::Same);
    }
    if origin.eq_ignore_ascii_case(below) {
        return Some(Host::Other(Relation::Apex));
    }
    if without_dot(origin).is_some_and(|host| is_below(host, below)) {
        return Some(Host::Other(Relation::DotAdded));
    }
    is_below(below, origin).then_some(Host::Other(Relation::Parent))
}

/// What holds the entry's host as a text, and is another site.
fn alike(entry: &[u8], origin: &[u8]) -> Option<Host> {
    // The name of a single machine is part of too many words.
    if !entry.contains(&b'.') && !is_loopback(entry) {
        return None;
    }
    if begins(origin, entry) {
        return Some(Host::Other(Relation::BeginsAlike));
    }
    if ends(origin, entry) {
        return Some(Host::Other(Relation::EndsAlike));
    }
    // Below a pattern, and then it goes on.
    let inside = origin.windows(entry.len() + 2).any(|part| {
        part.first() == Some(&b'.')
            && part.last() == Some(&b'.')
            && part[1..=entry.len()].eq_ignore_ascii_case(entry)
    });
    inside.then_some(Host::Other(Relation::BeginsAlike))
}

/// How many typing errors make one host of the other, if they look alike.
fn typo(entry: &Parts<'_>, origin: &[u8]) -> Option<usize> {
    let origin = if entry.subdomains {
        // As many labels as the pattern has, and at least one more in front.
        let labels = entry.host.split(|&byte| byte == b'.').count();
        let mut dots = origin.iter().enumerate().rev().filter(|(_, byte)| **byte == b'.');
        &origin[dots.nth(labels - 1)?.0 + 1..]
    } else {
        origin
    };
    if entry.host.contains(&b'*')
        || (is_address(entry.host) && is_address(origin))
        || have_other_letter(entry.host, origin)
    {
        return None;
    }
    let most = tolerance(entry.host.len().min(origin.len()));
    distance(entry.host, origin, most).filter(|&distance| distance > 0)
}

/// Whether the first labels that differ are one letter each: names that are short, not alike.
fn have_other_letter(left: &[u8], right: &[u8]) -> bool {
    let same = left.iter().zip(right).take_while(|(a, b)| a.eq_ignore_ascii_case(b)).count();
    let begins_label = same == 0 || left[same - 1] == b'.';
    let is_one_letter = |host: &[u8]| {
        host.get(same).is_some_and(|&byte| byte != b'.')
            && host.get(same + 1).is_none_or(|&byte| byte == b'.')
    };
    begins_label && is_one_letter(left) && is_one_letter(right)
}

/// The registrable domain of a host in lower case, where it is under a public suffix.
pub(super) fn site(host: &[u8]) -> Option<&[u8]> {
    let host = without_dot(host).unwrap_or(host);
    registrable_domain(host)
}

/// Whether a pattern for everything below `host` would allow what others register.
pub(super) fn is_public_suffix(host: &[u8]) -> bool {
    !is_address(host) && site(host).is_none()
}

/// An IPv4 or IPv6 address: none of its parts is below another.
pub(super) fn is_address(host: &[u8]) -> bool {
    host.starts_with(b"[") || ends_in_a_number(host)
}

fn without_dot(host: &[u8]) -> Option<&[u8]> {
    host.strip_suffix(b".").filter(|host| !host.is_empty())
}

/// Whether `host` is one or more labels and `above`.
fn is_below(host: &[u8], above: &[u8]) -> bool {
    !above.is_empty()
        && host.len() > above.len() + 1
        && host[host.len() - above.len() - 1] == b'.'
        && ends(host, above)
}

fn begins(text: &[u8], with: &[u8]) -> bool {
    text.get(..with.len()).is_some_and(|part| part.eq_ignore_ascii_case(with))
}

fn ends(text: &[u8], with: &[u8]) -> bool {
    text.len().checked_sub(with.len()).is_some_and(|at| text[at..].eq_ignore_ascii_case(with))
}
