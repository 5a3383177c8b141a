//! The headers of a response: those of the application, and those of the policy behind them.

use core::ptr;

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList};
use pyo3::{Borrowed, ffi};

use super::allowed_inside;
use super::guard::attached;
use super::locked::locked;
use super::object::{Owned, Raised, bytes_of, dict_item, seldom};
use super::policy::CompiledPolicy;
use super::scope::{any_bytes, any_pair, exact_pair};
use crate::cors::{Actual, Placed, merge, varies_by_origin};

/// A bit for each length of a name that the policy may set: `vary`, `access-control-allow-origin`,
/// `access-control-expose-headers`, `access-control-allow-credentials`.
const LENGTHS: u64 = 1 << 4 | 1 << 27 | 1 << 29 | 1 << 32;

/// The verdict by which the headers of a response are set.
#[derive(Clone, Copy)]
pub(super) struct Decided {
    pub(super) kind: Actual,
    /// The `CompiledPolicy` that the request was decided by.
    pub(super) policy: *mut ffi::PyObject,
    /// The Origin, `bytes`, if it is allowed by its name; the scope if it is rejected and that is to be
    /// reported; else null.
    pub(super) request: *mut ffi::PyObject,
    /// The middleware whose `is_allowed_origin` decided; null if the policy did.
    pub(super) asked: *mut ffi::PyObject,
}

impl Decided {
    /// The Origin that the response allows by its name, or null.
    #[inline]
    fn origin(&self) -> *mut ffi::PyObject {
        if self.kind == Actual::Allowed { self.request } else { ptr::null_mut() }
    }
}

/// A copy of the message that starts a response, with the CORS headers set: for a subclass's `send`.
///
/// `request` is the Origin if it is allowed, the scope if it is rejected and that is to be reported.
/// `asked` is the middleware whose `is_allowed_origin` decided, if it was asked.
pub(crate) fn message_with_headers(
    policy: &Bound<'_, CompiledPolicy>,
    message: &Bound<'_, PyAny>,
    kind: Actual,
    request: Option<&Bound<'_, PyAny>>,
    asked: Option<&Bound<'_, PyAny>>,
) -> Result<Owned, Raised> {
    let pointer = |object: Option<&Bound<'_, PyAny>>| object.map_or(ptr::null_mut(), Bound::as_ptr);
    let decided =
        Decided { kind, policy: policy.as_ptr(), request: pointer(request), asked: pointer(asked) };
    // SAFETY: live objects, which the caller holds; that there are such shows that it is attached.
    unsafe { with_headers(decided, policy.get(), message.as_ptr()) }
}

/// A copy of the message that starts a response, with the CORS headers set.
///
/// # Safety
/// As for [`call`].
#[inline(always)]
pub(super) unsafe fn with_headers(
    decided: Decided,
    compiled: &CompiledPolicy,
    message: *mut ffi::PyObject,
) -> Result<Owned, Raised> {
    let key = compiled.names.headers.as_ptr();
    // SAFETY: live objects and an attached thread, as the caller vouches. The copy is a dict.
    unsafe {
        let copy = if ffi::PyDict_CheckExact(message) != 0 {
            Owned::take(ffi::PyDict_Copy(message))?
        } else {
            copied(message)?
        };
        // Held: code that an allocation may run can take it out of the copy.
        let theirs = dict_item(copy.as_ptr(), key)?.map(|theirs| Owned::share(theirs.as_ptr()));
        let lines = match &theirs {
            None => merged(decided, compiled, None)?,
            Some(theirs) => match appended(decided, compiled, theirs)? {
                Some(lines) => lines,
                None => merged(decided, compiled, Some(theirs))?,
            },
        };
        if ffi::PyDict_SetItem(copy.as_ptr(), key, lines.as_ptr()) != 0 {
            return seldom(Err(Raised));
        }
        Ok(copy)
    }
}

