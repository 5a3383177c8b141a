//! The border between Python's C calls and Rust: errors and panics become exceptions.
//!
//! Every C function that Python calls has one of these as its whole body. A defect of ours then ends
//! one request and not the server.

use core::ffi::c_int;
use core::ptr;

use pyo3::{Python, ffi};

use super::object::{Owned, Raised, seldom};
use super::older_rust::signed;
use crate::panics::contained;

/// Runs `body` for a C function that returns a new reference: null if an exception is set.
#[inline]
pub(super) fn object(body: impl FnOnce() -> Result<Owned, Raised>) -> *mut ffi::PyObject {
    match result(body) {
        Ok(result) => result.into_ptr(),
        Err(Raised) => seldom(ptr::null_mut()),
    }
}

/// Runs `body` for a C function that returns 0, or -1 if an exception is set.
pub(super) fn status(body: impl FnOnce() -> Result<(), Raised>) -> c_int {
    if result(body).is_ok() { 0 } else { -1 }
}

/// Runs `body` for a C function that cannot raise: a panic is printed as Python prints an
/// unraisable exception, and an exception that is set stays.
#[inline]
pub(super) fn unraisable(body: impl FnOnce()) {
    contained(body, |text| print_panic(|| raise_panic(text)), || print_panic(raise_plain));
}

/// Runs `body` for a traverse function, which may not even print: after a panic the garbage collector
/// has seen only some objects, and keeps those that it has not seen.
#[inline]
pub(super) fn traverse(body: impl FnOnce() -> c_int) -> c_int {
    contained(body, |_| 0, || 0)
}

#[inline]
fn result<T>(body: impl FnOnce() -> Result<T, Raised>) -> Result<T, Raised> {
    let report = |text: &str| {
        raise_panic(text);
        Err(Raised)
    };
    let last = || {
        raise_plain();
        Err(Raised)
    };
    contained(body, report, last)
}

const INTERNAL: &str = "fastcors: internal error, please report it";

#[cold]
fn raise_panic(text: &str) {
    let message = format!("{INTERNAL}: {text}");
    // SAFETY: Python called us, so the thread is attached. If there is no memory for the message,
    // that is the exception.
    unsafe {
        let size = signed(message.len());
        let message = ffi::PyUnicode_FromStringAndSize(message.as_ptr().cast(), size);
        if !message.is_null() {
            ffi::PyErr_SetObject(ffi::PyExc_RuntimeError, message);
            ffi::Py_DECREF(message);
        }
    }
}

/// The same without the panic's message: nothing in here can panic.
#[cold]
fn raise_plain() {
    // SAFETY: as for `raise_panic`; the text is a C text of ASCII.
    unsafe {
        ffi::PyErr_SetString(
            ffi::PyExc_RuntimeError,
            c"fastcors: internal error, please report it".as_ptr(),
        );
    }
}

#[cold]
fn print_panic(raise: impl FnOnce()) {
    let (mut kind, mut value, mut traceback) = (ptr::null_mut(), ptr::null_mut(), ptr::null_mut());
    // SAFETY: as for `raise_panic`; the fetched exception is restored.
    #[allow(deprecated, reason = "what replaces it is not in 3.11")]
    unsafe {
        ffi::PyErr_Fetch(&raw mut kind, &raw mut value, &raw mut traceback);
        raise();
        ffi::PyErr_WriteUnraisable(ptr::null_mut());
        ffi::PyErr_Restore(kind, value, traceback);
    }
}

/// Runs `body` in `PyO3`'s safe interface and leaves its error as the current exception.
pub(super) fn attached<T>(
    body: impl for<'py> FnOnce(Python<'py>) -> pyo3::PyResult<T>,
) -> Result<T, Raised> {
    let run = |py: Python<'_>| {
        body(py).map_err(|error| {
            error.restore(py);
            Raised
        })
    };
    if is_known_to_be_attached() {
        // Attaches nothing, but lets `PyO3` count: only then it drops a reference at once.
        Python::attach(run)
    } else {
        // SAFETY: Python called us, so the thread is attached.
        run(unsafe { Python::assume_attached() })
    }
}

/// Whether `Python::attach` finds this thread attached. It would wait for ever if Python called us with
/// another thread state than the one that it would attach, as in a subinterpreter, and panic while
/// the interpreter ends.
fn is_known_to_be_attached() -> bool {
    #[cfg(Py_3_13)]
    // SAFETY: may be asked at any time.
    if unsafe { ffi::Py_IsFinalizing() } != 0 {
        return false;
    }
    // SAFETY: Python called us, so there is a current thread state.
    unsafe { ffi::PyGILState_GetThisThreadState() == ffi::PyThreadState_Get() }
}
