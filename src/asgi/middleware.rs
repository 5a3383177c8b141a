//! The compiled base of `fastcors.CORSMiddleware`: what a call of it does.

use core::ffi::{c_int, c_uint, c_void};
use core::hint::cold_path;
use core::mem::offset_of;
use core::ptr;

use pyo3::exceptions::{PyAttributeError, PyRuntimeError, PyTypeError, PyValueError};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyType};

use super::application::{Application, Calls};
use super::coroutines::deferred;
use super::counts::Counts;
use super::guard::{self, attached, object, status, unraisable};
use super::links::drop_link;
use super::names::Names;
use super::object::{Owned, Raised, bytes_of, is_text, item, seldom};
use super::policy::CompiledPolicy;
use super::preflight;
use super::refusal::Refusal;
use super::scope::RequestHeaders;
use super::send::{self, compiled};
use super::shape::no_attribute;
use super::types::{self, no_member, slot, vectorcall_offset};
use crate::cors::{Actual, Refusals};

#[repr(C)]
struct Middleware {
    base: ffi::PyObject,
    vectorcall: Option<ffi::vectorcallfunc>,
    /// The application; null until `__init__` has set it.
    app: *mut ffi::PyObject,
    calls: Calls,
    /// The `fastcors.policy.Policy`; null until `__init__` has set it.
    policy: *mut ffi::PyObject,
    /// Its `CompiledPolicy`. Both change in one step.
    compiled: *mut ffi::PyObject,
    /// The version of the class for which `overridden` was found out; 0 is no version.
    class_version: c_uint,
    /// How often a method was assigned to the instance.
    changes: c_uint,
    /// Whether the class or the instance has a method of its own where Starlette calls one.
    overridden: bool,
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
        if (*ffi::Py_TYPE(slf)).tp_version_tag != (*this).class_version
            || (*this).class_version == 0
        {
            find_overridden(slf)?;
        }
        if (*this).overridden {
            return call_method(slf, scope, receive, send);
        }
        respond(this, scope, receive, send)
    })
}

/// `Middleware._fastcors_answer(scope, receive, send)`: the compiled code, whatever the class overrides.
unsafe extern "C" fn answer_method(
    slf: *mut ffi::PyObject,
    args: *mut *mut ffi::PyObject,
    nargs: ffi::Py_ssize_t,
) -> *mut ffi::PyObject {
    // SAFETY: Python calls this with a `Middleware` and as many arguments as it says.
    object(|| unsafe {
        let [scope, receive, send] = arguments(args, nargs.unsigned_abs(), ptr::null_mut())?;
        respond(slf.cast(), scope, receive, send)
    })
}

/// Answers one request: a preflight by itself, anything else by the application's own awaitable.
///
/// # Safety
/// All are live objects that the caller holds, `this` is a `Middleware`, and the thread is attached.
#[inline(always)]
unsafe fn respond(
    this: *mut Middleware,
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
        let compiled = compiled(policy.as_ptr());
        let counts = &(*this).counts;
        deferred(compiled.names, dispatch(counts, &app, &policy, compiled, scope, receive, send))
    }
}

/// # Safety
/// As for [`respond`]; `compiled` is the content of `policy`.
#[inline(always)]
unsafe fn dispatch(
    counts: &Counts,
    app: &Application,
    policy: &Owned,
    compiled: &CompiledPolicy,
    scope: *mut ffi::PyObject,
    receive: *mut ffi::PyObject,
    send: *mut ffi::PyObject,
) -> Result<Owned, Raised> {
    let names = compiled.names;
    // SAFETY: as the caller vouches; `RequestHeaders` holds bytes objects.
    unsafe {
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
            let send = send::new(send, policy, None, Actual::WithoutOrigin)?;
            return app.call(names, scope, receive, send.as_ptr());
        };
        counts.cross_origin();
        if let Some(method) = &request.method {
            let scope_method = item(scope, names.method.as_ptr())?;
            if is_text(scope_method.as_ptr(), names.options.as_ptr(), b"OPTIONS")? {
                counts.preflight();
                return preflight::respond(counts, compiled, &request, &origin, method, send);
            }
        }
        let (origin, kind) = if compiled.allows_bytes(bytes_of(origin.as_ptr()))? {
            (compiled.policy.explicit_origin().then_some(origin), Actual::Allowed)
        } else {
            let refusals = Refusals::ORIGIN;
            counts.refused(refusals);
            Refusal { refusals, origin: &origin, method: None, request: &request }.log()?;
            (None, Actual::Refused)
        };
        let send = send::new(send, policy, origin, kind)?;
        app.call(names, scope, receive, send.as_ptr())
    }
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

