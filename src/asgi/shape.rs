//! Attributes that make the compiled `send` look like the `async def` that it stands for.

use core::ffi::{CStr, c_void};
use core::ptr;

use pyo3::ffi;
use pyo3::prelude::*;

use super::guard::{attached, object};
use super::names::Names;
use super::object::Owned;

/// The attribute `name` of `async def send(message)`.
///
/// `inspect.iscoroutinefunction` takes an object with a function's attributes for a function:
/// asgiref asks it of a send, and Starlette's is a partial of a coroutine function.
pub(super) const fn send_attribute(name: &'static CStr) -> ffi::PyGetSetDef {
    ffi::PyGetSetDef {
        name: name.as_ptr(),
        get: Some(attribute),
        set: None,
        doc: ptr::null(),
        closure: name.as_ptr().cast_mut().cast(),
    }
}

unsafe extern "C" fn attribute(_: *mut ffi::PyObject, name: *mut c_void) -> *mut ffi::PyObject {
    object(|| {
        attached(|py| {
            // SAFETY: the definition above passes a constant C string.
            let name = unsafe { CStr::from_ptr(name.cast()) };
            let shape = Names::get(py)?.send_shape.bind(py);
            let value = shape.getattr(name.to_string_lossy().as_ref())?;
            // SAFETY: the reference is given away.
            unsafe { Ok(Owned::take(value.into_ptr())) }
        })?
    })
}
