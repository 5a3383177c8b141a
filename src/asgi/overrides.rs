//! What a class or an instance overrides of the methods that Starlette calls by name, and when that
//! has to be found out again.

use core::ffi::c_uint;

use pyo3::ffi;
use pyo3::prelude::*;

use super::guard::attached;
use super::object::Raised;

/// What an instance overrides, with the state of its class and of its `__dict__` for which that holds.
///
/// Every change counts, by whatever way it is made: a class has another version after each, and a
/// dict too.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub(super) struct Overrides {
    /// The version of the class; 0 if it has none.
    class_version: c_uint,
    /// Whether a call runs `async def __call__`: it is overridden itself, or there are hooks.
    pub(super) runs_call: bool,
    /// Whether a method is overridden beside `is_allowed_origin` that has to be called by name.
    pub(super) hooks: bool,
    /// Whether `is_allowed_origin` is overridden.
    pub(super) asks_origin: bool,
    /// The version of the instance's `__dict__`.
    dict_version: u64,
    /// The state of a class without a version; 0 if that is not known.
    class_state: u64,
}

/// The version before anything was found out, and of a dict without one.
const UNKNOWN: u64 = 0;

/// Stands for the version of a `__dict__` that is not there: an instance without attributes.
const NO_DICT: u64 = u64::MAX;

impl Overrides {
    /// Whether what was found out still holds, for a class that has a version.
    ///
    /// # Safety
    /// `class` is the class of the instance, `dict` its `__dict__` or null; the thread is attached.
    #[inline(always)]
    pub(super) unsafe fn hold(
        &self,
        class: *mut ffi::PyTypeObject,
        dict: *mut ffi::PyObject,
    ) -> bool {
        // SAFETY: live objects, as the caller vouches.
        unsafe {
            (*class).tp_version_tag == self.class_version
                && self.class_version != 0
                && instance_version(dict) == self.dict_version
        }
    }

    /// The same for a class without a version: it was changed since its last method was looked up, or
    /// so often (1,000 times on 3.13) that it is not given another one.
    ///
    /// # Safety
    /// As for [`hold`](Self::hold).
    #[cold]
    pub(super) unsafe fn hold_without_version(
        &self,
        class: *mut ffi::PyTypeObject,
        dict: *mut ffi::PyObject,
    ) -> bool {
        // SAFETY: live objects, as the caller vouches.
        unsafe {
            (*class).tp_version_tag == 0
                && self.class_state != UNKNOWN
                && class_state(class) == self.class_state
                && instance_version(dict) == self.dict_version
        }
    }

    /// Asks Python what is overridden.
    ///
    /// # Safety
    /// `slf` is a live `Middleware` whose `__dict__` is at `dict`, and the thread is attached.
    #[cold]
    pub(super) unsafe fn find(
        slf: *mut ffi::PyObject,
        dict: *const *mut ffi::PyObject,
    ) -> Result<Self, Raised> {
        attached(|py| {
            // SAFETY: live for the time of the call.
            unsafe {
                let class = ffi::Py_TYPE(slf);
                let before = (class, class_state(class), instance_version(*dict));
                let (runs_call, hooks, asks_origin) = Bound::from_borrowed_ptr(py, slf)
                    .call_method0("_fastcors_overrides")?
                    .extract()?;
                // Looking attributes up on the class, as that did, gives it a version if it can.
                let class = ffi::Py_TYPE(slf);
                let after = (class, class_state(class), instance_version(*dict));
                let mut found = Self { runs_call, hooks, asks_origin, ..Self::default() };
                // What changed meanwhile may not have been seen: then it is asked again.
                if before == after && after.2 != UNKNOWN {
                    found.class_version = (*class).tp_version_tag;
                    (_, found.class_state, found.dict_version) = after;
                }
                Ok(found)
            }
        })
    }
}

#[inline(always)]
unsafe fn instance_version(dict: *mut ffi::PyObject) -> u64 {
    if dict.is_null() {
        return NO_DICT;
    }
    // SAFETY: the caller vouches for a live dict.
    unsafe { dict_version(dict) }
}

/// A number that no dict has a second time after a change (PEP 509); 0 where this Python has none.
///
/// # Safety
/// `dict` is a live dict and the thread is attached.
#[inline(always)]
pub(super) unsafe fn dict_version(dict: *mut ffi::PyObject) -> u64 {
    #[cfg(Py_3_14)]
    {
        let _ = dict;
        UNKNOWN
    }
    #[cfg(not(Py_3_14))]
    // SAFETY: a live dict, as the caller vouches; its version is a field in these versions of Python.
    #[allow(deprecated, reason = "it goes with 3.14, for which this is not compiled")]
    unsafe {
        (*dict.cast::<ffi::PyDictObject>()).ma_version_tag
    }
}

/// A number that is another one after each change to the class or to one that it inherits from.
///
/// It is made of the classes in their order and the versions of their dicts; that two states share a
/// number is as improbable as that a hash of 64 bits collides.
///
/// # Safety
/// `class` is a live class and the thread is attached.
unsafe fn class_state(class: *mut ffi::PyTypeObject) -> u64 {
    // SAFETY: the method resolution order is a tuple of live classes, each with a dict or null.
    unsafe {
        let order = (*class).tp_mro;
        if cfg!(Py_3_14) || order.is_null() {
            return UNKNOWN;
        }
        let mut state: u64 = 1;
        for index in 0..ffi::PyTuple_GET_SIZE(order) {
            let each = ffi::PyTuple_GET_ITEM(order, index).cast::<ffi::PyTypeObject>();
            let dict = (*each).tp_dict;
            let version = if dict.is_null() { 0 } else { dict_version(dict) };
            for part in [each as u64, version] {
                // The mixing of FNV-1a, over words.
                state = (state ^ part).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(29);
            }
        }
        state
    }
}
