//! What follows the scheme, taken apart as its author would read it.

use core::net::Ipv6Addr;
use core::ops::Range;

/// The parts of an entry behind its scheme, as ranges of the text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Parts {
    /// With the `@` behind it.
    pub(super) userinfo: Option<Range<usize>>,
    pub(super) host: Range<usize>,
    /// Without the colon before it.
    pub(super) port: Option<Range<usize>>,
    /// From the first slash on; empty where there is none.
    pub(super) path: Range<usize>,
    pub(super) query: Option<Range<usize>>,
    pub(super) fragment: Option<Range<usize>>,
    /// Whether the host is an IPv6 address without its brackets.
    pub(super) bare_ipv6: bool,
}

/// What an entry stands for, by where it has a `*`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// One origin.
    Exact,
    /// A host with any port.
    AnyPort,
    /// The subdomains of a host.
    Subdomains,
}

impl Parts {
    /// Takes apart what begins at `from`.
    pub(super) fn of(text: &str, from: usize) -> Self {
        let end = text.len();
        let find = |range: Range<usize>, characters: &[char]| {
            let part = text.get(range.clone()).unwrap_or_default();
            part.find(characters).map(|offset| range.start + offset)
        };
        let hash = find(from..end, &['#']);
        let before_fragment = hash.unwrap_or(end);
        let question = question_mark(text, from..before_fragment);
        let before_query = question.unwrap_or(before_fragment);
        let slash = find(from..before_query, &['/', '\\']);
        let authority = from..slash.unwrap_or(before_query);
        let at = text.get(authority.clone()).and_then(|part| part.rfind('@'));
        let start = at.map_or(from, |offset| from + offset + 1);
        let (host, bare_ipv6) = host_end(text.get(start..authority.end).unwrap_or_default());
        let host = start..start + host;
        let port = (host.end < authority.end).then_some(host.end + 1..authority.end);
        Self {
            userinfo: at.map(|_| from..start),
            host,
            port,
            path: authority.end..before_query,
            query: question.map(|at| at..before_fragment),
            fragment: hash.map(|at| at..end),
            bare_ipv6,
        }
    }
}

/// Where the query begins. A `?` that more of a host follows stands for a letter of it.
fn question_mark(text: &str, range: Range<usize>) -> Option<usize> {
    let part = text.get(range.clone())?;
    let bytes = part.as_bytes();
    let has_path = |before: &str| before.contains(['/', '\\']);
    part.match_indices('?').map(|(offset, _)| offset).take(64).find_map(|offset| {
        let goes_on = matches!(bytes.get(offset + 1), Some(b'.' | b'-' | b'?' | b':'))
            || (offset > 0 && bytes[offset - 1] == b'?')
            || (part[..offset].ends_with('.') && bytes.get(offset + 1).is_none())
            || is_port_digit(&part[..offset], bytes.get(offset + 1));
        (!goes_on || has_path(&part[..offset])).then_some(range.start + offset)
    })
}

/// Whether a `?` behind `before` stands for a digit of a port, as in `localhost:300?`.
fn is_port_digit(before: &str, after: Option<&u8>) -> bool {
    let port = before.rsplit_once(':').map_or("", |(_, port)| port);
    // Four digits are a port already.
    let is_digits =
        (1..4).contains(&port.len()) && port.bytes().all(|b| b.is_ascii_digit() || b == b'?');
    is_digits && after.is_none_or(|after| after.is_ascii_digit() || *after == b'/')
}

/// Where the host in `host:port` ends, and whether it is an IPv6 address without brackets.
fn host_end(authority: &str) -> (usize, bool) {
    let is_ipv6 = |text: &str| text.len() <= 45 && text.parse::<Ipv6Addr>().is_ok();
    if authority.split(':').next().is_some_and(|start| start.contains('[')) {
        let end = authority.find(']').unwrap_or(authority.len());
        let colon = authority.get(end..).and_then(|rest| rest.find(':'));
        return (colon.map_or(authority.len(), |offset| end + offset), false);
    }
    let Some(first) = authority.find(':') else { return (authority.len(), false) };
    let Some(last) = authority.rfind(':').filter(|&last| last > first) else {
        return (first, false);
    };
    let (address, port) = authority.split_at(last);
    // `::1:3000` reads as an address, too, and is one with a port.
    let is_loopback = address == "::1" && port.len() > 3;
    if is_ipv6(authority) && !is_loopback {
        return (authority.len(), true);
    }
    if is_ipv6(address) { (last, true) } else { (first, false) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_taken_apart_where_its_author_would() {
        for (text, expected) in [
            ("example.com", ["", "example.com", "", "", "", ""]),
            ("u:p@example.com:1/a/b?c#d", ["u:p@", "example.com", "1", "/a/b", "?c", "#d"]),
            ("a/@b?c@d", ["", "a", "", "/@b", "?c@d", ""]),
            ("a#b?c/d", ["", "a", "", "", "", "#b?c/d"]),
            ("[::1]:80", ["", "[::1]", "80", "", "", ""]),
            ("[::1]a", ["", "[::1]a", "", "", "", ""]),
            ("[::1].a:80", ["", "[::1].a", "80", "", "", ""]),
            ("[::1", ["", "[::1", "", "", "", ""]),
            ("::1", ["", "::1", "", "", "", ""]),
            ("::1:3000", ["", "::1", "3000", "", "", ""]),
            ("2001:db8::1:70000", ["", "2001:db8::1", "70000", "", "", ""]),
            ("a:1:2", ["", "a", "1:2", "", "", ""]),
            ("app?.example.com", ["", "app?.example.com", "", "", "", ""]),
            ("app-??.example.com", ["", "app-??.example.com", "", "", "", ""]),
            ("localhost:300?", ["", "localhost", "300?", "", "", ""]),
            ("localhost:3?0?/", ["", "localhost", "3?0?", "/", "", ""]),
            ("localhost:3000?", ["", "localhost", "3000", "", "?", ""]),
            ("localhost:3000?a=b", ["", "localhost", "3000", "", "?a=b", ""]),
            ("example.com?a=b.c", ["", "example.com", "", "", "?a=b.c", ""]),
            ("example.com/?.a", ["", "example.com", "", "/", "?.a", ""]),
        ] {
            let parts = Parts::of(text, 0);
            let of = |range: Option<Range<usize>>| range.map_or("", |range| &text[range]);
            let found = [
                of(parts.userinfo),
                of(Some(parts.host)),
                of(parts.port),
                of(Some(parts.path)),
                of(parts.query),
                of(parts.fragment),
            ];
            assert_eq!(found, expected, "{text}");
        }
    }
}
