#![allow(clippy::unwrap_used)]
use super::*;
use std::collections::BTreeSet;

use proptest::prelude::*;

fn sorted(snapshot: &Snapshot) -> Vec<&[u8]> {
    let mut entries: Vec<_> = snapshot.entries().collect();
    entries.sort_unstable();
    entries
}

#[test]
fn origins_and_patterns_are_added_and_removed_and_a_snapshot_stays() {
    let set = OriginSet::default();
    let entries = [b"https://a.example".as_slice(), b"https://*.b.example", b"http://localhost:*"];
    set.add(entries).unwrap();
    let before = set.snapshot();
    for origin in ["https://a.example", "https://x.b.example", "http://localhost:3000"] {
        assert!(set.allows(origin.as_bytes()), "{origin}");
    }
    for origin in ["https://b.example", "https://*.b.example", "", "https://a.example/"] {
        assert!(!set.allows(origin.as_bytes()), "{origin}");
    }
    for entry in entries {
        assert!(set.has(entry));
        set.discard(entry);
        assert!(!set.has(entry));
    }
    assert_eq!((set.count(), before.count(), before.counts()), (0, 3, (1, 2)));
    assert!(set.snapshot().forms.is_empty());
    assert!(before.allows(b"https://a.example") && before.allows(b"https://x.b.example"));
}

#[test]
fn only_a_change_changes_the_version() {
    let set = OriginSet::default();
    let mut known = set.version();
    let mut is_changed = || core::mem::replace(&mut known, set.version()) != set.version();
    set.add([b"a".as_slice()]).unwrap();
    assert!(is_changed());
    set.add([b"a".as_slice()]).unwrap();
    set.discard(b"b");
    assert!(!is_changed());
    set.discard(b"a");
    assert!(is_changed());
    set.replace(set.builder(0).finish().unwrap());
    assert!(is_changed());
    let many: Vec<String> = (0..=STEP).map(|number| number.to_string()).collect();
    set.add_many(&many.iter().map(String::as_bytes).collect::<Vec<_>>()).unwrap();
    assert!(is_changed());
}

#[test]
fn a_version_has_the_same_entries_whenever_it_is_read() {
    let set = OriginSet::default();
    let done = core::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Acquire) {
                set.add([b"a".as_slice()]).unwrap();
                set.discard(b"a");
            }
        });
        let mut known = (None, core::ptr::null());
        let mut is_same = true;
        for _ in 0..3_000_000 {
            let version = set.version();
            let snapshot = Arc::as_ptr(&set.current.load());
            if version.is_some() && set.version() == version {
                is_same &= known.0 != version || known.1 == snapshot;
                known = (version, snapshot);
            }
        }
        done.store(true, Release);
        assert!(is_same);
    });
}

#[test]
fn what_can_match_nothing_is_left_out() {
    let set = OriginSet::default();
    let mut builder = set.builder(0);
    for entry in ["*", "https://*", "https://é.example", "a b", "https://a.*.example"] {
        set.add([entry.as_bytes()]).unwrap();
        builder.add(entry.as_bytes()).unwrap();
    }
    assert_eq!((set.count(), builder.finish().unwrap().count()), (0, 0));
}

#[test]
fn an_entry_that_is_too_long_leaves_the_set_as_it_was() {
    let set = OriginSet::default();
    let long = vec![b'a'; texts::LONGEST + 1];
    assert_eq!(set.add([b"a".as_slice(), &long]), Err(TooLarge));
    assert_eq!(set.count(), 0);
}

#[test]
fn a_builder_makes_the_set_that_adding_makes() {
    let set = OriginSet::default();
    let mut builder = set.builder(0);
    let entries: Vec<String> = (0..3000)
        .flat_map(|number| {
            [format!("https://{number}.example"), format!("https://*.{number}.example:*")]
        })
        .collect();
    set.add(entries.iter().map(String::as_bytes)).unwrap();
    for entry in entries.iter().chain(&entries) {
        builder.add(entry.as_bytes()).unwrap();
    }
    let built = builder.finish().unwrap();
    let added = set.snapshot();
    assert_eq!(sorted(&built), sorted(&added));
    let forms = |snapshot: &Snapshot| snapshot.forms.iter().map(|(_, count)| count).sum();
    assert_eq!((forms(&built), forms(&added)), (3000_usize, 3000_usize));
    set.discard(entries[0].as_bytes());
    for (snapshot, count) in [(Arc::new(built), 6000), (set.snapshot(), 5999)] {
        let mut page = snapshot.first_page();
        let mut found = Vec::new();
        let mut turn = || {
            page.turn(|entry| {
                found.push(entry.to_vec());
                Ok::<(), ()>(())
            })
        };
        while turn().unwrap() {}
        found.sort_unstable();
        assert_eq!(found.len(), count);
        assert_eq!(found, sorted(&snapshot));
    }
}

