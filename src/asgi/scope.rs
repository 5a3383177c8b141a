//! Reads what CORS needs from an ASGI scope.

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyByteArrayMethods;
use pyo3::types::{PyByteArray, PyBytes, PyDict, PyIterator, PyList, PyTuple};

use super::guard::attached;
use super::names::Names;
use super::object::{Owned, Raised, bytes_of, is_text, item, seldom};

pub(super) const ORIGIN: &[u8] = b"origin";
pub(super) const REQUEST_METHOD: &[u8] = b"access-control-request-method";
pub(super) const REQUEST_HEADERS: &[u8] = b"access-control-request-headers";
pub(super) const REQUEST_PRIVATE_NETWORK: &[u8] = b"access-control-request-private-network";

/// What kind of connection a scope is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Protocol {
    Http,
    WebSocket,
    /// `lifespan`, or one that is not known here.
    Other,
}

/// Reads the type of a scope.
///
/// # Safety
/// The scope is a live object and the thread is attached.
#[inline(always)]
pub(super) unsafe fn protocol(
    names: &Names,
    scope: *mut ffi::PyObject,
) -> Result<Protocol, Raised> {
    // SAFETY: as the caller vouches; the type is held while it is compared.
    unsafe {
        let kind = item(scope, names.kind.as_ptr())?;
        if kind.as_ptr() == names.websocket.as_ptr() {
            return Ok(Protocol::WebSocket);
        }
        Ok(if is_text(kind.as_ptr(), names.http.as_ptr(), b"http")? {
            Protocol::Http
        } else if is_text(kind.as_ptr(), names.websocket.as_ptr(), b"websocket")? {
            Protocol::WebSocket
        } else {
            Protocol::Other
        })
    }
}

/// A bit for each length that a name of interest has.
pub(super) const LENGTHS: u64 = 1 << ORIGIN.len()
    | 1 << REQUEST_METHOD.len()
    | 1 << REQUEST_HEADERS.len()
    | 1 << REQUEST_PRIVATE_NETWORK.len();

/// The first value, as `bytes`, of each header that CORS looks at. Later ones do not count.
#[derive(Default)]
pub(super) struct RequestHeaders {
    pub(super) origin: Option<Owned>,
    pub(super) method: Option<Owned>,
    pub(super) headers: Option<Owned>,
    pub(super) private_network: bool,
}

impl RequestHeaders {
    /// Reads a list or tuple of pairs of bytes, tuples or lists: what every server sends. None for any other shape.
    ///
    /// Runs no Python code, so that nothing changes under it.
    ///
    /// # Safety
    /// `headers` is a live object and the thread is attached.
    #[inline(always)]
    pub(super) unsafe fn read(headers: *mut ffi::PyObject) -> Option<Self> {
        // Not by the closure there: what it returns would be copied, 15 instructions.
        #[cfg(not(Py_GIL_DISABLED))]
        // SAFETY: as the caller vouches.
        unsafe {
            Self::read_items(headers)
        }
        #[cfg(Py_GIL_DISABLED)]
        // SAFETY: as the caller vouches; nothing that is called runs Python code.
        unsafe {
            super::locked::locked(headers, || Self::read_items(headers))
        }
    }

    /// # Safety
    /// As for [`read`](Self::read); nothing changes the headers.
    #[inline(always)]
    unsafe fn read_items(headers: *mut ffi::PyObject) -> Option<Self> {
        // SAFETY: each object is checked to be of the exact type that it is then read as; the items
        // are borrowed from the sequence, which nothing can change in between.
        unsafe {
            let Some((items, length)) = exact_items(headers) else { return seldom(None) };
            let mut found = Self::default();
            for index in 0..length {
                let (name, value) = exact_pair(*items.add(index))?;
                let length = ffi::Py_SIZE(name);
                // Few names have a length of interest: one shift tells.
                if length < 64 && LENGTHS >> length & 1 != 0 {
                    if ffi::PyBytes_CheckExact(value) == 0 {
                        return seldom(None);
                    }
                    found.take(bytes_of(name), value);
                }
            }
            Some(found)
        }
    }

    /// # Safety
    /// `value` is a live object and the thread is attached.
    #[inline(always)]
    pub(super) unsafe fn take(&mut self, name: &[u8], value: *mut ffi::PyObject) {
        let place = match name {
            ORIGIN => &mut self.origin,
            REQUEST_METHOD => &mut self.method,
            REQUEST_HEADERS => &mut self.headers,
            REQUEST_PRIVATE_NETWORK => {
                self.private_network = true;
                return;
            }
            _ => return,
        };
        // SAFETY: as the caller vouches.
        unsafe { keep(place, value) }
    }
}

/// Keeps the first value of a header.
///
/// # Safety
/// `value` is a live object and the thread is attached.
#[inline(always)]
unsafe fn keep(place: &mut Option<Owned>, value: *mut ffi::PyObject) {
    if place.is_none() {
        // SAFETY: live and attached, as the caller vouches; nothing is there that would have to be dropped.
        unsafe { core::ptr::write(place, Some(Owned::share(value))) };
    }
}

/// The items of a list or tuple, where they lie, and how many there are; None for any other object.
///
/// # Safety
/// `sequence` is a live object, and nothing changes it while the items are read.
#[inline(always)]
pub(super) unsafe fn exact_items(
    sequence: *mut ffi::PyObject,
) -> Option<(*const *mut ffi::PyObject, usize)> {
    // SAFETY: the object is checked to be of the exact type that it is then read as.
    unsafe {
        let items: *const *mut ffi::PyObject = if ffi::PyList_CheckExact(sequence) != 0 {
            (*sequence.cast::<ffi::PyListObject>()).ob_item
        } else if ffi::PyTuple_CheckExact(sequence) != 0 {
            (&raw const (*sequence.cast::<ffi::PyTupleObject>()).ob_item).cast()
        } else {
            return None;
        };
        Some((items, ffi::Py_SIZE(sequence).unsigned_abs()))
    }
}

