//! The linter's functions for Python: texts in, problems out.

use pyo3::prelude::*;

use crate::cors::lint::{self, Problem, Suggestion};

/// What was probably meant: a text, or several for one.
#[derive(IntoPyObject)]
pub(crate) enum Meant {
    One(String),
    Several(Vec<String>),
}

/// Code, severity, the entry's place, the sentence after the value, and what was probably meant.
type Told = (&'static str, &'static str, usize, String, Option<Meant>);

fn told(problems: Vec<Problem>) -> Vec<Told> {
    let meant = |suggestion| match suggestion {
        Suggestion::One(text) => Meant::One(text),
        Suggestion::Several(texts) => Meant::Several(texts),
    };
    problems
        .into_iter()
        .map(|Problem { code, severity, index, message, suggestion }| {
            (code, severity.name(), index, message, suggestion.map(meant))
        })
        .collect()
}

fn texts(entries: &[String]) -> impl Iterator<Item = &str> {
    entries.iter().map(String::as_str)
}

/// What is wrong with entries of `allow_origins`.
#[pyfunction]
#[allow(clippy::needless_pass_by_value, reason = "PyO3 extracts owned values")]
pub(crate) fn lint_origins(entries: Vec<String>, credentials: bool) -> Vec<Told> {
    told(lint::origins(texts(&entries), credentials))
}

/// What is wrong with entries of `allow_methods`.
#[pyfunction]
#[allow(clippy::needless_pass_by_value, reason = "PyO3 extracts owned values")]
pub(crate) fn lint_methods(entries: Vec<String>, credentials: bool) -> Vec<Told> {
    told(lint::methods(texts(&entries), credentials))
}

/// What is wrong with entries of `allow_headers`.
#[pyfunction]
#[allow(clippy::needless_pass_by_value, reason = "PyO3 extracts owned values")]
pub(crate) fn lint_request_headers(entries: Vec<String>, credentials: bool) -> Vec<Told> {
    told(lint::request_headers(texts(&entries), credentials))
}

/// What is wrong with entries of `expose_headers`.
#[pyfunction]
#[allow(clippy::needless_pass_by_value, reason = "PyO3 extracts owned values")]
pub(crate) fn lint_response_headers(entries: Vec<String>, credentials: bool) -> Vec<Told> {
    told(lint::response_headers(texts(&entries), credentials))
}
