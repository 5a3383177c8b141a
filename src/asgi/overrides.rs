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
/// dict too, or it is watched.
#[repr(C)]
#[derive(Clone, Copy)]
pub(super) struct Overrides {
    /// The version of the class; 0 if it has none.
    class_version: c_uint,
    /// Whether a call runs `async def __call__`: it is overridden itself, or there are hooks.
    pub(super) runs_call: bool,
    /// Whether a method is overridden beside `is_allowed_origin` that has to be called by name.
    pub(super) hooks: bool,
    /// Whether `is_allowed_origin` is overridden.
    pub(super) asks_origin: bool,
    /// The state of the instance's `__dict__`.
    instance: state::Instance,
    /// The state of a class without a version; 0 where that is not known.
    class_state: u64,
}

/// The state of a class that is not known.
const UNKNOWN: u64 = 0;

impl Overrides {
    /// What says that nothing has been found out.
    pub(super) const NOTHING: Self = Self {
        class_version: 0,
        runs_call: false,
        hooks: false,
        asks_origin: false,
        instance: state::UNKNOWN,
        class_state: UNKNOWN,
    };

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
            class_version(class) == self.class_version
                && self.class_version != 0
                && state::of_instance(dict) == self.instance
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
            class_version(class) == 0
                && self.class_state != UNKNOWN
                && class_state(class) == self.class_state
                && state::of_instance(dict) == self.instance
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
                let before = (class, seen_class(class), state::seen_instance(slf, dict));
                let (runs_call, hooks, asks_origin) = Bound::from_borrowed_ptr(py, slf)
                    .call_method0("_fastcors_overrides")?
                    .extract()?;
                // Looking attributes up on the class, as that did, gives it a version if it can.
                let class = ffi::Py_TYPE(slf);
                let version = class_version(class);
                let after = (class, seen_class(class), state::seen_instance(slf, dict));
                let mut found = Self { runs_call, hooks, asks_origin, ..Self::NOTHING };
                // What changed meanwhile may not have been seen: then it is asked again.
                if before == after && after.2 != state::UNKNOWN {
                    found.class_version = version;
                    (_, found.class_state, found.instance) = after;
                }
                Ok(found)
            }
        })
    }
}

/// The version of a class, which changes with the class; 0 where it has none.
///
/// # Safety
/// `class` is a live class and the thread is attached.
#[inline(always)]
unsafe fn class_version(class: *mut ffi::PyTypeObject) -> c_uint {
    #[cfg(not(Py_GIL_DISABLED))]
    // SAFETY: as the caller vouches.
    unsafe {
        (*class).tp_version_tag
    }
    #[cfg(Py_GIL_DISABLED)]
    // SAFETY: as the caller vouches; Python writes the field as one word.
    unsafe {
        use core::sync::atomic::{AtomicU32, Ordering::Acquire};
        AtomicU32::from_ptr(&raw mut (*class).tp_version_tag).load(Acquire)
    }
}

/// As [`class_state`], for a class that is about to be asked. Without the GIL it is the version: another
/// thread may change the class while it is asked.
///
/// # Safety
/// `class` is a live class and the thread is attached.
unsafe fn seen_class(class: *mut ffi::PyTypeObject) -> u64 {
    // SAFETY: as the caller vouches.
    unsafe {
        if cfg!(Py_GIL_DISABLED) {
            return class_version(class).into();
        }
        for_each_dict(class, &mut |_, dict| state::see(dict));
        class_state(class)
    }
}

/// A number that is another one after each change to the class or to one that it inherits from.
///
/// It is made of the classes in their order and the states of their dicts; that two states share a
/// number is as improbable as that a hash of 64 bits collides.
///
/// # Safety
/// `class` is a live class and the thread is attached.
unsafe fn class_state(class: *mut ffi::PyTypeObject) -> u64 {
    let mut state: u64 = 1;
    // SAFETY: as the caller vouches.
    let known = unsafe {
        for_each_dict(class, &mut |each, dict| {
            let version = if dict.is_null() { 0 } else { state::version(dict) };
            for part in [each as u64, version] {
                // The mixing of FNV-1a, over words.
                state = (state ^ part).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(29);
            }
            true
        })
    };
    if known { state } else { UNKNOWN }
}

/// Calls `body` with each class that `class` inherits from and its dict, or null, until a call returns
/// false, and tells whether none did.
///
/// # Safety
/// `class` is a live class and the thread is attached.
unsafe fn for_each_dict(
    class: *mut ffi::PyTypeObject,
    body: &mut dyn FnMut(*mut ffi::PyTypeObject, *mut ffi::PyObject) -> bool,
) -> bool {
    // Without the GIL another thread may assign other bases meanwhile: such a class is asked each time.
    if cfg!(Py_GIL_DISABLED) {
        return false;
    }
    // SAFETY: the method resolution order is a tuple of live classes, each with a dict or null.
    unsafe {
        let order = (*class).tp_mro;
        !order.is_null()
            && (0..ffi::PyTuple_GET_SIZE(order)).all(|index| {
                let each = ffi::PyTuple_GET_ITEM(order, index).cast::<ffi::PyTypeObject>();
                body(each, (*each).tp_dict)
            })
    }
}

