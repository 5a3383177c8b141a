//! An origin, or what was meant as one, taken apart as its author would read it.

use core::net::Ipv6Addr;
use core::ops::Range;

/// `https://rest` as `https` and `rest`.
#[inline]
pub(crate) fn split_scheme(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = text.iter().position(|&byte| byte == b':')?;
    let (scheme, rest) = text.split_at(colon);
    Some((scheme, rest.strip_prefix(b"://")?))
}

/// The parts of an origin after its scheme, as ranges of the text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct OriginParts {
    /// With the `@` after it.
    pub(crate) userinfo: Option<Range<usize>>,
    pub(crate) host: Range<usize>,
    /// Without the colon before it.
    pub(crate) port: Option<Range<usize>>,
    /// From the first slash on; empty if there is none.
    pub(crate) path: Range<usize>,
    pub(crate) query: Option<Range<usize>>,
    pub(crate) fragment: Option<Range<usize>>,
    /// Whether the host is an IPv6 address without its brackets.
    pub(crate) bare_ipv6: bool,
}

impl OriginParts {
    /// Takes apart what begins at `from`. Linear in the text; it allocates nothing.
    pub(crate) fn after_scheme(text: &[u8], from: usize) -> Self {
        let end = text.len();
        // Most origins have none of these: one look at each byte, where it matters for a million.
        let is_special = |byte: &u8| matches!(byte, b'#' | b'?' | b'/' | b'\\' | b'@' | b'[');
        if !text[from..].iter().any(is_special) {
            let (host, bare_ipv6) = host_end(&text[from..]);
            let host = from..from + host;
            let port = (host.end < end).then_some(host.end + 1..end);
            let (path, query, fragment) = (end..end, None, None);
            return Self { userinfo: None, host, port, path, query, fragment, bare_ipv6 };
        }
        let find = |range: Range<usize>, bytes: &[u8]| {
            let mut part = text[range.clone()].iter();
            part.position(|byte| bytes.contains(byte)).map(|offset| range.start + offset)
        };
        let hash = find(from..end, b"#");
        let before_fragment = hash.unwrap_or(end);
        let question = question_mark(text, from..before_fragment);
        let before_query = question.unwrap_or(before_fragment);
        let slash = find(from..before_query, b"/\\");
        let authority = from..slash.unwrap_or(before_query);
        let at = text[authority.clone()].iter().rposition(|&byte| byte == b'@');
        let start = at.map_or(from, |offset| from + offset + 1);
        let (host, bare_ipv6) = host_end(&text[start..authority.end]);
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
fn question_mark(text: &[u8], range: Range<usize>) -> Option<usize> {
    let part = &text[range.clone()];
    let mut has_path = false;
    let mut marks = 0;
    for (offset, &byte) in part.iter().enumerate() {
        has_path |= matches!(byte, b'/' | b'\\');
        if byte != b'?' {
            continue;
        }
        marks += 1;
        let (before, after) = (&part[..offset], part.get(offset + 1));
        let goes_on = matches!(after, Some(b'.' | b'-' | b'?' | b':'))
            || before.ends_with(b"?")
            || (before.ends_with(b".") && after.is_none())
            || is_port_digit(before, after);
        if !goes_on || has_path {
            return Some(range.start + offset);
        }
        // Each look is linear in what is before.
        if marks == MOST_QUESTION_MARKS {
            return None;
        }
    }
    None
}

const MOST_QUESTION_MARKS: usize = 64;

/// Whether a `?` after `before` stands for a digit of a port, as in `localhost:300?`.
fn is_port_digit(before: &[u8], after: Option<&u8>) -> bool {
    let colon = before.iter().rposition(|&byte| byte == b':');
    let port = colon.map_or_else(Default::default, |colon| &before[colon + 1..]);
    // Four digits are a port already.
    let is_digits =
        (1..4).contains(&port.len()) && port.iter().all(|b| b.is_ascii_digit() || *b == b'?');
    is_digits && after.is_none_or(|after| after.is_ascii_digit() || *after == b'/')
}

/// Where the host in `host:port` ends, and whether it is an IPv6 address without brackets.
fn host_end(authority: &[u8]) -> (usize, bool) {
    let find = |from: usize, sought: u8| {
        authority[from..].iter().position(|&byte| byte == sought).map(|offset| from + offset)
    };
    let first = find(0, b':');
    if authority[..first.unwrap_or(authority.len())].contains(&b'[') {
        let end = find(0, b']').unwrap_or(authority.len());
        return (find(end, b':').unwrap_or(authority.len()), false);
    }
    let Some(first) = first else { return (authority.len(), false) };
    let last = authority.iter().rposition(|&byte| byte == b':');
    let Some(last) = last.filter(|&last| last > first) else { return (first, false) };
    let (address, port) = authority.split_at(last);
    // `::1:3000` reads as an address, too, and is one with a port.
    let is_loopback = address == b"::1" && port.len() > 3;
    if is_ipv6(authority) && !is_loopback {
        return (authority.len(), true);
    }
    if is_ipv6(address) { (last, true) } else { (first, false) }
}

fn is_ipv6(text: &[u8]) -> bool {
    let text = core::str::from_utf8(text).ok().filter(|text| text.len() <= 45);
    text.is_some_and(|text| text.parse::<Ipv6Addr>().is_ok())
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
            let parts = OriginParts::after_scheme(text.as_bytes(), 0);
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
