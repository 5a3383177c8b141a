//! Only the main interpreter of a process may import the module.

use pyo3::exceptions::PyImportError;
use pyo3::{PyResult, ffi};

/// Rejects any interpreter but the main one: the module keeps objects in statics, which outlive the
/// interpreter that they were made in.
///
/// # Errors
/// An `ImportError` with what to do instead.
pub(crate) fn reject_subinterpreter() -> PyResult<()> {
    // SAFETY: a module is imported by a thread that is attached.
    if unsafe { ffi::PyInterpreterState_Get() == ffi::PyInterpreterState_Main() } {
        return Ok(());
    }
    // `fastcors/__init__.py` knows it by the word "subinterpreters", as it does Python's own.
    Err(PyImportError::new_err(
        "module fastcors._fastcors does not support loading in subinterpreters",
    ))
}
