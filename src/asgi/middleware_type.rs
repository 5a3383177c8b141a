//! The compiled base of `fastcors.CORSMiddleware`: the type, with the tables of its attributes and methods.

use core::ffi::c_void;
use core::mem::offset_of;
use core::ptr;

use pyo3::exceptions::PyTypeError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyType;

use super::call::vectorcall;
use super::guard::object;
use super::middleware::{Middleware, TYPE, clear, dealloc, traverse};
use super::names::Names;
use super::object::Owned;
use super::types::{self, dict_offset, no_member, slot, vectorcall_offset};
use super::{attributes, methods, send};

/// The type `fastcors._fastcors.Middleware`.
///
/// # Errors
/// Those of making a type, at the first call.
pub(crate) fn middleware_type(py: Python<'_>) -> PyResult<&Bound<'_, PyType>> {
    send::prepare(py)?;
    TYPE.get_or_try_init(py, || make_type(py)).map(|made| made.bind(py))
}

/// Makes a call of an instance of `class`, a subclass of `Middleware`, run the compiled code.
///
/// The class has an `async def __call__`, by which servers recognize an ASGI 3 application, and which
/// Python would run for a call. This puts the compiled function back into the slot of the
/// class. Assigning or overriding `__call__` later resets the slot, as it does for any class.
#[pyfunction]
pub(crate) fn claim_call(class: &Bound<'_, PyType>) -> PyResult<()> {
    let base = middleware_type(class.py())?;
    if !class.is_subclass(base)? {
        return Err(PyTypeError::new_err(format!("{class} is not a subclass of {base}")));
    }
    let class = class.as_type_ptr();
    // SAFETY: the class inherits the layout of `Middleware`, its vectorcall function among it, so
    // that the slot and the flag are right for every instance. The GIL is held.
    unsafe {
        (*class).tp_vectorcall_offset = (*base.as_type_ptr()).tp_vectorcall_offset;
        (*class).tp_call = Some(ffi::PyVectorcall_Call);
        #[cfg(not(Py_GIL_DISABLED))]
        {
            (*class).tp_flags |= ffi::Py_TPFLAGS_HAVE_VECTORCALL;
        }
        #[cfg(Py_GIL_DISABLED)]
        (*class)
            .tp_flags
            .fetch_or(ffi::Py_TPFLAGS_HAVE_VECTORCALL, core::sync::atomic::Ordering::Relaxed);
        ffi::PyType_Modified(class);
    }
    Ok(())
}

// `PyO3` does not have it. Windows wants the name of the library.
#[cfg(all(Py_GIL_DISABLED, Py_3_14))]
#[cfg_attr(all(windows, Py_3_15), link(name = "python315t", kind = "raw-dylib"))]
#[cfg_attr(all(windows, not(Py_3_15)), link(name = "python314t", kind = "raw-dylib"))]
unsafe extern "C" {
    fn PyUnstable_Object_EnableDeferredRefcount(object: *mut ffi::PyObject) -> core::ffi::c_int;
}

unsafe extern "C" fn new(
    class: *mut ffi::PyTypeObject,
    _args: *mut ffi::PyObject,
    _kwargs: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: the allocator returns a zeroed instance of the class, which has room for `Middleware`.
    object(|| unsafe {
        let allocate = (*class).tp_alloc.unwrap_or(ffi::PyType_GenericAlloc);
        let made = Owned::take(allocate(class, 0))?;
        (*made.as_ptr().cast::<Middleware>()).vectorcall = Some(vectorcall);
        #[cfg(all(Py_GIL_DISABLED, Py_3_14))]
        // All threads call it: the interpreter then counts no references of its own.
        PyUnstable_Object_EnableDeferredRefcount(made.as_ptr());
        Ok(made)
    })
}

fn make_type(py: Python<'_>) -> PyResult<Py<PyType>> {
    static mut ATTRIBUTES: [ffi::PyGetSetDef; attributes::ATTRIBUTES.len()] =
        attributes::ATTRIBUTES;
    static mut METHODS: [ffi::PyMethodDef; methods::METHODS.len()] = methods::METHODS;
    static mut MEMBERS: [ffi::PyMemberDef; 3] = [
        vectorcall_offset(offset_of!(Middleware, vectorcall)),
        dict_offset(offset_of!(Middleware, dict)),
        no_member(),
    ];
    Names::get(py)?;
    let mut slots = [
        slot(ffi::Py_tp_new, new as *mut c_void),
        slot(ffi::Py_tp_call, ffi::PyVectorcall_Call as *mut c_void),
        slot(ffi::Py_tp_dealloc, dealloc as *mut c_void),
        slot(ffi::Py_tp_traverse, traverse as *mut c_void),
        slot(ffi::Py_tp_clear, clear as *mut c_void),
        slot(ffi::Py_tp_members, (&raw mut MEMBERS).cast()),
        slot(ffi::Py_tp_getset, (&raw mut ATTRIBUTES).cast()),
        slot(ffi::Py_tp_methods, (&raw mut METHODS).cast()),
        slot(0, ptr::null_mut()),
    ];
    let flags = ffi::Py_TPFLAGS_HAVE_VECTORCALL | ffi::Py_TPFLAGS_BASETYPE;
    // SAFETY: the slots fit their functions and end with a zero; `Middleware` begins with its head.
    let made = unsafe {
        types::make::<Middleware>(py, c"fastcors._fastcors.Middleware", flags, &mut slots)?
    };
    Ok(made.unbind())
}
