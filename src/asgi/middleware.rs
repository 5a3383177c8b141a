//! One middleware: what it holds, and what it decides by now.

use core::ffi::{c_int, c_void};
use core::ptr;

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;
use pyo3::{Borrowed, ffi};

use super::application::Calls;
use super::counts::Counts;
use super::current::{counts, current_policy, overrides};
use super::guard::{self, attached, unraisable};
use super::links::drop_link;
use super::live_origins::LiveOrigins;
use super::object::{Owned, Raised};
use super::older_rust::cold_path;
use super::overrides::Overrides;
use super::policy::compiled;
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

/// Finds out what is overridden, unless it is known.
///
/// # Safety
/// `this` is a live `Middleware` and the thread is attached.
#[inline(always)]
pub(super) unsafe fn find_overrides(this: *mut Middleware) -> Result<(), Raised> {
    // SAFETY: as the caller vouches.
    unsafe {
        let slf = this.cast::<ffi::PyObject>();
        let found = overrides(this);
        if !(*found).hold(ffi::Py_TYPE(slf), dict_of(this))
            && !(*found).hold_without_version(ffi::Py_TYPE(slf), dict_of(this))
        {
            cold_path();
            *found = Overrides::find(slf, &raw const (*this).dict)?;
        }
        Ok(())
    }
}

/// The instance's `__dict__`, or null. Without the GIL only its address may be looked at.
///
/// # Safety
/// `this` is a live `Middleware`.
#[inline(always)]
unsafe fn dict_of(this: *mut Middleware) -> *mut ffi::PyObject {
    #[cfg(not(Py_GIL_DISABLED))]
    // SAFETY: as the caller vouches.
    unsafe {
        (*this).dict
    }
    #[cfg(Py_GIL_DISABLED)]
    // SAFETY: as the caller vouches; Python writes the field as one word.
    unsafe {
        use core::sync::atomic::{AtomicPtr, Ordering::Relaxed};
        AtomicPtr::from_ptr(&raw mut (*this).dict).load(Relaxed)
    }
}

/// Whether an origin is allowed by the policy of a middleware that follows a list, with the policy
/// that decides: another one if the list was changed.
///
/// # Safety
/// As for [`respond`].
#[inline(never)]
pub(super) unsafe fn live_verdict(
    this: *mut Middleware,
    policy: Owned,
    origin: &[u8],
) -> Result<(bool, Owned), Raised> {
    // SAFETY: as the caller vouches; what is used is held.
    unsafe {
        #[cfg(not(Py_GIL_DISABLED))]
        let (_held, live) = (Owned::share((*this).live), (*this).live);
        #[cfg(Py_GIL_DISABLED)]
        let Some((_held, live)) = super::parts::live(this) else {
            let allowed = compiled(policy.as_ptr()).allows_bytes(origin)?;
            return Ok((allowed, policy));
        };
        if let Some(allowed) = live_origins(live).verdict(compiled(policy.as_ptr()), origin)? {
            return Ok((allowed, policy));
        }
        cold_path();
        let names = compiled(policy.as_ptr()).names;
        Owned::take(ffi::PyObject_CallMethodNoArgs(this.cast(), names.follow.as_ptr()))?;
        let policy = current_policy(this)?.unwrap_or(policy);
        let allowed = compiled(policy.as_ptr()).allows_bytes(origin)?;
        Ok((allowed, policy))
    }
}

/// The content of a `LiveOrigins`.
///
/// # Safety
/// `live` is one, outlives the borrow, and the thread is attached.
unsafe fn live_origins<'a>(live: *mut ffi::PyObject) -> &'a LiveOrigins {
    // SAFETY: as the caller vouches; the value lies in the Python object.
    unsafe {
        let py = Python::assume_attached();
        let live = Borrowed::from_ptr(py, live).cast_unchecked::<LiveOrigins>();
        &*ptr::from_ref(live.get())
    }
}

/// The counters of a middleware, to which this thread adds.
///
/// # Safety
/// `middleware` is a live `Middleware`, which outlives the borrow, and the thread is attached.
pub(super) unsafe fn counts_of<'a>(middleware: *mut ffi::PyObject) -> &'a Counts {
    // SAFETY: as the caller vouches.
    unsafe { counts(middleware.cast::<Middleware>()) }
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
