//! An owned reference to a Python object, at the price of a pointer.

use core::ptr::NonNull;

use pyo3::ffi;

use super::names::Names;
use super::older_rust::{cold_path, signed};

/// A Python exception is set in the current thread, and the caller must propagate it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Raised;

/// Returns `value`, and marks the path that leads here as cold: the compiler then keeps the code of the
/// common path together.
#[inline(always)]
pub(super) fn seldom<T>(value: T) -> T {
    cold_path();
    value
}

/// A strong reference. It is dropped by a plain decrement, so it must live and die attached to the
/// interpreter, which every caller is: it never leaves a function that Python called.
pub(crate) struct Owned(NonNull<ffi::PyObject>);

impl Owned {
    /// Takes ownership of the new reference that a C call returned; null means an exception.
    ///
    /// # Safety
    /// `pointer` is null with an exception set, or a reference that the caller owns.
    #[inline]
    pub(super) unsafe fn take(pointer: *mut ffi::PyObject) -> Result<Self, Raised> {
        match NonNull::new(pointer) {
            Some(pointer) => Ok(Self(pointer)),
            None => seldom(Err(Raised)),
        }
    }

    /// A new reference to a borrowed object.
    ///
    /// # Safety
    /// `pointer` is a live object, and the thread is attached.
    #[inline]
    pub(super) unsafe fn share(pointer: *mut ffi::PyObject) -> Self {
        // SAFETY: the caller vouches for a live object, so it is not null.
        unsafe {
            ffi::Py_INCREF(pointer);
            Self(NonNull::new_unchecked(pointer))
        }
    }

    #[inline]
    pub(super) fn as_ptr(&self) -> *mut ffi::PyObject {
        self.0.as_ptr()
    }

    /// Releases the ownership of the reference.
    #[inline]
    pub(crate) fn into_ptr(self) -> *mut ffi::PyObject {
        let pointer = self.0.as_ptr();
        core::mem::forget(self);
        pointer
    }
}

impl Drop for Owned {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: the reference is ours, and the type's contract is that the thread is attached.
        unsafe { ffi::Py_DECREF(self.0.as_ptr()) }
    }
}

/// The content of a `bytes` object.
///
/// # Safety
/// `pointer` is a live `bytes` object or of a subclass, which outlives `'a`.
#[inline]
pub(super) unsafe fn bytes_of<'a>(pointer: *mut ffi::PyObject) -> &'a [u8] {
    // SAFETY: a bytes object holds `Py_SIZE` bytes at that address, and never changes them.
    unsafe {
        let length = usize::try_from(ffi::Py_SIZE(pointer)).unwrap_or(0);
        core::slice::from_raw_parts(ffi::PyBytes_AS_STRING(pointer).cast(), length)
    }
}

/// The `str` of a header value, decoded as latin-1.
///
/// # Safety
/// The thread is attached.
pub(super) unsafe fn decoded(value: &[u8]) -> Result<Owned, Raised> {
    let (start, length) = (value.as_ptr().cast(), signed(value.len()));
    // SAFETY: the slice is as long as it says; what comes back is a new reference or null.
    unsafe { Owned::take(ffi::PyUnicode_DecodeLatin1(start, length, core::ptr::null())) }
}

/// Whether `pointer` equals the text `expected`, which is ASCII, as `==` in Python says.
///
/// Usually it is the same object; otherwise the length already differs for nearly all others.
///
/// # Safety
/// `pointer` is a live object, `interned` the `str` whose text is `expected` or null, where only an
/// exact str counts, and the thread is attached.
#[inline]
pub(super) unsafe fn is_text(
    pointer: *mut ffi::PyObject,
    interned: *mut ffi::PyObject,
    expected: &[u8],
) -> Result<bool, Raised> {
    if pointer == interned {
        return Ok(true);
    }
    // SAFETY: the object is checked to be a str before it is read as one; a str of one-byte characters
    // holds as many bytes as its length says.
    unsafe {
        if ffi::PyUnicode_CheckExact(pointer) == 0 {
            return equals(pointer, interned);
        }
        if !has_bytes(pointer) {
            return Ok(false);
        }
        let length = usize::try_from(ffi::PyUnicode_GET_LENGTH(pointer)).unwrap_or(0);
        Ok(length == expected.len()
            && core::slice::from_raw_parts(ffi::PyUnicode_DATA(pointer).cast::<u8>(), length)
                == expected)
    }
}

