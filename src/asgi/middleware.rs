//! The compiled base of `fastcors.CORSMiddleware`: what a call of it does.

use core::ffi::{c_int, c_void};
use core::hint::cold_path;
use core::mem::offset_of;
use core::ptr;
use std::borrow::Cow;

use pyo3::exceptions::{PyAttributeError, PyRuntimeError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyType};
use pyo3::{Borrowed, ffi};

use super::application::{Application, Calls};
use super::coroutines::deferred;
use super::counts::Counts;
use super::guard::{self, attached, object, status, unraisable};
use super::links::drop_link;
use super::live_origins::LiveOrigins;
use super::names::Names;
use super::object::{Owned, Raised, bytes_of, decoded, is_text, item, seldom};
use super::overrides::Overrides;
use super::policy::{CompiledPolicy, compiled, latin_1};
use super::preflight;
use super::rejection::Rejection;
use super::scope::RequestHeaders;
use super::send;
use super::types::{
    self, attribute, dict_offset, fast_method, method, no_attribute, no_member, slot,
    vectorcall_offset,
};
use crate::cors::{Actual, Rejections, can_be_mirrored};

#[repr(C)]
struct Middleware {
    base: ffi::PyObject,
    vectorcall: Option<ffi::vectorcallfunc>,
    /// The instance's `__dict__`; null as long as it has no attributes of its own. A field, so that
    /// each request can see whether it was changed, whoever did it and how.
    dict: *mut ffi::PyObject,
    /// The application; null until `__init__` has set it.
    app: *mut ffi::PyObject,
    calls: Calls,
    /// The `fastcors.policy.Policy`; null until `__init__` has set it.
    policy: *mut ffi::PyObject,
    /// Its `CompiledPolicy`. Both change in one step.
    compiled: *mut ffi::PyObject,
    /// The `LiveOrigins` that the policy was made of; null where it follows no list.
    live: *mut ffi::PyObject,
    overrides: Overrides,
    counts: Counts,
}

static TYPE: PyOnceLock<Py<PyType>> = PyOnceLock::new();

/// The type `fastcors._fastcors.Middleware`.
///
/// # Errors
/// Those of making a type, at the first call.
pub(crate) fn middleware_type(py: Python<'_>) -> PyResult<&Bound<'_, PyType>> {
    send::prepare(py)?;
    TYPE.get_or_try_init(py, || make_type(py)).map(|made| made.bind(py))
}

/// Makes a call of an instance of `class`, a subclass of `Middleware`, run the compiled code.
///
/// The class has an `async def __call__`, by which servers tell an ASGI 3 application, and which for
/// Python would be what a call runs. This puts the compiled function back into the slot of the
/// class. Assigning or overriding `__call__` later resets the slot, as it does for any class.
#[pyfunction]
pub(crate) fn claim_call(class: &Bound<'_, PyType>) -> PyResult<()> {
    let base = middleware_type(class.py())?;
    if !class.is_subclass(base)? {
        return Err(PyTypeError::new_err(format!("{class} is not a subclass of {base}")));
    }
    let class = class.as_type_ptr();
    // SAFETY: the class inherits the layout of `Middleware`, its vectorcall function among it, so
    // that the slot and the flag say what is true of every instance. The GIL is held.
    unsafe {
        (*class).tp_vectorcall_offset = (*base.as_type_ptr()).tp_vectorcall_offset;
        (*class).tp_call = Some(ffi::PyVectorcall_Call);
        (*class).tp_flags |= ffi::Py_TPFLAGS_HAVE_VECTORCALL;
        ffi::PyType_Modified(class);
    }
    Ok(())
}

unsafe extern "C" fn vectorcall(
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
        if (*this).overrides.asks_origin || (*this).overrides.runs_call {
            cold_path();
            if (*this).overrides.runs_call {
                return call_method(slf, scope, receive, send);
            }
            return respond_overridden(this, scope, receive, send);
        }
        respond(this, false, scope, receive, send)
    })
}

