//! A `*` or `?` where no pattern has one, and the regular expression that was probably meant.

use super::extension;
use super::host::{is_local, is_numeric};
use super::scheme::{Scheme, only_host};
use crate::host::LONGEST_HOST;
use crate::lint::problem::Suggestion;
use crate::public_suffix::{Registry, registrable_domain, registry};

/// What a glob stands for.
pub(super) struct Meaning {
    pub(super) meant: Option<Suggestion>,
    /// What else is to be said of it.
    pub(super) note: &'static str,
}

impl Meaning {
    fn of(meant: Option<Suggestion>) -> Self {
        Self { meant, note: "" }
    }

    fn one(text: String) -> Self {
        Self::of(Some(Suggestion::One(text)))
    }
}

/// What was meant by `host` and `port`, in which there are globs that make no pattern.
///
/// With credentials, no expression is suggested that allows what others can have.
pub(super) fn meaning(
    scheme: &Scheme,
    host: &str,
    port: Option<&str>,
    credentials: bool,
) -> Meaning {
    let host = host.to_ascii_lowercase();
    let (Some(prefix), Some(port_end), ..=LONGEST_HOST) =
        (prefix(scheme), port_end(scheme, port), host.len())
    else {
        return Meaning::of(None);
    };
    if is_everything(&host) && scheme.is_web() {
        return Meaning::of(
            matches!(port, None | Some("*")).then(|| Suggestion::One("*".to_owned())),
        );
    }
    let is_any_port =
        port.is_some_and(|port| port.len() > 1 && port.bytes().all(|byte| byte == b'*'));
    if let Some(simple) = simple(scheme).filter(|_| is_any_port && !host.contains(['*', '?'])) {
        return Meaning::one(format!("{simple}{host}:*"));
    }
    if let (Scheme::Custom(custom), true) = (scheme, is_everything(&host)) {
        if let Some(only) = only_host(custom).filter(|_| port.is_none()) {
            return Meaning::one(format!("{custom}://{only}"));
        }
        if credentials {
            let note = ", and a regex of this shape matches every extension or app of the scheme";
            return Meaning { meant: None, note };
        }
    }
    if let (Scheme::Custom(custom), "*" | "**") = (scheme, &*host) {
        if let Some(id) = extension::any_id(custom) {
            return Meaning::of(Some(Suggestion::Expression(format!("{prefix}{id}"))));
        }
    }
    let labels: Vec<&str> = host.split('.').collect();
    let is_address = is_address(&labels);
    // A host that ends in a number is an address to a browser.
    if !is_address && scheme.is_web() && labels.last().is_some_and(|last| is_numeric(last)) {
        return Meaning::of(None);
    }
    if let Some(simple) = simple(scheme).filter(|_| !is_address) {
        if let Some(entry) = as_entry(&host, port.is_some(), &port_end.entry) {
            return Meaning::one(format!("{simple}{entry}"));
        }
    }
    let Some(expression) = host_expression(&labels, is_address) else { return Meaning::of(None) };
    let last_star = labels.iter().rposition(|label| label.contains(['*', '?']));
    let below = last_star.map(|last| labels[last + 1..].join("."));
    let owner = below.as_deref().filter(|_| !is_address && scheme.is_web());
    // Below a company's name, only a part of a label tells whose it is.
    let is_open = last_star
        .and_then(|last| labels.get(last))
        .is_none_or(|label| !label.contains(|c: char| c.is_ascii_alphanumeric()));
    let registry = owner.and_then(registry);
    if owner.is_some_and(|below| below.is_empty() && labels.len() > 1)
        || registry == Some(Registry::Icann)
        || (registry == Some(Registry::Private) && is_open)
    {
        return Meaning {
            meant: None,
            note: ", and anyone could register a name that a regex of this shape matches",
        };
    }
    let note = match registry {
        Some(_) => ", and anyone can have a name there that a regex of this shape matches",
        None => "",
    };
    if registry.is_some() && credentials {
        return Meaning { meant: None, note };
    }
    let port = port_end.expression;
    Meaning { meant: Some(Suggestion::Expression(format!("{prefix}{expression}{port}"))), note }
}

