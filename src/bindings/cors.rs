//! Functions of the protocol that Python calls directly.

use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::cors::{self, Expressions};

/// Why Rust cannot run `expression`, or None.
#[pyfunction]
#[allow(clippy::needless_pass_by_value, reason = "PyO3 extracts owned values")]
pub(crate) fn expression_problem(expression: String) -> Option<String> {
    Expressions::new(&[expression]).err().map(|error| error.reason)
}

/// The value of one `Vary` line that has these `values` and `Origin`.
#[pyfunction]
#[allow(clippy::needless_pass_by_value, reason = "PyO3 extracts owned values")]
pub(crate) fn vary_by_origin(py: Python<'_>, values: Vec<Vec<u8>>) -> Bound<'_, PyBytes> {
    let values: Vec<&[u8]> = values.iter().map(Vec::as_slice).collect();
    PyBytes::new(py, &cors::vary_by_origin(&values))
}
