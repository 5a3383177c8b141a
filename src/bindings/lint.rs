//! The linter's functions for Python: texts in, problems out.

use std::borrow::Cow;
use std::cell::RefCell;

use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::lint::{self, Problem, Suggestion};

/// What was probably meant: a text, or several for one.
#[derive(IntoPyObject)]
pub(crate) enum Meant {
    One(String),
    Several(Vec<String>),
}

/// Code, severity, the entry's place, the sentence after the value, what was probably meant, and the
/// option that it is for where that is another.
type Told = (&'static str, &'static str, usize, String, Option<Meant>, Option<&'static str>);

type Entries<'e> = &'e mut dyn Iterator<Item = &'e str>;

/// Asks `lint` about texts, which are lent and not copied: there may be a million.
///
/// A lone surrogate, which no UTF-8 can hold, is told as U+FFFD.
fn told(
    entries: &Bound<'_, PyAny>,
    lint: impl FnOnce(Entries<'_>) -> Vec<Problem>,
) -> PyResult<Vec<Told>> {
    let mut held: Vec<Bound<'_, PyString>> = Vec::with_capacity(entries.len().unwrap_or_default());
    for entry in entries.try_iter()? {
        held.push(entry?.cast_into()?);
    }
    let texts: Vec<Cow<'_, str>> = held.iter().map(|text| text.to_string_lossy()).collect();
    let problems = lint(&mut texts.iter().map(AsRef::as_ref));
    let told = |Problem { code, severity, index, message, suggestion }| {
        let option = suggestion.as_ref().and_then(Suggestion::option);
        let meant = suggestion.map(|suggestion| match suggestion {
            Suggestion::One(text) | Suggestion::Expression(text) => Meant::One(text),
            Suggestion::Several(texts) => Meant::Several(texts),
        });
        (code, severity.name(), index, message, meant, option)
    };
    Ok(problems.into_iter().map(told).collect())
}

/// What is wrong with entries of `allow_origins`. `proven` is called with a regular expression that
/// stands among them, and gives the one to write instead, or None; what it raises is raised. Without
/// it, none is suggested for those.
#[pyfunction]
#[pyo3(signature = (entries, credentials, proven=None))]
pub(crate) fn lint_origins(
    entries: &Bound<'_, PyAny>,
    credentials: bool,
    proven: Option<&Bound<'_, PyAny>>,
) -> PyResult<Vec<Told>> {
    let raised = RefCell::new(None);
    let ask = |expression: &str| {
        let answer = proven?.call1((expression, credentials)).and_then(|answer| answer.extract());
        answer.unwrap_or_else(|error| {
            raised.borrow_mut().get_or_insert(error);
            None
        })
    };
    let told = told(entries, |entries| lint::origins(entries, credentials, &ask))?;
    raised.into_inner().map_or(Ok(told), Err)
}

/// What is wrong with entries of `allow_methods`.
#[pyfunction]
pub(crate) fn lint_methods(entries: &Bound<'_, PyAny>, credentials: bool) -> PyResult<Vec<Told>> {
    told(entries, |entries| lint::methods(entries, credentials))
}

/// What is wrong with entries of `allow_headers`.
#[pyfunction]
pub(crate) fn lint_request_headers(
    entries: &Bound<'_, PyAny>,
    credentials: bool,
) -> PyResult<Vec<Told>> {
    told(entries, |entries| lint::request_headers(entries, credentials))
}

/// What is wrong with entries of `expose_headers`.
#[pyfunction]
pub(crate) fn lint_response_headers(
    entries: &Bound<'_, PyAny>,
    credentials: bool,
) -> PyResult<Vec<Told>> {
    told(entries, |entries| lint::response_headers(entries, credentials))
}

/// The code of every problem that these functions can tell of, each once.
#[pyfunction]
pub(crate) fn lint_codes() -> Vec<&'static str> {
    lint::codes().collect()
}
