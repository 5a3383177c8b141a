//! Ranges of addresses and of ports, which no entry can be.

use core::net::Ipv4Addr;

use super::glob;
use super::host::{is_local, is_numeric};
use super::scheme::Scheme;
use crate::lint::problem::Suggestion;

/// The most ports, and hosts, that are written out, each in an entry of its own.
const MOST_PORTS: u16 = 32;
const MOST_HOSTS: u16 = 32;

/// The longest `https://host:` that is written once more for each port.
const LONGEST_START: usize = 300;

/// The most numbers that an expression lists for one number of an address.
const MOST_NUMBERS: u16 = 16;

/// A network as `192.168.1.0/24` or `2001:db8::/32` names it (CIDR, RFC 4632).
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Network<'t> {
    V4 {
        numbers: [u8; 4],
        /// How many bits all its addresses have in common.
        length: u8,
        port: Option<&'t str>,
    },
    V6,
    /// Addresses that differ in their last number, `192.168.1.10-20`, if they are few.
    Few {
        hosts: Vec<String>,
        port: Option<&'t str>,
    },
}

/// The addresses of a host such as `192.168.1.10-20`.
pub(super) fn addresses<'t>(host: &str, port: Option<&'t str>) -> Option<Network<'t>> {
    let (start, last) = host.rsplit_once('.')?;
    let (first, last) = last.split_once('-')?;
    let (first, last): (u8, u8) = (first.parse().ok()?, last.parse().ok()?);
    let is_start = is_numeric(start) && start.split('.').count() == 3;
    let is_few = first <= last && u16::from(last - first) < MOST_HOSTS;
    let all = (first..=last).filter(|_| is_few);
    let hosts = all.map(|number| format!("{start}.{number}")).collect();
    is_start.then_some(Network::Few { hosts, port })
}

/// The network that a host and what stands behind its slash name.
///
/// Behind a scheme, what follows an address of one machine is taken for a path.
pub(super) fn network<'t>(
    has_scheme: bool,
    host: &str,
    port: Option<&'t str>,
    path: &'t str,
) -> Option<Network<'t>> {
    let (length, late_port) = match path.strip_prefix('/')?.split_once(':') {
        Some((length, port)) => (length, Some(port)),
        None => (path.strip_prefix('/')?, None),
    };
    if host.contains(':') {
        let is_length = length.parse::<u8>().is_ok_and(|length| length <= 128);
        return is_length.then_some(Network::V6);
    }
    if !is_numeric(host) {
        return None;
    }
    let length = match length.parse::<u8>() {
        Ok(length) => Some(length).filter(|&length| length <= 32),
        Err(_) => length.parse::<Ipv4Addr>().ok().and_then(mask_length),
    }?;
    let mut numbers = [0; 4];
    let labels: Vec<&str> = host.split('.').collect();
    for (number, label) in numbers.iter_mut().zip(&labels) {
        *number = label.parse().ok()?;
    }
    let others = u32::from(Ipv4Addr::from(numbers)).checked_shl(u32::from(length));
    let is_machine = others.unwrap_or_default() != 0;
    let is_range = labels.len() <= 4 && !(has_scheme && is_machine);
    is_range.then_some(Network::V4 { numbers, length, port: port.or(late_port) })
}

/// `24` for `255.255.255.0`.
fn mask_length(mask: Ipv4Addr) -> Option<u8> {
    let bits = u32::from(mask);
    let length = bits.leading_ones();
    (bits.count_ones() == length).then(|| u8::try_from(length).ok()).flatten()
}

impl Network<'_> {
    /// The origin, or the expression for all of them, that was meant.
    pub(super) fn meant(&self, scheme: &Scheme) -> Option<Suggestion> {
        let (numbers, length, port) = match self {
            Self::V4 { numbers, length, port } => (numbers, length, port),
            Self::V6 => return None,
            Self::Few { hosts, port } => {
                let port = glob::port_end(scheme, *port)?.entry;
                let origins = hosts.iter().map(|host| format!("{scheme}://{host}{port}"));
                return (hosts.len() > 1).then(|| Suggestion::Several(origins.collect()));
            }
        };
        let port = glob::port_end(scheme, *port)?;
        match length {
            0 => return Some(Suggestion::One("*".to_owned())),
            32 => {
                let address = Ipv4Addr::from(*numbers);
                return Some(Suggestion::One(format!("{scheme}://{address}{}", port.entry)));
            }
            _ => {}
        }
        // All of 172.16.0.0/12 is private (RFC 1918).
        let second = (*length >= 16 || (*length >= 12 && numbers.starts_with(&[172, 16])))
            .then_some(numbers[1]);
        if *length < 8 || !glob::is_network(numbers[0], second) {
            return None;
        }
        let mut parts = Vec::with_capacity(numbers.len());
        let mut left = *length;
        for number in numbers {
            let bits = left.min(8);
            left -= bits;
            parts.push(number_expression(*number, bits)?);
        }
        let (prefix, host) = (glob::prefix(scheme)?, parts.join("\\."));
        Some(Suggestion::Expression(format!("{prefix}{host}{}", port.expression)))
    }
}

