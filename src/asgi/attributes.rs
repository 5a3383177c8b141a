//! The attributes and methods of a middleware that Python code uses.

use core::ffi::{c_int, c_void};
use core::ptr;
use std::borrow::Cow;
use std::collections::BTreeMap;

use pyo3::exceptions::{PyAttributeError, PyTypeError, PyValueError};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{IntoPyDict, PyDict};

use super::application::Calls;
use super::asking;
use super::call::respond_method;
use super::counts::Counts;
use super::current::{
    counts_of, counts_of_policy, current_policy, each_path, find_overrides, follows, held,
    live_verdict, overrides, replace, totals,
};
use super::enforcement;
use super::guard::{attached, object, status};
use super::live_origins::LiveOrigins;
use super::middleware::{Middleware, is_middleware, not_initialized};
use super::object::{Owned, Raised, bytes_of, decoded, is_text, item};
use super::older_rust::signed;
use super::overrides::Overrides;
use super::policy::{CompiledPolicy, compiled, is_policy, latin_1};
use super::preflight;
use super::scope::{RequestHeaders, read_any};
use super::types::{attribute, fast_method, method, no_attribute};

/// The value of an attribute, or the error that `__init__` has not set it.
fn set_already(held: Option<Owned>) -> Result<Owned, Raised> {
    match held {
        Some(held) => Ok(held),
        None => not_initialized(),
    }
}

unsafe extern "C" fn get_policy(slf: *mut ffi::PyObject, _: *mut c_void) -> *mut ffi::PyObject {
    // SAFETY: Python calls this with a `Middleware`.
    object(|| unsafe {
        let this = slf.cast::<Middleware>();
        set_already(held(this, &raw const (*this).policy))
    })
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
            // SAFETY: Python passes a live value, or null for a deletion.
            let value = unsafe { Bound::from_borrowed_ptr_or_opt(py, value) };
            let policy = value
                .ok_or_else(|| PyAttributeError::new_err("a policy is replaced, not deleted"))?;
            let compiled = policy.getattr("_compiled")?.cast_into::<CompiledPolicy>()?;
            // SAFETY: Python calls this with a `Middleware`.
            unsafe {
                let this = slf.cast::<Middleware>();
                let new = [
                    (&raw mut (*this).policy, policy.into_ptr()),
                    (&raw mut (*this).compiled, compiled.into_ptr()),
                    (&raw mut (*this).live, ptr::null_mut()),
                ];
                replace(this, new, || ());
            }
            Ok(())
        })
    })
}

unsafe extern "C" fn get_app(slf: *mut ffi::PyObject, _: *mut c_void) -> *mut ffi::PyObject {
    // SAFETY: Python calls this with a `Middleware`.
    object(|| unsafe {
        let this = slf.cast::<Middleware>();
        set_already(held(this, &raw const (*this).app))
    })
}

