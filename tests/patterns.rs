//! Runs the table of attacks (described in `tests/cors/patterns/__init__.py`) on the core alone.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use fastcors::cors::{Expressions, OriginPattern, Origins, Verdict};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    class: Vec<Class>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Class {
    name: String,
    patterns: Vec<String>,
    #[serde(default)]
    allowed: Vec<String>,
    #[serde(default)]
    rejected: Vec<String>,
}

fn classes() -> Vec<Class> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cors/patterns/attacks.toml");
    let table: Table = toml::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    table.class
}

fn latin_1(text: &str) -> Vec<u8> {
    text.chars().map(|character| u8::try_from(character).unwrap()).collect()
}

fn origins<'t>(entries: impl IntoIterator<Item = &'t str>) -> Origins {
    let mut origins = Origins::with_capacity(0, Expressions::default(), false);
    for entry in entries {
        origins.add(entry.as_bytes()).unwrap();
    }
    origins.shrink();
    origins
}

/// What is decided otherwise than the class says.
fn wrong<'c>(class: &'c Class, origins: &Origins) -> Vec<(&'c str, Verdict)> {
    let allowed = class.allowed.iter().map(|origin| (origin.as_str(), Verdict::Allowed));
    let rejected = class.rejected.iter().map(|origin| (origin.as_str(), Verdict::Rejected));
    allowed
        .chain(rejected)
        .map(|(origin, expected)| (origin, expected, origins.verdict(&latin_1(origin))))
        .filter(|(_, expected, found)| expected != found)
        .map(|(origin, _, found)| (origin, found))
        .collect()
}

#[test]
fn every_origin_is_decided_as_the_table_says() {
    for class in classes() {
        let origins = origins(class.patterns.iter().map(String::as_str));
        assert_eq!(wrong(&class, &origins), [], "{}", class.name);
    }
}

#[test]
fn the_same_among_thousands_of_other_patterns_and_origins() {
    let others: Vec<String> = (0..1000)
        .flat_map(|number| {
            let name = "x".repeat(number % 60);
            [
                format!("https://*.{name}{number}.example"),
                format!("http://*.{name}{number}.example:*"),
                format!("http://{name}{number}.example:*"),
                format!("https://{name}{number}.example"),
            ]
        })
        .collect();
    for class in classes() {
        let entries = others.iter().chain(&class.patterns).map(String::as_str);
        assert_eq!(wrong(&class, &origins(entries)), [], "{}", class.name);
    }
}

#[test]
fn a_pattern_allows_no_text_of_another_pattern() {
    let texts: BTreeSet<String> = classes().into_iter().flat_map(|class| class.patterns).collect();
    let all = origins(texts.iter().map(String::as_str));
    for text in &texts {
        if OriginPattern::parse(text.as_bytes()).is_ok() {
            assert_eq!(all.verdict(text.as_bytes()), Verdict::Rejected, "{text}");
        }
    }
}

#[test]
fn the_table_is_large_and_every_row_is_written_once() {
    let mut rows = 0;
    let mut names = BTreeSet::new();
    for Class { name, allowed, rejected, .. } in classes() {
        let origins: BTreeSet<&String> = allowed.iter().chain(&rejected).collect();
        assert_eq!(origins.len(), allowed.len() + rejected.len(), "{name}");
        rows += origins.len();
        assert!(names.insert(name));
    }
    assert!(rows >= 600, "only {rows} rows were found");
}