/// The bytes of an exact `str` whose characters are a byte each, or None for another object: without
/// a call, and without a copy that the `str` keeps.
///
/// # Safety
/// `pointer` is a live object, which outlives `'a`, and the thread is attached.
#[inline]
pub(super) unsafe fn byte_text<'a>(pointer: *mut ffi::PyObject) -> Option<&'a [u8]> {
    // SAFETY: as in `is_text`.
    unsafe {
        if ffi::PyUnicode_CheckExact(pointer) == 0 || !has_bytes(pointer) {
            return None;
        }
        let length = usize::try_from(ffi::PyUnicode_GET_LENGTH(pointer)).unwrap_or(0);
        Some(core::slice::from_raw_parts(ffi::PyUnicode_DATA(pointer).cast::<u8>(), length))
    }
}

/// The UTF-8 form of a `str`, or of a subclass; None for another object, and for a text that has none.
///
/// # Safety
/// `pointer` is a live object, which outlives `'a`, and the thread is attached.
pub(super) unsafe fn utf8_text<'a>(pointer: *mut ffi::PyObject) -> Option<&'a [u8]> {
    // SAFETY: as the caller vouches; a str keeps its UTF-8 form.
    unsafe {
        if ffi::PyUnicode_Check(pointer) == 0 {
            return None;
        }
        let mut length = 0;
        let start = ffi::PyUnicode_AsUTF8AndSize(pointer, &raw mut length);
        if start.is_null() {
            ffi::PyErr_Clear();
            return None;
        }
        Some(core::slice::from_raw_parts(start.cast(), length.unsigned_abs()))
    }
}

/// Whether the characters of a str are a byte each. It may be a latin-1 text, whose bytes differ from
/// those of any ASCII text.
///
/// # Safety
/// `text` is a live `str` and the thread is attached.
#[inline]
unsafe fn has_bytes(text: *mut ffi::PyObject) -> bool {
    // SAFETY: as the caller vouches.
    #[cfg(Py_3_14)]
    unsafe {
        ffi::PyUnicode_KIND(text) == ffi::PyUnicode_1BYTE_KIND
    }
    // Where `PyO3` reads the flags in place, asking for ASCII costs no call.
    // SAFETY: as the caller vouches.
    #[cfg(not(Py_3_14))]
    unsafe {
        ffi::PyUnicode_IS_COMPACT_ASCII(text) != 0
    }
}

/// `left == right`, for a str enumeration and whatever else compares as a str.
///
/// # Safety
/// `left` is a live object, `right` too or null, and the thread is attached.
#[cold]
unsafe fn equals(left: *mut ffi::PyObject, right: *mut ffi::PyObject) -> Result<bool, Raised> {
    if right.is_null() {
        return Ok(false);
    }
    // SAFETY: as the caller vouches.
    match unsafe { ffi::PyObject_RichCompareBool(left, right, ffi::Py_EQ) } {
        -1 => Err(Raised),
        result => Ok(result == 1),
    }
}

/// `dict[key]`, borrowed, or None if there is no such key.
///
/// # Safety
/// `dict` is a live dict, `key` a live object, and the thread is attached.
#[inline]
pub(super) unsafe fn dict_item(
    dict: *mut ffi::PyObject,
    key: *mut ffi::PyObject,
) -> Result<Option<NonNull<ffi::PyObject>>, Raised> {
    // SAFETY: as the caller vouches. A key of another kind may have failed to compare.
    unsafe {
        let found = NonNull::new(ffi::PyDict_GetItemWithError(dict, key));
        if found.is_none() && !ffi::PyErr_Occurred().is_null() {
            return seldom(Err(Raised));
        }
        Ok(found)
    }
}

