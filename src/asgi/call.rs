//! What a call of a middleware does: `middleware(scope, receive, send)`.

use core::mem::take;
use core::ptr;

use pyo3::exceptions::PyTypeError;
use pyo3::ffi;
use pyo3::prelude::*;

use super::actual::pass_on;
use super::application::{Application, Called};
use super::asked::question;
use super::asking::{self, Said};
use super::coroutines::deferred;
use super::counts::Counts;
use super::current::{
    counts, counts_of_policy, current, find_overrides, follows, live_verdict, overrides,
};
use super::enforcement::{self, Asked, Next, Passed};
use super::fetch_headers::FetchHeaders;
use super::guard::{attached, object};
use super::middleware::{Middleware, not_initialized};
use super::names::Names;
use super::object::{Owned, Raised, bytes_of, is_text, item, seldom};
use super::older_rust::{cold_path, signed};
use super::policy::{CompiledPolicy, compiled};
use super::route::route;
use super::scope::{RequestHeaders, read_any};
use super::{preflight, send};
use crate::cors::{Actual, can_be_mirrored};

pub(super) unsafe extern "C" fn vectorcall(
    slf: *mut ffi::PyObject,
    args: *const *mut ffi::PyObject,
    nargsf: usize,
    kwnames: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: Python calls this with a `Middleware`, its arguments as vectorcall lays them out, and
    // the thread attached.
    object(|| unsafe {
        let [scope, receive, send] = arguments(args, nargsf, kwnames)?;
        let this = slf.cast::<Middleware>();
        find_overrides(this)?;
        let found = overrides(this);
        if (*found).asks_origin || (*found).runs_call {
            cold_path();
            if (*found).runs_call {
                return call_method(slf, scope, receive, send);
            }
            return respond_overridden(this, scope, receive, send);
        }
        respond(this, false, scope, receive, send)
    })
}

/// `Middleware._fastcors_respond(scope, receive, send)`: the compiled code, for a class that overrides
/// `__call__`, and perhaps `is_allowed_origin`.
pub(super) unsafe extern "C" fn respond_method(
    slf: *mut ffi::PyObject,
    args: *mut *mut ffi::PyObject,
    nargs: ffi::Py_ssize_t,
) -> *mut ffi::PyObject {
    // SAFETY: Python calls this with a `Middleware` and as many arguments as it says.
    object(|| unsafe {
        let [scope, receive, send] = arguments(args, nargs.unsigned_abs(), ptr::null_mut())?;
        let this = slf.cast::<Middleware>();
        find_overrides(this)?;
        respond_overridden(this, scope, receive, send)
    })
}

/// Responds to one request of a class that overrides something. One copy of [`respond`] for all of
/// these, beside the one for a class that overrides nothing.
///
/// # Safety
/// As for [`respond`].
#[inline(never)]
unsafe fn respond_overridden(
    this: *mut Middleware,
    scope: *mut ffi::PyObject,
    receive: *mut ffi::PyObject,
    send: *mut ffi::PyObject,
) -> Result<Owned, Raised> {
    // SAFETY: as the caller vouches.
    unsafe { respond(this, (*overrides(this)).asks_origin, scope, receive, send) }
}

/// Responds to one request: to a preflight by itself, to anything else by the application's own
/// awaitable. `asks`: `is_allowed_origin` is overridden, and decides on the Origin.
///
/// # Safety
/// All are live objects that the caller holds, `this` is a `Middleware`, and the thread is attached.
#[inline(always)]
unsafe fn respond(
    this: *mut Middleware,
    asks: bool,
    scope: *mut ffi::PyObject,
    receive: *mut ffi::PyObject,
    send: *mut ffi::PyObject,
) -> Result<Owned, Raised> {
    // SAFETY: as the caller vouches. The application and the policy are held for the whole time,
    // because code that runs in between may replace them.
    unsafe {
        let Some((app, policy)) = current(this)? else { return not_initialized() };
        // Copied: what they stand in may be gone when the policy is.
        let &CompiledPolicy { names, is_special, .. } = compiled(policy.as_ptr());
        let called = Called { scope, receive, send };
        if is_special {
            return deferred(names, special(this, asks, &app, policy, called));
        }
        let by = By { counts: counts(this), is_outer: true, may_ask_function: false };
        deferred(names, dispatch(this, asks, &app, policy, names, by, called))
    }
}

/// What a request is decided by, beside its policy.
#[derive(Clone, Copy)]
struct By<'c> {
    /// Where it is counted.
    counts: &'c Counts,
    /// Whether it is the middleware's own policy, not one of its paths.
    is_outer: bool,
    /// False if the policy is known to have no function to ask.
    may_ask_function: bool,
}

