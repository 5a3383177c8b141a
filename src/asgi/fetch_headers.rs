//! Reads what enforcement needs from an ASGI scope's headers.

use pyo3::exceptions::PyTypeError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyIterator, PyList};

use super::guard::attached;
use super::locked::locked;
use super::object::{Owned, Raised, bytes_of, seldom};
use super::scope::{self, RequestHeaders, any_bytes, any_pair, exact_pair};
use crate::enforcement::HostLines;

const ORIGIN: &[u8] = b"origin";
const HOST: &[u8] = b"host";
const SITE: &[u8] = b"sec-fetch-site";
const MODE: &[u8] = b"sec-fetch-mode";
const DESTINATION: &[u8] = b"sec-fetch-dest";

/// A bit for each length that a name of interest has.
const LENGTHS: u64 = scope::LENGTHS | 1 << HOST.len() | 1 << SITE.len();

/// The first value, as `bytes`, of each header that enforcement and CORS look at.
#[derive(Default)]
pub(super) struct FetchHeaders {
    pub(super) cors: RequestHeaders,
    host: Option<Owned>,
    /// Whether there is another Host line.
    has_other_host: bool,
    site: Option<Owned>,
    mode: Option<Owned>,
    destination: Option<Owned>,
}

impl FetchHeaders {
    /// Reads a list or tuple of pairs of bytes, tuples or lists: what every server sends. False for any
    /// other shape. In place, because what is moved takes a third of the whole.
    ///
    /// Runs no Python code, so that nothing changes under it. `navigations`: whether anything depends
    /// on the headers that tell navigations, which are left out otherwise.
    ///
    /// # Safety
    /// `headers` is a live object and the thread is attached.
    #[inline(always)]
    pub(super) unsafe fn read(&mut self, headers: *mut ffi::PyObject, navigations: bool) -> bool {
        // SAFETY: as the caller vouches; nothing that is called runs Python code.
        unsafe { locked(headers, || self.read_items(headers, navigations)) }
    }

    /// # Safety
    /// As for [`read`](Self::read); nothing changes the headers.
    #[inline(always)]
    unsafe fn read_items(&mut self, headers: *mut ffi::PyObject, navigations: bool) -> bool {
        // SAFETY: each object is checked to be of the exact type that it is then read as; the items
        // are borrowed from the sequence, which nothing can change in between.
        unsafe {
            let items: *const *mut ffi::PyObject = if ffi::PyList_CheckExact(headers) != 0 {
                (*headers.cast::<ffi::PyListObject>()).ob_item
            } else if ffi::PyTuple_CheckExact(headers) != 0 {
                (&raw const (*headers.cast::<ffi::PyTupleObject>()).ob_item).cast()
            } else {
                return seldom(false);
            };
            let length = ffi::Py_SIZE(headers).unsigned_abs();
            for index in 0..length {
                let Some((name, value)) = exact_pair(*items.add(index)) else {
                    return seldom(false);
                };
                let length = ffi::Py_SIZE(name);
                if length < 64 && LENGTHS >> length & 1 != 0 {
                    if ffi::PyBytes_CheckExact(value) == 0 {
                        return seldom(false);
                    }
                    self.take(bytes_of(name), value, navigations);
                }
            }
            true
        }
    }

    /// # Safety
    /// `value` is a live object and the thread is attached.
    #[inline(always)]
    unsafe fn take(&mut self, name: &[u8], value: *mut ffi::PyObject, navigations: bool) {
        // SAFETY: live and attached, as the caller vouches.
        unsafe {
            match name.len() {
                4 if name == HOST => {
                    self.has_other_host = self.host.is_some();
                    keep(&mut self.host, value);
                }
                6 if name == ORIGIN => keep(&mut self.cors.origin, value),
                14 if name == SITE => keep(&mut self.site, value),
                14 if navigations && name == MODE => keep(&mut self.mode, value),
                14 if navigations && name == DESTINATION => keep(&mut self.destination, value),
                4 | 6 | 14 if has_other_case(name) => {
                    let mut lower = [0; 14];
                    let lower = &mut lower[..name.len()];
                    lower.copy_from_slice(name);
                    self.take_in_lower_case(lower, value, navigations);
                }
                4 | 6 | 14 => {}
                _ => self.cors.take(name, value),
            }
        }
    }

    /// Takes a header whose name a server has handed on as the client wrote it, such as hypercorn with
    /// `h11_pass_raw_headers`: an Origin that is overlooked would let the request pass.
    ///
    /// # Safety
    /// As for [`take`](Self::take).
    #[cold]
    #[inline(never)]
    unsafe fn take_in_lower_case(
        &mut self,
        name: &mut [u8],
        value: *mut ffi::PyObject,
        navigations: bool,
    ) {
        name.make_ascii_lowercase();
        // SAFETY: as the caller vouches.
        unsafe {
            match &*name {
                HOST => {
                    self.has_other_host = self.host.is_some();
                    keep(&mut self.host, value);
                }
                ORIGIN => keep(&mut self.cors.origin, value),
                SITE => keep(&mut self.site, value),
                MODE if navigations => keep(&mut self.mode, value),
                DESTINATION if navigations => keep(&mut self.destination, value),
                _ => {}
            }
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
            // What is overlooked would let the request pass.
            let name = any_bytes(&name).ok_or_else(|| {
                PyTypeError::new_err(format!("a request header's name must be bytes, not {name:?}"))
            })?;
            if name.len() < 64 && LENGTHS >> name.len() & 1 != 0 {
                let value = any_bytes(&value).ok_or_else(|| {
                    PyTypeError::new_err(format!(
                        "a request header's value must be bytes, not {value:?}"
                    ))
                })?;
                // SAFETY: the value lives until the end of the block, and the thread is attached.
                unsafe { found.take(&name, PyBytes::new(py, &value).as_ptr(), true) }
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

/// Whether a name of 4 to 16 bytes may have an upper-case letter: it has a byte without the bit that
/// lower-case letters, digits and `-` have.
#[inline(always)]
fn has_other_case(name: &[u8]) -> bool {
    const LOWER: u8 = 0x20;
    if let (Some(first), Some(last)) = (name.first_chunk(), name.last_chunk()) {
        let both = u64::from_ne_bytes(*first) & u64::from_ne_bytes(*last);
        return both & u64::from_ne_bytes([LOWER; 8]) != u64::from_ne_bytes([LOWER; 8]);
    }
    match (name.first_chunk(), name.last_chunk()) {
        (Some(first), Some(last)) => {
            let both = u32::from_ne_bytes(*first) & u32::from_ne_bytes(*last);
            both & u32::from_ne_bytes([LOWER; 4]) != u32::from_ne_bytes([LOWER; 4])
        }
        _ => true,
    }
}

/// Keeps the first value.
///
/// # Safety
/// `value` is a live object and the thread is attached.
#[inline(always)]
unsafe fn keep(place: &mut Option<Owned>, value: *mut ffi::PyObject) {
    if place.is_none() {
        // SAFETY: live and attached, as the caller vouches.
        *place = Some(unsafe { Owned::share(value) });
    }
}

#[inline]
fn value(held: Option<&Owned>) -> Option<&[u8]> {
    // SAFETY: what `FetchHeaders` holds are bytes objects, which live as long as the borrow.
    held.map(|held| unsafe { bytes_of(held.as_ptr()) })
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
