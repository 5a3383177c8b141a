/// Whether a response may repeat `value`, which a request has sent: no NUL, LF or CR, which no header
/// value can hold (Fetch, header value), and behind which a careless server would begin another line.
#[inline]
#[must_use]
pub fn can_be_mirrored(value: &[u8]) -> bool {
    // Without an early end the compiler looks at many bytes at once.
    value.iter().fold(true, |all, byte| all & !matches!(byte, b'\0' | b'\n' | b'\r'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_nul_and_line_ends_cannot_be_mirrored() {
        for byte in 0..=u8::MAX {
            let expected = !b"\0\n\r".contains(&byte);
            for place in [0, 1, 40, 79] {
                let mut value = [b'a'; 80];
                value[place] = byte;
                assert_eq!(can_be_mirrored(&value), expected, "{byte} at {place}");
            }
        }
        assert!(can_be_mirrored(b""));
    }
}
