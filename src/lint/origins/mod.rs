//! Problems of `allow_origins`: entries that no browser sends, and entries that match more than their
//! author meant (Fetch, CORS check; URL, host serializing; HTML, serialization of an origin).

mod address;
mod code;
mod context;
mod dangers;
mod entry;
mod extension;
mod fast_path;
mod finding;
mod glob;
mod host;
mod placeholder;
mod range;
mod regex_like;
mod scheme;
mod text;
mod wrapping;

use foldhash::fast::RandomState;
use hashbrown::HashSet;

use super::problem::{Problem, Severity};

pub(super) use code::CODES;
use context::Context;
pub use context::Proven;

#[cfg(test)]
mod tests;

/// What is wrong with entries of `allow_origins`, in their order.
///
/// An entry with several defects has a problem for each, all with the one suggestion that corrects the
/// whole entry. What is plainly sound costs one look at each byte and one look-up. `proven` is asked
/// about regular expressions that stand among the entries, and only about those.
#[must_use]
pub fn origins<'e>(
    entries: impl Iterator<Item = &'e str>,
    credentials: bool,
    proven: &Proven<'_>,
) -> Vec<Problem> {
    let context = Context { credentials, proven };
    let mut problems = Vec::new();
    let mut seen = HashSet::with_capacity_and_hasher(entries.size_hint().0, RandomState::default());
    let mut any = None;
    let mut others = false;
    for (index, entry) in entries.enumerate() {
        problems.append(&mut entry::problems(entry, index, context));
        if !seen.insert(entry) {
            problems.push(warning(code::DUPLICATE, index, "is already in the list; remove it"));
        }
        if entry == "*" {
            any.get_or_insert(index);
        } else {
            others = true;
        }
    }
    if let Some(index) = any.filter(|_| others) {
        let message = "allows every origin, so the other entries have no effect; remove it or the \
                       others";
        problems.push(warning(code::ANY_BESIDE_OTHERS, index, message));
        problems.sort_by_key(|problem| problem.index);
    }
    problems
}

/// Whether `entry` may be in a set that changes while requests are served: it is not `*`, and nothing in
/// it is an error if credentials are allowed, which the set does not know.
#[must_use]
pub fn is_plain_entry(entry: &str) -> bool {
    let context = Context { credentials: true, proven: &|_| None };
    let is_error = |problem: &Problem| problem.severity == Severity::Error;
    entry != "*" && !entry::problems(entry, 0, context).iter().any(is_error)
}

fn warning(code: &'static str, index: usize, message: &str) -> Problem {
    let message = message.to_owned();
    Problem { code, severity: Severity::Warning, index, message, suggestion: None }
}