/// The application's header lines and the policy's behind them: the fast path for an application that
/// sends a list or tuple of pairs of bytes and sets none of the policy's names, except one `vary`, to
/// which `Origin` is added. Otherwise None.
///
/// # Safety
/// As for [`call`].
#[inline(always)]
unsafe fn appended(
    decided: Decided,
    compiled: &CompiledPolicy,
    theirs: &Owned,
) -> Result<Option<Owned>, Raised> {
    let ours = compiled.lines(decided.kind);
    let theirs = theirs.as_ptr();
    // SAFETY: each object is checked to be of the exact type that it is read as. The length is read
    // again after the allocation, which may run other code; from there to the end of the loop
    // nothing does. The new list has a position for each line, and each is set once.
    unsafe {
        if ffi::PyList_CheckExact(theirs) == 0 && ffi::PyTuple_CheckExact(theirs) == 0 {
            return seldom(Ok(None));
        }
        let origin = decided.origin();
        let explicit = if origin.is_null() {
            None
        } else {
            Some(line(compiled.names.allow_origin.as_ptr(), &Owned::share(origin))?)
        };
        let length = ffi::Py_SIZE(theirs);
        // The policy has at most three lines of its own.
        #[allow(clippy::cast_possible_wrap)]
        let list = Owned::take(ffi::PyList_New(length + ours.len() as ffi::Py_ssize_t + 1))?;
        let mut vary = None;
        if !locked(theirs, || fill(list.as_ptr(), theirs, length, &mut vary)) {
            return seldom(Ok(None));
        }
        let mut place = length;
        for line in ours {
            let line = line.as_ref().map(Py::as_ptr).or(explicit.as_ref().map(Owned::as_ptr));
            let Some(line) = line else { return seldom(Ok(None)) };
            ffi::PyList_SET_ITEM(list.as_ptr(), place, Owned::share(line).into_ptr());
            place += 1;
        }
        let (theirs, value) = match (vary, &compiled.vary) {
            (None, Some(vary)) => {
                let vary = Owned::share(vary.as_ptr());
                ffi::PyList_SET_ITEM(list.as_ptr(), place, vary.into_ptr());
                return Ok(Some(list));
            }
            (Some(vary), Some(_)) => vary,
            // The response is the same for every Origin.
            (_, None) => {
                (*list.as_ptr().cast::<ffi::PyVarObject>()).ob_size = place;
                return Ok(Some(list));
            }
        };
        // The place of a line of our own is left over.
        (*list.as_ptr().cast::<ffi::PyVarObject>()).ob_size = place;
        if !varies_by_origin(bytes_of(value.as_ptr())) {
            let line = line(compiled.names.vary_name.as_ptr(), &with_origin(&value)?)?;
            if ffi::PyList_SetItem(list.as_ptr(), theirs, line.into_ptr()) != 0 {
                return seldom(Err(Raised));
            }
        }
        Ok(Some(list))
    }
}

/// Copies the application's header lines into a new list, and finds the `vary` among them with its place.
/// False where they are not as [`appended`] needs them.
///
/// # Safety
/// `theirs` is a list or a tuple that nothing changes meanwhile, and `list` a new list with at least
/// `length` places.
#[inline(always)]
unsafe fn fill(
    list: *mut ffi::PyObject,
    theirs: *mut ffi::PyObject,
    length: ffi::Py_ssize_t,
    vary: &mut Option<(ffi::Py_ssize_t, Owned)>,
) -> bool {
    // SAFETY: each object is checked to be of the exact type that it is read as. The length is read
    // again after the allocation of the list, which may run other code; nothing here does.
    unsafe {
        if ffi::Py_SIZE(theirs) != length {
            return seldom(false);
        }
        let items: *const *mut ffi::PyObject = if ffi::PyList_CheckExact(theirs) != 0 {
            (*theirs.cast::<ffi::PyListObject>()).ob_item
        } else {
            (&raw const (*theirs.cast::<ffi::PyTupleObject>()).ob_item).cast()
        };
        for place in 0..length {
            let pair = *items.offset(place);
            let Some((name, value)) = exact_pair(pair) else { return seldom(false) };
            let name_length = ffi::Py_SIZE(name);
            if name_length < 64 && LENGTHS >> name_length & 1 != 0 && is_ours(bytes_of(name)) {
                // One Vary, such as that of a compressing middleware, is in many responses.
                let is_one = bytes_of(name) == b"vary" && vary.is_none();
                if !is_one || ffi::PyBytes_CheckExact(value) == 0 {
                    return seldom(false);
                }
                *vary = Some((place, Owned::share(value)));
            }
            ffi::PyList_SET_ITEM(list, place, Owned::share(pair).into_ptr());
        }
        true
    }
}