/// The pattern or the origin, without its scheme, that a star at either end of a host stands for.
fn as_entry(host: &str, has_port: bool, port_end: &str) -> Option<String> {
    let is_plain = |text: &&str| !text.is_empty() && !text.contains(['*', '?']);
    // `**.example.com` and `*example.com`
    let below = host.trim_start_matches('*');
    let domain = below.strip_prefix('.').or_else(|| is_registered(below).then_some(below));
    if let Some(domain) = domain.filter(is_plain).filter(|_| below != host) {
        return Some(format!("*.{domain}{port_end}"));
    }
    // `example.com*` and `localhost*`
    let start = host.trim_end_matches('*');
    let is_host = start.contains('.') || is_local(start);
    let is_whole = start != host && is_host && !start.ends_with(['.', '-', '_']);
    let start = Some(start).filter(is_plain).filter(|_| is_whole)?;
    let any_port = is_local(start) && !has_port;
    Some(if any_port { format!("{start}:*") } else { format!("{start}{port_end}") })
}

/// Whether a host is stars and dots alone.
pub(super) fn is_everything(host: &str) -> bool {
    host.contains('*') && host.chars().all(|c| matches!(c, '*' | '?' | '.'))
}

/// Whether `host` is what one owner has registered in the domain name system, not at a company.
fn is_registered(host: &str) -> bool {
    let parent = host.split_once('.').map_or("", |(_, parent)| parent);
    registrable_domain(host.as_bytes()) == Some(host.as_bytes())
        && host.starts_with(|c: char| c.is_ascii_alphanumeric())
        && registry(parent) != Some(Registry::Private)
}

/// The scheme with its slashes, for an entry; none where it is two schemes.
fn simple(scheme: &Scheme) -> Option<String> {
    match scheme {
        Scheme::Http => Some("http://".to_owned()),
        Scheme::Https => Some("https://".to_owned()),
        Scheme::Custom(name) => Some(format!("{name}://")),
        Scheme::Missing | Scheme::Either | Scheme::Unknown => None,
    }
}

/// The scheme with its slashes, for an expression.
pub(super) fn prefix(scheme: &Scheme) -> Option<String> {
    match scheme {
        Scheme::Either => Some("https?://".to_owned()),
        Scheme::Custom(name) => {
            Some(format!("{}://", name.replace('.', "\\.").replace('+', "\\+")))
        }
        _ => simple(scheme),
    }
}

pub(super) struct PortEnd {
    pub(super) entry: String,
    pub(super) expression: String,
}

/// A port with the colon before it; none where it is no port.
pub(super) fn port_end(scheme: &Scheme, port: Option<&str>) -> Option<PortEnd> {
    let same = |text: String| Some(PortEnd { entry: text.clone(), expression: text });
    // No page is loaded from port 0, and no other port begins with it.
    if port.is_some_and(|port| port.starts_with('0')) {
        return None;
    }
    match port {
        None => same(String::new()),
        Some("*") => Some(PortEnd { entry: ":*".to_owned(), expression: "(:[0-9]+)?".to_owned() }),
        Some(port) if port.contains(['*', '?']) => {
            // The least of the ports that it stands for.
            let least = port.replace('*', "").replace('?', "0");
            if !least.is_empty() && least.parse::<u16>().is_err() {
                return None;
            }
            let mut digits: Vec<char> = port.chars().collect();
            digits.dedup_by(|next, before| *next == '*' && *before == '*');
            let expression: Option<String> = digits.into_iter().map(digit_expression).collect();
            Some(PortEnd { entry: ":*".to_owned(), expression: format!(":{}", expression?) })
        }
        Some(port) => {
            let number: u16 = port.parse().ok()?;
            if scheme.default_port() == Some(number) {
                return same(String::new());
            }
            same(format!(":{number}"))
        }
    }
}

fn digit_expression(character: char) -> Option<&'static str> {
    const DIGITS: [&str; 10] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
    match character {
        '*' => Some("[0-9]*"),
        '?' => Some("[0-9]"),
        _ => character.to_digit(10).and_then(|digit| DIGITS.get(digit as usize).copied()),
    }
}