/// `Middleware._fastcors_answer(scope, receive, send)`: the compiled code, for a class that overrides
/// `__call__`, and perhaps `is_allowed_origin`.
unsafe extern "C" fn answer_method(
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

/// Finds out what is overridden, unless it is known.
///
/// # Safety
/// `this` is a live `Middleware` and the thread is attached.
#[inline(always)]
unsafe fn find_overrides(this: *mut Middleware) -> Result<(), Raised> {
    // SAFETY: as the caller vouches.
    unsafe {
        let slf = this.cast::<ffi::PyObject>();
        let overrides = &(*this).overrides;
        if !overrides.hold(ffi::Py_TYPE(slf), (*this).dict)
            && !overrides.hold_without_version(ffi::Py_TYPE(slf), (*this).dict)
        {
            cold_path();
            (*this).overrides = Overrides::find(slf, &raw const (*this).dict)?;
        }
        Ok(())
    }
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
    unsafe { respond(this, (*this).overrides.asks_origin, scope, receive, send) }
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
        if (*this).app.is_null() || (*this).compiled.is_null() {
            return not_initialised();
        }
        let app = Application { callable: Owned::share((*this).app), calls: (*this).calls };
        let policy = Owned::share((*this).compiled);
        let names = compiled(policy.as_ptr()).names;
        deferred(names, dispatch(this, asks, &app, policy, names, scope, receive, send))
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
    mut policy: Owned,
    names: &Names,
    scope: *mut ffi::PyObject,
    receive: *mut ffi::PyObject,
    send: *mut ffi::PyObject,
) -> Result<Owned, Raised> {
    // SAFETY: as the caller vouches; `RequestHeaders` holds bytes objects.
    unsafe {
        let counts = &(*this).counts;
        let kind = item(scope, names.kind.as_ptr())?;
        if !is_text(kind.as_ptr(), names.http.as_ptr(), b"http")? {
            cold_path();
            return app.call(names, scope, receive, send);
        }
        counts.request();
        let headers = item(scope, names.headers.as_ptr())?;
        let (mut request, copy) = match RequestHeaders::read(headers.as_ptr()) {
            Some(request) => (request, None),
            None => seldom(read_any(scope, &headers)?),
        };
        let scope = copy.as_ref().map_or(scope, Owned::as_ptr);
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
        // The list that the policy follows is looked at even where a subclass decides, which may ask
        // the policy that the request began with.
        let allowed = if (*this).live.is_null() {
            None
        } else {
            let (allowed, current) = live_verdict(this, policy, bytes_of(origin.as_ptr()))?;
            policy = current;
            Some(allowed)
        };
        // A subclass is not asked about a value that no response may repeat.
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
            // As with Starlette it is asked when the response starts.
            let question = question(this.cast(), scope)?;
            let send = send::new(send, &policy, Some(origin), Actual::Rejected, Some(question))?;
            return app.call(names, scope, receive, send.as_ptr());
        }
        let compiled = compiled(policy.as_ptr());
        let allowed = match allowed {
            Some(allowed) => allowed,
            None => compiled.allows_bytes(bytes_of(origin.as_ptr()))?,
        };
        if let Some(method) = preflight {
            return preflight::respond(
                counts, &policy, scope, &request, &origin, allowed, method, send,
            );
        }
        let (request, kind) = if allowed {
            (compiled.policy.explicit_origin().then_some(origin), Actual::Allowed)
        } else {
            let rejections = Rejections::ORIGIN;
            counts.rejected(rejections);
            let policy = &policy;
            let (method, asked) = (None, ptr::null_mut());
            Rejection {
                rejections,
                policy,
                scope,
                origin: &origin,
                method,
                request: &request,
                asked,
            }
            .log()?;
            (Some(Owned::share(scope)), Actual::Rejected)
        };
        let send = send::new(send, &policy, request, kind, None)?;
        app.call(names, scope, receive, send.as_ptr())
    }
}

