//! `allow_methods`, `allow_headers` and `expose_headers`: what is no name, and what is one that
//! means nothing there (Fetch, methods and headers).

mod code;
mod header;
mod known;
mod method;
mod token;

use super::problem::{Problem, Severity, Suggestion};
use super::wording::sentence;

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

const fn error(code: &'static str) -> (&'static str, Severity) {
    (code, Severity::Error)
}

const fn warning(code: &'static str) -> (&'static str, Severity) {
    (code, Severity::Warning)
}