/// Sets the application, and finds out what calling it does.
unsafe extern "C" fn set_app(
    slf: *mut ffi::PyObject,
    value: *mut ffi::PyObject,
    _: *mut c_void,
) -> c_int {
    status(|| {
        attached(|py| {
            // SAFETY: Python passes a live value, or null for a deletion.
            let app = unsafe { Bound::from_borrowed_ptr_or_opt(py, value) };
            let app =
                app.ok_or_else(|| PyAttributeError::new_err("app is replaced, not deleted"))?;
            let calls = Calls::of(&app, is_middleware)?;
            // SAFETY: Python calls this with a `Middleware`.
            unsafe {
                let this = slf.cast::<Middleware>();
                replace(this, [(&raw mut (*this).app, app.into_ptr())], || (*this).calls = calls);
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
        Owned::take(ffi::PyBool_FromLong(which(&*overrides(this)).into()))
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

/// `Middleware._fastcors_enforce`: [`enforcement::enforce`].
unsafe extern "C" fn enforce(
    slf: *mut ffi::PyObject,
    args: *mut *mut ffi::PyObject,
    nargs: ffi::Py_ssize_t,
) -> *mut ffi::PyObject {
    // SAFETY: Python calls this with a `Middleware` and as many arguments as it says.
    object(|| unsafe {
        let this = slf.cast();
        find_overrides(this)?;
        enforcement::enforce(this, core::slice::from_raw_parts(args, nargs.unsigned_abs()))
    })
}

/// `Middleware._fastcors_pass`: [`enforcement::pass`].
unsafe extern "C" fn pass(
    slf: *mut ffi::PyObject,
    args: *mut *mut ffi::PyObject,
    nargs: ffi::Py_ssize_t,
) -> *mut ffi::PyObject {
    // SAFETY: Python calls this with a `Middleware` and as many arguments as it says.
    object(|| unsafe {
        find_overrides(slf.cast())?;
        let args = core::slice::from_raw_parts(args, nargs.unsigned_abs());
        enforcement::pass(slf.cast(), args, false)
    })
}

/// `Middleware._fastcors_pass_counted`: the same for a request that has been counted.
unsafe extern "C" fn pass_counted(
    slf: *mut ffi::PyObject,
    args: *mut *mut ffi::PyObject,
    nargs: ffi::Py_ssize_t,
) -> *mut ffi::PyObject {
    // SAFETY: Python calls this with a `Middleware` and as many arguments as it says.
    object(|| unsafe {
        find_overrides(slf.cast())?;
        let args = core::slice::from_raw_parts(args, nargs.unsigned_abs());
        enforcement::pass(slf.cast(), args, true)
    })
}

/// `Middleware._fastcors_decides(policy)`: whether a policy is the current one, and asks no function.
unsafe extern "C" fn decides(
    slf: *mut ffi::PyObject,
    policy: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: Python calls this with a `Middleware` and an argument, which is only compared.
    object(|| unsafe {
        let decides = match current_policy(slf.cast())? {
            Some(current) => {
                current.as_ptr() == policy && compiled(current.as_ptr()).function.is_none()
            }
            None => false,
        };
        Owned::take(ffi::PyBool_FromLong(decides.into()))
    })
}

/// `Middleware._fastcors_function`: [`asking::ask_for_python`].
unsafe extern "C" fn ask_function(
    slf: *mut ffi::PyObject,
    args: *mut *mut ffi::PyObject,
    nargs: ffi::Py_ssize_t,
) -> *mut ffi::PyObject {
    // SAFETY: Python calls this with a `Middleware` and as many arguments as it says; each is checked
    // before it is read as what it should be.
    object(|| unsafe {
        if let &[policy, scope, origin] = core::slice::from_raw_parts(args, nargs.unsigned_abs()) {
            if is_policy(policy) && ffi::PyBytes_CheckExact(origin) != 0 {
                let policy = Owned::share(policy);
                let counts = counts_of(slf, policy.as_ptr());
                return asking::ask_for_python(counts, &policy, scope, origin);
            }
        }
        asking::wrong_arguments()
    })
}

/// `Middleware._fastcors_function_said`: [`asking::said_later`].
unsafe extern "C" fn function_said(
    slf: *mut ffi::PyObject,
    args: *mut *mut ffi::PyObject,
    nargs: ffi::Py_ssize_t,
) -> *mut ffi::PyObject {
    // SAFETY: Python calls this with a `Middleware` and as many arguments as it says.
    object(|| unsafe {
        let args = core::slice::from_raw_parts(args, nargs.unsigned_abs());
        match args {
            [policy, ..] if is_policy(*policy) => asking::said_later(counts_of(slf, *policy), args),
            _ => asking::wrong_arguments(),
        }
    })
}

/// `Middleware._fastcors_begin(policy, scope)`: counts a request that `async def __call__` serves, and reads
/// its headers: None for another scope than `"http"` and where the policy leaves it untouched, else the header lines as a list, the Origin, and
/// of a preflight the requested method, the requested headers and whether private network access is
/// requested. What is not there is None.
unsafe extern "C" fn begin(
    slf: *mut ffi::PyObject,
    args: *mut *mut ffi::PyObject,
    nargs: ffi::Py_ssize_t,
) -> *mut ffi::PyObject {
    // SAFETY: Python calls this with a `Middleware` and as many arguments as it says, which the caller
    // holds; the policy is checked to be one.
    object(|| unsafe {
        let (policy, scope) = policy_and(args, nargs)?;
        let compiled = compiled(policy);
        let names = compiled.names;
        let kind = item(scope, names.kind.as_ptr())?;
        if !is_text(kind.as_ptr(), names.http.as_ptr(), b"http")? {
            return Ok(Owned::share(ffi::Py_None()));
        }
        let counts = counts_of_policy(slf.cast(), compiled);
        counts.request();
        if compiled.part.is_untouched() {
            return Ok(Owned::share(ffi::Py_None()));
        }
        let headers = item(scope, names.headers.as_ptr())?;
        let headers = Owned::take(ffi::PySequence_List(headers.as_ptr()))?;
        let request = match RequestHeaders::read(headers.as_ptr()) {
            Some(request) => request,
            None => read_any(scope, &headers)?.0,
        };
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
        let begun = Owned::take(ffi::PyTuple_New(signed(parts.len())))?;
        for (place, part) in (0..).zip(parts) {
            ffi::PyTuple_SET_ITEM(begun.as_ptr(), place, part.into_ptr());
        }
        Ok(begun)
    })
}

unsafe extern "C" fn get_compiled(slf: *mut ffi::PyObject, _: *mut c_void) -> *mut ffi::PyObject {
    // SAFETY: Python calls this with a `Middleware`.
    object(|| unsafe { set_already(current_policy(slf.cast())?) })
}

unsafe extern "C" fn get_live(slf: *mut ffi::PyObject, _: *mut c_void) -> *mut ffi::PyObject {
    // SAFETY: Python calls this with a `Middleware`; what it holds is live or null.
    object(|| unsafe {
        let this = slf.cast::<Middleware>();
        Ok(held(this, &raw const (*this).live).unwrap_or_else(|| Owned::share(ffi::Py_None())))
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
            // SAFETY: Python passes a live value, or null for a deletion.
            let live = unsafe { Bound::from_borrowed_ptr_or_opt(py, value) }
                .filter(|live| !live.is_none())
                .map(Bound::cast_into::<LiveOrigins>)
                .transpose()?;
            // SAFETY: Python calls this with a `Middleware`.
            unsafe {
                let this = slf.cast::<Middleware>();
                let live = live.map_or(ptr::null_mut(), Bound::into_ptr);
                replace(this, [(&raw mut (*this).live, live)], || ());
            }
            Ok(())
        })
    })
}

/// `Middleware._fastcors_allows(origin)`: whether the options allow an origin now.
unsafe extern "C" fn allows(
    slf: *mut ffi::PyObject,
    origin: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: Python calls this with a `Middleware` and an argument, which it holds.
    object(|| unsafe {
        let this = slf.cast::<Middleware>();
        let Some(policy) = current_policy(this)? else { return not_initialized() };
        let origin = attached(|py| {
            let origin = Bound::from_borrowed_ptr(py, origin);
            latin_1(origin.cast()?).map(Cow::into_owned)
        })?;
        let allowed = if follows(this) {
            live_verdict(this, policy, &origin)?.0
        } else {
            compiled(policy.as_ptr()).allows_bytes(&origin)?
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
        find_overrides(slf.cast())?;
        preflight::asked(slf, args)
    })
}

/// `Middleware._fastcors_counts()`: the counters by their names.
unsafe extern "C" fn get_counts(
    slf: *mut ffi::PyObject,
    _: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    object(|| {
        attached(|py| {
            // SAFETY: Python calls this with a `Middleware`, which the caller holds.
            let found = unsafe { totals(slf.cast()) }.into_py_dict(py)?;
            // SAFETY: the reference is given away.
            unsafe { Ok(Owned::take(found.into_ptr())) }
        })?
    })
}

/// `Middleware._fastcors_path_counts()`: the counters of each key of `paths`.
unsafe extern "C" fn get_path_counts(
    slf: *mut ffi::PyObject,
    _: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    object(|| {
        attached(|py| {
            let mut totals = BTreeMap::<String, Vec<(&'static str, u64)>>::new();
            let each = |key: &str, counts: &Counts| {
                counts.add_to(totals.entry(key.to_owned()).or_default());
            };
            // SAFETY: Python calls this with a `Middleware`, which the caller holds.
            unsafe { each_path(slf.cast(), each) }
            let found = PyDict::new(py);
            for (key, counts) in totals {
                found.set_item(key, counts.into_py_dict(py)?)?;
            }
            // SAFETY: the reference is given away.
            unsafe { Ok(Owned::take(found.into_ptr())) }
        })?
    })
}

/// The arguments of a method that takes a `CompiledPolicy` and another object.
///
/// # Safety
/// There are as many as `nargs` says, and the thread is attached.
unsafe fn policy_and(
    args: *mut *mut ffi::PyObject,
    nargs: ffi::Py_ssize_t,
) -> Result<(*mut ffi::PyObject, *mut ffi::PyObject), Raised> {
    // SAFETY: as the caller vouches.
    unsafe {
        match *core::slice::from_raw_parts(args, nargs.unsigned_abs()) {
            [policy, other] if is_policy(policy) => Ok((policy, other)),
            _ => attached(|_| Err(PyTypeError::new_err("a policy and one object are needed"))),
        }
    }
}

/// `Middleware._fastcors_count(policy, name)`: counts what the `async def __call__` of a subclass decides.
unsafe extern "C" fn count(
    slf: *mut ffi::PyObject,
    args: *mut *mut ffi::PyObject,
    nargs: ffi::Py_ssize_t,
) -> *mut ffi::PyObject {
    object(|| {
        // SAFETY: Python calls this with a `Middleware` and as many arguments as it says.
        let (policy, name) = unsafe { policy_and(args, nargs)? };
        attached(|py| {
            // SAFETY: live objects, which the caller holds.
            let (name, counts) =
                unsafe { (Bound::from_borrowed_ptr(py, name), counts_of(slf, policy)) };
            if !counts.named(name.extract()?) {
                return Err(PyValueError::new_err(format!("there is no counter {name:?}")));
            }
            // SAFETY: the reference is given away.
            unsafe { Ok(Owned::take(py.None().into_ptr())) }
        })?
    })
}

/// The attributes of the type.
pub(super) const ATTRIBUTES: [ffi::PyGetSetDef; 8] = [
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

/// Its methods.
pub(super) const METHODS: [ffi::PyMethodDef; 14] = [
    fast_method(
        c"_fastcors_respond",
        respond_method,
        c"_fastcors_respond($self, scope, receive, send, /)\n--\n\nThe compiled __call__.",
    ),
    fast_method(
        c"_fastcors_preflight",
        preflight_method,
        c"The two messages of the response to a preflight.",
    ),
    fast_method(c"_fastcors_enforce", enforce, c"Reject a request, or say that it goes on."),
    fast_method(c"_fastcors_pass", pass, c"Let a request go on whose Origin was asked about."),
    fast_method(c"_fastcors_pass_counted", pass_counted, c"The same for one that was counted."),
    fast_method(c"_fastcors_function", ask_function, c"Ask the policy's function about an Origin."),
    fast_method(c"_fastcors_function_said", function_said, c"Count what the function said later."),
    method(
        c"_fastcors_decides",
        decides,
        ffi::METH_O,
        c"_fastcors_decides($self, policy, /)\n--\n\nWhether this is the policy, without a function.",
    ),
    fast_method(
        c"_fastcors_begin",
        begin,
        c"_fastcors_begin($self, policy, scope, /)\n--\n\nCount a request and read its headers.",
    ),
    method(
        c"_fastcors_allows",
        allows,
        ffi::METH_O,
        c"_fastcors_allows($self, origin, /)\n--\n\nWhether the options allow an origin.",
    ),
    fast_method(
        c"_fastcors_count",
        count,
        c"_fastcors_count($self, policy, name, /)\n--\n\nAdd one to a counter.",
    ),
    method(
        c"_fastcors_path_counts",
        get_path_counts,
        ffi::METH_NOARGS,
        c"_fastcors_path_counts($self, /)\n--\n\nThe counters of each key of paths.",
    ),
    method(
        c"_fastcors_counts",
        get_counts,
        ffi::METH_NOARGS,
        c"_fastcors_counts($self, /)\n--\n\nThe counters by their names.",
    ),
    ffi::PyMethodDef::zeroed(),
];
