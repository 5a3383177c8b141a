//! One middleware: what it holds.

use core::ffi::{c_int, c_void};

use pyo3::exceptions::PyRuntimeError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;

use super::application::Calls;
#[cfg(not(Py_GIL_DISABLED))]
use super::counts::Counts;
use super::guard::{self, attached, unraisable};
use super::links::drop_link;
use super::object::{Owned, Raised};
#[cfg(not(Py_GIL_DISABLED))]
use super::overrides::Overrides;
#[cfg(not(Py_GIL_DISABLED))]
use super::path_counts::PathCounts;
use super::types;

#[repr(C)]
pub(super) struct Middleware {
    base: ffi::PyObject,
    pub(super) vectorcall: Option<ffi::vectorcallfunc>,
    /// The instance's `__dict__`; null as long as it has no attributes of its own. A field, so that
    /// each request can see whether it was changed, whoever did it and how.
    pub(super) dict: *mut ffi::PyObject,
    /// The application; null until `__init__` has set it.
    pub(super) app: *mut ffi::PyObject,
    pub(super) calls: Calls,
    /// The `fastcors.policy.Policy`; null until `__init__` has set it.
    pub(super) policy: *mut ffi::PyObject,
    /// Its `CompiledPolicy`. Both change in one step.
    pub(super) compiled: *mut ffi::PyObject,
    /// The `LiveOrigins` that the policy was made of; null if it follows no list.
    pub(super) live: *mut ffi::PyObject,
    #[cfg(not(Py_GIL_DISABLED))]
    pub(super) overrides: Overrides,
    #[cfg(not(Py_GIL_DISABLED))]
    pub(super) counts: Counts,
    /// Those of the option `paths`; None until one is needed.
    #[cfg(not(Py_GIL_DISABLED))]
    pub(super) path_counts: Option<Box<PathCounts>>,
    /// How often one of the fields above was replaced. They are read and written under the lock of the
    /// object.
    #[cfg(Py_GIL_DISABLED)]
    pub(super) version: core::sync::atomic::AtomicU64,
    #[cfg(Py_GIL_DISABLED)]
    pub(super) parts: super::parts::Parts,
}

/// The type of all middlewares, once `middleware_type` has made it.
pub(super) static TYPE: PyOnceLock<Py<PyType>> = PyOnceLock::new();

/// Whether an object is a middleware of ours, or of a subclass.
///
/// # Errors
/// Those of asking for its base classes.
pub(super) fn is_middleware(object: &Bound<'_, PyAny>) -> PyResult<bool> {
    let py = object.py();
    TYPE.get(py).map_or(Ok(false), |ours| object.get_type().is_subclass(ours.bind(py)))
}

#[cold]
pub(super) fn not_initialized() -> Result<Owned, Raised> {
    attached(|_| {
        Err(PyRuntimeError::new_err(
            "this CORSMiddleware was not initialized: call super().__init__(app, ...) in its __init__",
        ))
    })
}

pub(super) unsafe extern "C" fn dealloc(slf: *mut ffi::PyObject) {
    // SAFETY: Python calls this once, with a `Middleware` that nobody refers to.
    unraisable(|| unsafe {
        ffi::PyObject_GC_UnTrack(slf.cast());
        let class = ffi::Py_TYPE(slf);
        drop_fields(slf);
        #[cfg(not(Py_GIL_DISABLED))]
        drop((*slf.cast::<Middleware>()).path_counts.take());
        #[cfg(Py_GIL_DISABLED)]
        (*slf.cast::<Middleware>()).parts.free();
        if let Some(free) = (*class).tp_free {
            free(slf.cast());
        }
        ffi::Py_DECREF(class.cast());
    });
}

pub(super) unsafe extern "C" fn traverse(
    slf: *mut ffi::PyObject,
    visit: ffi::visitproc,
    arg: *mut c_void,
) -> c_int {
    // SAFETY: Python calls this with a `Middleware`; the visitor takes live objects.
    guard::traverse(|| unsafe {
        let this = slf.cast::<Middleware>();
        #[cfg(Py_GIL_DISABLED)]
        {
            let result = (*this).parts.traverse(visit, arg);
            if result != 0 {
                return result;
            }
        }
        types::visit_all(
            &[
                ffi::Py_TYPE(slf).cast(),
                (*this).dict,
                (*this).app,
                (*this).policy,
                (*this).compiled,
                (*this).live,
            ],
            visit,
            arg,
        )
    })
}

pub(super) unsafe extern "C" fn clear(slf: *mut ffi::PyObject) -> c_int {
    // SAFETY: Python calls this with a `Middleware`.
    unraisable(|| unsafe { drop_fields(slf) });
    0
}

/// # Safety
/// `slf` is a `Middleware`, and the thread is attached.
unsafe fn drop_fields(slf: *mut ffi::PyObject) {
    // SAFETY: as the caller vouches.
    unsafe {
        let this = slf.cast::<Middleware>();
        #[cfg(Py_GIL_DISABLED)]
        (*this).parts.clear();
        drop_link(&raw mut (*this).app);
        types::clear_all(&[
            &raw mut (*this).dict,
            &raw mut (*this).policy,
            &raw mut (*this).compiled,
            &raw mut (*this).live,
        ]);
    }
}
