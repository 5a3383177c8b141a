//! The border between Python's C calls and Rust: errors and panics become exceptions.

use std::panic::{AssertUnwindSafe, catch_unwind};

use pyo3::exceptions::PyRuntimeError;
use pyo3::{Python, ffi};

use super::object::{Owned, Raised, seldom};

/// Runs `body` for a C function that returns a new reference: null where an exception is set.
///
/// A panic becomes a `RuntimeError`, so that a defect of ours ends one request and not the server.
#[inline]
pub(super) fn object(body: impl FnOnce() -> Result<Owned, Raised>) -> *mut ffi::PyObject {
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(result)) => result.into_ptr(),
        Ok(Err(Raised)) => seldom(core::ptr::null_mut()),
        Err(payload) => {
            raise_panic(payload.as_ref());
            core::ptr::null_mut()
        }
    }
}

#[cold]
fn raise_panic(payload: &(dyn core::any::Any + Send)) {
    let text = payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message");
    let message = format!("fastcors: internal error, please report it: {text}");
    Python::attach(|py| PyRuntimeError::new_err(message).restore(py));
}

/// Runs `body` in `PyO3`'s safe interface and leaves its error as the current exception.
pub(super) fn attached<T>(
    body: impl for<'py> FnOnce(Python<'py>) -> pyo3::PyResult<T>,
) -> Result<T, Raised> {
    Python::attach(|py| {
        body(py).map_err(|error| {
            error.restore(py);
            Raised
        })
    })
}
