use crate::host::{LONGEST_HOST, LONGEST_LABEL, default_port};

/// An entry that is an origin as browsers send it or a pattern of them, as far as most of them are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Plain<'e> {
    pub(super) secure: bool,
    /// Whether `*.` stands before the host.
    pub(super) starred: bool,
    pub(super) host: &'e str,
    /// Whether there is a port, and it is not `*`.
    pub(super) has_port: bool,
}

/// Reads `https://` or `http://`, `*.` or not, labels of a-z, 0-9 and `-`, the last of which begins
/// with a letter, and a port that is `*` or a number and not the scheme's own.
///
/// One look at each byte: in a million entries, only the unusual are parsed. None says nothing: the
/// entry may still be sound.
pub(super) fn read(entry: &str) -> Option<Plain<'_>> {
    let (secure, authority) = match entry.strip_prefix("https://") {
        Some(authority) => (true, authority),
        None => (false, entry.strip_prefix("http://")?),
    };
    let below = authority.strip_prefix("*.");
    let (starred, authority) = (below.is_some(), below.unwrap_or(authority));
    let bytes = authority.as_bytes();
    let mut label = 0;
    let mut end = bytes.len();
    for (at, &byte) in bytes.iter().enumerate() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'-' => {}
            b'.' => {
                if !is_plain_label(&bytes[label..at]) {
                    return None;
                }
                label = at + 1;
            }
            b':' => {
                end = at;
                break;
            }
            _ => return None,
        }
    }
    let last = &bytes[label..end];
    // One that begins with a digit could make an IPv4 address of the host.
    if !is_plain_label(last) || !last[0].is_ascii_lowercase() || end > LONGEST_HOST {
        return None;
    }
    // The shortest subdomain has two bytes more.
    if starred && end + 2 > LONGEST_HOST {
        return None;
    }
    let (host, port) = authority.split_at(end);
    let has_port = match port.as_bytes() {
        [] | b":*" => false,
        [_, digits @ ..] if is_plain_port(digits, secure) => true,
        _ => return None,
    };
    Some(Plain { secure, starred, host, has_port })
}

fn is_plain_label(label: &[u8]) -> bool {
    // Whether punycode is valid is a longer question.
    !label.is_empty() && label.len() <= LONGEST_LABEL && !label.starts_with(b"xn--")
}

fn is_plain_port(digits: &[u8], secure: bool) -> bool {
    if digits.len() > 5 || matches!(digits, [] | [b'0', ..]) {
        return false;
    }
    let digit = |byte: &u8| byte.is_ascii_digit().then(|| u32::from(byte - b'0'));
    let number = digits.iter().try_fold(0, |number, byte| Some(number * 10 + digit(byte)?));
    let default = default_port(if secure { b"https" } else { b"http" });
    number
        .and_then(|number| u16::try_from(number).ok())
        .is_some_and(|number| default != Some(number))
}
