//! `allow_methods`, `allow_headers` and `expose_headers`: what is no name, and what is one that
//! means nothing there (Fetch, methods and headers).

mod code;
mod header;
mod known;
mod method;
mod token;

use super::problem::{Problem, Severity, Suggestion};
use super::wording::sentence;
use crate::cors::nearest::nearest_name;

pub(super) use code::CODES;
pub use header::{request_headers, response_headers};
pub use method::methods;

/// One thing that is wrong with a name.
fn problem(
    (code, severity): (&'static str, Severity),
    index: usize,
    wrong: &str,
    suggestion: Option<Suggestion>,
    otherwise: &str,
) -> Problem {
    let message = sentence(wrong, suggestion.as_ref(), otherwise);
    Problem { code, severity, index, message, suggestion }
}

/// Advice on a name that is none of the usual ones, and looks like one of them.
fn misspelt<'n>(
    code: &'static str,
    usual: impl IntoIterator<Item = &'n str>,
    name: &str,
    index: usize,
    noun: &str,
) -> Option<Problem> {
    let (near, distance) = nearest_name(usual, name)?;
    // `X-RateLimit-Limit` is no misspelling of the name without the X, nor is Django's `X-CSRFToken`
    // of another framework's name.
    let without = |text: &str| text.trim_start_matches("x-").replace('-', "");
    if near.trim_start_matches("x-") == name.trim_start_matches("x-")
        || (name.starts_with("x-") && without(near) == without(name))
    {
        return None;
    }
    // `BATCH` is a word of its own.
    if name.len() < 8 && near.len() == name.len() && letters(near) != letters(name) {
        return None;
    }
    let how = if distance == 0 { "with _ for -" } else { "misspelt" };
    let wrong = format!("looks like {near} {how}, and stands for {noun} of that very name only");
    let meant = Suggestion::One(near.to_owned());
    Some(problem(warning(code), index, &wrong, Some(meant), ""))
}

/// The letters of a name, sorted.
fn letters(name: &str) -> Vec<u8> {
    let mut letters = name.to_ascii_lowercase().into_bytes();
    letters.sort_unstable();
    letters
}

const fn error(code: &'static str) -> (&'static str, Severity) {
    (code, Severity::Error)
}

const fn warning(code: &'static str) -> (&'static str, Severity) {
    (code, Severity::Warning)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Lint = fn(&[&str], bool) -> Vec<Problem>;

    const LISTS: [Lint; 3] = [
        |entries, credentials| methods(entries.iter().copied(), credentials),
        |entries, credentials| request_headers(entries.iter().copied(), credentials),
        |entries, credentials| response_headers(entries.iter().copied(), credentials),
    ];

    proptest! {
        #[test]
        fn any_text_is_told_of_by_known_codes_and_is_mended_to_names(
            entries in proptest::collection::vec(
                prop_oneof![
                    any::<String>(),
                    "[a-cA-C*]{0,2}([ ,;:|'\"\\[\\]\\t\\n–-]{1,2}[A-C*-]{0,2}){0,3}",
                    "GET|get|patch|PATCH|TRACE|[*]|etag|cookie|Accept|Authorization",
                ],
                0..5,
            ),
            credentials: bool,
        ) {
            let entries: Vec<&str> = entries.iter().map(String::as_str).collect();
            for lint in LISTS {
                for problem in lint(&entries, credentials) {
                    prop_assert!(CODES.contains(&problem.code));
                    prop_assert!(problem.index < entries.len());
                    prop_assert!(problem.message.chars().all(|c| matches!(c, ' '..='~' | '…')));
                    prop_assert!(problem.message.len() < 1000);
                    let meant = match &problem.suggestion {
                        Some(Suggestion::Several(names)) => names.clone(),
                        Some(Suggestion::One(name)) => vec![name.clone()],
                        Some(Suggestion::Expression(_)) | None => Vec::new(),
                    };
                    for name in meant {
                        let problems = lint(&[&*name], credentials);
                        let in_form = |p: &Problem| {
                            let form = ["name-breaks-header", "not-a-token", "-several", "-quotes", "-glob"];
                            !form.iter().any(|end| p.code.ends_with(end))
                        };
                        prop_assert!(problems.iter().all(in_form), "{}", name);
                    }
                }
            }
        }
    }
}