/// The state of an instance's `__dict__`, by the version that each dict has (PEP 509).
#[cfg(not(any(Py_3_14, Py_GIL_DISABLED)))]
mod state {
    use pyo3::ffi;

    pub(super) type Instance = u64;

    pub(super) const UNKNOWN: Instance = 0;

    /// Stands for the version of a `__dict__` that is not there: an instance without attributes.
    const NO_DICT: Instance = u64::MAX;

    /// # Safety
    /// `dict` is null or a live dict, and the thread is attached.
    #[inline(always)]
    pub(super) unsafe fn of_instance(dict: *mut ffi::PyObject) -> Instance {
        if dict.is_null() {
            return NO_DICT;
        }
        // SAFETY: as the caller vouches.
        unsafe { crate::asgi::overrides::dict_version(dict) }
    }

    /// # Safety
    /// The `__dict__` of a live instance, or null, is at `dict`, and the thread is attached.
    pub(super) unsafe fn seen_instance(
        _: *mut ffi::PyObject,
        dict: *const *mut ffi::PyObject,
    ) -> Instance {
        // SAFETY: as the caller vouches.
        unsafe { of_instance(*dict) }
    }

    pub(super) fn see(_: *mut ffi::PyObject) -> bool {
        true
    }

    /// # Safety
    /// `dict` is a live dict and the thread is attached.
    pub(super) unsafe fn version(dict: *mut ffi::PyObject) -> u64 {
        // SAFETY: as the caller vouches.
        unsafe { crate::asgi::overrides::dict_version(dict) }
    }
}

/// The state of an instance's `__dict__`: its address, and the changes of all dicts that are watched.
/// A dict at the address of another one is a change too, because Python tells of the end of that.
#[cfg(any(Py_3_14, Py_GIL_DISABLED))]
mod state {
    use core::ptr;

    use pyo3::ffi;

    use crate::asgi::locked::locked;
    use crate::asgi::object::Owned;
    use crate::asgi::watched::{changes, watch};

    pub(super) type Instance = (usize, u64);

    /// The changes are counted from 1.
    pub(super) const UNKNOWN: Instance = (0, 0);

    /// Only the address of the dict is looked at.
    #[inline(always)]
    pub(super) unsafe fn of_instance(dict: *mut ffi::PyObject) -> Instance {
        (dict as usize, changes())
    }

    /// # Safety
    /// `instance` is live with its `__dict__` at `dict`, and the thread is attached.
    pub(super) unsafe fn seen_instance(
        instance: *mut ffi::PyObject,
        _: *const *mut ffi::PyObject,
    ) -> Instance {
        // SAFETY: as the caller vouches. It makes the dict if there is none.
        let own = unsafe { Owned::take(ffi::PyObject_GenericGetDict(instance, ptr::null_mut())) };
        let Ok(own) = own else {
            // SAFETY: attached.
            unsafe { ffi::PyErr_Clear() }
            return UNKNOWN;
        };
        // A change that Python has told of is made when its lock is free.
        // SAFETY: a live dict, and an attached thread.
        let changes = unsafe { locked(own.as_ptr(), || watch(own.as_ptr()).then(changes)) };
        changes.map_or(UNKNOWN, |changes| (own.as_ptr() as usize, changes))
    }

    pub(super) fn see(dict: *mut ffi::PyObject) -> bool {
        // SAFETY: null, or the dict of a live class; the thread is attached.
        dict.is_null() || unsafe { watch(dict) }
    }

    pub(super) unsafe fn version(_: *mut ffi::PyObject) -> u64 {
        changes()
    }
}

/// A number that no dict has a second time after a change (PEP 509); 0 where this Python has none.
///
/// # Safety
/// `dict` is a live dict and the thread is attached.
#[inline(always)]
pub(super) unsafe fn dict_version(dict: *mut ffi::PyObject) -> u64 {
    #[cfg(any(Py_3_14, Py_GIL_DISABLED))]
    {
        let _ = dict;
        0
    }
    #[cfg(not(any(Py_3_14, Py_GIL_DISABLED)))]
    // SAFETY: a live dict, as the caller vouches; its version is a field in these versions of Python.
    #[allow(deprecated, reason = "it goes with 3.14, for which this is not compiled")]
    unsafe {
        (*dict.cast::<ffi::PyDictObject>()).ma_version_tag
    }
}
