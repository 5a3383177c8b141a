//! What hosts are, for the protocol as for the linter, the proof and the explanation.

use core::net::{IpAddr, Ipv4Addr};

/// The longest host that DNS can name, in bytes of its text without a dot at the end.
///
/// A name takes 255 bytes in a message (RFC 1035, 2.3.4): one byte is the first label's length, one is
/// the root, and 253 remain. The URL standard has the same bound for a valid domain.
pub(crate) const LONGEST_HOST: usize = 253;

/// The longest label of such a host, in bytes (RFC 1035, 2.3.4).
pub(crate) const LONGEST_LABEL: usize = 63;

/// Whether a host can only be the machine itself (Secure Contexts, potentially trustworthy): a page
/// from there needs no `https`. An IPv6 address may be without its brackets.
pub(crate) fn is_loopback(host: &[u8]) -> bool {
    let host = host.strip_suffix(b".").unwrap_or(host);
    if !host.contains(&b':') && !host.first().is_some_and(u8::is_ascii_digit) {
        let start = host.len().saturating_sub(LOCALHOST.len());
        let (below, name) = host.split_at(start);
        return name.eq_ignore_ascii_case(LOCALHOST.as_bytes())
            && (below.is_empty() || below.ends_with(b"."));
    }
    let inner = host.strip_prefix(b"[").and_then(|rest| rest.strip_suffix(b"]")).unwrap_or(host);
    let text = core::str::from_utf8(inner).unwrap_or_default();
    match text.parse::<IpAddr>() {
        Ok(address) => address.is_loopback(),
        // `1.localhost`
        Err(_) => text
            .to_ascii_lowercase()
            .strip_suffix(LOCALHOST)
            .is_some_and(|below| below.ends_with('.')),
    }
}

/// The names of this machine that developers write.
pub(crate) const THIS_MACHINE: [&str; 4] = [LOCALHOST, "127.0.0.1", "[::1]", "0.0.0.0"];

/// Whether a host is the machine itself to whoever writes it: also an address for all of its
/// networks, by which developers' tools tell where they listen, and where browsers open their pages.
pub(crate) fn is_this_machine(host: &[u8]) -> bool {
    matches!(host, b"0.0.0.0" | b"[::]") || is_loopback(host)
}

/// The name of the machine itself, and what all names below it stand for (RFC 6761, 6.3).
pub(crate) const LOCALHOST: &str = "localhost";

/// Whether the URL standard reads the host as an IPv4 address (host parsing, "ends in a number").
pub(crate) fn ends_in_a_number(host: &[u8]) -> bool {
    let last = host.rsplit(|&byte| byte == b'.').next().unwrap_or(host);
    match last.strip_prefix(b"0x") {
        Some(digits) => digits.iter().all(u8::is_ascii_hexdigit),
        None => !last.is_empty() && last.iter().all(u8::is_ascii_digit),
    }
}

/// An IPv4 address as the URL standard serializes it: four numbers in decimal digits.
pub(crate) fn is_ipv4(host: &[u8]) -> bool {
    core::str::from_utf8(host).is_ok_and(|text| text.parse::<Ipv4Addr>().is_ok())
}

/// Each scheme whose origins leave a port out, and that port (URL, special scheme).
pub(crate) const DEFAULT_PORTS: [(&str, u16); 5] =
    [("https", 443), ("http", 80), ("wss", 443), ("ws", 80), ("ftp", 21)];

/// The port that is left out of an origin of this scheme.
pub(crate) fn default_port(scheme: &[u8]) -> Option<u16> {
    let is = |(name, _): &&(&str, u16)| scheme.eq_ignore_ascii_case(name.as_bytes());
    DEFAULT_PORTS.iter().find(is).map(|(_, port)| *port)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machine_itself_is_told_by_its_names_and_addresses() {
        let own = [
            "localhost",
            "LOCALHOST",
            "localhost.",
            "app.localhost",
            "1.localhost",
            "127.0.0.1",
            "127.1.2.3",
            "[::1]",
            "::1",
        ];
        let others = [
            "",
            ".",
            "alocalhost",
            "localhost.evil.com",
            "128.0.0.1",
            "127.0.0.1.evil.com",
            "[::2]",
            "example.com",
            "é",
        ];
        for host in own {
            assert!(is_loopback(host.as_bytes()), "{host}");
        }
        for host in others {
            assert!(!is_loopback(host.as_bytes()), "{host}");
        }
    }

    #[test]
    fn a_default_port_belongs_to_its_scheme_alone() {
        let cases = [("http", Some(80)), ("HTTPS", Some(443)), ("wss", Some(443)), ("app", None)];
        for (scheme, port) in cases {
            assert_eq!(default_port(scheme.as_bytes()), port, "{scheme}");
        }
    }
}