/// Name and value of a header line that is a tuple, or a list, of `bytes` and another object, as ASGI
/// has it.
///
/// # Safety
/// `pair` is a live object; what comes back is borrowed from it.
#[inline]
pub(super) unsafe fn exact_pair(
    pair: *mut ffi::PyObject,
) -> Option<(*mut ffi::PyObject, *mut ffi::PyObject)> {
    // SAFETY: the type and the length are checked before the items are read.
    unsafe {
        let is_tuple = ffi::PyTuple_CheckExact(pair) != 0;
        // Without the GIL another thread may change a list while it is read here.
        let is_list = cfg!(not(Py_GIL_DISABLED)) && ffi::PyList_CheckExact(pair) != 0;
        if !(is_tuple || is_list) || ffi::Py_SIZE(pair) != 2 {
            return None;
        }
        let (name, value) = if is_tuple {
            (ffi::PyTuple_GET_ITEM(pair, 0), ffi::PyTuple_GET_ITEM(pair, 1))
        } else {
            (ffi::PyList_GET_ITEM(pair, 0), ffi::PyList_GET_ITEM(pair, 1))
        };
        (ffi::PyBytes_CheckExact(name) != 0).then_some((name, value))
    }
}

/// Name and value of a header line of any shape that `name, value = line` takes apart.
pub(super) fn any_pair<'py>(
    pair: &Bound<'py, PyAny>,
) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyAny>)> {
    let items: Vec<Bound<'py, PyAny>> = match pair.cast_exact::<PyTuple>() {
        Ok(tuple) => tuple.iter().collect(),
        Err(_) => pair.try_iter()?.collect::<PyResult<_>>()?,
    };
    <[_; 2]>::try_from(items).map(|[name, value]| (name, value)).map_err(|items| {
        PyValueError::new_err(format!(
            "a header line must be a name and a value, not {} items: {pair:?}",
            items.len()
        ))
    })
}

/// The content of `bytes` or `bytearray`; None for anything else.
pub(super) fn any_bytes(object: &Bound<'_, PyAny>) -> Option<Vec<u8>> {
    if let Ok(bytes) = object.cast::<PyBytes>() {
        return Some(bytes.as_bytes().to_vec());
    }
    object.cast::<PyByteArray>().ok().map(PyByteArrayMethods::to_vec)
}

/// The value of a header that is read, as `bytes`.
///
/// # Errors
/// A `TypeError` if it is neither `bytes` nor `bytearray`.
pub(super) fn any_value<'py>(value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyBytes>> {
    any_bytes(value).map(|bytes| PyBytes::new(value.py(), &bytes)).ok_or_else(|| {
        PyTypeError::new_err(format!("a request header's value must be bytes, not {value:?}"))
    })
}

/// Calls `take` with name and value of each header, for headers of any shape that Starlette reads: any
/// iterable of pairs of any kind.
///
/// An iterator can be read only once: then a copy of the scope with the headers as a list comes back,
/// for the application. The scope itself is never changed.
///
/// # Safety
/// Both are live objects and the thread is attached.
#[cold]
pub(super) unsafe fn each_header(
    scope: *mut ffi::PyObject,
    headers: &Owned,
    mut take: impl FnMut(&Bound<'_, PyAny>, &Bound<'_, PyAny>) -> PyResult<()>,
) -> Result<Option<Owned>, Raised> {
    attached(|py| {
        // SAFETY: both are live for the time of the call.
        let (scope, headers) = unsafe {
            (Bound::from_borrowed_ptr(py, scope), Bound::from_borrowed_ptr(py, headers.as_ptr()))
        };
        let list = PyList::empty(py);
        for pair in headers.try_iter()? {
            list.append(pair?)?;
        }
        for pair in list.iter() {
            let (name, value) = any_pair(&pair)?;
            take(&name, &value)?;
        }
        if !headers.is_instance_of::<PyIterator>() && !headers.hasattr("__next__")? {
            return Ok(None);
        }
        let copy = PyDict::new(py);
        copy.update(scope.cast()?)?;
        copy.set_item("headers", list)?;
        // SAFETY: a new object, and the thread is attached.
        Ok(unsafe { Owned::take(copy.into_ptr()) }.ok())
    })
}

/// What CORS needs from headers of any shape, and the copy of the scope that [`each_header`] makes.
///
/// # Safety
/// As for [`each_header`].
#[cold]
pub(super) unsafe fn read_any(
    scope: *mut ffi::PyObject,
    headers: &Owned,
) -> Result<(RequestHeaders, Option<Owned>), Raised> {
    const NAMES: [&[u8]; 4] = [ORIGIN, REQUEST_METHOD, REQUEST_HEADERS, REQUEST_PRIVATE_NETWORK];
    let mut found = RequestHeaders::default();
    // SAFETY: as the caller vouches; the value lives while it is taken.
    let copy = unsafe {
        each_header(scope, headers, |name, value| {
            if let Some(name) = any_bytes(name).filter(|name| NAMES.contains(&&**name)) {
                found.take(&name, any_value(value)?.as_ptr());
            }
            Ok(())
        })?
    };
    Ok((found, copy))
}
