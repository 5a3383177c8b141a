#![allow(clippy::unwrap_used)]
use core::hash::BuildHasher;
use std::collections::BTreeSet;

use foldhash::fast::RandomState;
use proptest::prelude::*;

use super::*;

fn texts_of(count: usize) -> Vec<Vec<u8>> {
    (0..count).map(|number| format!("https://{number}.example").into_bytes()).collect()
}

fn sorted(texts: &Texts) -> Vec<&[u8]> {
    let mut found: Vec<_> = texts.iter().collect();
    found.sort_unstable();
    found
}

proptest! {
    #[test]
    fn it_has_the_members_of_a_naive_set(
        first in proptest::collection::vec(proptest::collection::vec(97u8..101, 0..4), 0..60),
        steps in proptest::collection::vec(
            (any::<bool>(), proptest::collection::vec(97u8..101, 0..4)), 0..60,
        ),
        // With few bits, many texts have the same hash.
        bits in 0..=64u32,
    ) {
        let state = RandomState::default();
        let hash_of = |text: &[u8]| {
            let hash = state.hash_one(text);
            hash & u64::MAX.checked_shl(64 - bits).unwrap_or(0)
        };
        let mut builder = Builder::default();
        for text in &first {
            builder.push(text, &hash_of).unwrap();
        }
        let mut set = builder.finish(&hash_of).unwrap();
        let mut naive: BTreeSet<Vec<u8>> = first.into_iter().collect();
        prop_assert_eq!(set.count(), naive.len());
        for (adds, text) in &steps {
            let before = set.clone();
            let had = naive.clone();
            if *adds {
                prop_assert_eq!(set.insert(text, &hash_of).unwrap(), naive.insert(text.clone()));
            } else {
                prop_assert_eq!(set.remove(hash_of(text), text), naive.remove(text));
            }
            prop_assert_eq!(set.count(), naive.len());
            prop_assert!(sorted(&set).into_iter().eq(naive.iter()));
            prop_assert!(sorted(&before).into_iter().eq(had.iter()), "a copy was changed");
            let found = set.find(hash_of(text), |found| found == text.as_slice());
            prop_assert_eq!(found.is_some(), naive.contains(text));
        }
    }
}

#[test]
fn it_grows_and_shrinks_one_by_one_as_when_it_is_built_at_once() {
    let state = RandomState::default();
    let hash_of = |text: &[u8]| state.hash_one(text);
    let all = texts_of(20_000);
    let mut set = Texts::default();
    let mut builder = Builder::default();
    for text in &all {
        assert!(set.insert(text, &hash_of).unwrap());
        builder.push(text, &hash_of).unwrap();
        builder.push(text, &hash_of).unwrap();
    }
    let built = builder.finish(&hash_of).unwrap();
    assert_eq!((set.count(), built.count()), (20_000, 20_000));
    assert_eq!(sorted(&set), sorted(&built));
    assert!(matches!(set.root, Node::Branch(_)));
    for text in &all[10..] {
        assert!(set.remove(hash_of(text), text) && !set.remove(hash_of(text), text));
    }
    assert!(matches!(set.root, Node::Leaf(_)), "few texts need no branches");
    assert_eq!(sorted(&set), all[..10]);
}

#[test]
fn texts_of_any_length_are_kept_up_to_the_longest() {
    let state = RandomState::default();
    let hash_of = |text: &[u8]| state.hash_one(text);
    let mut set = Texts::default();
    let lengths = [0, 1, 127, 128, 129, 255, 256, 300, 32_000, LONGEST - 1, LONGEST];
    for length in lengths {
        assert!(set.insert(&vec![b'a'; length], &hash_of).unwrap());
    }
    for length in lengths {
        let text = vec![b'a'; length];
        assert!(set.find(hash_of(&text), |found| found == text).is_some(), "{length}");
    }
    assert_eq!(set.insert(&vec![b'a'; LONGEST + 1], &hash_of), Err(TooLarge));
    assert_eq!(Builder::default().push(&vec![b'a'; LONGEST + 1], &hash_of), Err(TooLarge));
    assert_eq!(set.count(), lengths.len());
}

#[test]
fn texts_whose_hashes_do_not_differ_are_an_error_where_they_fit_into_no_leaf() {
    let mut set = Texts::default();
    for number in 0..40_u8 {
        let mut text = vec![b'a'; 1500];
        text[0] = number;
        assert!(set.insert(&text, &|_| 7).unwrap());
    }
    assert_eq!(set.insert(&vec![b'b'; 20_000], &|_| 7), Err(TooLarge));
    assert_eq!((set.count(), set.iter().count()), (40, 40));
}

#[test]
fn a_million_take_less_than_half_more_than_their_text() {
    let state = RandomState::default();
    let hash_of = |text: &[u8]| state.hash_one(text);
    let mut builder = Builder::default();
    let mut length = 0;
    for number in 0..1_000_000 {
        let origin = format!("https://shop-{number:07}.example.com");
        length += origin.len();
        builder.push(origin.as_bytes(), &hash_of).unwrap();
    }
    let set = builder.finish(&hash_of).unwrap();
    let held: usize = set
        .leaves()
        .iter()
        // With what the allocator, the counts and the pointer take.
        .map(|leaf| leaf.bytes.len() + 32 + size_of::<Node>())
        .sum();
    assert!(2 * held < 3 * length, "{held} bytes for {length} bytes of text");
}
