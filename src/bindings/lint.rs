//! The linter's functions for Python: texts in, problems out.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;

use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::lint::{self, Problem, Suggestion};

/// What was probably meant: a text, or several for one.
#[derive(Clone, FromPyObject, IntoPyObject)]
pub(crate) enum Meant {
    One(String),
    Several(Vec<String>),
}

/// Code, severity, the entry's place, the sentence after the value, what was probably meant, and the
/// option that it is for where that is another.
type Reported = (&'static str, &'static str, usize, String, Option<Meant>, Option<&'static str>);

type Entries<'e> = &'e mut dyn Iterator<Item = &'e str>;

/// Asks `lint` about texts, which are lent and not copied: there may be a million.
///
/// A lone surrogate, which no UTF-8 can hold, is reported as U+FFFD.
fn reported(
    entries: &Bound<'_, PyAny>,
    lint: impl FnOnce(Entries<'_>) -> Vec<Problem>,
) -> PyResult<Vec<Reported>> {
    let mut held: Vec<Bound<'_, PyString>> = Vec::with_capacity(entries.len().unwrap_or_default());
    for entry in entries.try_iter()? {
        held.push(entry?.cast_into()?);
    }
    let texts: Vec<Cow<'_, str>> = held.iter().map(|text| text.to_string_lossy()).collect();
    let problems = lint(&mut texts.iter().map(AsRef::as_ref));
    let reported = |Problem { code, severity, index, message, suggestion }| {
        let option = suggestion.as_ref().and_then(Suggestion::option);
        let meant = suggestion.map(|suggestion| match suggestion {
            Suggestion::One(text) | Suggestion::Expression(text) => Meant::One(text),
            Suggestion::Several(texts) => Meant::Several(texts),
        });
        (code, severity.name(), index, message, meant, option)
    };
    Ok(problems.into_iter().map(reported).collect())
}

/// What is wrong with entries of `allow_origins`. `proofs` has, for each regular expression of
/// [`regexes_to_prove`], what to write instead, or None. Without it, nothing is suggested for those.
#[pyfunction]
#[pyo3(signature = (entries, credentials, proofs=None))]
#[allow(clippy::needless_pass_by_value, reason = "PyO3 extracts owned values")]
pub(crate) fn lint_origins(
    entries: &Bound<'_, PyAny>,
    credentials: bool,
    proofs: Option<HashMap<String, Option<Meant>>>,
) -> PyResult<Vec<Reported>> {
    let proven = |regex: &str| {
        proofs.as_ref()?.get(regex)?.clone().map(|meant| match meant {
            Meant::One(regex) => Suggestion::Expression(regex),
            Meant::Several(entries) => Suggestion::Several(entries),
        })
    };
    reported(entries, |entries| lint::origins(entries, credentials, &proven))
}

/// The regular expressions among entries of `allow_origins` that [`lint_origins`] needs a proof of.
#[pyfunction]
pub(crate) fn regexes_to_prove(entries: &Bound<'_, PyAny>) -> PyResult<Vec<String>> {
    let wanted = RefCell::new(Vec::new());
    reported(entries, |entries| {
        lint::origins(entries, false, &|regex| {
            wanted.borrow_mut().push(regex.to_owned());
            None
        })
    })?;
    Ok(wanted.into_inner())
}

/// What is wrong with entries of `allow_methods`.
#[pyfunction]
pub(crate) fn lint_methods(
    entries: &Bound<'_, PyAny>,
    credentials: bool,
) -> PyResult<Vec<Reported>> {
    reported(entries, |entries| lint::methods(entries, credentials))
}

/// What is wrong with entries of `allow_headers`.
#[pyfunction]
pub(crate) fn lint_request_headers(
    entries: &Bound<'_, PyAny>,
    credentials: bool,
) -> PyResult<Vec<Reported>> {
    reported(entries, |entries| lint::request_headers(entries, credentials))
}

/// What is wrong with entries of `expose_headers`.
#[pyfunction]
pub(crate) fn lint_response_headers(
    entries: &Bound<'_, PyAny>,
    credentials: bool,
) -> PyResult<Vec<Reported>> {
    reported(entries, |entries| lint::response_headers(entries, credentials))
}

/// The code of every problem that these functions can tell of, each once.
#[pyfunction]
pub(crate) fn lint_codes() -> Vec<&'static str> {
    lint::codes().collect()
}
