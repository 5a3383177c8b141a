//! What a call of a middleware does: `middleware(scope, receive, send)`.

use core::ptr;

use pyo3::exceptions::PyTypeError;
use pyo3::ffi;
use pyo3::prelude::*;

use super::application::{Application, Called};
use super::coroutines::deferred;
use super::current::{counts, counts_of_policy, current, find_overrides, overrides};
use super::decide::{By, decide};
use super::enforced::{enforced_alone, enforced_below};
use super::guard::{attached, object};
use super::middleware::{Middleware, not_initialized};
use super::names::Names;
use super::object::{Owned, Raised, is_text, item, seldom};
use super::older_rust::{cold_path, signed};
use super::policy::{CompiledPolicy, Way, compiled};
use super::route::route;
use super::scope::{Protocol, RequestHeaders, protocol, read_any};

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
        let &CompiledPolicy { names, way, .. } = compiled(policy.as_ptr());
        let called = Called { scope, receive, send };
        if way != Way::Common {
            let special = if way == Way::Enforced { enforced_alone } else { special };
            return deferred(names, special(this, asks, &app, policy, called));
        }
        let by = By { counts: counts(this), is_outer: true, may_ask_function: false };
        deferred(names, dispatch(this, asks, &app, policy, names, by, called))
    }
}

/// Responds to one request of a policy that asks a function, or that has others for paths. Neither costs the
/// other policies more than one branch.
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
        let names = compiled(policy.as_ptr()).names;
        let by = By { counts: counts(this), is_outer: true, may_ask_function: true };
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
        let protocol = protocol(names, scope)?;
        if protocol == Protocol::Other {
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
            if protocol == Protocol::Http {
                counts.request();
            }
            return app.call(names, scope, receive, send);
        }
        dispatch(this, asks, app, policy, names, by, called)
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