/// Responds to one request of a policy that may reject it before the application runs, that asks a
/// function, or that has others for paths. None of these costs the other policies more than one branch.
///
/// # Safety
/// As for [`respond`].
#[inline(never)]
unsafe fn special(
    this: *mut Middleware,
    asks: bool,
    app: &Application,
    policy: Owned,
    called: Called,
) -> Result<Owned, Raised> {
    // SAFETY: as the caller vouches.
    unsafe {
        if compiled(policy.as_ptr()).part.paths.is_some() {
            cold_path();
            return routed(this, asks, app, policy, called);
        }
        let &CompiledPolicy { names, enforces, .. } = compiled(policy.as_ptr());
        let by = By { counts: counts(this), is_outer: true, may_ask_function: true };
        if enforces {
            return enforced_alone(this, asks, app, policy, by, called);
        }
        dispatch(this, asks, app, policy, names, by, called)
    }
}

/// Responds to one request of a policy that has others for paths.
///
/// # Safety
/// As for [`respond`].
#[inline(never)]
unsafe fn routed(
    this: *mut Middleware,
    asks: bool,
    app: &Application,
    policy: Owned,
    called: Called,
) -> Result<Owned, Raised> {
    let Called { scope, receive, send } = called;
    // SAFETY: as the caller vouches.
    unsafe {
        let names = compiled(policy.as_ptr()).names;
        let kind = item(scope, names.kind.as_ptr())?;
        let is_http = is_text(kind.as_ptr(), names.http.as_ptr(), b"http")?;
        if !is_http && !is_text(kind.as_ptr(), names.websocket.as_ptr(), b"websocket")? {
            return app.call(names, scope, receive, send);
        }
        let inner = route(policy.as_ptr(), scope)?;
        let is_outer = inner.is_none();
        let policy = inner.unwrap_or(policy);
        let compiled = compiled(policy.as_ptr());
        let counts = counts_of_policy(this, compiled);
        let by = By { counts, is_outer, may_ask_function: true };
        let asks = asks && compiled.part.asks();
        if compiled.enforces {
            return enforced_below(this, asks, app, policy, by, called);
        }
        if compiled.part.is_untouched() {
            if is_http {
                counts.request();
            }
            return app.call(names, scope, receive, send);
        }
        dispatch(this, asks, app, policy, names, by, called)
    }
}

/// A copy of [`enforced`] for policies without paths.
///
/// # Safety
/// As for [`respond`].
#[inline(never)]
unsafe fn enforced_alone(
    this: *mut Middleware,
    asks: bool,
    app: &Application,
    policy: Owned,
    by: By<'_>,
    called: Called,
) -> Result<Owned, Raised> {
    // SAFETY: as the caller vouches.
    unsafe { enforced(this, asks, app, policy, By { is_outer: true, ..by }, called) }
}

/// A copy of [`enforced`] for policies with paths, and for the policies of those paths.
///
/// # Safety
/// As for [`respond`].
#[inline(never)]
unsafe fn enforced_below(
    this: *mut Middleware,
    asks: bool,
    app: &Application,
    policy: Owned,
    by: By<'_>,
    called: Called,
) -> Result<Owned, Raised> {
    // SAFETY: as the caller vouches.
    unsafe { enforced(this, asks, app, policy, by, called) }
}

/// Responds to one request of a policy that may reject it before the application runs.
///
/// # Safety
/// As for [`respond`].
#[inline(always)]
unsafe fn enforced(
    this: *mut Middleware,
    asks: bool,
    app: &Application,
    policy: Owned,
    by: By<'_>,
    called: Called,
) -> Result<Owned, Raised> {
    // SAFETY: as the caller vouches; a copy of the scope is held until the application is called.
    unsafe {
        let asked = if asks { Asked::Override } else { Asked::Policy };
        let is_untouched = !by.is_outer && compiled(policy.as_ptr()).part.is_untouched();
        let mut found = FetchHeaders::default();
        match enforcement::judge(this, &policy, by.is_outer, called, asked, &mut found)? {
            Next::Reject(coroutine) => Ok(coroutine),
            Next::Ask(origin, copy) => {
                let called = called.with(copy.as_ref());
                enforcement::ask(this, &policy, called, &origin)
            }
            Next::Wait(origin, copy, pending) => {
                let called = called.with(copy.as_ref());
                asking::enforce_later(this.cast(), &policy, called, &origin, &pending)
            }
            Next::Pass(copy, passed) => {
                let called = called.with(copy.as_ref());
                let names = compiled(policy.as_ptr()).names;
                match passed {
                    Some(Passed { allowed, varies, current }) => {
                        let send = if varies {
                            cold_path();
                            enforcement::send_varying(called.send)?
                        } else {
                            Owned::share(called.send)
                        };
                        let called = Called { send: send.as_ptr(), ..called };
                        let request = take(&mut found.cors);
                        by.counts.request();
                        if is_untouched {
                            return app.call(names, called.scope, called.receive, called.send);
                        }
                        let policy = current.unwrap_or(policy);
                        decide(this, asks, app, policy, names, by, called, request, allowed)
                    }
                    None => app.call(names, called.scope, called.receive, called.send),
                }
            }
        }
    }
}

