//! Reads what enforcement needs from an ASGI scope's headers.

use pyo3::exceptions::PyTypeError;
use pyo3::ffi;

use super::locked::locked;
use super::object::{Owned, Raised, bytes_of, seldom};
use super::scope::{
    self, RequestHeaders, any_bytes, any_value, each_header, exact_items, exact_pair, keep,
};
use crate::enforcement::HostLines;

const ORIGIN: &[u8] = b"origin";
const HOST: &[u8] = b"host";
const SITE: &[u8] = b"sec-fetch-site";
const MODE: &[u8] = b"sec-fetch-mode";
const DESTINATION: &[u8] = b"sec-fetch-dest";

/// A bit for each length that a name of interest has.
const LENGTHS: u64 = scope::LENGTHS | 1 << HOST.len() | 1 << SITE.len();

/// The values, as `bytes`, of the headers that enforcement and CORS look at: for CORS the first of each
/// name, for enforcement all that disagree, joined by a comma.
#[derive(Default)]
pub(super) struct FetchHeaders {
    pub(super) cors: RequestHeaders,
    joined: Option<Box<Joined>>,
    host: Option<Owned>,
    /// Whether there is another Host line.
    has_other_host: bool,
    site: Option<Owned>,
    mode: Option<Owned>,
    destination: Option<Owned>,
}

/// The values of the headers that a request has several times, with different values.
#[derive(Default)]
struct Joined {
    origin: Option<Vec<u8>>,
    site: Option<Vec<u8>>,
    mode: Option<Vec<u8>>,
    destination: Option<Vec<u8>>,
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

    /// # Safety
    /// `value` is a live object and the thread is attached.
    #[inline(always)]
    unsafe fn take(&mut self, name: &[u8], value: *mut ffi::PyObject, navigations: bool) {
        // SAFETY: live and attached, as the caller vouches.
        unsafe {
            match name.len() {
                4 | 6 | 14 => {
                    if !self.take_own(name, value, navigations) && has_other_case(name) {
                        self.take_in_lower_case(name, value, navigations);
                    }
                }
                _ if has_other_case(name) => self.take_cors_in_lower_case(name, value),
                _ => self.cors.take(name, value),
            }
        }
    }

    /// Takes a header if enforcement looks at it. Returns whether it does.
    ///
    /// # Safety
    /// As for [`take`](Self::take).
    #[inline(always)]
    unsafe fn take_own(
        &mut self,
        name: &[u8],
        value: *mut ffi::PyObject,
        navigations: bool,
    ) -> bool {
        let place = match name.len() {
            4 if name == HOST => {
                self.has_other_host = self.host.is_some();
                &mut self.host
            }
            6 if name == ORIGIN => &mut self.cors.origin,
            14 if name == SITE => &mut self.site,
            14 if navigations && name == MODE => &mut self.mode,
            14 if navigations && name == DESTINATION => &mut self.destination,
            _ => return false,
        };
        // SAFETY: live and attached, as the caller vouches; what is held is bytes, like the value.
        unsafe {
            match place {
                Some(first) if name.len() > HOST.len() => {
                    if bytes_of(first.as_ptr()) != bytes_of(value) {
                        self.join(name, value);
                    }
                }
                _ => keep(place, value),
            }
        }
        true
    }

    /// Joins a value to a different first one of the same name. Two are enough: they match nothing,
    /// however many lines follow.
    ///
    /// # Safety
    /// As for [`take`](Self::take).
    #[cold]
    #[inline(never)]
    unsafe fn join(&mut self, name: &[u8], other: *mut ffi::PyObject) {
        let joined = self.joined.get_or_insert_default();
        let (first, joined) = match name {
            ORIGIN => (&self.cors.origin, &mut joined.origin),
            SITE => (&self.site, &mut joined.site),
            MODE => (&self.mode, &mut joined.mode),
            _ => (&self.destination, &mut joined.destination),
        };
        if joined.is_none() {
            let first = value(first.as_ref()).unwrap_or_default();
            // SAFETY: live bytes, as the caller vouches.
            *joined = Some([first, unsafe { bytes_of(other) }].join(&b","[..]));
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
        name: &[u8],
        value: *mut ffi::PyObject,
        navigations: bool,
    ) {
        // SAFETY: as the caller vouches.
        unsafe { self.take_own(&name.to_ascii_lowercase(), value, navigations) };
    }

    /// The same for a header that CORS alone looks at.
    ///
    /// # Safety
    /// As for [`take`](Self::take).
    #[cold]
    #[inline(never)]
    unsafe fn take_cors_in_lower_case(&mut self, name: &[u8], value: *mut ffi::PyObject) {
        // SAFETY: as the caller vouches.
        unsafe { self.cors.take(&name.to_ascii_lowercase(), value) };
    }

    /// The Origin, or those that disagree.
    #[inline(always)]
    pub(super) fn origin(&self) -> Option<&[u8]> {
        self.several(|joined| &joined.origin).or_else(|| value(self.cors.origin.as_ref()))
    }

    /// Whether there are several Origins that disagree.
    #[inline(always)]
    pub(super) fn has_other_origin(&self) -> bool {
        self.several(|joined| &joined.origin).is_some()
    }

    #[inline(always)]
    fn several(&self, of: impl Fn(&Joined) -> &Option<Vec<u8>>) -> Option<&[u8]> {
        of(self.joined.as_deref()?).as_deref()
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
        self.several(|joined| &joined.site).or_else(|| value(self.site.as_ref()))
    }

    /// `Sec-Fetch-Mode`.
    pub(super) fn mode(&self) -> Option<&[u8]> {
        self.several(|joined| &joined.mode).or_else(|| value(self.mode.as_ref()))
    }

    /// `Sec-Fetch-Dest`.
    pub(super) fn destination(&self) -> Option<&[u8]> {
        self.several(|joined| &joined.destination).or_else(|| value(self.destination.as_ref()))
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

#[inline]
fn value(held: Option<&Owned>) -> Option<&[u8]> {
    // SAFETY: what `FetchHeaders` holds are bytes objects, which live as long as the borrow.
    held.map(|held| unsafe { bytes_of(held.as_ptr()) })
}

/// What enforcement and CORS need from headers of any shape, and the copy of the scope that
/// [`each_header`] makes.
///
/// # Safety
/// As for [`each_header`].
#[cold]
pub(super) unsafe fn read_any(
    scope: *mut ffi::PyObject,
    headers: &Owned,
) -> Result<(FetchHeaders, Option<Owned>), Raised> {
    let mut found = FetchHeaders::default();
    // SAFETY: as the caller vouches; the value lives while it is taken.
    let copy = unsafe {
        each_header(scope, headers, |name, value| {
            // What is overlooked would let the request pass.
            let name = any_bytes(name).ok_or_else(|| {
                PyTypeError::new_err(format!("a request header's name must be bytes, not {name:?}"))
            })?;
            if name.len() < 64 && LENGTHS >> name.len() & 1 != 0 {
                found.take(&name, any_value(value)?.as_ptr(), true);
            }
            Ok(())
        })?
    };
    Ok((found, copy))
}
