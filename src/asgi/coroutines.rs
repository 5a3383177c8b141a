//! What `middleware(scope, receive, send)` returns: always a coroutine, as with Starlette.

use pyo3::{Py, PyAny, ffi};

use super::names::Names;
use super::object::{Owned, Raised};
use super::older_rust::cold_path;

/// The application's own coroutine, or one around the result of its call.
///
/// Returning the application's coroutine saves the 50 to 500 ns of a coroutine around it. Any
/// other awaitable is wrapped, because `asyncio.create_task`, anyio and trio take only coroutines;
/// an exception is raised when the coroutine is awaited, where Starlette raises it.
///
/// # Safety
/// The thread is attached, and if `result` is an error, an exception is set.
#[inline]
pub(super) unsafe fn deferred(
    names: &Names,
    result: Result<Owned, Raised>,
) -> Result<Owned, Raised> {
    match result {
        // SAFETY: the object is live; its type pointer is compared, not followed.
        Ok(result) if unsafe { ffi::Py_TYPE(result.as_ptr()) } == &raw mut ffi::PyCoro_Type => {
            Ok(result)
        }
        // SAFETY: attached, as the caller vouches.
        Ok(result) => unsafe { call(&names.await_later, &result) },
        Err(Raised) => {
            cold_path();
            // SAFETY: an exception is set, as the caller vouches, so there is one to take.
            let exception = unsafe { take_exception() }?;
            // SAFETY: attached, as the caller vouches.
            unsafe { call(&names.raise_later, &exception) }
        }
    }
}

unsafe fn call(function: &Py<PyAny>, argument: &Owned) -> Result<Owned, Raised> {
    // SAFETY: both are live objects, and the thread is attached.
    unsafe { Owned::take(ffi::PyObject_CallOneArg(function.as_ptr(), argument.as_ptr())) }
}

/// Takes the current exception, with its traceback, from the thread.
unsafe fn take_exception() -> Result<Owned, Raised> {
    #[cfg(Py_3_12)]
    // SAFETY: returns the owned exception and clears it.
    let exception = unsafe { ffi::PyErr_GetRaisedException() };
    #[cfg(not(Py_3_12))]
    // SAFETY: the three are owned or null; after normalizing, the value carries the traceback.
    let exception = unsafe {
        let (mut kind, mut value, mut traceback) =
            (core::ptr::null_mut(), core::ptr::null_mut(), core::ptr::null_mut());
        ffi::PyErr_Fetch(&raw mut kind, &raw mut value, &raw mut traceback);
        ffi::PyErr_NormalizeException(&raw mut kind, &raw mut value, &raw mut traceback);
        if !traceback.is_null() {
            ffi::PyException_SetTraceback(value, traceback);
        }
        ffi::Py_XDECREF(kind);
        ffi::Py_XDECREF(traceback);
        value
    };
    // SAFETY: null only if there was none.
    unsafe { Owned::take(exception) }
}