/// The value of a `Vary`, with `Origin` behind it.
///
/// # Safety
/// `value` is `bytes`, and the thread is attached.
unsafe fn with_origin(value: &Owned) -> Result<Owned, Raised> {
    const ORIGIN: &[u8] = b", Origin";
    // SAFETY: the new object has room for both, and nobody else knows it yet.
    unsafe {
        let length = ffi::Py_SIZE(value.as_ptr());
        #[allow(clippy::cast_possible_wrap)]
        let both = Owned::take(ffi::PyBytes_FromStringAndSize(
            ptr::null(),
            length + ORIGIN.len() as ffi::Py_ssize_t,
        ))?;
        let value = bytes_of(value.as_ptr());
        let start = ffi::PyBytes_AS_STRING(both.as_ptr()).cast_mut().cast::<u8>();
        ptr::copy_nonoverlapping(value.as_ptr(), start, value.len());
        ptr::copy_nonoverlapping(ORIGIN.as_ptr(), start.add(value.len()), ORIGIN.len());
        Ok(both)
    }
}

fn is_ours(name: &[u8]) -> bool {
    name == b"vary"
        || name == b"access-control-allow-origin"
        || name == b"access-control-expose-headers"
        || name == b"access-control-allow-credentials"
}

/// The merged header lines for any shape that Starlette takes: no headers at all, any iterable, pairs
/// of any kind, names that the policy sets.
fn merged(
    decided: Decided,
    compiled: &CompiledPolicy,
    theirs: Option<&Owned>,
) -> Result<Owned, Raised> {
    attached(|py| {
        let list = match theirs {
            // SAFETY: the caller holds the headers for as long as this runs.
            Some(theirs) => unsafe { Borrowed::from_ptr(py, theirs.as_ptr()) }
                .try_iter()?
                .collect::<PyResult<Vec<_>>>()?,
            None => Vec::new(),
        };
        let mut pairs = Vec::with_capacity(list.len());
        for pair in &list {
            let (name, value) = any_pair(pair)?;
            let name = any_bytes(&name).unwrap_or_default();
            let value = match any_bytes(&value) {
                Some(value) => value,
                None if name == b"vary" => {
                    return Err(PyTypeError::new_err(format!("Vary must be bytes, not {value:?}")));
                }
                None => Vec::new(),
            };
            pairs.push((name, value));
        }
        let pairs: Vec<(&[u8], &[u8])> =
            pairs.iter().map(|(name, value)| (&**name, &**value)).collect();
        let result = PyList::empty(py);
        let ours = compiled.policy.actual_lines(decided.kind);
        for placed in merge(&pairs, ours, compiled.policy.varies()) {
            match placed {
                Placed::Theirs(index) => result.append(&list[index])?,
                Placed::Ours(index) => {
                    // SAFETY: null, or live for as long as the `send` that holds it.
                    let origin = unsafe { Borrowed::from_ptr_or_opt(py, decided.origin()) };
                    match &compiled.lines(decided.kind)[index] {
                        Some(line) => result.append(line)?,
                        None => result.append((&compiled.names.allow_origin, origin))?,
                    }
                }
                Placed::Vary(value) => {
                    result.append((&compiled.names.vary_name, PyBytes::new(py, &value)))?;
                }
            }
        }
        if decided.kind == Actual::Rejected && !decided.request.is_null() {
            let Decided { policy, request: scope, asked, .. } = decided;
            // SAFETY: they are live for as long as the caller holds them, as it does.
            unsafe { allowed_inside::report(py, policy, scope, asked, &pairs)? }
        }
        // SAFETY: the reference is given away.
        unsafe { Ok(Owned::take(result.into_ptr())) }
    })?
}

/// A dict of a message that is another mapping.
fn copied(message: *mut ffi::PyObject) -> Result<Owned, Raised> {
    attached(|py| {
        // SAFETY: the caller of `send` holds the message.
        let message = unsafe { Borrowed::from_ptr(py, message) };
        let copy = py.get_type::<PyDict>().call1((message,))?;
        // SAFETY: the reference is given away.
        unsafe { Ok(Owned::take(copy.into_ptr())) }
    })?
}

/// A new header line.
///
/// # Safety
/// Both are live objects and the thread is attached.
#[inline]
pub(super) unsafe fn line(name: *mut ffi::PyObject, value: &Owned) -> Result<Owned, Raised> {
    // SAFETY: a new tuple's items are set once each, to new references.
    unsafe {
        let line = Owned::take(ffi::PyTuple_New(2))?;
        ffi::PyTuple_SET_ITEM(line.as_ptr(), 0, Owned::share(name).into_ptr());
        ffi::PyTuple_SET_ITEM(line.as_ptr(), 1, Owned::share(value.as_ptr()).into_ptr());
        Ok(line)
    }
}
