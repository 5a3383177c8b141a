//! The linter's functions for Python: texts in, problems out.

use std::borrow::Cow;

use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::cors::lint::{self, Problem, Suggestion};

/// What was probably meant: a text, or several for one.
#[derive(IntoPyObject)]
pub(crate) enum Meant {
    One(String),
    Several(Vec<String>),
}

/// Code, severity, the entry's place, the sentence after the value, and what was probably meant.
type Told = (&'static str, &'static str, usize, String, Option<Meant>);

type Lint = fn(&mut dyn Iterator<Item = &str>, bool) -> Vec<Problem>;

/// Asks `lint` about texts, which are lent and not copied: there may be a million.
///
/// A lone surrogate, which no UTF-8 can hold, is told as U+FFFD.
fn told(entries: &Bound<'_, PyAny>, credentials: bool, lint: Lint) -> PyResult<Vec<Told>> {
    let mut held: Vec<Bound<'_, PyString>> = Vec::with_capacity(entries.len().unwrap_or_default());
    for entry in entries.try_iter()? {
        held.push(entry?.cast_into()?);
    }
    let texts: Vec<Cow<'_, str>> = held.iter().map(|text| text.to_string_lossy()).collect();
    let problems = lint(&mut texts.iter().map(AsRef::as_ref), credentials);
    let meant = |suggestion| match suggestion {
        Suggestion::One(text) | Suggestion::Expression(text) => Meant::One(text),
        Suggestion::Several(texts) => Meant::Several(texts),
    };
    let told = |Problem { code, severity, index, message, suggestion }| {
        (code, severity.name(), index, message, suggestion.map(meant))
    };
    Ok(problems.into_iter().map(told).collect())
}

/// What is wrong with entries of `allow_origins`.
#[pyfunction]
pub(crate) fn lint_origins(entries: &Bound<'_, PyAny>, credentials: bool) -> PyResult<Vec<Told>> {
    told(entries, credentials, |entries, credentials| lint::origins(entries, credentials))
}

/// What is wrong with entries of `allow_methods`.
#[pyfunction]
pub(crate) fn lint_methods(entries: &Bound<'_, PyAny>, credentials: bool) -> PyResult<Vec<Told>> {
    told(entries, credentials, |entries, credentials| lint::methods(entries, credentials))
}

/// What is wrong with entries of `allow_headers`.
#[pyfunction]
pub(crate) fn lint_request_headers(
    entries: &Bound<'_, PyAny>,
    credentials: bool,
) -> PyResult<Vec<Told>> {
    told(entries, credentials, |entries, credentials| lint::request_headers(entries, credentials))
}

/// What is wrong with entries of `expose_headers`.
#[pyfunction]
pub(crate) fn lint_response_headers(
    entries: &Bound<'_, PyAny>,
    credentials: bool,
) -> PyResult<Vec<Told>> {
    told(entries, credentials, |entries, credentials| lint::response_headers(entries, credentials))
}

/// The code of every problem that these functions can tell of, each once.
#[pyfunction]
pub(crate) fn lint_codes() -> Vec<&'static str> {
    lint::codes().collect()
}
