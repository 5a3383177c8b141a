/// An entry that is an origin as browsers send it, as far as most of them are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Plain<'e> {
    pub(super) secure: bool,
    pub(super) host: &'e str,
    pub(super) has_port: bool,
}

/// The longest host, and label of a host, that DNS can name, in bytes (RFC 1035, 2.3.4).
pub(super) const LONGEST_HOST: usize = 253;
pub(super) const LONGEST_LABEL: usize = 63;

/// Reads `https://` or `http://`, labels of a-z, 0-9 and `-`, the last of which begins with a
/// letter, and a port that is not the scheme's own.
///
/// One look at each byte, so that a million entries take some 50 ms: all but the unusual need no
/// parsing. None says nothing: the entry may still be sound.
pub(super) fn read(entry: &str) -> Option<Plain<'_>> {
    let (secure, authority) = match entry.strip_prefix("https://") {
        Some(authority) => (true, authority),
        None => (false, entry.strip_prefix("http://")?),
    };
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
    let (host, port) = authority.split_at(end);
    (port.is_empty() || is_plain_port(&port.as_bytes()[1..], secure)).then_some(Plain {
        secure,
        host,
        has_port: !port.is_empty(),
    })
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
    let default = if secure { 443 } else { 80 };
    number.and_then(|number| u16::try_from(number).ok()).is_some_and(|number| number != default)
}
