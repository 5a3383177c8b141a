use std::collections::HashSet;

use super::code;
use super::finding::{error, misspelled, problem, warning};
use super::known::{AS_WRITTEN, FORBIDDEN_METHODS, NORMALIZED, OTHERS, WORDS_FOR_ANY};
use super::token::{List, check};
use crate::lint::problem::{Problem, Severity, Suggestion};

/// What is wrong with entries of `allow_methods`, in their order.
///
/// Methods are compared with regard to case (Fetch, methods).
#[must_use]
pub fn methods<'e>(entries: impl Iterator<Item = &'e str>, credentials: bool) -> Vec<Problem> {
    let entries: Vec<&str> = entries.collect();
    let listed: HashSet<&str> = entries.iter().copied().collect();
    let mut seen = HashSet::new();
    let mut problems = Vec::new();
    let told_of = |names: &[&str]| methods(names.iter().copied(), credentials);
    for (index, &entry) in entries.iter().enumerate() {
        if let Some(problem) = check(entry, index, List::Methods, &told_of) {
            problems.push(problem);
        } else if !seen.insert(entry) {
            let wrong = "is already in the list";
            let code = warning(code::METHOD_DUPLICATE);
            problems.push(problem(code, index, wrong, None, "remove it"));
        } else if entry == "*" {
            problems.extend(any(index, listed.len() > 1, credentials));
        } else {
            problems.extend(one(entry, index, &listed));
        }
    }
    problems
}

fn any(index: usize, has_others: bool, credentials: bool) -> Vec<Problem> {
    let mut problems = Vec::new();
    if credentials {
        let wrong = "is honored by browsers only without credentials. fastcors sends the eight \
                     standard methods instead, so this works";
        let otherwise = "list the methods to allow fewer";
        let code = warning(code::METHOD_ANY_WITH_CREDENTIALS);
        problems.push(problem(code, index, wrong, None, otherwise));
    }
    if has_others {
        let wrong = "stands for the eight standard methods and replaces the whole list, so the \
                     other entries have no effect";
        let code = warning(code::METHOD_ANY_BESIDE_OTHERS);
        problems.push(problem(code, index, wrong, None, "remove it or the others"));
    }
    problems
}

fn one(method: &str, index: usize, listed: &HashSet<&str>) -> Option<Problem> {
    let find = |known: &[&'static str]| {
        known.iter().copied().find(|known| known.eq_ignore_ascii_case(method))
    };
    if let Some(forbidden) = find(&FORBIDDEN_METHODS) {
        let wrong = format!("has no effect, because scripts cannot send {forbidden}");
        let code = warning(code::METHOD_FORBIDDEN);
        return Some(problem(code, index, &wrong, None, "remove it"));
    }
    if let Some(upper) = find(&NORMALIZED).filter(|&upper| upper != method) {
        let wrong = "is not in upper case, but browsers send it in upper case, so it never matches";
        return Some(if listed.contains(upper) {
            let code = (code::METHOD_LOWER_CASE, Severity::Warning);
            problem(code, index, wrong, None, "remove it: the list already has it in upper case")
        } else {
            let meant = Suggestion::One(upper.to_owned());
            problem(error(code::METHOD_LOWER_CASE), index, wrong, Some(meant), "")
        });
    }
    if find(&WORDS_FOR_ANY).is_some() {
        let wrong = "is compared as a method name, which no client sends, so it never matches";
        let meant = Suggestion::One("*".to_owned());
        return Some(problem(error(code::METHOD_WORD_FOR_ANY), index, wrong, Some(meant), ""));
    }
    if let Some(upper) = find(&AS_WRITTEN) {
        // Where both are listed, both are meant: browsers send `patch` as a script writes it.
        if upper == method || listed.contains(upper) {
            return None;
        }
        let wrong = format!(
            "matches only if a script writes it in this case: browsers do not convert it to \
             {upper}, as they do with older methods"
        );
        let meant = Suggestion::One(upper.to_owned());
        return Some(problem(warning(code::METHOD_LOWER_CASE), index, &wrong, Some(meant), ""));
    }
    if find(&NORMALIZED).or(find(&OTHERS)).is_some() {
        return None;
    }
    let usual = NORMALIZED.into_iter().chain(AS_WRITTEN);
    misspelled(code::METHOD_MISSPELLED, usual, method, index, "a method")
}
