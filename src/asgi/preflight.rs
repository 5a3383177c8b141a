//! The two messages of the response to a preflight.

use pyo3::exceptions::PyTypeError;
use pyo3::types::PyTuple;
use pyo3::{Py, ffi};

use super::asking::decider;
use super::counts::Counts;
use super::current::counts_of;
use super::guard::attached;
use super::headers::line;
use super::names::Names;
use super::object::{Owned, Raised, bytes_of, call};
use super::policy::{CompiledPolicy, PreflightParts, compiled, is_policy};
use super::rejection::Rejection;
use super::scope::RequestHeaders;
use crate::cors::{Preflight, PreflightRequest, PreflightResponse};

/// Decides on a preflight whose Origin is allowed or not: the coroutine that sends the response.
///
/// # Safety
/// The objects are live, `policy` is a `CompiledPolicy`, `send` is the server's, and the thread is
/// attached.
#[allow(clippy::too_many_arguments, reason = "the parts of a request, each on its way to its use")]
pub(super) unsafe fn respond(
    counts: &Counts,
    policy: &Owned,
    scope: *mut ffi::PyObject,
    request: &RequestHeaders,
    origin: &Owned,
    allowed: bool,
    method: &Owned,
    send: *mut ffi::PyObject,
) -> Result<Owned, Raised> {
    // SAFETY: as the caller vouches.
    unsafe {
        let asked = core::ptr::null_mut();
        respond_by(counts, policy, scope, request, origin, allowed, method, send, asked)
    }
}

/// The same if `asked` decided on the Origin: `allow_origin_func`, or nothing but the policy if it is null.
///
/// # Safety
/// As for [`respond`].
#[allow(clippy::too_many_arguments, reason = "the parts of a request, each on its way to its use")]
#[inline(always)]
pub(super) unsafe fn respond_by(
    counts: &Counts,
    policy: &Owned,
    scope: *mut ffi::PyObject,
    request: &RequestHeaders,
    origin: &Owned,
    allowed: bool,
    method: &Owned,
    send: *mut ffi::PyObject,
    asked: *mut ffi::PyObject,
) -> Result<Owned, Raised> {
    // SAFETY: live objects and an attached thread, as the caller vouches.
    unsafe {
        let preflight = AskedPreflight { policy, scope, request, origin, method, asked };
        let (start, body) = messages(counts, &preflight, allowed)?;
        let mut args = [core::ptr::null_mut(), send, start.as_ptr(), body.as_ptr()];
        Owned::take(ffi::PyObject_Vectorcall(
            compiled(policy.as_ptr()).names.respond.as_ptr(),
            args.as_mut_ptr().add(1),
            3 | ffi::PY_VECTORCALL_ARGUMENTS_OFFSET,
            core::ptr::null_mut(),
        ))
    }
}

/// The coroutine that asks `is_allowed_origin` of a subclass, and then sends the response.
///
/// It asks when it is awaited, as Starlette does, in the context of whoever awaits it.
///
/// # Safety
/// As for [`respond`]; `middleware` is the one that was called, `policy` what it decides by.
#[allow(clippy::too_many_arguments, reason = "what Python is handed, one by one")]
pub(super) unsafe fn ask(
    middleware: *mut ffi::PyObject,
    policy: &Owned,
    names: &Names,
    scope: *mut ffi::PyObject,
    request: &RequestHeaders,
    origin: &Owned,
    method: &Owned,
    send: *mut ffi::PyObject,
) -> Result<Owned, Raised> {
    // SAFETY: live objects and an attached thread, as the caller vouches.
    unsafe {
        let args = parts(middleware, policy, scope, request, origin, method, send);
        call(names.respond_when_asked.as_ptr(), &args)
    }
}

/// The parts of a preflight for Python, borrowed: the middleware, the policy, the scope, the Origin, the
/// requested method, the requested headers or None, whether private network access is requested, `send`.
///
/// # Safety
/// As for [`ask`].
#[inline(always)]
pub(super) unsafe fn parts(
    middleware: *mut ffi::PyObject,
    policy: &Owned,
    scope: *mut ffi::PyObject,
    request: &RequestHeaders,
    origin: &Owned,
    method: &Owned,
    send: *mut ffi::PyObject,
) -> [*mut ffi::PyObject; 8] {
    // SAFETY: these objects live for ever.
    let (none, true_object, false_object) =
        unsafe { (ffi::Py_None(), ffi::Py_True(), ffi::Py_False()) };
    [
        middleware,
        policy.as_ptr(),
        scope,
        origin.as_ptr(),
        method.as_ptr(),
        request.headers.as_ref().map_or(none, Owned::as_ptr),
        if request.private_network { true_object } else { false_object },
        send,
    ]
}

