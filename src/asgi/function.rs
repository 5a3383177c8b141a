//! `allow_origin_func`: a function of the user's that is asked about an Origin that nothing else allows.

use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;

use super::names::Names;

/// The function of a policy.
pub(crate) struct Function {
    pub(crate) callable: Py<PyAny>,
    /// What returns the verdict that `fastcors.cached` remembers, or None.
    pub(super) remembered: Option<Py<PyAny>>,
    /// Whether calling it makes a coroutine and runs nothing.
    pub(super) makes_coroutines: bool,
}

impl Function {
    /// The function, and what is known of it without a call.
    ///
    /// # Errors
    /// Those of looking its attributes up.
    pub(super) fn new(py: Python<'_>, names: &Names, callable: Py<PyAny>) -> PyResult<Self> {
        let makes_coroutines = names.makes_coroutines.bind(py).call1((&callable,))?.is_truthy()?;
        // Of the class: a mock has every attribute.
        let bound = callable.bind(py);
        let remembers = bound.get_type().hasattr("_fastcors_remembered")?;
        let remembered = remembers.then(|| bound.getattr("_fastcors_remembered")).transpose()?;
        let remembered = remembered.map(Bound::unbind);
        Ok(Self { callable, remembered, makes_coroutines })
    }

    /// Shows the garbage collector what this holds.
    ///
    /// # Errors
    /// Those of the visitor.
    pub(crate) fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.callable)?;
        self.remembered.iter().try_for_each(|remembered| visit.call(remembered))
    }
}
