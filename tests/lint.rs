//! Runs the tables of `tests/lint`: what the linter says of an entry, or of a list of entries.
//!
//! A group of cases has a `name`, which is a sentence about them, the `list` that they are entries
//! of, and `credentials`; where that is left out, both must have the same problems reported. A case has
//!
//! - `entry` or `entries`;
//! - `reported`: severity and code of each problem in order, for `entries` behind the entry's place;
//! - `one`, `several` or `expression`: what was meant, as the first error says, or where there is
//!   none the first problem; none of the three where nothing is suggested.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use fastcors::lint::{
    Problem, Severity, Suggestion, codes, methods, origins, request_headers, response_headers,
};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    group: Vec<Group>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    name: String,
    list: List,
    credentials: Option<bool>,
    case: Vec<Case>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum List {
    Origins,
    Methods,
    RequestHeaders,
    ResponseHeaders,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    entry: Option<String>,
    #[serde(default)]
    entries: Vec<String>,
    #[serde(default)]
    reported: Vec<String>,
    one: Option<String>,
    several: Option<Vec<String>>,
    expression: Option<String>,
}

impl Case {
    fn entries(&self) -> Vec<&str> {
        let one = self.entry.iter();
        one.chain(&self.entries).map(String::as_str).collect()
    }

    fn meant(&self) -> Option<Suggestion> {
        let one = self.one.clone().map(Suggestion::One);
        let several = self.several.clone().map(Suggestion::Several);
        one.or(several).or(self.expression.clone().map(Suggestion::Expression))
    }

    fn reported(&self, problems: &[Problem]) -> Vec<String> {
        let reported = |problem: &Problem| {
            let reported = format!("{} {}", problem.severity.name(), problem.code);
            if self.entry.is_some() { reported } else { format!("{} {reported}", problem.index) }
        };
        problems.iter().map(reported).collect()
    }
}

fn lint(list: List, entries: &[&str], credentials: bool) -> Vec<Problem> {
    let entries = entries.iter().copied();
    match list {
        List::Origins => {
            origins(entries, credentials, &|text| Some(Suggestion::Expression(text.to_owned())))
        }
        List::Methods => methods(entries, credentials),
        List::RequestHeaders => request_headers(entries, credentials),
        List::ResponseHeaders => response_headers(entries, credentials),
    }
}

fn groups() -> Vec<Group> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lint");
    let mut groups = Vec::new();
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        // Whole configurations, for the linter as Python calls it.
        let is_real = path.file_stem().is_some_and(|name| name == "real");
        if path.extension().is_some_and(|extension| extension == "toml") && !is_real {
            let text = fs::read_to_string(&path).unwrap();
            let table: Table =
                toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            groups.extend(table.group);
        }
    }
    groups
}

#[test]
fn every_entry_is_reported_as_the_tables_say() {
    let mut failures = Vec::new();
    let mut count = 0;
    for group in groups() {
        for case in &group.case {
            for credentials in group.credentials.map_or(vec![false, true], |one| vec![one]) {
                let mut problems = lint(group.list, &case.entries(), credentials);
                // Groups for both tell of nothing that depends on credentials.
                if group.credentials.is_none() {
                    problems.retain(|problem| problem.code != "origin-insecure");
                }
                let main = problems.iter().find(|problem| problem.severity == Severity::Error);
                let meant = main.or(problems.first()).and_then(|main| main.suggestion.clone());
                if (case.reported(&problems), &meant) != (case.reported.clone(), &case.meant()) {
                    let (name, entries) = (&group.name, case.entries());
                    let expected = (&case.reported, case.meant());
                    failures.push(format!(
                        "{name}: {entries:?}, credentials {credentials}\n  \
                         expected {expected:?}\n  found {problems:#?}"
                    ));
                }
                count += 1;
            }
        }
    }
    assert!(failures.is_empty(), "\n{}\n{} failed", failures.join("\n"), failures.len());
    assert!(count > 800, "only {count} cases were found");
}

#[test]
fn the_problems_of_one_entry_agree_on_what_was_meant() {
    for group in groups() {
        for case in group.case.iter().filter(|case| case.entry.is_some()) {
            let mut problems = lint(group.list, &case.entries(), true);
            // The one that is mended by another scheme, not by the same origin written rightly.
            problems.retain(|problem| problem.code != "origin-insecure");
            // Nor is one mended that lets in more than is meant.
            problems.retain(|problem| problem.code != "origin-public-suffix");
            // Nor what another spelling does not mend.
            problems.retain(|problem| {
                problem.severity == Severity::Error || problem.suggestion.is_some()
            });
            for pair in problems.windows(2) {
                assert_eq!(pair[0].suggestion, pair[1].suggestion, "{:?}", case.entry);
            }
        }
    }
}

#[test]
fn a_message_goes_on_after_the_value_and_says_what_to_do() {
    for group in groups() {
        for case in &group.case {
            for problem in lint(group.list, &case.entries(), true) {
                let message = &problem.message;
                assert!(message.starts_with(|c: char| c.is_ascii_lowercase()), "{message}");
                assert!(!message.ends_with(['.', ' ', ';']), "{message}");
                assert!(message.contains("; "), "{message}");
                if let Some(Suggestion::One(text) | Suggestion::Expression(text)) =
                    problem.suggestion
                {
                    let is_shown = message.ends_with(&format!("'{text}'"));
                    assert!(is_shown, "{message}");
                }
            }
        }
    }
}

#[test]
fn the_tables_have_a_case_for_each_code_and_severity_is_reported_with_it() {
    let tables: BTreeSet<String> = groups()
        .into_iter()
        .flat_map(|group| group.case)
        .flat_map(|case| case.reported)
        .filter_map(|reported| reported.rsplit(' ').next().map(str::to_owned))
        .collect();
    let listed: BTreeSet<String> = codes().map(str::to_owned).collect();
    assert_eq!(tables, listed);
    assert_eq!(codes().count(), listed.len());
}