/// Whether an origin is allowed by the policy of a middleware that follows a list, with the policy
/// that says so: another one where the list was changed.
///
/// # Safety
/// As for [`respond`].
#[inline(never)]
unsafe fn live_verdict(
    this: *mut Middleware,
    policy: Owned,
    origin: &[u8],
) -> Result<(bool, Owned), Raised> {
    // SAFETY: as the caller vouches; what is used is held.
    unsafe {
        let live = Owned::share((*this).live);
        if let Some(allowed) =
            live_origins(live.as_ptr()).verdict(compiled(policy.as_ptr()), origin)?
        {
            return Ok((allowed, policy));
        }
        cold_path();
        let names = compiled(policy.as_ptr()).names;
        Owned::take(ffi::PyObject_CallMethodNoArgs(this.cast(), names.follow.as_ptr()))?;
        let policy = Owned::share((*this).compiled);
        let allowed = compiled(policy.as_ptr()).allows_bytes(origin)?;
        Ok((allowed, policy))
    }
}

/// The content of a `LiveOrigins`.
///
/// # Safety
/// `live` is one, outlives the borrow, and the thread is attached.
unsafe fn live_origins<'a>(live: *mut ffi::PyObject) -> &'a LiveOrigins {
    // SAFETY: as the caller vouches; the value lies in the Python object.
    unsafe {
        let py = Python::assume_attached();
        let live = Borrowed::from_ptr(py, live).cast_unchecked::<LiveOrigins>();
        &*ptr::from_ref(live.get())
    }
}

/// What a `send` asks with when the response starts: the middleware, and the request's scope.
unsafe fn question(
    middleware: *mut ffi::PyObject,
    scope: *mut ffi::PyObject,
) -> Result<Owned, Raised> {
    // SAFETY: both are live, as the caller vouches; a new tuple's items are set once each.
    unsafe {
        let question = Owned::take(ffi::PyTuple_New(2))?;
        ffi::PyTuple_SET_ITEM(question.as_ptr(), 0, Owned::share(middleware).into_ptr());
        ffi::PyTuple_SET_ITEM(question.as_ptr(), 1, Owned::share(scope).into_ptr());
        Ok(question)
    }
}

/// The counters of a middleware.
///
/// # Safety
/// `middleware` is a live `Middleware`, which outlives the borrow.
pub(super) unsafe fn counts_of<'a>(middleware: *mut ffi::PyObject) -> &'a Counts {
    // SAFETY: as the caller vouches.
    unsafe { &(*middleware.cast::<Middleware>()).counts }
}

