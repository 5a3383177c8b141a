//! Reads what enforcement needs from an ASGI scope's headers.

use core::ops::Deref;
use core::ptr;

use pyo3::exceptions::PyTypeError;
use pyo3::ffi;

use super::locked::locked;
use super::object::{Owned, Raised, bytes_of, seldom};
use super::scope::{
    self, ORIGIN, REQUEST_HEADERS, REQUEST_METHOD, REQUEST_PRIVATE_NETWORK, RequestHeaders,
    any_bytes, any_value, each_header, exact_items, exact_pair,
};
use crate::enforcement::HostLines;

const HOST: &[u8] = b"host";
const SITE: &[u8] = b"sec-fetch-site";
const MODE: &[u8] = b"sec-fetch-mode";
const DESTINATION: &[u8] = b"sec-fetch-dest";

/// A bit for each length that a name of interest has.
const LENGTHS: u64 = scope::LENGTHS | 1 << HOST.len() | 1 << SITE.len();

/// Where [`Lines`] has the value of a header.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    Origin,
    Host,
    Site,
    Mode,
    Destination,
    /// `Access-Control-Request-Method`.
    Method,
    /// `Access-Control-Request-Headers`.
    Headers,
}

const FIELDS: usize = 7;

/// The values, `bytes` objects or null, of the headers that enforcement and CORS look at: for CORS the first
/// of each name, for enforcement all that disagree, joined by a comma. They are borrowed from the headers.
pub(super) struct Lines {
    values: [*mut ffi::PyObject; FIELDS],
    /// What is joined, if there is anything.
    joined: Option<Box<[Option<Vec<u8>>; FIELDS]>>,
    has_other_host: bool,
    private_network: bool,
}

impl Lines {
    const NONE: Self = Self {
        values: [ptr::null_mut(); FIELDS],
        joined: None,
        has_other_host: false,
        private_network: false,
    };

    /// Reads a list or tuple of pairs of bytes, tuples or lists: what every server sends. None for any
    /// other shape.
    ///
    /// Runs no Python code, so that nothing changes under it. `navigations`: whether anything depends
    /// on the headers that tell navigations, which are left out otherwise.
    ///
    /// # Safety
    /// `headers` is a live object, the thread is attached, and the headers stay as they are as long as what is
    /// returned is used: no Python code runs, and no other thread.
    #[inline(always)]
    pub(super) unsafe fn read(headers: *mut ffi::PyObject, navigations: bool) -> Option<Self> {
        let mut lines = Self::NONE;
        // SAFETY: as the caller vouches.
        unsafe { lines.read_items(headers, navigations) }.then_some(lines)
    }