/// An expression for the numbers that begin with the same `bits` of eight; none for a long list.
fn number_expression(number: u8, bits: u8) -> Option<String> {
    let count = 1_u16 << (8 - bits);
    match bits {
        0 => Some("[0-9]+".to_owned()),
        _ if count > MOST_NUMBERS => None,
        _ => {
            let first = u16::from(number) / count * count;
            let numbers: Vec<String> = (first..first + count).map(|n| n.to_string()).collect();
            let alternatives = numbers.join("|");
            Some(if count == 1 { alternatives } else { format!("({alternatives})") })
        }
    }
}

/// What an origin with a range of ports stands for, such as `http://localhost:3000-3010`.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Ports {
    /// An origin for each.
    Few(Vec<String>),
    /// Any port, on the machine itself.
    Any(String),
    Many,
}

/// The origins of a range of ports; none where there is no range.
pub(super) fn ports(text: &str) -> Option<Ports> {
    let (start, range) = text.trim_end_matches('/').rsplit_once(':')?;
    let is_start = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:/*[]".contains(&byte);
    if start.len() > LONGEST_START || start.is_empty() || !start.bytes().all(is_start) {
        return None;
    }
    let brackets = [('[', ']'), ('{', '}'), ('(', ')'), ('<', '>')];
    let inside = brackets.iter().find_map(|&(open, close)| {
        range.strip_prefix(open).and_then(|rest| rest.strip_suffix(close))
    });
    let range = inside.unwrap_or(range);
    let (first, last) =
        ["...", "..", "-", "–", "~"].iter().find_map(|between| range.split_once(between))?;
    let number = |text: &str| -> Option<u16> {
        let is_port = text.len() > 1 && text.bytes().all(|byte| byte.is_ascii_digit());
        is_port.then(|| text.parse().ok()).flatten()
    };
    let (first, last) = (number(first.trim())?, number(last.trim())?);
    if first >= last {
        return None;
    }
    if last - first < MOST_PORTS {
        return Some(Ports::Few((first..=last).map(|port| format!("{start}:{port}")).collect()));
    }
    let host = start.rsplit_once("//").map_or(start, |(_, host)| host);
    Some(if is_local(host) { Ports::Any(format!("{start}:*")) } else { Ports::Many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_an_address_with_no_bits_behind_its_length() {
        for (host, path, missing, web) in [
            ("192.168.1.0", "/24", true, true),
            ("10", "/8", true, true),
            ("192.168", "/16", true, true),
            ("10.0.0.0", "/255.0.0.0", true, true),
            ("10.0.0.0", "/255.0.255.0", false, false),
            ("192.168.1.10", "/24", true, false),
            ("192.168.1.10", "/32", true, true),
            ("0.0.0.0", "/0", true, true),
            ("192.168.1.0", "/33", false, false),
            ("192.168.1.0", "/a", false, false),
            ("192.168.1.0", "/", false, false),
            ("192.168.1.0", "", false, false),
            ("192.168.1.300", "/24", false, false),
            ("1.2.3.4.0", "/24", false, false),
            ("example.com", "/24", false, false),
            ("[2001:db8::]", "/32", true, true),
            ("[2001:db8::]", "/129", false, false),
        ] {
            let is_network = |has_scheme| network(has_scheme, host, None, path).is_some();
            assert_eq!(is_network(false), missing, "{host}{path}");
            assert_eq!(is_network(true), web, "http://{host}{path}");
        }
    }

    #[test]
    fn an_expression_lists_the_numbers_of_a_part() {
        assert_eq!(number_expression(10, 8).as_deref(), Some("10"));
        assert_eq!(number_expression(10, 0).as_deref(), Some("[0-9]+"));
        assert_eq!(number_expression(131, 6).as_deref(), Some("(128|129|130|131)"));
        assert_eq!(number_expression(0, 3), None);
    }
}