/// Asks Python whether anything is overridden, once for each version of the class.
///
/// # Safety
/// `slf` is a live `Middleware` and the thread is attached.
#[cold]
unsafe fn find_overridden(slf: *mut ffi::PyObject) -> Result<(), Raised> {
    attached(|py| {
        // SAFETY: live for the time of the call.
        unsafe {
            let this = slf.cast::<Middleware>();
            let before = (*ffi::Py_TYPE(slf)).tp_version_tag;
            let changes = (*this).changes;
            let overridden =
                Bound::from_borrowed_ptr(py, slf).call_method0("_fastcors_overrides")?;
            (*this).overridden = overridden.is_truthy()?;
            // What changed meanwhile may not have been seen: then it is asked again. Looking
            // attributes up on the class, as that did, gives the class a version.
            let after = (*ffi::Py_TYPE(slf)).tp_version_tag;
            let known = before == after && changes == (*this).changes;
            (*this).class_version = if known { after } else { 0 };
        }
        Ok(())
    })
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
            &[ffi::Py_TYPE(slf).cast(), (*this).app, (*this).policy, (*this).compiled],
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
        types::clear_all(&[&raw mut (*this).policy, &raw mut (*this).compiled]);
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

/// Sets the policy, in one step: each request sees the one before or the one after.
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
            // between the two, and what they replace is dropped when both are in their places.
            unsafe {
                let this = slf.cast::<Middleware>();
                let before = (&raw mut (*this).policy).replace(policy.into_ptr());
                let compiled_before = (&raw mut (*this).compiled).replace(compiled.into_ptr());
                ffi::Py_XDECREF(before);
                ffi::Py_XDECREF(compiled_before);
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

/// `Middleware._fastcors_reconsider()`: what is overridden is found out again at the next call.
unsafe extern "C" fn reconsider(
    slf: *mut ffi::PyObject,
    _: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: Python calls this with a `Middleware`.
    object(|| unsafe {
        let this = slf.cast::<Middleware>();
        (*this).class_version = 0;
        (*this).changes = (*this).changes.wrapping_add(1);
        Ok(Owned::share(ffi::Py_None()))
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
    static mut MEMBERS: [ffi::PyMemberDef; 2] =
        [vectorcall_offset(offset_of!(Middleware, vectorcall)), no_member()];
    static mut ATTRIBUTES: [ffi::PyGetSetDef; 3] = [
        ffi::PyGetSetDef {
            name: c"app".as_ptr(),
            get: Some(get_app),
            set: Some(set_app),
            doc: c"The application behind this middleware.".as_ptr(),
            closure: ptr::null_mut(),
        },
        ffi::PyGetSetDef {
            name: c"_fastcors_policy".as_ptr(),
            get: Some(get_policy),
            set: Some(set_policy),
            doc: c"The policy that requests are decided by.".as_ptr(),
            closure: ptr::null_mut(),
        },
        no_attribute(),
    ];
    static mut METHODS: [ffi::PyMethodDef; 5] = [
        ffi::PyMethodDef {
            ml_name: c"_fastcors_answer".as_ptr(),
            ml_meth: ffi::PyMethodDefPointer { PyCFunctionFast: answer_method },
            ml_flags: ffi::METH_FASTCALL,
            ml_doc:
                c"_fastcors_answer($self, scope, receive, send, /)\n--\n\nThe compiled __call__."
                    .as_ptr(),
        },
        ffi::PyMethodDef {
            ml_name: c"_fastcors_reconsider".as_ptr(),
            ml_meth: ffi::PyMethodDefPointer { PyCFunction: reconsider },
            ml_flags: ffi::METH_NOARGS,
            ml_doc: c"_fastcors_reconsider($self, /)\n--\n\nFind out again what is overridden."
                .as_ptr(),
        },
        ffi::PyMethodDef {
            ml_name: c"_fastcors_count".as_ptr(),
            ml_meth: ffi::PyMethodDefPointer { PyCFunction: count },
            ml_flags: ffi::METH_O,
            ml_doc: c"_fastcors_count($self, name, /)\n--\n\nAdd one to a counter.".as_ptr(),
        },
        ffi::PyMethodDef {
            ml_name: c"_fastcors_counts".as_ptr(),
            ml_meth: ffi::PyMethodDefPointer { PyCFunction: counts },
            ml_flags: ffi::METH_NOARGS,
            ml_doc: c"_fastcors_counts($self, /)\n--\n\nThe counters by their names.".as_ptr(),
        },
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
