//! Makes the types that are written by hand.

use core::ffi::{CStr, c_int, c_uint, c_void};

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyType;

use super::older_rust::signed;

/// A slot of a type. The function's or table's signature must be the one that the slot asks for.
pub(super) fn slot(slot: c_int, function: *mut c_void) -> ffi::PyType_Slot {
    ffi::PyType_Slot { slot, pfunc: function }
}

/// The read-only member with the offset of the vectorcall function in an instance.
pub(super) const fn vectorcall_offset(offset: usize) -> ffi::PyMemberDef {
    offset_member(c"__vectorcalloffset__", offset)
}

/// The read-only member with the offset of the `__dict__` in an instance.
pub(super) const fn dict_offset(offset: usize) -> ffi::PyMemberDef {
    offset_member(c"__dictoffset__", offset)
}

const fn offset_member(name: &'static CStr, offset: usize) -> ffi::PyMemberDef {
    ffi::PyMemberDef {
        name: name.as_ptr(),
        type_code: ffi::Py_T_PYSSIZET,
        offset: signed(offset),
        flags: ffi::Py_READONLY,
        doc: core::ptr::null(),
    }
}

/// An attribute that is read, and assigned, by functions.
pub(super) const fn attribute(
    name: &'static CStr,
    get: ffi::getter,
    set: Option<ffi::setter>,
    doc: &'static CStr,
) -> ffi::PyGetSetDef {
    ffi::PyGetSetDef {
        name: name.as_ptr(),
        get: Some(get),
        set,
        doc: doc.as_ptr(),
        closure: core::ptr::null_mut(),
    }
}

/// The end of a table of attributes.
pub(super) const fn no_attribute() -> ffi::PyGetSetDef {
    // SAFETY: an attribute of only zeros is how such a table ends.
    unsafe { core::mem::zeroed() }
}

/// A method of no argument or of one, as `flags` state.
pub(super) const fn method(
    name: &'static CStr,
    function: ffi::PyCFunction,
    flags: c_int,
    doc: &'static CStr,
) -> ffi::PyMethodDef {
    ffi::PyMethodDef {
        ml_name: name.as_ptr(),
        ml_meth: ffi::PyMethodDefPointer { PyCFunction: function },
        ml_flags: flags,
        ml_doc: doc.as_ptr(),
    }
}

/// A method of any number of arguments.
pub(super) const fn fast_method(
    name: &'static CStr,
    function: ffi::PyCFunctionFast,
    doc: &'static CStr,
) -> ffi::PyMethodDef {
    ffi::PyMethodDef {
        ml_name: name.as_ptr(),
        ml_meth: ffi::PyMethodDefPointer { PyCFunctionFast: function },
        ml_flags: ffi::METH_FASTCALL,
        ml_doc: doc.as_ptr(),
    }
}

/// The arguments of a [`fast_method`].
///
/// # Safety
/// There are as many as `nargs` says, and they outlive `'a`.
#[inline]
pub(super) unsafe fn arguments<'a>(
    args: *mut *mut ffi::PyObject,
    nargs: ffi::Py_ssize_t,
) -> &'a [*mut ffi::PyObject] {
    // Python may pass null for none.
    if nargs == 0 {
        return &[];
    }
    // SAFETY: as the caller vouches.
    unsafe { core::slice::from_raw_parts(args, nargs.unsigned_abs()) }
}

/// The end of a table of members.
pub(super) const fn no_member() -> ffi::PyMemberDef {
    // SAFETY: a member of only zeros is how such a table ends.
    unsafe { core::mem::zeroed() }
}

/// Shows the garbage collector what an object holds; null is nothing.
///
/// # Safety
/// Each is null or a live object; `visit` and `arg` are the arguments of a traverse function.
pub(super) unsafe fn visit_all(
    held: &[*mut ffi::PyObject],
    visit: ffi::visitproc,
    arg: *mut c_void,
) -> c_int {
    for &object in held.iter().filter(|object| !object.is_null()) {
        // SAFETY: as the caller vouches.
        let result = unsafe { visit(object, arg) };
        if result != 0 {
            return result;
        }
    }
    0
}

/// Drops what an object holds. Each field is null before its object may run code.
///
/// # Safety
/// Each field holds null or a reference of its own, and the thread is attached.
pub(super) unsafe fn clear_all(fields: &[*mut *mut ffi::PyObject]) {
    for field in fields {
        // SAFETY: as the caller vouches.
        unsafe { ffi::Py_XDECREF(field.replace(core::ptr::null_mut())) }
    }
}

/// Makes a type whose instances are `Layout`. Python code cannot change it, only its subclasses.
///
/// # Safety
/// The slots end with a zero, fit their functions, and everything they point to lives for ever;
/// `Layout` is `repr(C)` and begins with a `PyObject`.
pub(super) unsafe fn make<'py, Layout>(
    py: Python<'py>,
    name: &'static CStr,
    flags: core::ffi::c_ulong,
    slots: &mut [ffi::PyType_Slot],
) -> PyResult<Bound<'py, PyType>> {
    let mut spec = ffi::PyType_Spec {
        name: name.as_ptr(),
        basicsize: c_int::try_from(size_of::<Layout>())?,
        itemsize: 0,
        flags: c_uint::try_from(
            ffi::Py_TPFLAGS_DEFAULT
                | ffi::Py_TPFLAGS_HAVE_GC
                | ffi::Py_TPFLAGS_IMMUTABLETYPE
                | flags,
        )?,
        slots: slots.as_mut_ptr(),
    };
    // SAFETY: the spec is whole, as the caller vouches for its slots; the result is a new type or
    // null with an exception.
    unsafe {
        let made = Bound::from_owned_ptr_or_err(py, ffi::PyType_FromSpec(&raw mut spec))?;
        Ok(made.cast_into_unchecked())
    }
}