/// # Safety
/// As for [`respond`].
#[inline(always)]
#[allow(clippy::too_many_arguments, reason = "it is compiled into its caller")]
unsafe fn dispatch(
    this: *mut Middleware,
    asks: bool,
    app: &Application,
    policy: Owned,
    names: &Names,
    by: By<'_>,
    called: Called,
) -> Result<Owned, Raised> {
    let Called { scope, receive, send } = called;
    // SAFETY: as the caller vouches; `RequestHeaders` holds bytes objects.
    unsafe {
        let kind = item(scope, names.kind.as_ptr())?;
        if !is_text(kind.as_ptr(), names.http.as_ptr(), b"http")? {
            cold_path();
            return app.call(names, scope, receive, send);
        }
        by.counts.request();
        let headers = item(scope, names.headers.as_ptr())?;
        let (request, copy) = match RequestHeaders::read(headers.as_ptr()) {
            Some(request) => (request, None),
            None => seldom(read_any(scope, &headers)?),
        };
        let scope = copy.as_ref().map_or(scope, Owned::as_ptr);
        let called = Called { scope, receive, send };
        decide(this, asks, app, policy, names, by, called, request, None)
    }
}

/// Decides on an HTTP request whose headers have been read; `known` is whether the policy, which
/// is the current one then, allows its Origin, if that is known.
///
/// # Safety
/// As for [`respond`].
#[inline(always)]
#[allow(clippy::too_many_arguments, reason = "it is compiled into its caller")]
unsafe fn decide(
    this: *mut Middleware,
    asks: bool,
    app: &Application,
    mut policy: Owned,
    names: &Names,
    by: By<'_>,
    called: Called,
    mut request: RequestHeaders,
    known: Option<bool>,
) -> Result<Owned, Raised> {
    let Called { scope, receive, send } = called;
    // SAFETY: as the caller vouches; `RequestHeaders` holds bytes objects.
    unsafe {
        let counts = by.counts;
        let Some(origin) = request.origin.take() else {
            let send = send::new(send, &policy, None, Actual::WithoutOrigin, None)?;
            return app.call(names, scope, receive, send.as_ptr());
        };
        counts.cross_origin();
        let mut preflight = None;
        if let Some(method) = &request.method {
            let scope_method = item(scope, names.method.as_ptr())?;
            if is_text(scope_method.as_ptr(), names.options.as_ptr(), b"OPTIONS")? {
                counts.preflight();
                preflight = Some(method);
            }
        }
        // The list that the policy follows is compared even if a subclass decides, because it may call
        // the policy that the request began with.
        let allowed = if known.is_none() && by.is_outer && follows(this) {
            let (allowed, current) = live_verdict(this, policy, bytes_of(origin.as_ptr()))?;
            policy = current;
            Some(allowed)
        } else {
            None
        };
        // A subclass is not called with a value that no response may repeat.
        if asks
            && (preflight.is_some() || !compiled(policy.as_ptr()).policy.origins().any())
            && can_be_mirrored(bytes_of(origin.as_ptr()))
        {
            if let Some(method) = preflight {
                return preflight::ask(
                    this.cast(),
                    &policy,
                    names,
                    scope,
                    &request,
                    &origin,
                    method,
                    send,
                );
            }
            // As with Starlette it is called when the response starts.
            let question = question(this.cast(), scope)?;
            let send = send::new(send, &policy, Some(origin), Actual::Rejected, Some(question))?;
            return app.call(names, scope, receive, send.as_ptr());
        }
        let compiled = compiled(policy.as_ptr());
        let allowed = match allowed.or(known) {
            Some(allowed) => allowed,
            None => compiled.allows_bytes(bytes_of(origin.as_ptr()))?,
        };
        if by.may_ask_function && !allowed {
            if known.is_none() {
                return ask(this, app, &policy, called, &request, origin, preflight);
            }
            // Enforcement has asked it.
            let decider = asking::decider(this, &policy, &origin);
            return pass_on(counts, app, &policy, called, origin, false, decider);
        }
        if let Some(method) = preflight {
            return preflight::respond(
                counts, &policy, scope, &request, &origin, allowed, method, send,
            );
        }
        pass_on(counts, app, &policy, called, origin, allowed, ptr::null_mut())
    }
}

