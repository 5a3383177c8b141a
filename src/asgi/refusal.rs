//! A refusal is told to the logger `fastcors`, at level DEBUG.

use core::sync::atomic::{AtomicU64, Ordering};

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyDict, PyInt, PyTuple};

use super::guard::attached;
use super::object::{Owned, Raised};
use super::overrides::dict_version;
use super::scope::RequestHeaders;
use crate::cors::Refusals;

struct Log {
    /// `logger.isEnabledFor`.
    is_enabled_for: Py<PyAny>,
    /// What that remembers of each level, where this Python's `logging` has it. Asking it directly
    /// takes 140 instructions, the method 500; a refused request takes some 4,000.
    remembered: Option<Py<PyDict>>,
    /// The version of that dict in which DEBUG was found to be off. Comparing it saves 110 of these.
    silent: AtomicU64,
    debug: Py<PyInt>,
    /// `fastcors._log.refused`.
    tell: Py<PyAny>,
}

static LOG: PyOnceLock<Log> = PyOnceLock::new();

/// What was refused: a preflight, or an actual request where there is no method.
pub(super) struct Refusal<'r> {
    pub(super) refusals: Refusals,
    pub(super) origin: &'r Owned,
    pub(super) method: Option<&'r Owned>,
    pub(super) request: &'r RequestHeaders,
}

impl Refusal<'_> {
    /// Writes the line, if anybody reads it. An error in doing so is reported as Python reports what
    /// no caller can mend, and the request goes on; but a `KeyboardInterrupt` is no error of ours.
    ///
    /// # Safety
    /// The objects are live and the thread is attached.
    pub(super) unsafe fn log(&self) -> Result<(), Raised> {
        // SAFETY: as the caller vouches.
        unsafe {
            if is_silent(Python::assume_attached()) || self.tell().is_ok() {
                return Ok(());
            }
            if ffi::PyErr_ExceptionMatches(ffi::PyExc_Exception) == 0 {
                return Err(Raised);
            }
            ffi::PyErr_WriteUnraisable(core::ptr::null_mut());
        }
        Ok(())
    }

    #[cold]
    unsafe fn tell(&self) -> Result<(), Raised> {
        attached(|py| {
            let log = log(py)?;
            if !log.is_enabled_for.bind(py).call1((&log.debug,))?.is_truthy()? {
                return Ok(());
            }
            let reasons = PyTuple::new(py, self.refusals.names().collect::<Vec<_>>())?;
            // SAFETY: live bytes objects, as the caller vouches.
            let value = |owned: &Owned| unsafe {
                Bound::from_borrowed_ptr(py, owned.as_ptr()).cast_into_unchecked::<PyBytes>()
            };
            let method = self.method.map(value);
            let headers = self.request.headers.as_ref().map(value);
            log.tell.bind(py).call1((reasons, value(self.origin), method, headers))?;
            Ok(())
        })
    }
}

/// Whether the logger has said before that it takes nothing of level DEBUG.
#[inline]
fn is_silent(py: Python<'_>) -> bool {
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
        let found = ffi::PyDict_GetItemWithError(remembered.as_ptr(), debug.as_ptr());
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

/// The logger; `logging` is imported when the first request is refused.
fn log(py: Python<'_>) -> PyResult<&Log> {
    LOG.get_or_try_init(py, || {
        let module = py.import("fastcors._log")?;
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
            tell: module.getattr("refused")?.unbind(),
        })
    })
}
