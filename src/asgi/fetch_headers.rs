//! Reads what enforcement needs from an ASGI scope's headers.

use pyo3::exceptions::PyTypeError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyIterator, PyList};

use super::guard::attached;
use super::object::{Owned, Raised, bytes_of, seldom};
use super::scope::{any_bytes, any_pair, exact_pair};
use crate::enforcement::HostLines;

const HOST: &[u8] = b"host";
const ORIGIN: &[u8] = b"origin";
const SITE: &[u8] = b"sec-fetch-site";
const MODE: &[u8] = b"sec-fetch-mode";
const DESTINATION: &[u8] = b"sec-fetch-dest";
const REQUEST_METHOD: &[u8] = b"access-control-request-method";

/// A bit for each length that a name of interest has.
const LENGTHS: u64 =
    1 << HOST.len() | 1 << ORIGIN.len() | 1 << SITE.len() | 1 << REQUEST_METHOD.len();

/// The first value, as `bytes`, of each header that enforcement looks at.
#[derive(Default)]
pub(super) struct FetchHeaders {
    host: Option<Owned>,
    /// Whether there is another Host line.
    has_other_host: bool,
    pub(super) origin: Option<Owned>,
    site: Option<Owned>,
    mode: Option<Owned>,
    destination: Option<Owned>,
    /// Whether it has `Access-Control-Request-Method`.
    pub(super) requests_method: bool,
}

impl FetchHeaders {
    /// Reads a list or tuple of pairs of bytes, tuples or lists: what every server sends. None for any
    /// other shape.
    ///
    /// # Safety
    /// `headers` is a live object and the thread is attached.
    #[inline]
    pub(super) unsafe fn read(headers: *mut ffi::PyObject) -> Option<Self> {
        // SAFETY: each object is checked to be of the exact type that it is then read as; a line is held
        // while it is read.
        unsafe {
            let is_list = ffi::PyList_CheckExact(headers) != 0;
            if !is_list && ffi::PyTuple_CheckExact(headers) == 0 {
                return seldom(None);
            }
            let mut found = Self::default();
            for index in 0..ffi::Py_SIZE(headers) {
                let line = if is_list {
                    list_item(headers, index)?
                } else {
                    Owned::share(ffi::PyTuple_GET_ITEM(headers, index))
                };
                let (name, value) = exact_pair(line.as_ptr())?;
                let length = ffi::Py_SIZE(name);
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
    #[inline]
    unsafe fn take(&mut self, name: &[u8], value: *mut ffi::PyObject) {
        let place = match name {
            HOST => {
                self.has_other_host = self.host.is_some();
                &mut self.host
            }
            ORIGIN => &mut self.origin,
            SITE => &mut self.site,
            MODE => &mut self.mode,
            DESTINATION => &mut self.destination,
            REQUEST_METHOD => {
                self.requests_method = true;
                return;
            }
            _ => return,
        };
        if place.is_none() {
            // SAFETY: live and attached, as the caller vouches.
            *place = Some(unsafe { Owned::share(value) });
        }
    }

    /// Reads headers of any shape that Starlette reads: any iterable of pairs of any kind.
    ///
    /// An iterator can be read only once: then a copy of the scope with the headers as a list comes
    /// back too. The scope itself is never changed.
    fn read_any<'py>(
        scope: &Bound<'py, PyAny>,
        headers: &Bound<'py, PyAny>,
    ) -> PyResult<(Self, Option<Bound<'py, PyDict>>)> {
        let py = scope.py();
        let list = PyList::empty(py);
        for line in headers.try_iter()? {
            list.append(line?)?;
        }
        let mut found = Self::default();
        for line in list.iter() {
            let (name, value) = any_pair(&line)?;
            let Some(name) = any_bytes(&name) else { continue };
            if [HOST, ORIGIN, SITE, MODE, DESTINATION, REQUEST_METHOD].contains(&&*name) {
                let value = any_bytes(&value).ok_or_else(|| {
                    PyTypeError::new_err(format!(
                        "a request header's value must be bytes, not {value:?}"
                    ))
                })?;
                // SAFETY: the value lives until the end of the block, and the thread is attached.
                unsafe { found.take(&name, PyBytes::new(py, &value).as_ptr()) }
            }
        }
        if headers.is_instance_of::<PyIterator>() || headers.hasattr("__next__")? {
            let copy = PyDict::new(py);
            copy.update(scope.cast()?)?;
            copy.set_item("headers", list)?;
            return Ok((found, Some(copy)));
        }
        Ok((found, None))
    }

    /// The Host lines.
    pub(super) fn host_lines(&self) -> HostLines<'_> {
        match value(self.host.as_ref()) {
            None => HostLines::None,
            Some(_) if self.has_other_host => HostLines::Several,
            Some(host) => HostLines::One(host),
        }
    }

    /// The value of the first Host line, `bytes`.
    pub(super) fn host(&self) -> Option<&Owned> {
        self.host.as_ref()
    }

    /// `Sec-Fetch-Site`.
    pub(super) fn site(&self) -> Option<&[u8]> {
        value(self.site.as_ref())
    }

    /// `Sec-Fetch-Mode`.
    pub(super) fn mode(&self) -> Option<&[u8]> {
        value(self.mode.as_ref())
    }

    /// `Sec-Fetch-Dest`.
    pub(super) fn destination(&self) -> Option<&[u8]> {
        value(self.destination.as_ref())
    }
}

#[inline]
fn value(held: Option<&Owned>) -> Option<&[u8]> {
    // SAFETY: what `FetchHeaders` holds are bytes objects, which live as long as the borrow.
    held.map(|held| unsafe { bytes_of(held.as_ptr()) })
}

/// An item of a list, which other threads may change meanwhile where there is no GIL.
///
/// # Safety
/// `list` is a live list and the thread is attached; with a GIL, the list has such an item.
#[inline]
#[allow(clippy::unnecessary_wraps, reason = "with a GIL there always is one")]
unsafe fn list_item(list: *mut ffi::PyObject, index: ffi::Py_ssize_t) -> Option<Owned> {
    #[cfg(Py_GIL_DISABLED)]
    // SAFETY: as the caller vouches; an index that is out of range by now is an error, which is cleared.
    unsafe {
        let item = Owned::take(ffi::PyList_GetItemRef(list, index)).ok();
        if item.is_none() {
            ffi::PyErr_Clear();
        }
        item
    }
    #[cfg(not(Py_GIL_DISABLED))]
    // SAFETY: as the caller vouches.
    unsafe {
        Some(Owned::share(ffi::PyList_GET_ITEM(list, index)))
    }
}

/// [`FetchHeaders::read_any`], for pointers.
///
/// # Safety
/// Both are live objects and the thread is attached.
#[cold]
pub(super) unsafe fn read_any(
    scope: *mut ffi::PyObject,
    headers: &Owned,
) -> Result<(FetchHeaders, Option<Owned>), Raised> {
    attached(|py| {
        // SAFETY: both are live for the time of the call.
        unsafe {
            let scope = Bound::from_borrowed_ptr(py, scope);
            let headers = Bound::from_borrowed_ptr(py, headers.as_ptr());
            let (found, copy) = FetchHeaders::read_any(&scope, &headers)?;
            Ok((found, copy.and_then(|copy: Bound<'_, PyDict>| Owned::take(copy.into_ptr()).ok())))
        }
    })
}
