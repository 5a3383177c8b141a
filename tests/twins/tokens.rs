//! Bytes as texts that are worth trying.

/// The texts of a case: lines that end with a byte of 255. Each byte is the number of one of the
/// `tokens`, or itself if there are fewer.
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
