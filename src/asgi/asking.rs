//! Asking `allow_origin_func` about an Origin that nothing else allows.

use pyo3::exceptions::{PyException, PyTypeError};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

use super::application::Called;
use super::counts::{Counts, Function as Counted};
use super::current::overrides;
use super::function::Function;
use super::guard::attached;
use super::middleware::Middleware;
use super::object::{Owned, Raised, byte_text, bytes_of, call, decoded, seldom};
use super::policy::compiled;
use super::rejection::unless_interrupted;

/// What the function says of an Origin.
pub(super) enum Said {
    /// Whether it is allowed.
    Now(bool),
    /// That is known when this awaitable has been awaited. It is None if the function has not been called,
    /// because a call only makes a coroutine.
    Later(Owned),
}

/// The part of this that is written in Python.
struct Helpers {
    /// `def (value)`: whether it can be awaited.
    is_awaitable: Py<PyAny>,
    /// The coroutines of [`respond_later`], [`pass_later`] and [`enforce_later`].
    respond: Py<PyAny>,
    pass: Py<PyAny>,
    enforce: Py<PyAny>,
}

static HELPERS: PyOnceLock<Helpers> = PyOnceLock::new();

impl Helpers {
    /// They are imported when a function has to be awaited.
    fn get(py: Python<'_>) -> PyResult<&'static Self> {
        HELPERS.get_or_try_init(py, || {
            let module = py.import("fastcors._origins.function")?;
            let function = |name| module.getattr(name).map(Bound::unbind);
            Ok(Self {
                is_awaitable: function("is_awaitable")?,
                respond: function("respond_when_known")?,
                pass: function("pass_when_known")?,
                enforce: function("enforce_when_known")?,
            })
        })
    }
}

/// Asks a function about an Origin, `bytes` that [may name a site](crate::cors::may_name_a_site). An exception
/// that is an `Exception` rejects it; any other passes through.
///
/// # Safety
/// All are live objects, which the caller holds; `policy` is the `CompiledPolicy` that has the
/// function, and the thread is attached.
pub(super) unsafe fn ask(
    function: &Function,
    counts: &Counts,
    policy: &Owned,
    scope: *mut ffi::PyObject,
    origin: *mut ffi::PyObject,
) -> Result<Said, Raised> {
    // SAFETY: as the caller vouches.
    unsafe {
        counts.function(Counted::Asked);
        let text = decoded(bytes_of(origin))?;
        if let Some(remembered) = &function.remembered {
            let said = call(remembered.as_ptr(), &[text.as_ptr()])?;
            if let Some(said) = bool_of(&said) {
                return Ok(Said::Now(counted(counts, said)));
            }
        }
        if function.makes_coroutines {
            return Ok(Said::Later(Owned::share(ffi::Py_None())));
        }
        match call(function.callable.as_ptr(), &[text.as_ptr(), scope]) {
            Ok(said) => match bool_of(&said) {
                Some(said) => Ok(Said::Now(counted(counts, said))),
                None => seldom(unusual(counts, policy, scope, &text, said)),
            },
            Err(Raised) => seldom(raised(counts, policy, scope, &text)),
        }
    }
}

/// What the function of a policy says of an Origin, `bytes`: False if the policy has none, or if the Origin
/// cannot name a site.
///
/// # Safety
/// As for [`ask`].
pub(super) unsafe fn ask_if_any(
    counts: &Counts,
    policy: &Owned,
    scope: *mut ffi::PyObject,
    origin: *mut ffi::PyObject,
) -> Result<Said, Raised> {
    // SAFETY: as the caller vouches.
    unsafe {
        match compiled(policy.as_ptr()).function_about(bytes_of(origin)) {
            Some(function) => ask(function, counts, policy, scope, origin),
            None => Ok(Said::Now(false)),
        }
    }
}

/// What it returned is no bool: it may be an awaitable.
#[cold]
unsafe fn unusual(
    counts: &Counts,
    policy: &Owned,
    scope: *mut ffi::PyObject,
    text: &Owned,
    said: Owned,
) -> Result<Said, Raised> {
    // SAFETY: type pointers are compared; live objects, as the caller vouches.
    unsafe {
        if ffi::Py_TYPE(said.as_ptr()) != &raw mut ffi::PyCoro_Type {
            let helpers = attached(Helpers::get)?;
            let is_awaitable = call(helpers.is_awaitable.as_ptr(), &[said.as_ptr()])?;
            if is_awaitable.as_ptr() != ffi::Py_True() {
                let failure = Failure { policy: policy.as_ptr(), scope, origin: text.as_ptr() };
                failure.report(counts, Counted::NotBool, said.as_ptr())?;
                return Ok(Said::Now(false));
            }
        }
        Ok(Said::Later(said))
    }
}

/// It raised the current exception.
#[cold]
unsafe fn raised(
    counts: &Counts,
    policy: &Owned,
    scope: *mut ffi::PyObject,
    text: &Owned,
) -> Result<Said, Raised> {
    let error = attached(|py| {
        let error = PyErr::fetch(py);
        if error.is_instance_of::<PyException>(py) { Ok(error.into_value(py)) } else { Err(error) }
    })?;
    let failure = Failure { policy: policy.as_ptr(), scope, origin: text.as_ptr() };
    // SAFETY: live objects, as the caller vouches.
    unsafe { failure.report(counts, Counted::Raised, error.as_ptr())? };
    Ok(Said::Now(false))
}

/// A function that has not said whether an Origin is allowed. The objects are borrowed.
struct Failure {
    policy: *mut ffi::PyObject,
    scope: *mut ffi::PyObject,
    /// A `str`.
    origin: *mut ffi::PyObject,
}

/// `fastcors._log.function.failed`.
static LOG: PyOnceLock<Py<PyAny>> = PyOnceLock::new();

impl Failure {
    /// Counts and logs it. `value` is what the function raised or returned.
    ///
    /// # Safety
    /// All are live objects and the thread is attached.
    #[cold]
    unsafe fn report(
        &self,
        counts: &Counts,
        outcome: Counted,
        value: *mut ffi::PyObject,
    ) -> Result<(), Raised> {
        counts.function(outcome);
        attached(|py| {
            // SAFETY: live objects, as the caller vouches.
            let object = |pointer| unsafe { Bound::from_borrowed_ptr(py, pointer) };
            let line = || {
                let log = LOG.import(py, "fastcors._log.function", "failed")?;
                let (policy, scope, origin) =
                    (object(self.policy), object(self.scope), object(self.origin));
                log.call1((policy, scope, origin, outcome.name(), object(value))).map(drop)
            };
            unless_interrupted(py, line())
        })
    }
}

/// `Middleware._fastcors_function_said(policy, scope, origin, outcome, value)`: counts what an awaitable
/// said, by the name of a [`Counted`], and logs it if that is no bool. `origin` is a `str`.
///
/// # Safety
/// The arguments are live and the thread is attached.
pub(super) unsafe fn said_later(
    counts: &Counts,
    args: &[*mut ffi::PyObject],
) -> Result<Owned, Raised> {
    // SAFETY: live objects, as the caller vouches.
    unsafe {
        let &[policy, scope, origin, outcome, value] = args else { return wrong_arguments() };
        let Some(outcome) = byte_text(outcome).and_then(Counted::named) else {
            return wrong_arguments();
        };
        match outcome {
            Counted::Raised | Counted::TimedOut | Counted::NotBool => {
                Failure { policy, scope, origin }.report(counts, outcome, value)?;
            }
            Counted::Asked | Counted::Allowed | Counted::Rejected => counts.function(outcome),
        }
        Ok(Owned::share(ffi::Py_None()))
    }
}

#[cold]
pub(super) fn wrong_arguments() -> Result<Owned, Raised> {
    attached(|_| Err(PyTypeError::new_err("these are not the parts of a question")))
}

/// A bool as it is in Rust; None for anything else.
///
/// # Safety
/// The thread is attached.
unsafe fn bool_of(object: &Owned) -> Option<bool> {
    // SAFETY: addresses are compared.
    unsafe {
        match object.as_ptr() {
            object if object == ffi::Py_True() => Some(true),
            object if object == ffi::Py_False() => Some(false),
            _ => None,
        }
    }
}

/// The same verdict, counted.
fn counted(counts: &Counts, allowed: bool) -> bool {
    counts.function(if allowed { Counted::Allowed } else { Counted::Rejected });
    allowed
}

/// What decides on an Origin that nothing else allows: the middleware if it overrides `is_allowed_origin`, or
/// the function of the policy. Null if there is no function, or if it cannot be asked about this Origin.
///
/// # Safety
/// `this` is a live `Middleware` whose overrides have been found, `policy` is a `CompiledPolicy`, `origin`
/// is `bytes`, and the thread is attached.
pub(super) unsafe fn decider(
    this: *mut Middleware,
    policy: &Owned,
    origin: &Owned,
) -> *mut ffi::PyObject {
    // SAFETY: as the caller vouches.
    unsafe {
        if (*overrides(this)).asks_origin {
            return this.cast();
        }
        let function = compiled(policy.as_ptr()).function_about(bytes_of(origin.as_ptr()));
        function.map_or(core::ptr::null_mut(), |function| function.callable.as_ptr())
    }
}

/// The coroutine that finds out what the function says of a preflight's Origin, and then sends the
/// response. The arguments are those of [`ask`](super::preflight::ask), up to `send`.
///
/// # Safety
/// All are live objects and the thread is attached.
pub(super) unsafe fn respond_later(
    args: [*mut ffi::PyObject; 8],
    pending: &Owned,
) -> Result<Owned, Raised> {
    let [middleware, policy, scope, origin, method, headers, network, send] = args;
    let helpers = attached(Helpers::get)?;
    let args =
        [middleware, policy, scope, origin, method, headers, network, send, pending.as_ptr()];
    // SAFETY: as the caller vouches.
    unsafe { call(helpers.respond.as_ptr(), &args) }
}

/// The coroutine that finds out what the function says of the Origin of an actual request, which has been
/// counted, and then calls the application.
///
/// # Safety
/// All are live objects and the thread is attached.
pub(super) unsafe fn pass_later(
    middleware: *mut ffi::PyObject,
    policy: &Owned,
    called: Called,
    origin: &Owned,
    pending: &Owned,
) -> Result<Owned, Raised> {
    let helpers = attached(Helpers::get)?;
    // SAFETY: as the caller vouches.
    unsafe { later(&helpers.pass, middleware, policy, called, origin, pending) }
}

/// The coroutine that finds out what the function says of an Origin, and then rejects the request or calls
/// the application.
///
/// # Safety
/// All are live objects and the thread is attached.
pub(super) unsafe fn enforce_later(
    middleware: *mut ffi::PyObject,
    policy: &Owned,
    called: Called,
    origin: &Owned,
    pending: &Owned,
) -> Result<Owned, Raised> {
    let helpers = attached(Helpers::get)?;
    // SAFETY: as the caller vouches.
    unsafe { later(&helpers.enforce, middleware, policy, called, origin, pending) }
}

unsafe fn later(
    coroutine: &Py<PyAny>,
    middleware: *mut ffi::PyObject,
    policy: &Owned,
    called: Called,
    origin: &Owned,
    pending: &Owned,
) -> Result<Owned, Raised> {
    let Called { scope, receive, send } = called;
    let policy = policy.as_ptr();
    let args = [middleware, policy, scope, receive, send, origin.as_ptr(), pending.as_ptr()];
    // SAFETY: as the caller vouches.
    unsafe { call(coroutine.as_ptr(), &args) }
}

/// `Middleware._fastcors_function(policy, scope, origin)`: what the function says of an Origin that
/// nothing else allows: a bool, or what [`Said::Later`] has.
///
/// # Safety
/// All are live objects, `policy` a `CompiledPolicy`, `origin` is `bytes`, and the thread is attached.
pub(super) unsafe fn ask_for_python(
    counts: &Counts,
    policy: &Owned,
    scope: *mut ffi::PyObject,
    origin: *mut ffi::PyObject,
) -> Result<Owned, Raised> {
    // SAFETY: as the caller vouches.
    unsafe {
        match ask_if_any(counts, policy, scope, origin)? {
            Said::Now(allowed) => Owned::take(ffi::PyBool_FromLong(allowed.into())),
            Said::Later(pending) => Ok(pending),
        }
    }
}
