//! The methods of a middleware that Python code calls.

use core::ptr;
use std::borrow::Cow;
use std::collections::BTreeMap;

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{IntoPyDict, PyDict};

use super::asking;
use super::call::respond_method;
use super::counts::Counts;
use super::current::{
    counts_of, counts_of_policy, current_policy, each_path, find_overrides, follows, live_verdict,
    replace, totals,
};
use super::enforcement;
use super::guard::{attached, object};
use super::live_origins::LiveOrigins;
use super::middleware::{Middleware, not_initialized};
use super::object::{Owned, Raised, bytes_of, decoded, is_text, item};
use super::older_rust::signed;
use super::policy::{CompiledPolicy, compiled, is_policy, latin_1};
use super::preflight;
use super::scope::{RequestHeaders, read_any};
use super::types::{arguments, fast_method, method};

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
        enforcement::enforce(this, arguments(args, nargs))
    })
}

/// `Middleware._fastcors_pass`: [`enforcement::pass`].
unsafe extern "C" fn pass(
    slf: *mut ffi::PyObject,
    args: *mut *mut ffi::PyObject,
    nargs: ffi::Py_ssize_t,
) -> *mut ffi::PyObject {
    // SAFETY: Python calls this with a `Middleware` and as many arguments as it says.
    object(|| unsafe { pass_on(slf, arguments(args, nargs), false) })
}

/// `Middleware._fastcors_pass_counted`: the same for a request that has been counted.
unsafe extern "C" fn pass_counted(
    slf: *mut ffi::PyObject,
    args: *mut *mut ffi::PyObject,
    nargs: ffi::Py_ssize_t,
) -> *mut ffi::PyObject {
    // SAFETY: Python calls this with a `Middleware` and as many arguments as it says.
    object(|| unsafe { pass_on(slf, arguments(args, nargs), true) })
}

/// # Safety
/// `slf` is a live `Middleware`, the arguments are live, and the thread is attached.
unsafe fn pass_on(
    slf: *mut ffi::PyObject,
    args: &[*mut ffi::PyObject],
    is_counted: bool,
) -> Result<Owned, Raised> {
    // SAFETY: as the caller vouches.
    unsafe {
        find_overrides(slf.cast())?;
        enforcement::pass(slf.cast(), args, is_counted)
    }
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
        if let &[policy, scope, origin] = arguments(args, nargs) {
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
        let args = arguments(args, nargs);
        match args {
            [policy, ..] if is_policy(*policy) => asking::said_later(counts_of(slf, *policy), args),
            _ => asking::wrong_arguments(),
        }
    })
}

/// `Middleware._fastcors_begin(policy, scope)`: counts a request that `async def __call__` serves, and reads
/// its headers. None if the scope is not `"http"`, or if the policy leaves its path untouched. Else a tuple:
/// the header lines as a list, the Origin, the requested method and the requested headers of a preflight,
/// and whether it requests private network access. What is missing is None.
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
        let allowed = if follows(this, policy.as_ptr())? {
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
        let args = arguments(args, nargs);
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

/// `Middleware._fastcors_decide_by(policy, live)`: replaces the policy, and the list that it follows.
unsafe extern "C" fn decide_by(
    slf: *mut ffi::PyObject,
    args: *mut *mut ffi::PyObject,
    nargs: ffi::Py_ssize_t,
) -> *mut ffi::PyObject {
    object(|| {
        attached(|py| {
            // SAFETY: Python calls this with a `Middleware` and as many arguments as it says, which the
            // caller holds.
            unsafe {
                let &[policy, live] = arguments(args, nargs) else {
                    return Err(PyTypeError::new_err("a policy and a list or None are needed"));
                };
                let policy = Bound::from_borrowed_ptr(py, policy);
                let compiled = policy.getattr("_compiled")?.cast_into::<CompiledPolicy>()?;
                let live = Bound::from_borrowed_ptr(py, live);
                let live =
                    (!live.is_none()).then(|| live.cast_into::<LiveOrigins>()).transpose()?;
                let this = slf.cast::<Middleware>();
                let new = [
                    (&raw mut (*this).policy, policy.into_ptr()),
                    (&raw mut (*this).compiled, compiled.into_ptr()),
                    (&raw mut (*this).live, live.map_or(ptr::null_mut(), Bound::into_ptr)),
                ];
                replace(this, new, || ());
                Ok(Owned::take(py.None().into_ptr()))
            }
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
        match *arguments(args, nargs) {
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

/// The methods of the type.
pub(super) const METHODS: [ffi::PyMethodDef; 15] = [
    fast_method(
        c"_fastcors_decide_by",
        decide_by,
        c"Replace the policy, and what it follows, in one step.",
    ),
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