#[cold]
unsafe fn read_any(
    scope: *mut ffi::PyObject,
    headers: &Owned,
) -> Result<(RequestHeaders, Option<Owned>), Raised> {
    attached(|py| {
        // SAFETY: both are live for the time of the call.
        unsafe {
            let scope = Bound::from_borrowed_ptr(py, scope);
            let headers = Bound::from_borrowed_ptr(py, headers.as_ptr());
            let (found, copy) = RequestHeaders::read_any(&scope, &headers)?;
            Ok((found, copy.and_then(|copy: Bound<'_, PyDict>| Owned::take(copy.into_ptr()).ok())))
        }
    })
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

#[cold]
fn not_initialised() -> Result<Owned, Raised> {
    attached(|_| {
        Err(PyRuntimeError::new_err(
            "this CORSMiddleware was not initialised: call super().__init__(app, ...) in its __init__",
        ))
    })
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
                let name = ffi::PyTuple_GET_ITEM(kwnames, index.cast_signed());
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

unsafe extern "C" fn new(
    class: *mut ffi::PyTypeObject,
    _args: *mut ffi::PyObject,
    _kwargs: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: the allocator gives a zeroed instance of the class, which has room for `Middleware`.
    object(|| unsafe {
        let allocate = (*class).tp_alloc.unwrap_or(ffi::PyType_GenericAlloc);
        let made = Owned::take(allocate(class, 0))?;
        (*made.as_ptr().cast::<Middleware>()).vectorcall = Some(vectorcall);
        Ok(made)
    })
}

unsafe extern "C" fn dealloc(slf: *mut ffi::PyObject) {
    // SAFETY: Python calls this once, with a `Middleware` that nobody refers to.
    unraisable(|| unsafe {
        ffi::PyObject_GC_UnTrack(slf.cast());
        let class = ffi::Py_TYPE(slf);
        drop_fields(slf);
        if let Some(free) = (*class).tp_free {
            free(slf.cast());
        }
        ffi::Py_DECREF(class.cast());
    });
}

unsafe extern "C" fn traverse(
    slf: *mut ffi::PyObject,
    visit: ffi::visitproc,
    arg: *mut c_void,
) -> c_int {
    // SAFETY: Python calls this with a `Middleware`; the visitor takes live objects.
    guard::traverse(|| unsafe {
        let this = slf.cast::<Middleware>();
        types::visit_all(
            &[
                ffi::Py_TYPE(slf).cast(),
                (*this).dict,
                (*this).app,
                (*this).policy,
                (*this).compiled,
                (*this).live,
            ],
            visit,
            arg,
        )
    })
}

unsafe extern "C" fn clear(slf: *mut ffi::PyObject) -> c_int {
    // SAFETY: Python calls this with a `Middleware`.
    unraisable(|| unsafe { drop_fields(slf) });
    0
}

/// # Safety
/// `slf` is a `Middleware`, and the thread is attached.
unsafe fn drop_fields(slf: *mut ffi::PyObject) {
    // SAFETY: as the caller vouches.
    unsafe {
        let this = slf.cast::<Middleware>();
        drop_link(&raw mut (*this).app);
        types::clear_all(&[
            &raw mut (*this).dict,
            &raw mut (*this).policy,
            &raw mut (*this).compiled,
            &raw mut (*this).live,
        ]);
    }
}

/// What an attribute gives, or the error that `__init__` has not set it.
///
/// # Safety
/// `held` is null or live, and the thread is attached.
unsafe fn field(held: *mut ffi::PyObject) -> Result<Owned, Raised> {
    if held.is_null() {
        return not_initialised();
    }
    // SAFETY: live, as the caller vouches.
    Ok(unsafe { Owned::share(held) })
}

unsafe extern "C" fn get_policy(slf: *mut ffi::PyObject, _: *mut c_void) -> *mut ffi::PyObject {
    // SAFETY: Python calls this with a `Middleware`.
    object(|| unsafe { field((*slf.cast::<Middleware>()).policy) })
}

/// Sets the policy, in one step: each request sees the one before or the one after. It follows no
/// list until one is set.
unsafe extern "C" fn set_policy(
    slf: *mut ffi::PyObject,
    value: *mut ffi::PyObject,
    _: *mut c_void,
) -> c_int {
    status(|| {
        attached(|py| {
            // SAFETY: Python gives a live value, or null for a deletion.
            let value = unsafe { Bound::from_borrowed_ptr_or_opt(py, value) };
            let policy = value
                .ok_or_else(|| PyAttributeError::new_err("a policy is replaced, not deleted"))?;
            let compiled = policy.getattr("_compiled")?.cast_into::<CompiledPolicy>()?;
            // SAFETY: Python calls this with a `Middleware`, and the GIL is held; nothing runs
            // in between, and what they replace is dropped when all are in their places.
            unsafe {
                let this = slf.cast::<Middleware>();
                let before = (&raw mut (*this).policy).replace(policy.into_ptr());
                let compiled_before = (&raw mut (*this).compiled).replace(compiled.into_ptr());
                let live_before = (&raw mut (*this).live).replace(ptr::null_mut());
                ffi::Py_XDECREF(before);
                ffi::Py_XDECREF(compiled_before);
                ffi::Py_XDECREF(live_before);
            }
            Ok(())
        })
    })
}

unsafe extern "C" fn get_app(slf: *mut ffi::PyObject, _: *mut c_void) -> *mut ffi::PyObject {
    // SAFETY: Python calls this with a `Middleware`.
    object(|| unsafe { field((*slf.cast::<Middleware>()).app) })
}

/// Sets the application, and finds out what calling it does.
unsafe extern "C" fn set_app(
    slf: *mut ffi::PyObject,
    value: *mut ffi::PyObject,
    _: *mut c_void,
) -> c_int {
    status(|| {
        attached(|py| {
            // SAFETY: Python gives a live value, or null for a deletion.
            let app = unsafe { Bound::from_borrowed_ptr_or_opt(py, value) };
            let app =
                app.ok_or_else(|| PyAttributeError::new_err("app is replaced, not deleted"))?;
            let calls = Calls::of(&app)?;
            // SAFETY: Python calls this with a `Middleware`, and the GIL is held; the application
            // before is dropped when the new one is in its place.
            unsafe {
                let this = slf.cast::<Middleware>();
                (*this).calls = calls;
                ffi::Py_XDECREF((&raw mut (*this).app).replace(app.into_ptr()));
            }
            Ok(())
        })
    })
}

/// What is overridden now, as a bool.
///
/// # Safety
/// `slf` is a live `Middleware` and the thread is attached.
unsafe fn overridden(
    slf: *mut ffi::PyObject,
    which: impl FnOnce(&Overrides) -> bool,
) -> Result<Owned, Raised> {
    // SAFETY: as the caller vouches.
    unsafe {
        let this = slf.cast::<Middleware>();
        find_overrides(this)?;
        Owned::take(ffi::PyBool_FromLong(which(&(*this).overrides).into()))
    }
}

/// `Middleware._fastcors_hooks`: whether `async def __call__` has to call the methods by name.
unsafe extern "C" fn get_hooks(slf: *mut ffi::PyObject, _: *mut c_void) -> *mut ffi::PyObject {
    // SAFETY: Python calls this with a `Middleware`.
    object(|| unsafe { overridden(slf, |overrides| overrides.hooks) })
}

/// `Middleware._fastcors_asks`: whether `is_allowed_origin` is overridden.
unsafe extern "C" fn get_asks(slf: *mut ffi::PyObject, _: *mut c_void) -> *mut ffi::PyObject {
    // SAFETY: Python calls this with a `Middleware`.
    object(|| unsafe { overridden(slf, |overrides| overrides.asks_origin) })
}

/// `Middleware._fastcors_begin(scope)`: counts a request that `async def __call__` serves, and reads
/// its headers: None for another scope than `"http"`, else the header lines as a list, the Origin, and
/// of a preflight the requested method, the requested headers and whether private network access is
/// requested. What is not there is None.
unsafe extern "C" fn begin(
    slf: *mut ffi::PyObject,
    scope: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: Python calls this with a `Middleware` and an argument, which the caller holds.
    object(|| unsafe {
        let this = slf.cast::<Middleware>();
        if (*this).compiled.is_null() {
            return not_initialised();
        }
        let policy = Owned::share((*this).compiled);
        let names = compiled(policy.as_ptr()).names;
        let kind = item(scope, names.kind.as_ptr())?;
        if !is_text(kind.as_ptr(), names.http.as_ptr(), b"http")? {
            return Ok(Owned::share(ffi::Py_None()));
        }
        let headers = item(scope, names.headers.as_ptr())?;
        let headers = Owned::take(ffi::PySequence_List(headers.as_ptr()))?;
        let request = match RequestHeaders::read(headers.as_ptr()) {
            Some(request) => request,
            None => read_any(scope, &headers)?.0,
        };
        let counts = &(*this).counts;
        counts.request();
        let text = |value: Option<&Owned>| match value {
            Some(value) => decoded(bytes_of(value.as_ptr())),
            None => Ok(Owned::share(ffi::Py_None())),
        };
        let RequestHeaders { origin, mut method, headers: requested, private_network } = request;
        if origin.is_some() {
            counts.cross_origin();
        }
        if origin.is_some() && method.is_some() {
            let scope_method = item(scope, names.method.as_ptr())?;
            if is_text(scope_method.as_ptr(), names.options.as_ptr(), b"OPTIONS")? {
                counts.preflight();
            } else {
                method = None;
            }
        }
        let network = if private_network { ffi::Py_True() } else { ffi::Py_False() };
        let parts = [
            headers,
            text(origin.as_ref())?,
            text(method.as_ref().filter(|_| origin.is_some()))?,
            text(requested.as_ref())?,
            Owned::share(network),
        ];
        let begun = Owned::take(ffi::PyTuple_New(parts.len().cast_signed()))?;
        for (place, part) in (0..).zip(parts) {
            ffi::PyTuple_SET_ITEM(begun.as_ptr(), place, part.into_ptr());
        }
        Ok(begun)
    })
}

unsafe extern "C" fn get_compiled(slf: *mut ffi::PyObject, _: *mut c_void) -> *mut ffi::PyObject {
    // SAFETY: Python calls this with a `Middleware`.
    object(|| unsafe { field((*slf.cast::<Middleware>()).compiled) })
}

unsafe extern "C" fn get_live(slf: *mut ffi::PyObject, _: *mut c_void) -> *mut ffi::PyObject {
    // SAFETY: Python calls this with a `Middleware`; what it holds is live or null.
    object(|| unsafe {
        let live = (*slf.cast::<Middleware>()).live;
        Ok(Owned::share(if live.is_null() { ffi::Py_None() } else { live }))
    })
}

/// Sets the list that the policy was made of, and is made of anew when it is changed.
unsafe extern "C" fn set_live(
    slf: *mut ffi::PyObject,
    value: *mut ffi::PyObject,
    _: *mut c_void,
) -> c_int {
    status(|| {
        attached(|py| {
            // SAFETY: Python gives a live value, or null for a deletion.
            let live = unsafe { Bound::from_borrowed_ptr_or_opt(py, value) }
                .filter(|live| !live.is_none())
                .map(Bound::cast_into::<LiveOrigins>)
                .transpose()?;
            // SAFETY: Python calls this with a `Middleware`; the one before is dropped when the new
            // one is in its place.
            unsafe {
                let live = live.map_or(ptr::null_mut(), Bound::into_ptr);
                let field = &raw mut (*slf.cast::<Middleware>()).live;
                ffi::Py_XDECREF(field.replace(live));
            }
            Ok(())
        })
    })
}

/// `Middleware._fastcors_allows(origin)`: what the options say of an origin now.
unsafe extern "C" fn allows(
    slf: *mut ffi::PyObject,
    origin: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: Python calls this with a `Middleware` and an argument, which it holds.
    object(|| unsafe {
        let this = slf.cast::<Middleware>();
        if (*this).compiled.is_null() {
            return not_initialised();
        }
        let origin = attached(|py| {
            let origin = Bound::from_borrowed_ptr(py, origin);
            latin_1(origin.cast()?).map(Cow::into_owned)
        })?;
        let policy = Owned::share((*this).compiled);
        let allowed = if (*this).live.is_null() {
            compiled(policy.as_ptr()).allows_bytes(&origin)?
        } else {
            live_verdict(this, policy, &origin)?.0
        };
        Owned::take(ffi::PyBool_FromLong(allowed.into()))
    })
}

/// `Middleware._fastcors_preflight(policy, scope, origin, method, headers, private_network, allowed)`:
/// the two messages of the response to a preflight whose Origin a subclass has decided on.
unsafe extern "C" fn preflight_method(
    slf: *mut ffi::PyObject,
    args: *mut *mut ffi::PyObject,
    nargs: ffi::Py_ssize_t,
) -> *mut ffi::PyObject {
    // SAFETY: Python calls this with a `Middleware` and as many arguments as it says.
    object(|| unsafe {
        let args = core::slice::from_raw_parts(args, nargs.unsigned_abs());
        preflight::asked(&(*slf.cast::<Middleware>()).counts, slf, args)
    })
}

/// `Middleware._fastcors_counts()`: the counters by their names.
unsafe extern "C" fn counts(slf: *mut ffi::PyObject, _: *mut ffi::PyObject) -> *mut ffi::PyObject {
    object(|| {
        attached(|py| {
            let found = PyDict::new(py);
            // SAFETY: Python calls this with a `Middleware`, which the caller holds.
            for (name, count) in unsafe { (*slf.cast::<Middleware>()).counts.read() } {
                found.set_item(name, count)?;
            }
            // SAFETY: the reference is given away.
            unsafe { Ok(Owned::take(found.into_ptr())) }
        })?
    })
}

/// `Middleware._fastcors_count(name)`: counts what the `async def __call__` of a subclass decides.
unsafe extern "C" fn count(
    slf: *mut ffi::PyObject,
    name: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    object(|| {
        attached(|py| {
            // SAFETY: Python calls this with a `Middleware` and an argument.
            let (name, counts) = unsafe {
                (Bound::from_borrowed_ptr(py, name), &(*slf.cast::<Middleware>()).counts)
            };
            if !counts.named(name.extract()?) {
                return Err(PyValueError::new_err(format!("there is no counter {name:?}")));
            }
            // SAFETY: the reference is given away.
            unsafe { Ok(Owned::take(py.None().into_ptr())) }
        })?
    })
}

fn make_type(py: Python<'_>) -> PyResult<Py<PyType>> {
    static mut MEMBERS: [ffi::PyMemberDef; 3] = [
        vectorcall_offset(offset_of!(Middleware, vectorcall)),
        dict_offset(offset_of!(Middleware, dict)),
        no_member(),
    ];
    static mut ATTRIBUTES: [ffi::PyGetSetDef; 8] = [
        attribute(
            c"__dict__",
            ffi::PyObject_GenericGetDict,
            Some(ffi::PyObject_GenericSetDict),
            c"The attributes of the instance.",
        ),
        attribute(c"app", get_app, Some(set_app), c"The application behind this middleware."),
        attribute(
            c"_fastcors_policy",
            get_policy,
            Some(set_policy),
            c"The policy that requests are decided by.",
        ),
        attribute(c"_fastcors_compiled", get_compiled, None, c"Its compiled form."),
        attribute(
            c"_fastcors_live",
            get_live,
            Some(set_live),
            c"The list that the policy follows, or None.",
        ),
        attribute(c"_fastcors_hooks", get_hooks, None, c"Whether a method is called by name."),
        attribute(c"_fastcors_asks", get_asks, None, c"Whether is_allowed_origin is overridden."),
        no_attribute(),
    ];
    static mut METHODS: [ffi::PyMethodDef; 7] = [
        fast_method(
            c"_fastcors_answer",
            answer_method,
            c"_fastcors_answer($self, scope, receive, send, /)\n--\n\nThe compiled __call__.",
        ),
        fast_method(
            c"_fastcors_preflight",
            preflight_method,
            c"The two messages of the response to a preflight.",
        ),
        method(
            c"_fastcors_begin",
            begin,
            ffi::METH_O,
            c"_fastcors_begin($self, scope, /)\n--\n\nCount a request and read its headers.",
        ),
        method(
            c"_fastcors_allows",
            allows,
            ffi::METH_O,
            c"_fastcors_allows($self, origin, /)\n--\n\nWhat the options say of an origin.",
        ),
        method(
            c"_fastcors_count",
            count,
            ffi::METH_O,
            c"_fastcors_count($self, name, /)\n--\n\nAdd one to a counter.",
        ),
        method(
            c"_fastcors_counts",
            counts,
            ffi::METH_NOARGS,
            c"_fastcors_counts($self, /)\n--\n\nThe counters by their names.",
        ),
        ffi::PyMethodDef::zeroed(),
    ];
    Names::get(py)?;
    let mut slots = [
        slot(ffi::Py_tp_new, new as *mut c_void),
        slot(ffi::Py_tp_call, ffi::PyVectorcall_Call as *mut c_void),
        slot(ffi::Py_tp_dealloc, dealloc as *mut c_void),
        slot(ffi::Py_tp_traverse, traverse as *mut c_void),
        slot(ffi::Py_tp_clear, clear as *mut c_void),
        slot(ffi::Py_tp_members, (&raw mut MEMBERS).cast()),
        slot(ffi::Py_tp_getset, (&raw mut ATTRIBUTES).cast()),
        slot(ffi::Py_tp_methods, (&raw mut METHODS).cast()),
        slot(0, ptr::null_mut()),
    ];
    let flags = ffi::Py_TPFLAGS_HAVE_VECTORCALL | ffi::Py_TPFLAGS_BASETYPE;
    // SAFETY: the slots fit their functions and end with a zero; `Middleware` begins with its head.
    let made = unsafe {
        types::make::<Middleware>(py, c"fastcors._fastcors.Middleware", flags, &mut slots)?
    };
    Ok(made.unbind())
}
