//! The proof against a naive twin, which matches a few thousand origins one by one.
#![allow(clippy::unwrap_used)]

use std::collections::HashSet;

use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::prove;
use crate::cors::Expressions;

/// A piece of a regex, `~` before what its author left open: `~.` any character, `~x` one of
/// `a` and `b`. `?.` is a lone dot, which counts as a written one.
fn marked(piece: &str) -> String {
    piece
        .replace("~.", r"[\xa1-\xfe]")
        .replace("~x", r"[\xe1\xe2]")
        .replace("?.", r"[\x2e\xa1-\xfe]")
        .replace('.', r"\.")
}

fn plain(piece: &str) -> String {
    piece
        .replace("~.", r"[\x21-\x7e]")
        .replace("~x", "[ab]")
        .replace("?.", r"[\x21-\x7e]")
        .replace('.', r"\.")
}

/// A regex, and the domains that its author wrote.
#[derive(Debug, Clone)]
struct Case {
    marked: String,
    plain: String,
    written: HashSet<String>,
}

/// What stands before the names, with what is left of it if as little as possible is open; a `*`
/// for what makes a label that is not written.
const HEADS: &[(&str, &[&str])] = &[
    ("", &[""]),
    ("b", &["b"]),
    ("(?:a.)?", &["", "a."]),
    ("a?.", &["a."]),
    ("(?:a?.)?", &["", "a."]),
    ("~.*.", &[""]),
    ("~.*", &[""]),
    ("~.+", &[""]),
    ("~x+.", &[""]),
    ("~x*", &[""]),
    ("~x+", &["*"]),
    ("(?:~x+.)*", &[""]),
    ("(?:~x*.?)*", &[""]),
];
const NAMES: &[&str] = &["a", "b", "ab", "a-b", "a.b"];
/// Names that are open, with what is left of each if as little as possible is open.
const OPEN_NAMES: &[(&str, Option<&str>)] =
    &[("~x", None), ("~.*", Some("")), ("a~x*", Some("a")), ("~x?b", Some("b"))];
const SUFFIXES: &[&str] = &["com", "uk", "co.uk", "github.io", "io", "ck", "zz", "co?.uk"];
const OPEN_SUFFIXES: &[&str] = &["", "~.*", "c~x*", "~.{2,3}"];
const TAILS: &[&str] = &["", "~.*", "(?::~.+)?", ".~.*", "~x*", "-?", ".?"];

fn cases() -> impl Strategy<Value = Case> {
    let scheme = select(vec!["https://", "https{0,1}://", "~.*://"]);
    let names = subsequence(NAMES.to_vec(), 1..=2);
    let suffixes = subsequence(SUFFIXES.to_vec(), 1..=2);
    let open_name = prop_oneof![4 => Just(("", None)), 1 => select(OPEN_NAMES)];
    let open_suffix = prop_oneof![4 => Just(""), 1 => select(OPEN_SUFFIXES)];
    let tail = prop_oneof![2 => Just(""), 1 => select(TAILS)];
    (scheme, select(HEADS), names, open_name, suffixes, open_suffix, tail).prop_map(
        |(scheme, (head, skeletons), names, open_name, suffixes, open_suffix, tail)| {
            let with = |several: &[&str], open: &str| {
                let mut several = several.to_vec();
                several.extend((!open.is_empty()).then_some(open));
                several.join("|")
            };
            let text = format!(
                "{scheme}{head}(?:{}).(?:{}){tail}",
                with(&names, open_name.0),
                with(&suffixes, open_suffix)
            );
            let mut written = HashSet::new();
            for name in names.into_iter().chain(open_name.1) {
                for (suffix, skeleton) in
                    suffixes.iter().flat_map(|suffix| skeletons.iter().map(move |s| (suffix, s)))
                {
                    let host = format!("{skeleton}{name}.{}", suffix.replace("?.", "."));
                    let domain = psl::domain_str(&host).unwrap_or_default();
                    if !domain.contains('*') {
                        written.insert(domain.to_owned());
                    }
                }
            }
            Case { marked: marked(&text), plain: plain(&text), written }
        },
    )
}

/// Origins of every shape between which the regexes distinguish, and some more.
fn origins() -> Vec<String> {
    let labels = ["a", "b", "ab", "aa", "ba", "bab", "a-b", "-a", "b-", "evil", "c", "!a", "co"];
    let suffixes = ["com", "uk", "co.uk", "github.io", "io", "ck", "zz", "net", "coma", "co-uk"];
    let mut hosts = Vec::new();
    for suffix in suffixes {
        hosts.push(suffix.to_owned());
        for label in labels {
            hosts.push(format!("{label}.{suffix}"));
            for below in ["a", "b", "evil", "ab.a", "a.com", "!"] {
                hosts.push(format!("{below}.{label}.{suffix}"));
            }
        }
    }
    let mut origins = Vec::new();
    for host in hosts {
        for (scheme, end) in [("https", ""), ("http", ""), ("https", "."), ("https", ":8080")] {
            origins.push(format!("{scheme}://{host}{end}"));
        }
    }
    origins
}

/// The domain that somebody else can register to have this origin.
fn untrusted_domain<'o>(origin: &'o str, written: &HashSet<String>) -> Option<&'o str> {
    let host = origin.split_once("://")?.1.split(':').next()?;
    let host = host.strip_suffix('.').unwrap_or(host);
    let domain = psl::domain(host.as_bytes())?;
    domain.suffix().typ()?;
    let domain = core::str::from_utf8(domain.as_bytes()).ok()?;
    let label = domain.split('.').next()?;
    let registered = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-');
    (registered && !written.contains(domain)).then_some(domain)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn the_proof_agrees_with_matching_one_by_one(case in cases()) {
        let matcher = Expressions::new(&[&case.plain]).unwrap();
        let proof = prove(&case.marked, "evil", false);
        let found = proof.untrusted.iter().chain(&proof.hosted).chain(&proof.shared).next();
        if let Some(untrusted) = found {
            prop_assert!(matcher.match_whole(untrusted.origin.as_bytes()), "{proof:?}");
            prop_assert_eq!(
                untrusted_domain(&untrusted.origin, &case.written),
                Some(untrusted.domain.as_str()),
                "{:?}", proof
            );
        }
        for origin in origins() {
            if !matcher.match_whole(origin.as_bytes()) {
                continue;
            }
            if !origin.contains('!') {
                prop_assert!(!proof.nothing, "{}", origin);
            }
            if untrusted_domain(&origin, &case.written).is_some() {
                prop_assert!(!proof.is_safe(), "{}", origin);
                prop_assert!(found.is_some() || proof.unproven.is_some(), "{} {:?}", origin, proof);
            }
        }
    }
}