    /// A call of its own: compiled into the caller, whose registers are all in use, each header takes three
    /// instructions more.
    ///
    /// # Safety
    /// As for [`read`](Self::read).
    #[inline(never)]
    unsafe fn read_items(&mut self, headers: *mut ffi::PyObject, navigations: bool) -> bool {
        // SAFETY: each object is checked to be of the exact type that it is then read as; the items
        // are borrowed from the sequence, which nothing can change in between.
        unsafe {
            let Some((items, length)) = exact_items(headers) else { return seldom(false) };
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

    /// Takes a header in whatever case its name is: a server may hand it on as the client wrote it, such as
    /// hypercorn with `h11_pass_raw_headers`, and an Origin that is overlooked would let the request pass.
    ///
    /// # Safety
    /// `value` is a live `bytes` object.
    #[inline(always)]
    unsafe fn take(&mut self, name: &[u8], value: *mut ffi::PyObject, navigations: bool) {
        let field = match name.len() {
            4 if is_like(name, HOST) => Field::Host,
            6 if is_like(name, ORIGIN) => Field::Origin,
            14 if is_like(name, SITE) => Field::Site,
            14 if navigations && is_like(name, MODE) => Field::Mode,
            14 if navigations && is_like(name, DESTINATION) => Field::Destination,
            4 | 6 | 14 => return,
            _ => return self.take_of_preflight(name, value),
        };
        let place = &mut self.values[field as usize];
        if place.is_null() {
            *place = value;
        } else {
            // SAFETY: live bytes, as the caller vouches.
            unsafe { self.take_another(field, value) }
        }
    }

    /// Takes a header if it is one that only preflights have.
    #[cold]
    #[inline(never)]
    fn take_of_preflight(&mut self, name: &[u8], value: *mut ffi::PyObject) {
        let field = match name {
            _ if name.eq_ignore_ascii_case(REQUEST_METHOD) => Field::Method,
            _ if name.eq_ignore_ascii_case(REQUEST_HEADERS) => Field::Headers,
            _ => {
                self.private_network |= name.eq_ignore_ascii_case(REQUEST_PRIVATE_NETWORK);
                return;
            }
        };
        let place = &mut self.values[field as usize];
        if place.is_null() {
            *place = value;
        }
    }

    /// Takes a value of a header that has one already. If they differ, they are joined. Two are enough: they
    /// match nothing, however many lines follow.
    ///
    /// # Safety
    /// `value` is a live `bytes` object.
    #[cold]
    #[inline(never)]
    unsafe fn take_another(&mut self, field: Field, value: *mut ffi::PyObject) {
        if field == Field::Host {
            self.has_other_host = true;
            return;
        }
        let first = self.first(field).unwrap_or_default();
        // SAFETY: live bytes, as the caller vouches.
        let other = unsafe { bytes_of(value) };
        if first != other {
            let both = [first, other].join(&b","[..]);
            self.joined.get_or_insert_default()[field as usize].get_or_insert(both);
        }
    }

    /// The object with the first value of the header, or null.
    #[inline(always)]
    fn object(&self, field: Field) -> *mut ffi::PyObject {
        self.values[field as usize]
    }

    #[inline(always)]
    fn first(&self, field: Field) -> Option<&[u8]> {
        let value = self.object(field);
        // SAFETY: bytes objects, which whoever made this lets live as long as it is used.
        (!value.is_null()).then(|| unsafe { bytes_of(value) })
    }

    #[inline(always)]
    fn value(&self, field: Field) -> Option<&[u8]> {
        self.several(field).or_else(|| self.first(field))
    }

    #[inline(always)]
    fn several(&self, field: Field) -> Option<&[u8]> {
        self.joined.as_deref()?[field as usize].as_deref()
    }

    /// The object with the first Origin, or null.
    #[inline(always)]
    pub(super) fn origin_object(&self) -> *mut ffi::PyObject {
        self.object(Field::Origin)
    }

    /// The first Origin, which CORS decides on.
    #[inline(always)]
    pub(super) fn first_origin(&self) -> Option<&[u8]> {
        self.first(Field::Origin)
    }

    /// The Origin, or those that disagree.
    #[inline(always)]
    pub(super) fn origin(&self) -> Option<&[u8]> {
        self.value(Field::Origin)
    }

    /// Whether there are several Origins that disagree.
    #[inline(always)]
    pub(super) fn has_other_origin(&self) -> bool {
        self.several(Field::Origin).is_some()
    }

    /// Whether it may be a preflight: it has `Access-Control-Request-Method`.
    #[inline(always)]
    pub(super) fn may_be_preflight(&self) -> bool {
        !self.object(Field::Origin).is_null() && !self.object(Field::Method).is_null()
    }

    /// The Host lines.
    #[inline(always)]
    pub(super) fn host_lines(&self) -> HostLines<'_> {
        match self.first(Field::Host) {
            None => HostLines::None,
            Some(_) if self.has_other_host => HostLines::Several,
            Some(host) => HostLines::One(host),
        }
    }

    /// The object with the value of the first Host line, or null.
    pub(super) fn host_object(&self) -> *mut ffi::PyObject {
        self.object(Field::Host)
    }

    /// `Sec-Fetch-Site`.
    #[inline(always)]
    pub(super) fn site(&self) -> Option<&[u8]> {
        self.value(Field::Site)
    }

    /// `Sec-Fetch-Mode`.
    pub(super) fn mode(&self) -> Option<&[u8]> {
        self.value(Field::Mode)
    }

    /// `Sec-Fetch-Dest`.
    pub(super) fn destination(&self) -> Option<&[u8]> {
        self.value(Field::Destination)
    }

    /// What CORS looks at, with references of its own.
    ///
    /// # Safety
    /// The thread is attached.
    pub(super) unsafe fn of_cors(&self) -> RequestHeaders {
        let share = |field| {
            let value = self.object(field);
            // SAFETY: live, as whoever made this vouches, and attached, as the caller does.
            (!value.is_null()).then(|| unsafe { Owned::share(value) })
        };
        RequestHeaders {
            origin: share(Field::Origin),
            method: share(Field::Method),
            headers: share(Field::Headers),
            private_network: self.private_network,
        }
    }

    /// The same with references of its own, which stays while Python code runs.
    ///
    /// # Safety
    /// The thread is attached, now and when what is returned is dropped.
    #[inline]
    pub(super) unsafe fn hold(self) -> FetchHeaders {
        for value in self.values {
            // SAFETY: live or null, as whoever made this vouches, and attached, as the caller does.
            unsafe { ffi::Py_XINCREF(value) };
        }
        FetchHeaders(self)
    }
}

/// [`Lines`] with references to the values.
pub(super) struct FetchHeaders(Lines);

impl FetchHeaders {
    /// Reads headers as [`Lines::read`] does.
    ///
    /// # Safety
    /// `headers` is a live object, and the thread is attached, now and when what is returned is dropped.
    #[inline]
    pub(super) unsafe fn read(headers: *mut ffi::PyObject, navigations: bool) -> Option<Self> {
        // SAFETY: as the caller vouches; nothing that is called runs Python code.
        unsafe { locked(headers, || Some(Lines::read(headers, navigations)?.hold())) }
    }
}

impl Deref for FetchHeaders {
    type Target = Lines;

