//! [`Paths`] against the routers that it stands for: each reads a path in its own way, and matches keys one
//! by one.

use fastcors::cors::{Found, Paths};

use crate::tokens;

/// Keys and how strict their policies are; the outer options are of strictness 1.
const OUTER: u8 = 1;

/// The key of the most segments that a path, as a router reads it, is below.
fn longest(keys: &[(&str, u8)], path: &str) -> Option<usize> {
    let segments = |text: &str| -> Vec<String> {
        text.split('/')
            .skip(1)
            .map(str::to_owned)
            .filter(|each| text != "/" || !each.is_empty())
            .collect()
    };
    let path = segments(path);
    (0..keys.len())
        .filter(|index| path.starts_with(&segments(keys[*index].0)))
        .max_by_key(|index| segments(keys[*index].0).len())
}

/// What a path becomes where `..` and `.` are resolved and empty segments go.
fn normalized(path: &str) -> String {
    let mut found: Vec<&str> = Vec::new();
    for segment in path.split('/').filter(|segment| !matches!(*segment, "" | ".")) {
        if segment == ".." {
            found.pop();
        } else {
            found.push(segment);
        }
    }
    format!("/{}", found.join("/"))
}

fn merged(path: &str) -> String {
    let segments: Vec<_> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    format!("/{}", segments.join("/"))
}

fn decoded(path: &str) -> String {
    path.replace("%2f", "/").replace("%2e", ".").replace("%61", "a").replace("%25", "%")
}

fn without_parameters(path: &str) -> String {
    let segments: Vec<_> =
        path.split('/').map(|segment| segment.split(';').next().unwrap_or("")).collect();
    segments.join("/")
}

fn cut_at_nul(path: &str) -> String {
    path.split('\0').next().unwrap_or("").to_owned()
}

fn without_dots_at_ends(path: &str) -> String {
    let segments: Vec<_> = path
        .split('/')
        .map(
            |each| {
                if matches!(each, "." | "..") { each } else { each.trim_end_matches(['.', ' ']) }
            },
        )
        .collect();
    segments.join("/")
}

/// What routers and file systems do to a path, in any combination.
const READERS: [fn(&str) -> String; 8] = [
    |path| path.to_lowercase(),
    |path| path.replace('\\', "/"),
    decoded,
    without_parameters,
    cut_at_nul,
    without_dots_at_ends,
    merged,
    normalized,
];

#[rustfmt::skip]
const TOKENS: &[&str] = &[
    "/", "a", "b", "x", "A", "ä", "Ä", ";", "..", ".", "%2e", "%2f", "%61", "%25", "\\", "\0", " ", "//", "/a",
    "/b", "/../", "%",
];

/// The first byte says which keys there are; the others are the path.
pub(crate) fn check_bytes(data: &[u8]) {
    const KEYS: [(&str, u8); 6] =
        [("/", 0), ("/a", 2), ("/a/b", 4), ("/b", 3), ("/ä", 1), ("/x/a", 0)];
    let Some((&chosen, data)) = data.split_first() else { return };
    let keys: Vec<_> =
        (0..KEYS.len()).filter(|index| chosen >> index & 1 != 0).map(|index| KEYS[index]).collect();
    // Long ones only repeat what short ones have.
    let data = &data[..data.len().min(24)];
    for path in tokens::lines(data, TOKENS) {
        if let Ok(path) = String::from_utf8(path) {
            check(&keys, &path);
        }
    }
}

/// Holds what is found of a path against every combination of readers.
pub(crate) fn check(keys: &[(&str, u8)], path: &str) {
    let paths = Paths::new(keys.iter().copied(), OUTER).unwrap();
    let found = paths.find(path.as_bytes(), b"", None);
    let strictness = |key: Option<usize>| key.map_or(OUTER, |index| keys[index].1);
    for choice in 0..1_u32 << READERS.len() {
        let mut read = path.to_owned();
        for (index, reader) in READERS.iter().enumerate() {
            if choice >> index & 1 != 0 {
                read = reader(&read);
            }
        }
        let key = longest(keys, &read);
        match found {
            Found::Ambiguous { strictness: strictest, .. } => assert!(
                strictest >= strictness(key),
                "{path:?} read as {read:?} is below {key:?}, and {found:?} is less strict"
            ),
            Found::Outside => assert_eq!(key, None, "{path:?} read as {read:?}"),
            Found::Below(index) => assert_eq!(key, Some(index), "{path:?} read as {read:?}"),
        }
    }
}

/// Holds what is found of a path without anything to differ on against the literal reading.
#[allow(dead_code, reason = "a fuzz target has bytes alone")]
pub(crate) fn check_plain(keys: &[(&str, u8)], path: &str) {
    let paths = Paths::new(keys.iter().copied(), OUTER).unwrap();
    let key = longest(keys, path);
    assert_eq!(paths.find(path.as_bytes(), b"", None), key.map_or(Found::Outside, Found::Below));
}

/// Holds a path against the same one below a `root_path`, and a slash that is sent as `%2F` against a router
/// that reads the path as it is sent.
#[allow(dead_code, reason = "a fuzz target has bytes alone")]
pub(crate) fn check_sent(keys: &[(&str, u8)], segments: &[String], encoded: usize) {
    let paths = Paths::new(keys.iter().copied(), OUTER).unwrap();
    let path = format!("/{}", segments.join("/"));
    let alone = paths.find(path.as_bytes(), b"", None);
    assert_eq!(paths.find(format!("/root{path}").as_bytes(), b"/root", None), alone);
    let (before, after) = segments.split_at(encoded.min(segments.len()));
    let ends = [before, after].map(|segments| segments.join("/"));
    let separator = if before.is_empty() || after.is_empty() { "" } else { "%2F" };
    let raw = format!("/{}", ends.join(separator));
    let found = paths.find(path.as_bytes(), b"", Some(raw.as_bytes()));
    if raw == path {
        return assert_eq!(found, alone);
    }
    let read = raw.replace("%2F", "\u{1}");
    let expected = longest(keys, &read).map_or(Found::Outside, Found::Below);
    assert!(found == expected && found == alone || matches!(found, Found::Ambiguous { .. }));
    let rooted = paths.find(
        format!("/root{path}").as_bytes(),
        b"/root",
        Some(format!("/root{raw}").as_bytes()),
    );
    assert_eq!(rooted, found);
}