/// Asks the function of the policy about the Origin of a request that nothing else allows.
///
/// # Safety
/// As for [`respond`].
#[inline(never)]
unsafe fn ask(
    this: *mut Middleware,
    app: &Application,
    policy: &Owned,
    called: Called,
    request: &RequestHeaders,
    origin: Owned,
    preflight: Option<&Owned>,
) -> Result<Owned, Raised> {
    let Called { scope, send, .. } = called;
    // SAFETY: as the caller vouches; `RequestHeaders` holds bytes objects.
    unsafe {
        let counts = counts_of_policy(this, compiled(policy.as_ptr()));
        let said = asking::ask_if_any(counts, policy, scope, origin.as_ptr())?;
        let decider = asking::decider(this, policy, &origin);
        match (said, preflight) {
            (Said::Now(allowed), Some(method)) => preflight::respond_by(
                counts, policy, scope, request, &origin, allowed, method, send, decider,
            ),
            (Said::Now(allowed), None) => {
                pass_on(counts, app, policy, called, origin, allowed, decider)
            }
            (Said::Later(pending), Some(method)) => {
                let parts =
                    preflight::parts(this.cast(), policy, scope, request, &origin, method, send);
                asking::respond_later(parts, &pending)
            }
            (Said::Later(pending), None) => {
                asking::pass_later(this.cast(), policy, called, &origin, &pending)
            }
        }
    }
}

/// Runs `async def __call__`, which calls the methods that the class or the instance overrides.
///
/// # Safety
/// All are live objects and the thread is attached.
#[cold]
unsafe fn call_method(
    slf: *mut ffi::PyObject,
    scope: *mut ffi::PyObject,
    receive: *mut ffi::PyObject,
    send: *mut ffi::PyObject,
) -> Result<Owned, Raised> {
    attached(|py| {
        // SAFETY: live for the time of the call.
        unsafe {
            let argument = |pointer| Bound::from_borrowed_ptr(py, pointer);
            let result = argument(slf)
                .call_method1("__call__", (argument(scope), argument(receive), argument(send)))?;
            Ok(Owned::take(result.into_ptr()))
        }
    })?
}

/// Scope, receive and send, by position or by keyword.
///
/// # Safety
/// The arguments are as vectorcall lays them out.
#[inline]
unsafe fn arguments(
    args: *const *mut ffi::PyObject,
    nargsf: usize,
    kwnames: *mut ffi::PyObject,
) -> Result<[*mut ffi::PyObject; 3], Raised> {
    // SAFETY: there are as many arguments as the count says.
    unsafe {
        if kwnames.is_null() && ffi::PyVectorcall_NARGS(nargsf) == 3 {
            return Ok([*args, *args.add(1), *args.add(2)]);
        }
        keyword_arguments(args, nargsf, kwnames)
    }
}

/// # Safety
/// As for [`arguments`].
#[cold]
unsafe fn keyword_arguments(
    args: *const *mut ffi::PyObject,
    nargsf: usize,
    kwnames: *mut ffi::PyObject,
) -> Result<[*mut ffi::PyObject; 3], Raised> {
    const NAMES: [&[u8]; 3] = [b"scope", b"receive", b"send"];
    // SAFETY: there are as many arguments as the count and the names say.
    unsafe {
        let positional = ffi::PyVectorcall_NARGS(nargsf).unsigned_abs();
        let named = if kwnames.is_null() { 0 } else { ffi::Py_SIZE(kwnames).unsigned_abs() };
        let mut found = [ptr::null_mut(); 3];
        if positional + named == 3 {
            for (place, argument) in found.iter_mut().enumerate().take(positional) {
                *argument = *args.add(place);
            }
            for index in 0..named {
                let name = ffi::PyTuple_GET_ITEM(kwnames, signed(index));
                for (place, text) in NAMES.iter().enumerate() {
                    if is_text(name, ptr::null_mut(), text)? {
                        found[place] = *args.add(positional + index);
                    }
                }
            }
            if found.iter().all(|argument| !argument.is_null()) {
                return Ok(found);
            }
        }
        attached(|_| {
            let given = positional + named;
            Err(PyTypeError::new_err(format!(
                "CORSMiddleware is called with scope, receive and send, not with these {given} arguments"
            )))
        })
    }
}
