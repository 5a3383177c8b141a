//! Tells when a dict that holds attributes may have gained or lost an override, for the Pythons whose
//! dicts have no version (from 3.14 on).
//!
//! Python calls a watcher before it changes a dict that is watched. One counter for all of them is
//! enough, because only the names that may be overridden count: an application that counts its
//! requests in an attribute costs nothing here.

use core::ffi::c_int;
use core::ptr;
use core::sync::atomic::{AtomicU64, Ordering};

use pyo3::sync::PyOnceLock;
use pyo3::{Python, ffi};

use super::guard::unraisable;
use super::object::is_text;

type Callback = unsafe extern "C" fn(
    c_int,
    dict: *mut ffi::PyObject,
    key: *mut ffi::PyObject,
    value: *mut ffi::PyObject,
) -> c_int;

// `PyO3` does not have it. Windows wants the name of the library.
#[cfg_attr(
    all(windows, Py_3_15, not(Py_GIL_DISABLED)),
    link(name = "python315", kind = "raw-dylib")
)]
#[cfg_attr(all(windows, Py_3_15, Py_GIL_DISABLED), link(name = "python315t", kind = "raw-dylib"))]
#[cfg_attr(
    all(windows, not(Py_3_15), not(Py_GIL_DISABLED)),
    link(name = "python314", kind = "raw-dylib")
)]
#[cfg_attr(
    all(windows, not(Py_3_15), Py_GIL_DISABLED),
    link(name = "python314t", kind = "raw-dylib")
)]
unsafe extern "C" {
    fn PyDict_AddWatcher(callback: Callback) -> c_int;
}

/// Whatever `CORSMiddleware._fastcors_overrides` looks for in the dict of an instance or of a class.
const OVERRIDABLE: [&[u8]; 8] = [
    b"is_allowed_origin",
    b"preflight_response",
    b"simple_response",
    b"send",
    b"allow_explicit_origin",
    b"app",
    b"__call__",
    b"__getattribute__",
];

/// How often such a name was changed in a dict that is watched. It begins at 1.
static CHANGES: AtomicU64 = AtomicU64::new(1);

/// The number of our watcher; None where Python has no place for another one.
static WATCHER: PyOnceLock<Option<c_int>> = PyOnceLock::new();

/// A number that is another one after each change that counts, of any dict that is watched.
#[inline(always)]
pub(super) fn changes() -> u64 {
    CHANGES.load(Ordering::Acquire)
}

/// Watches a dict from now on, and tells whether that is so.
///
/// # Safety
/// `dict` is a live dict and the thread is attached.
pub(super) unsafe fn watch(dict: *mut ffi::PyObject) -> bool {
    // SAFETY: attached, as the caller vouches.
    let py = unsafe { Python::assume_attached() };
    let watcher = WATCHER.get_or_init(py, || {
        // SAFETY: attached; the callback lives as long as the process.
        let watcher = unsafe { PyDict_AddWatcher(changed) };
        without_error(watcher).then_some(watcher)
    });
    // SAFETY: as the caller vouches.
    watcher.is_some_and(|watcher| without_error(unsafe { ffi::PyDict_Watch(watcher, dict) }))
}

/// Whether a call succeeded; the error of one that did not is dropped.
fn without_error(result: c_int) -> bool {
    if result < 0 {
        // SAFETY: the caller is attached.
        unsafe { ffi::PyErr_Clear() }
    }
    result >= 0
}

/// Counts a change that may matter. Python calls it before the change, so that whoever asks in between
/// must not be interrupted by it: see `Overrides::find`.
unsafe extern "C" fn changed(
    _: c_int,
    _: *mut ffi::PyObject,
    key: *mut ffi::PyObject,
    _: *mut ffi::PyObject,
) -> c_int {
    // SAFETY: Python gives a live key, or null where all keys are concerned.
    unraisable(|| unsafe {
        if key.is_null() || may_override(key) {
            CHANGES.fetch_add(1, Ordering::AcqRel);
        }
    });
    0
}

/// Whether a key may be one of [`OVERRIDABLE`]: what is no exact `str` compares as it likes.
///
/// # Safety
/// `key` is a live object and the thread is attached.
unsafe fn may_override(key: *mut ffi::PyObject) -> bool {
    // SAFETY: as the caller vouches.
    unsafe {
        ffi::PyUnicode_CheckExact(key) == 0
            || OVERRIDABLE.iter().any(|name| is_text(key, ptr::null_mut(), name).unwrap_or(true))
    }
}
