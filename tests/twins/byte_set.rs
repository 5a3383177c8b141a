//! `ByteSet`, compared with the standard library's set and list.

use std::collections::HashSet;

use fastcors::cors::ByteSet;

use crate::tokens;

const TOKENS: &[&str] =
    &["a", "b", "", "https://", "aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"];

/// Each line is added: as a member, or where its first byte is odd only to the list.
pub(crate) fn check(data: &[u8]) {
    let texts = tokens::lines(data, TOKENS);
    let mut set = ByteSet::with_capacity(data.len() % 7);
    let mut members = HashSet::new();
    for text in &texts {
        if text.first().is_some_and(|byte| byte % 2 == 1) {
            set.append(text).unwrap();
        } else {
            assert_eq!(set.insert(text).unwrap(), members.insert(text.clone()));
        }
        if text.len() % 5 == 0 {
            set.shrink();
        }
    }
    assert!(set.iter().eq(texts.iter().map(Vec::as_slice)));
    for text in &texts {
        for end in [text.len(), text.len() / 2, text.len().saturating_sub(1)] {
            assert_eq!(set.contains(&text[..end]), members.contains(&text[..end]));
        }
        let longer = [text.as_slice(), b"a"].concat();
        assert_eq!(set.contains(&longer), members.contains(&longer));
    }
}
