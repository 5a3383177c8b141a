//! The two messages that answer a preflight.

use pyo3::types::PyTuple;
use pyo3::{Py, ffi};

use super::counts::Counts;
use super::object::{Owned, Raised, bytes_of};
use super::policy::{Closing, CompiledPolicy};
use super::refusal::Refusal;
use super::scope::RequestHeaders;
use super::send::compiled;
use crate::cors::{Preflight, PreflightAnswer, PreflightRequest};

/// Decides on a preflight and gives the coroutine that sends the answer.
///
/// # Safety
/// The objects are live, `policy` is a `CompiledPolicy`, `send` is the server's, and the thread is
/// attached.
pub(super) unsafe fn respond(
    counts: &Counts,
    policy: &Owned,
    scope: *mut ffi::PyObject,
    request: &RequestHeaders,
    origin: &Owned,
    method: &Owned,
    send: *mut ffi::PyObject,
) -> Result<Owned, Raised> {
    // SAFETY: `policy` is one, and the caller holds it.
    let compiled = unsafe { compiled(policy.as_ptr()) };
    // SAFETY: `RequestHeaders` holds bytes objects.
    let decision = unsafe {
        let allowed = compiled.allows_bytes(bytes_of(origin.as_ptr()))?;
        let asked = PreflightRequest {
            method: bytes_of(method.as_ptr()),
            headers: request.headers.as_ref().map(|headers| bytes_of(headers.as_ptr())),
            private_network: request.private_network,
        };
        compiled.preflight_of(&asked, allowed)
    };
    let refusals = decision.refusals;
    if !refusals.is_empty() {
        counts.refused(refusals);
        // SAFETY: live objects and an attached thread, as the caller vouches.
        unsafe { Refusal { refusals, policy, scope, origin, method: Some(method), request }.log()? }
    }
    let closing = &compiled.preflight.closing[refusals.index()];
    // SAFETY: live objects and an attached thread, as the caller vouches.
    unsafe {
        let start = start_message(compiled, decision, closing, request, origin)?;
        let body = Owned::take(ffi::PyDict_Copy(closing.body.as_ptr()))?;
        let mut args = [core::ptr::null_mut(), send, start.as_ptr(), body.as_ptr()];
        Owned::take(ffi::PyObject_Vectorcall(
            compiled.names.respond.as_ptr(),
            args.as_mut_ptr().add(1),
            3 | ffi::PY_VECTORCALL_ARGUMENTS_OFFSET,
            core::ptr::null_mut(),
        ))
    }
}

/// # Safety
/// As for [`respond`].
unsafe fn start_message(
    compiled: &CompiledPolicy,
    decision: Preflight,
    closing: &Closing,
    request: &RequestHeaders,
    origin: &Owned,
) -> Result<Owned, Raised> {
    let CompiledPolicy { names, preflight, .. } = compiled;
    let share = |line: &Py<PyTuple>| {
        // SAFETY: the line is live, and the thread attached, as the caller vouches.
        unsafe { Owned::share(line.as_ptr()) }
    };
    let mirrored = request.headers.as_ref().filter(|_| decision.mirrored_headers);
    // SAFETY: live objects and an attached thread, as the caller vouches; the list has as many places
    // as there are lines, and each is set once to a new reference.
    unsafe {
        let explicit = decision.explicit_origin.then(|| line(names.allow_origin.as_ptr(), origin));
        let mirrored = mirrored.map(|headers| line(names.allow_headers.as_ptr(), headers));
        let answer = PreflightAnswer {
            opening: preflight.opening.iter().map(share),
            explicit_origin: explicit.transpose()?,
            mirrored_headers: mirrored.transpose()?,
            private_network: decision.private_network.then(|| share(&names.private_network)),
            content_length: share(&closing.content_length),
            content_type: share(&names.content_type),
        };
        // The length fits: it is that of a list in memory and five more.
        #[allow(clippy::cast_possible_wrap)]
        let list = Owned::take(ffi::PyList_New(answer.count() as ffi::Py_ssize_t))?;
        let mut place = 0;
        // Not a `for` loop: that asks at every line which part it is in, 260 instructions more.
        answer.in_order().for_each(|line| {
            ffi::PyList_SET_ITEM(list.as_ptr(), place, line.into_ptr());
            place += 1;
        });
        let start = Owned::take(ffi::PyDict_Copy(closing.start.as_ptr()))?;
        if ffi::PyDict_SetItem(start.as_ptr(), names.headers.as_ptr(), list.as_ptr()) != 0 {
            return Err(Raised);
        }
        Ok(start)
    }
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