/// Whether the labels are numbers, and `*` and `?` in the place of digits or whole numbers.
fn is_address(labels: &[&str]) -> bool {
    let is_number = |label: &&str| is_numeric(label);
    let is_open = |label: &&str| label.bytes().all(|b| b.is_ascii_digit() || b"*?".contains(&b));
    labels.iter().any(is_number) && labels.iter().all(is_open)
}

/// Whether somebody has all the addresses that begin so: in public, those of two numbers.
pub(super) fn is_network(first: u8, second: Option<u8>) -> bool {
    second.is_some() || matches!(first, 10 | 127)
}

/// An expression for a host; none where it holds what no host does.
fn host_expression(labels: &[&str], is_address: bool) -> Option<String> {
    let mut labels = labels.to_vec();
    if is_address {
        // `192.168.*` leaves the rest open, and `*.168.1.1` allows untrusted origins.
        if labels.last() == Some(&"*") {
            labels.resize(labels.len().max(4), "*");
        }
        let number = |index: usize| labels.get(index).and_then(|label| label.parse().ok());
        let is_known = number(0).is_some_and(|first| is_network(first, number(1)));
        let is_byte = |label: &&str| label.parse::<u8>().is_ok() || stands_for_a_byte(label);
        if !is_known || labels.len() != 4 || !labels.iter().all(is_byte) {
            return None;
        }
    }
    let labels: Option<Vec<String>> =
        labels.iter().map(|label| label_expression(label, is_address)).collect();
    Some(labels?.join("\\."))
}

/// Whether a part of an address with `*` and `?` stands for a number below 256 at all.
fn stands_for_a_byte(label: &str) -> bool {
    let least = label.replace('*', "").replace('?', "0");
    let is_padded = label.starts_with('0') && least.len() > 1;
    label.contains(['*', '?'])
        && !is_padded
        && least.len() <= 3
        && (least.is_empty() || least.parse::<u8>().is_ok())
}

fn label_expression(label: &str, is_number: bool) -> Option<String> {
    let (star, one) = match (is_number, label) {
        (false, _) => ("[a-z0-9-]+", "[a-z0-9-]"),
        (true, "*") => ("[0-9]+", "[0-9]"),
        (true, _) => ("[0-9]*", "[0-9]"),
    };
    let mut expression = String::new();
    let mut before = None;
    for character in label.chars() {
        match character {
            '*' if before == Some('*') => {}
            '*' => expression.push_str(star),
            '?' => expression.push_str(one),
            'a'..='z' | '0'..='9' | '-' | '_' => expression.push(character),
            _ => return None,
        }
        before = Some(character);
    }
    (!label.is_empty()).then_some(expression)
}

/// What a shell makes of the first `{a,b}` in `text`; none where there is none.
pub(super) fn alternatives(text: &str) -> Option<Vec<String>> {
    let (start, rest) = text.split_once('{')?;
    let (inside, end) = rest.split_once('}')?;
    let is_part =
        |part: &str| part.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.:/".contains(&b));
    let parts: Vec<&str> = inside.split(',').map(str::trim).collect();
    let fits = (2..=MOST).contains(&parts.len()) && text.len() <= LONGEST;
    (fits && parts.iter().all(|part| is_part(part)) && !end.contains('{'))
        .then(|| parts.iter().map(|part| format!("{start}{part}{end}")).collect())
}

/// The texts that `[a|b]` stands for, which is no class of characters.
pub(super) fn bracketed(text: &str) -> Option<Vec<String>> {
    let (start, rest) = text.split_once('[')?;
    let (inside, end) = rest.split_once(']')?;
    let is_part = |part: &str| part.len() > 1 && part.bytes().all(|b| b.is_ascii_alphanumeric());
    let is_list = inside.contains('|') && inside.split('|').all(is_part);
    is_list
        .then(|| alternatives(&format!("{start}{{{}}}{end}", inside.replace('|', ","))))
        .flatten()
}

/// The most alternatives of one text, and the longest text, that are written out.
const MOST: usize = 64;
const LONGEST: usize = 1000;
