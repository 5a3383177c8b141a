//! Problems of `allow_methods`, `allow_headers` and `expose_headers`: entries that are no names, and
//! names that have no effect there (Fetch, methods and headers).

mod code;
mod finding;
mod header;
mod known;
mod method;
mod token;

pub(super) use code::CODES;
pub use header::{request_headers, response_headers};
pub use known::{FORBIDDEN, NEVER_READABLE};
pub use method::methods;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::problem::{Problem, Suggestion};
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