    #[inline(always)]
    fn deref(&self) -> &Lines {
        &self.0
    }
}

impl Drop for FetchHeaders {
    #[inline]
    fn drop(&mut self) {
        for value in self.0.values {
            // SAFETY: the references are ours, and the type's contract is that the thread is attached.
            unsafe { ffi::Py_XDECREF(value) };
        }
    }
}

/// What is read first of a request: under the GIL the values are borrowed, until Python code runs. Without it
/// another thread may change the headers at any time.
#[cfg(not(Py_GIL_DISABLED))]
pub(super) type Glanced = Lines;
#[cfg(Py_GIL_DISABLED)]
pub(super) type Glanced = FetchHeaders;

#[cfg(Py_GIL_DISABLED)]
impl FetchHeaders {
    /// As [`Lines::hold`]: it holds them already.
    pub(super) unsafe fn hold(self) -> Self {
        self
    }
}

/// What enforcement and CORS need from a request's headers, and a copy of its scope if they can be read only
/// once.
///
/// # Safety
/// Both are live objects, and the thread is attached, now and when what is returned is dropped.
#[inline(always)]
pub(super) unsafe fn read(
    scope: *mut ffi::PyObject,
    headers: &Owned,
    navigations: bool,
) -> Result<(FetchHeaders, Option<Owned>), Raised> {
    // SAFETY: as the caller vouches.
    unsafe {
        match FetchHeaders::read(headers.as_ptr(), navigations) {
            Some(found) => Ok((found, None)),
            None => seldom(read_any(scope, headers)),
        }
    }
}

/// Whether a name of 4 to 16 bytes is `expected`, of the same length and in lower case, whatever the case of
/// its letters.
#[inline(always)]
fn is_like(name: &[u8], expected: &[u8]) -> bool {
    // Lower-case letters and `-` have this bit; without it a letter is the upper-case one.
    const LOWER: u8 = 0x20;
    let is_like = match (name.first_chunk(), name.last_chunk()) {
        (Some(first), Some(last)) => {
            let lower =
                |bytes: &[u8; 8]| u64::from_ne_bytes(*bytes) | u64::from_ne_bytes([LOWER; 8]);
            expected.first_chunk().map(lower) == Some(lower(first))
                && expected.last_chunk().map(lower) == Some(lower(last))
        }
        _ => match (name.first_chunk(), name.last_chunk()) {
            (Some(first), Some(last)) => {
                let lower =
                    |bytes: &[u8; 4]| u32::from_ne_bytes(*bytes) | u32::from_ne_bytes([LOWER; 4]);
                expected.first_chunk().map(lower) == Some(lower(first))
                    && expected.last_chunk().map(lower) == Some(lower(last))
            }
            _ => false,
        },
    };
    is_like && (name == expected || is_in_other_case(name, expected))
}

/// Whether a name that [`is_like`] another really is: a byte without a letter's bit may be none of a letter.
#[cold]
#[inline(never)]
fn is_in_other_case(name: &[u8], expected: &[u8]) -> bool {
    name.eq_ignore_ascii_case(expected)
}

/// What enforcement and CORS need from headers of any shape, and the copy of the scope that
/// [`each_header`] makes.
///
/// # Safety
/// As for [`each_header`].
#[cold]
unsafe fn read_any(
    scope: *mut ffi::PyObject,
    headers: &Owned,
) -> Result<(FetchHeaders, Option<Owned>), Raised> {
    let mut lines = Lines::NONE;
    let mut values = Vec::new();
    // SAFETY: as the caller vouches; the values live as long as the lines are read.
    unsafe {
        let copy = each_header(scope, headers, |name, value| {
            // What is overlooked would let the request pass.
            let name = any_bytes(name).ok_or_else(|| {
                PyTypeError::new_err(format!("a request header's name must be bytes, not {name:?}"))
            })?;
            if name.len() < 64 && LENGTHS >> name.len() & 1 != 0 {
                let value = any_value(value)?;
                lines.take(&name, value.as_ptr(), true);
                values.push(Owned::share(value.as_ptr()));
            }
            Ok(())
        })?;
        Ok((lines.hold(), copy))
    }
}