/// As [`dict_item`], a new reference: of a dict that another thread may change, where there is no GIL.
///
/// # Safety
/// As for [`dict_item`].
#[inline]
pub(super) unsafe fn shared_item(
    dict: *mut ffi::PyObject,
    key: *mut ffi::PyObject,
) -> Result<Option<Owned>, Raised> {
    #[cfg(not(Py_GIL_DISABLED))]
    // SAFETY: as the caller vouches; nothing runs before the reference is taken.
    unsafe {
        Ok(dict_item(dict, key)?.map(|found| Owned::share(found.as_ptr())))
    }
    #[cfg(Py_GIL_DISABLED)]
    // SAFETY: as the caller vouches; what is found is a new reference.
    unsafe {
        let mut found = core::ptr::null_mut();
        if ffi::PyDict_GetItemRef(dict, key, &raw mut found) < 0 {
            return seldom(Err(Raised));
        }
        Ok(NonNull::new(found).map(Owned))
    }
}

/// `mapping[key]` as a new reference, or a `KeyError`. The key is an interned `str`.
///
/// # Safety
/// Both are live objects and the thread is attached.
#[inline]
pub(super) unsafe fn item(
    mapping: *mut ffi::PyObject,
    key: *mut ffi::PyObject,
) -> Result<Owned, Raised> {
    // SAFETY: the caller vouches for the objects; a dict's own item is borrowed, so it is shared.
    unsafe {
        if ffi::PyDict_CheckExact(mapping) != 0 {
            if let Some(found) = shared_item(mapping, key)? {
                return Ok(found);
            }
        }
        // The general way, which also raises the KeyError with the key in it.
        cold_path();
        Owned::take(ffi::PyObject_GetItem(mapping, key))
    }
}

/// A bound method, in the layout that it has from Python 3.8 on.
#[repr(C)]
pub(super) struct BoundMethod {
    base: ffi::PyObject,
    function: *mut ffi::PyObject,
    pub(super) receiver: *mut ffi::PyObject,
}

/// Calls `callable` with these arguments.
///
/// # Safety
/// All are live objects and the thread is attached.
#[inline]
pub(super) unsafe fn call(
    callable: *mut ffi::PyObject,
    args: &[*mut ffi::PyObject],
) -> Result<Owned, Raised> {
    // SAFETY: as the caller vouches.
    unsafe {
        Owned::take(ffi::PyObject_Vectorcall(
            callable,
            args.as_ptr(),
            args.len(),
            core::ptr::null_mut(),
        ))
    }
}

/// Calls `callable` with one argument, which may lead back here through C code alone: then one level
/// deeper, and too deep is a `RecursionError`.
///
/// # Safety
/// All are live objects and the thread is attached.
#[inline]
pub(super) unsafe fn call_one(
    names: &Names,
    callable: *mut ffi::PyObject,
    argument: *mut ffi::PyObject,
) -> Result<Owned, Raised> {
    // SAFETY: as the caller vouches.
    unsafe {
        let call = || Owned::take(ffi::PyObject_CallOneArg(callable, argument));
        if counts_its_calls(names, callable) { call() } else { seldom(deeper(call)) }
    }
}

/// Whether Python itself counts how deep calls of `callable` are nested: a function of Python or C, or
/// a method of such a function. Of others only the type knows, as a `functools.partial` does not.
///
/// # Safety
/// `callable` is a live object and the thread is attached.
#[inline]
unsafe fn counts_its_calls(names: &Names, callable: *mut ffi::PyObject) -> bool {
    // SAFETY: type pointers are compared; the layout is that of the type that was found.
    unsafe {
        let mut kind = ffi::Py_TYPE(callable);
        if kind.cast() == names.bound_method.as_ptr() {
            kind = ffi::Py_TYPE((*callable.cast::<BoundMethod>()).function);
        }
        kind == &raw mut ffi::PyFunction_Type || kind == &raw mut ffi::PyCFunction_Type
    }
}

/// Runs `body`, a call that may lead back here, one level deeper; too deep is a `RecursionError`.
///
/// # Safety
/// The thread is attached.
pub(super) unsafe fn deeper(body: impl FnOnce() -> Result<Owned, Raised>) -> Result<Owned, Raised> {
    // SAFETY: attached, as the caller vouches; what is entered is left.
    unsafe {
        if ffi::Py_EnterRecursiveCall(c" while calling an ASGI application".as_ptr()) != 0 {
            return Err(Raised);
        }
        let result = body();
        ffi::Py_LeaveRecursiveCall();
        result
    }
}