/// The two messages of the response, for [`ask`]'s coroutine: a tuple. The arguments are what [`ask`]
/// hands it from `policy` to `private_network`, and whether the Origin is allowed.
///
/// # Safety
/// The arguments are live and the thread is attached.
pub(super) unsafe fn asked(
    middleware: *mut ffi::PyObject,
    args: &[*mut ffi::PyObject],
) -> Result<Owned, Raised> {
    // SAFETY: live objects and an attached thread, as the caller vouches; each is checked before it
    // is read as what it should be. A new tuple's items are set once each.
    unsafe {
        let &[policy, scope, origin, method, headers, network, allowed] = args else {
            return wrong_arguments();
        };
        let are_bytes = [origin, method].into_iter().all(|each| ffi::PyBytes_CheckExact(each) != 0)
            && (headers == ffi::Py_None() || ffi::PyBytes_CheckExact(headers) != 0);
        if !are_bytes || !is_policy(policy) {
            return wrong_arguments();
        }
        let request = RequestHeaders {
            origin: None,
            method: None,
            headers: (headers != ffi::Py_None()).then(|| Owned::share(headers)),
            private_network: network == ffi::Py_True(),
        };
        let (policy, origin) = (&Owned::share(policy), Owned::share(origin));
        let preflight = AskedPreflight {
            policy,
            scope,
            request: &request,
            origin: &origin,
            method: &Owned::share(method),
            asked: decider(middleware.cast(), policy, &origin),
        };
        let counts = counts_of(middleware, policy.as_ptr());
        let (start, body) = messages(counts, &preflight, allowed == ffi::Py_True())?;
        let both = Owned::take(ffi::PyTuple_New(2))?;
        ffi::PyTuple_SET_ITEM(both.as_ptr(), 0, start.into_ptr());
        ffi::PyTuple_SET_ITEM(both.as_ptr(), 1, body.into_ptr());
        Ok(both)
    }
}

#[cold]
fn wrong_arguments() -> Result<Owned, Raised> {
    attached(|_| Err(PyTypeError::new_err("these are not the parts of a preflight")))
}

/// A preflight, and what decides on it.
struct AskedPreflight<'p> {
    /// The `CompiledPolicy`.
    policy: &'p Owned,
    scope: *mut ffi::PyObject,
    request: &'p RequestHeaders,
    origin: &'p Owned,
    method: &'p Owned,
    /// The middleware whose `is_allowed_origin` decides on the Origin, or `allow_origin_func`, or null.
    asked: *mut ffi::PyObject,
}

/// The two messages of the response to a preflight, which is counted and logged if it is rejected.
///
/// # Safety
/// As for [`respond`].
#[inline]
unsafe fn messages(
    counts: &Counts,
    preflight: &AskedPreflight<'_>,
    allowed: bool,
) -> Result<(Owned, Owned), Raised> {
    let &AskedPreflight { policy, scope, request, origin, method, asked } = preflight;
    // SAFETY: `policy` is one, and the caller holds it.
    let compiled = unsafe { compiled(policy.as_ptr()) };
    // SAFETY: `RequestHeaders` holds bytes objects.
    let decision = unsafe {
        let requested = PreflightRequest {
            method: bytes_of(method.as_ptr()),
            headers: request.headers.as_ref().map(|headers| bytes_of(headers.as_ptr())),
            private_network: request.private_network,
        };
        compiled.preflight_of(&requested, allowed)
    };
    let rejections = decision.rejections;
    if !rejections.is_empty() {
        counts.rejected(rejections);
        let (method, headers) = (Some(method), request.headers.as_ref());
        // SAFETY: live objects and an attached thread, as the caller vouches.
        unsafe { Rejection { rejections, policy, scope, origin, method, headers, asked }.log()? }
    }
    let parts = &compiled.preflight[rejections.index()];
    // SAFETY: live objects and an attached thread, as the caller vouches.
    unsafe {
        let start = start_message(compiled, decision, parts, request, origin)?;
        let body = Owned::take(ffi::PyDict_Copy(parts.body.as_ptr()))?;
        Ok((start, body))
    }
}

/// # Safety
/// As for [`respond`].
unsafe fn start_message(
    compiled: &CompiledPolicy,
    decision: Preflight,
    parts: &PreflightParts,
    request: &RequestHeaders,
    origin: &Owned,
) -> Result<Owned, Raised> {
    let names = compiled.names;
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
        let response = PreflightResponse {
            opening: parts.opening.iter().map(share),
            explicit_origin: explicit.transpose()?,
            mirrored_headers: mirrored.transpose()?,
            private_network: decision.private_network.then(|| share(&names.private_network)),
            ending: parts.ending.iter().map(share),
        };
        // The length fits: it is that of a list in memory and five more.
        #[allow(clippy::cast_possible_wrap)]
        let list = Owned::take(ffi::PyList_New(response.count() as ffi::Py_ssize_t))?;
        let mut place = 0;
        // Not a `for` loop: that asks at every line which part it is in, 260 instructions more.
        response.in_order().for_each(|line| {
            ffi::PyList_SET_ITEM(list.as_ptr(), place, line.into_ptr());
            place += 1;
        });
        let start = Owned::take(ffi::PyDict_Copy(parts.start.as_ptr()))?;
        if ffi::PyDict_SetItem(start.as_ptr(), names.headers.as_ptr(), list.as_ptr()) != 0 {
            return Err(Raised);
        }
        Ok(start)
    }
}
