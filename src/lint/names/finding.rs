//! The problems of names.

use crate::distance::nearest_name;
use crate::lint::problem::{Problem, Severity, Suggestion};
use crate::lint::wording::sentence;

/// One thing that is wrong with a name.
pub(super) fn problem(
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
pub(super) fn misspelled<'n>(
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
    let how = if distance == 0 {
        format!("looks like {near} with _ instead of -")
    } else {
        format!("looks like a misspelling of {near}")
    };
    let wrong = format!("{how}, and names only {noun} spelled exactly like this");
    let meant = Suggestion::One(near.to_owned());
    Some(problem(warning(code), index, &wrong, Some(meant), ""))
}

/// The letters of a name, sorted.
fn letters(name: &str) -> Vec<u8> {
    let mut letters = name.to_ascii_lowercase().into_bytes();
    letters.sort_unstable();
    letters
}

pub(super) const fn error(code: &'static str) -> (&'static str, Severity) {
    (code, Severity::Error)
}

pub(super) const fn warning(code: &'static str) -> (&'static str, Severity) {
    (code, Severity::Warning)
}
