//! The application behind the middleware, and what calling it does.

use core::ptr;

use pyo3::ffi;
use pyo3::prelude::*;

use super::names::Names;
use super::object::{self, Owned, Raised, deeper};

/// What calling the application does, found out when it is assigned.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Calls {
    /// It may do anything, so it waits until the coroutine is awaited, as with Starlette.
    Anything,
    /// It makes a coroutine, and runs nothing: the coroutine can be returned.
    Coroutine,
    /// It is a middleware of ours, which comes back here.
    Middleware,
}

impl Calls {
    /// What calling `app` does; `is_middleware`: whether an object is a middleware of ours.
    ///
    /// # Errors
    /// Those of looking its attributes up.
    pub(super) fn of(
        app: &Bound<'_, PyAny>,
        is_middleware: impl FnOnce(&Bound<'_, PyAny>) -> PyResult<bool>,
    ) -> PyResult<Self> {
        let py = app.py();
        if !Names::get(py)?.makes_coroutines.bind(py).call1((app,))?.is_truthy()? {
            return Ok(Self::Anything);
        }
        Ok(if is_middleware(app)? { Self::Middleware } else { Self::Coroutine })
    }
}

/// The arguments of one call.
#[derive(Clone, Copy)]
pub(super) struct Called {
    pub(super) scope: *mut ffi::PyObject,
    pub(super) receive: *mut ffi::PyObject,
    pub(super) send: *mut ffi::PyObject,
}

impl Called {
    /// The same call with a copy of the scope, if there is one.
    #[inline(always)]
    pub(super) fn with(self, copy: Option<&Owned>) -> Self {
        Self { scope: copy.map_or(self.scope, Owned::as_ptr), ..self }
    }
}

/// The application of one request, which keeps it while another may be assigned.
pub(super) struct Application {
    /// The application itself; without the GIL what holds it, so that nobody counts references to it.
    held: Owned,
    #[cfg(Py_GIL_DISABLED)]
    callable: *mut ffi::PyObject,
    calls: Calls,
}

impl Application {
    #[cfg(not(Py_GIL_DISABLED))]
    #[inline(always)]
    pub(super) fn new(held: Owned, calls: Calls) -> Self {
        Self { held, calls }
    }

    /// An application that is held by another object.
    #[cfg(Py_GIL_DISABLED)]
    #[inline(always)]
    pub(super) fn inside(callable: *mut ffi::PyObject, held: Owned, calls: Calls) -> Self {
        Self { held, callable, calls }
    }

    #[inline(always)]
    fn callable(&self) -> *mut ffi::PyObject {
        #[cfg(not(Py_GIL_DISABLED))]
        {
            self.held.as_ptr()
        }
        #[cfg(Py_GIL_DISABLED)]
        {
            let _ = &self.held;
            self.callable
        }
    }

    /// Calls it, or has it called when the coroutine that comes back is awaited.
    ///
    /// # Safety
    /// All are live objects and the thread is attached.
    #[inline(always)]
    pub(super) unsafe fn call(
        &self,
        names: &Names,
        scope: *mut ffi::PyObject,
        receive: *mut ffi::PyObject,
        send: *mut ffi::PyObject,
    ) -> Result<Owned, Raised> {
        // The first place is for the callee, which saves a bound method the copy of its arguments.
        let mut args = [self.callable(), scope, receive, send];
        // SAFETY: live arguments, three of them behind one place that may be used.
        unsafe {
            let mut call = || {
                Owned::take(ffi::PyObject_Vectorcall(
                    self.callable(),
                    args.as_mut_ptr().add(1),
                    3 | ffi::PY_VECTORCALL_ARGUMENTS_OFFSET,
                    ptr::null_mut(),
                ))
            };
            match self.calls {
                Calls::Coroutine => call(),
                Calls::Middleware => deeper(call),
                Calls::Anything => object::call(names.call_later.as_ptr(), &args),
            }
        }
    }
}