#[test]
fn threads_that_look_up_see_all_of_a_change_or_nothing() {
    let set = OriginSet::default();
    let group = |number: usize| -> Vec<String> {
        (0..500).map(|index| format!("https://{index}.group-{number}.example")).collect()
    };
    let replace = |number| {
        let mut builder = set.builder(0);
        for entry in group(number) {
            builder.add(entry.as_bytes()).unwrap();
        }
        set.replace(builder.finish().unwrap());
    };
    replace(0);
    set.add([b"https://always.example".as_slice()]).unwrap();
    let done = core::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let groups = [group(0), group(1)];
                while !done.load(Acquire) {
                    let snapshot = set.snapshot();
                    let found = groups.iter().map(|group| {
                        group.iter().filter(|entry| snapshot.allows(entry.as_bytes())).count()
                    });
                    let found: Vec<_> = found.collect();
                    assert!(found == [500, 0] || found == [0, 500], "{found:?}");
                    assert!(!set.allows(b"https://never.example"));
                }
            });
        }
        for number in 0..40 {
            replace(number % 2);
            for extra in 0..20 {
                let entry = format!("https://{extra}.extra.example");
                set.add([entry.as_bytes()]).unwrap();
                assert!(set.allows(entry.as_bytes()));
                set.discard(entry.as_bytes());
                assert!(!set.allows(entry.as_bytes()));
            }
        }
        done.store(true, Release);
    });
    assert_eq!(set.count(), 500);
}

#[test]
fn threads_that_change_it_at_the_same_time_lose_nothing() {
    let set = OriginSet::default();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let set = &set;
            scope.spawn(move || {
                for number in 0..500 {
                    let entry = format!("https://{number}.thread-{thread}.example");
                    set.add([entry.as_bytes()]).unwrap();
                    if number % 2 == 1 {
                        set.discard(entry.as_bytes());
                    }
                }
            });
        }
    });
    assert_eq!(set.count(), 4 * 250);
}

#[test]
fn what_is_removed_from_the_table_may_come_back_and_an_empty_table_is_let_go() {
    let set = OriginSet::default();
    let mut builder = set.builder(2);
    for entry in [b"a", b"b"] {
        builder.add(entry).unwrap();
    }
    set.replace(builder.finish().unwrap());
    set.discard(b"a");
    assert!(!set.allows(b"a") && set.allows(b"b"));
    set.add([b"a".as_slice()]).unwrap();
    assert!(set.allows(b"a"));
    assert_eq!(set.snapshot().removed.count(), 0);
    set.discard(b"a");
    set.discard(b"b");
    assert_eq!((set.count(), set.snapshot().table.member_count()), (0, 0));
    set.add([b"b".as_slice()]).unwrap();
    assert!(!set.allows(b"a") && set.allows(b"b"));
}

/// An origin, a pattern, or a string that matches nothing.
fn entry() -> impl Strategy<Value = String> {
    "https?://(\\*\\.)?[ab](\\.[ab]){0,2}(:\\*|:8)?|[ab\u{e9}*]{0,2}"
}

fn naive_allows(entries: &BTreeSet<String>, origin: &str) -> bool {
    entries.iter().any(|entry| {
        if !entry.contains('*') {
            return entry == origin;
        }
        let mut set = crate::cors::OriginPatterns::default();
        OriginPattern::parse(entry.as_bytes()).is_ok_and(|pattern| {
            set.insert(pattern);
            set.matches(origin.as_bytes())
        })
    })
}

proptest! {
    #[test]
    fn it_decides_as_a_naive_set_does_whatever_happens(
        steps in proptest::collection::vec((0..9_u8, entry()), 0..80),
        origins in proptest::collection::vec(
            "https?://[ab](\\.[ab]){0,3}(:8)?|[ab]{0,2}", 1..10,
        ),
    ) {
        let set = OriginSet::default();
        let mut naive = BTreeSet::new();
        let counts = |entry: &str| {
            if entry.contains('*') {
                OriginPattern::parse(entry.as_bytes()).is_ok()
            } else {
                entry.is_ascii()
            }
        };
        for (step, entry) in &steps {
            match step {
                0..=4 => {
                    set.add([entry.as_bytes()]).unwrap();
                    if counts(entry) {
                        naive.insert(entry.clone());
                    }
                }
                5..=7 => {
                    set.discard(entry.as_bytes());
                    naive.remove(entry);
                }
                _ => {
                    let mut builder = set.builder(0);
                    for kept in naive.iter().chain([entry]) {
                        builder.add(kept.as_bytes()).unwrap();
                    }
                    set.replace(builder.finish().unwrap());
                    if counts(entry) {
                        naive.insert(entry.clone());
                    }
                }
            }
            prop_assert_eq!(set.count(), naive.len());
            prop_assert_eq!(set.has(entry.as_bytes()), naive.contains(entry));
        }
        prop_assert!(sorted(&set.snapshot()).into_iter().eq(naive.iter().map(String::as_bytes)));
        for origin in &origins {
            prop_assert_eq!(set.allows(origin.as_bytes()), naive_allows(&naive, origin), "{}", origin);
        }
    }
}
