//! Bytes as texts that are worth trying.

/// The texts of a case: lines that a byte of 255 ends, of which each byte is one of the `tokens` by
/// its number, or itself where there are not so many.
pub(crate) fn lines(data: &[u8], tokens: &[&str]) -> Vec<Vec<u8>> {
    let text = |line: &[u8]| {
        line.iter().fold(Vec::new(), |mut text, &byte| {
            match tokens.get(usize::from(byte)) {
                Some(token) => text.extend_from_slice(token.as_bytes()),
                None => text.push(byte),
            }
            text
        })
    };
    data.split(|&byte| byte == 255).map(text).collect()
}
