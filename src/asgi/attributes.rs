//! The attributes of a middleware that Python code uses.

use core::ffi::{c_int, c_void};

use pyo3::exceptions::PyAttributeError;
use pyo3::ffi;
use pyo3::prelude::*;

use super::application::Calls;
use super::current::{current_policy, find_overrides, held, overrides, replace};
use super::guard::{attached, object, status};
use super::middleware::{Middleware, is_middleware, not_initialized};
use super::object::{Owned, Raised};
use super::overrides::Overrides;
use super::types::{attribute, no_attribute};

/// The value of an attribute, or the error that `__init__` has not set it.
fn set_already(held: Option<Owned>) -> Result<Owned, Raised> {
    match held {
        Some(held) => Ok(held),
        None => not_initialized(),
    }
}

unsafe extern "C" fn get_policy(slf: *mut ffi::PyObject, _: *mut c_void) -> *mut ffi::PyObject {
    // SAFETY: Python calls this with a `Middleware`.
    object(|| unsafe {
        let this = slf.cast::<Middleware>();
        set_already(held(this, &raw const (*this).policy))
    })
}

unsafe extern "C" fn get_app(slf: *mut ffi::PyObject, _: *mut c_void) -> *mut ffi::PyObject {
    // SAFETY: Python calls this with a `Middleware`.
    object(|| unsafe {
        let this = slf.cast::<Middleware>();
        set_already(held(this, &raw const (*this).app))
    })
}

/// Sets the application, and finds out what calling it does.
unsafe extern "C" fn set_app(
    slf: *mut ffi::PyObject,
    value: *mut ffi::PyObject,
    _: *mut c_void,
) -> c_int {
    status(|| {
        attached(|py| {
            // SAFETY: Python passes a live value, or null for a deletion.
            let app = unsafe { Bound::from_borrowed_ptr_or_opt(py, value) };
            let app =
                app.ok_or_else(|| PyAttributeError::new_err("app is replaced, not deleted"))?;
            let calls = Calls::of(&app, is_middleware)?;
            // SAFETY: Python calls this with a `Middleware`.
            unsafe {
                let this = slf.cast::<Middleware>();
                replace(this, [(&raw mut (*this).app, app.into_ptr())], || (*this).calls = calls);
            }
            Ok(())
        })
    })
}

/// What is overridden now, as a bool.
///
/// # Safety
/// `slf` is a live `Middleware` and the thread is attached.
unsafe fn overridden(
    slf: *mut ffi::PyObject,
    which: impl FnOnce(&Overrides) -> bool,
) -> Result<Owned, Raised> {
    // SAFETY: as the caller vouches.
    unsafe {
        let this = slf.cast::<Middleware>();
        find_overrides(this)?;
        Owned::take(ffi::PyBool_FromLong(which(&*overrides(this)).into()))
    }
}

/// `Middleware._fastcors_hooks`: whether `async def __call__` has to call the methods by name.
unsafe extern "C" fn get_hooks(slf: *mut ffi::PyObject, _: *mut c_void) -> *mut ffi::PyObject {
    // SAFETY: Python calls this with a `Middleware`.
    object(|| unsafe { overridden(slf, |overrides| overrides.hooks) })
}

/// `Middleware._fastcors_asks`: whether `is_allowed_origin` is overridden.
unsafe extern "C" fn get_asks(slf: *mut ffi::PyObject, _: *mut c_void) -> *mut ffi::PyObject {
    // SAFETY: Python calls this with a `Middleware`.
    object(|| unsafe { overridden(slf, |overrides| overrides.asks_origin) })
}

unsafe extern "C" fn get_compiled(slf: *mut ffi::PyObject, _: *mut c_void) -> *mut ffi::PyObject {
    // SAFETY: Python calls this with a `Middleware`.
    object(|| unsafe { set_already(current_policy(slf.cast())?) })
}

unsafe extern "C" fn get_live(slf: *mut ffi::PyObject, _: *mut c_void) -> *mut ffi::PyObject {
    // SAFETY: Python calls this with a `Middleware`; what it holds is live or null.
    object(|| unsafe {
        let this = slf.cast::<Middleware>();
        Ok(held(this, &raw const (*this).live).unwrap_or_else(|| Owned::share(ffi::Py_None())))
    })
}

/// The attributes of the type.
pub(super) const ATTRIBUTES: [ffi::PyGetSetDef; 8] = [
    attribute(
        c"__dict__",
        ffi::PyObject_GenericGetDict,
        Some(ffi::PyObject_GenericSetDict),
        c"The attributes of the instance.",
    ),
    attribute(c"app", get_app, Some(set_app), c"The application behind this middleware."),
    attribute(c"_fastcors_policy", get_policy, None, c"The policy that requests are decided by."),
    attribute(c"_fastcors_compiled", get_compiled, None, c"Its compiled form."),
    attribute(c"_fastcors_live", get_live, None, c"The list that the policy follows, or None."),
    attribute(c"_fastcors_hooks", get_hooks, None, c"Whether a method is called by name."),
    attribute(c"_fastcors_asks", get_asks, None, c"Whether is_allowed_origin is overridden."),
    no_attribute(),
];
