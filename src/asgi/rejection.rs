//! Each rejection is a line of the logger `fastcors`, at level DEBUG.

use core::sync::atomic::{AtomicU64, Ordering};

use pyo3::exceptions::PyException;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyInt, PyTuple};

use super::counts::Counts;
use super::guard::attached;
use super::middleware::is_middleware;
#[cfg(Py_GIL_DISABLED)]
use super::object::shared_item;
use super::object::{Owned, Raised};
use super::overrides::dict_version;
use crate::cors::Rejections;

pub(super) struct Log {
    /// `logger.isEnabledFor`.
    is_enabled_for: Py<PyAny>,
    /// What that remembers of each level, where this Python's `logging` has it. Asking it directly
    /// takes 140 instructions, the method 500; a rejected request takes some 4,000.
    remembered: Option<Py<PyDict>>,
    /// The version of that dict in which DEBUG was found to be off. Comparing it saves 110 of these.
    silent: AtomicU64,
    debug: Py<PyInt>,
    /// `fastcors._log.rejections.rejected`.
    rejected: Py<PyAny>,
    /// `fastcors._log.rejections.allowed_inside`.
    pub(super) allowed_inside: Py<PyAny>,
}

static LOG: PyOnceLock<Log> = PyOnceLock::new();

/// What was rejected: a preflight, or an actual request if there is no method.
pub(super) struct Rejection<'r> {
    pub(super) rejections: Rejections,
    /// The `CompiledPolicy` that decided.
    pub(super) policy: &'r Owned,
    pub(super) scope: *mut ffi::PyObject,
    pub(super) origin: &'r Owned,
    pub(super) method: Option<&'r Owned>,
    /// Access-Control-Request-Headers of a preflight.
    pub(super) headers: Option<&'r Owned>,
    /// The middleware whose `is_allowed_origin` decided on the Origin, or `allow_origin_func`; null if the
    /// rules of the policy did.
    pub(super) asked: *mut ffi::PyObject,
}

impl Rejection<'_> {
    /// Writes the line, if anybody reads it.
    ///
    /// # Safety
    /// The objects are live and the thread is attached.
    pub(super) unsafe fn log(&self) -> Result<(), Raised> {
        // SAFETY: as the caller vouches.
        unsafe { if is_silent(Python::assume_attached()) { Ok(()) } else { self.report() } }
    }

    #[cold]
    unsafe fn report(&self) -> Result<(), Raised> {
        attached(|py| {
            // SAFETY: live objects, as the caller vouches.
            let object = |pointer| unsafe { Bound::from_borrowed_ptr(py, pointer) };
            let value = |owned: &Owned| object(owned.as_ptr());
            let line = || {
                let log = log(py)?;
                if !log.is_enabled_for.bind(py).call1((&log.debug,))?.is_truthy()? {
                    return Ok(());
                }
                let reasons = PyTuple::new(py, self.rejections.names().collect::<Vec<_>>())?;
                let request = (value(self.origin), self.method.map(value), self.headers.map(value));
                // SAFETY: live or null, as the caller vouches.
                let asked = unsafe { override_name(py, self.asked)? };
                let rejection = (value(self.policy), object(self.scope), reasons, request, asked);
                log.rejected.bind(py).call1(rejection).map(drop)
            };
            unless_interrupted(py, line())
        })
    }
}

/// Counts and logs that an actual request is rejected. The application runs all the same.
///
/// # Safety
/// The objects are live, `asked` may be null, and the thread is attached.
#[inline(always)]
pub(super) unsafe fn reject_actual(
    counts: &Counts,
    policy: &Owned,
    scope: *mut ffi::PyObject,
    origin: &Owned,
    asked: *mut ffi::PyObject,
) -> Result<(), Raised> {
    let rejections = Rejections::ORIGIN;
    counts.rejected(rejections);
    let rejection =
        Rejection { rejections, policy, scope, origin, method: None, headers: None, asked };
    // SAFETY: as the caller vouches.
    unsafe { rejection.log() }
}

/// The name of what decides on origins instead of the policy's rules: a method of a middleware, or a
/// function.
///
/// # Safety
/// `decider` is a live object or null.
pub(super) unsafe fn override_name(
    py: Python<'_>,
    decider: *mut ffi::PyObject,
) -> PyResult<Option<String>> {
    // SAFETY: as the caller vouches.
    let Some(decider) = (unsafe { Bound::from_borrowed_ptr_or_opt(py, decider) }) else {
        return Ok(None);
    };
    Ok(Some(if is_middleware(&decider)? {
        format!("{}.is_allowed_origin", decider.get_type().name()?)
    } else {
        let name = py.import("fastcors._format")?.getattr("function_name")?.call1((decider,))?;
        format!("allow_origin_func {}", name.extract::<String>()?)
    }))
}

/// An error in writing a line is reported as Python reports what no caller can handle, and the request
/// goes on. A `KeyboardInterrupt` is not such an error.
pub(super) fn unless_interrupted(py: Python<'_>, written: PyResult<()>) -> PyResult<()> {
    written.or_else(|error| {
        if !error.is_instance_of::<PyException>(py) {
            return Err(error);
        }
        error.write_unraisable(py, None);
        Ok(())
    })
}

/// Whether the logger has said before that it takes nothing of level DEBUG.
#[inline]
pub(super) fn is_silent(py: Python<'_>) -> bool {
    let Some(Log { remembered: Some(remembered), silent, debug, .. }) = LOG.get(py) else {
        return false;
    };
    // SAFETY: a live dict, and the caller is attached.
    let version = unsafe { dict_version(remembered.as_ptr()) };
    if version != NO_VERSION && version == silent.load(Ordering::Relaxed) {
        return true;
    }
    // SAFETY: a live dict and a live key; an int compares with an int without an error, and where
    // another key makes one, it is dropped and the logger itself is asked.
    unsafe {
        #[cfg(not(Py_GIL_DISABLED))]
        let found = ffi::PyDict_GetItemWithError(remembered.as_ptr(), debug.as_ptr());
        #[cfg(Py_GIL_DISABLED)]
        let found = shared_item(remembered.as_ptr(), debug.as_ptr())
            .ok()
            .flatten()
            .map_or(core::ptr::null_mut(), |found| found.as_ptr());
        if found.is_null() {
            ffi::PyErr_Clear();
        }
        let is_silent = found == ffi::Py_False();
        if is_silent && version != NO_VERSION {
            silent.store(version, Ordering::Relaxed);
        }
        is_silent
    }
}

const NO_VERSION: u64 = 0;

/// The logger; `logging` is imported when the first request is rejected.
pub(super) fn log(py: Python<'_>) -> PyResult<&Log> {
    LOG.get_or_try_init(py, || {
        let module = py.import("fastcors._log.rejections")?;
        let logger = module.getattr("logger")?;
        // A class of its own may decide anew each time.
        let decides = logger.getattr("isEnabledFor")?.getattr("__func__").ok();
        let usual = py.import("logging")?.getattr("Logger")?.getattr("isEnabledFor")?;
        let remembered = logger
            .getattr("_cache")
            .ok()
            .filter(|_| decides.is_some_and(|decides| decides.is(&usual)));
        Ok(Log {
            is_enabled_for: logger.getattr("isEnabledFor")?.unbind(),
            remembered: remembered
                .and_then(|cache| cache.cast_into_exact().ok())
                .map(Bound::unbind),
            silent: AtomicU64::new(NO_VERSION),
            debug: 10_i32.into_pyobject(py)?.unbind(),
            rejected: module.getattr("rejected")?.unbind(),
            allowed_inside: module.getattr("allowed_inside")?.unbind(),
        })
    })
}
