//! Asking an overridden `is_allowed_origin` when the response starts.

use core::sync::atomic::{AtomicBool, Ordering::Relaxed};

use pyo3::ffi;

use super::current::counts_of;
use super::headers::Decided;
use super::object::{Owned, Raised, bytes_of, call, decoded};
use super::policy::CompiledPolicy;
use super::rejection::reject_actual;
use crate::cors::Actual;

/// What a `send` keeps until the response starts: the middleware to ask, and the request's scope.
///
/// # Safety
/// Both are live objects and the thread is attached.
pub(super) unsafe fn question(
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

/// A question that is asked now. The objects are borrowed from the `send`.
pub(super) struct Question<'s> {
    middleware: *mut ffi::PyObject,
    scope: *mut ffi::PyObject,
    /// The Origin, `bytes`.
    origin: *mut ffi::PyObject,
    /// The `CompiledPolicy` that the request began with.
    policy: *mut ffi::PyObject,
    /// Whether a rejection was counted and logged: an application may start twice.
    reported: &'s AtomicBool,
}

impl<'s> Question<'s> {
    /// Reads a [`question`] about an Origin.
    ///
    /// # Safety
    /// The objects are live, and stay so as long as the question: a [`question`], a `bytes` object
    /// and a `CompiledPolicy`.
    pub(super) unsafe fn new(
        question: *mut ffi::PyObject,
        origin: *mut ffi::PyObject,
        policy: *mut ffi::PyObject,
        reported: &'s AtomicBool,
    ) -> Self {
        // SAFETY: the tuple has two items.
        let (middleware, scope) =
            unsafe { (ffi::PyTuple_GET_ITEM(question, 0), ffi::PyTuple_GET_ITEM(question, 1)) };
        Self { middleware, scope, origin, policy, reported }
    }

    /// The coroutine that asks `is_allowed_origin` of the subclass, and passes the verdict to `send`
    /// with the message that starts the response.
    ///
    /// It asks when it is awaited, as Starlette does: in the thread, the task and the context of
    /// whoever awaits it.
    ///
    /// # Safety
    /// As for [`new`](Self::new); `compiled` is the policy, the others are live objects, and the thread
    /// is attached.
    pub(super) unsafe fn ask(
        &self,
        compiled: &CompiledPolicy,
        send: *mut ffi::PyObject,
        message: *mut ffi::PyObject,
    ) -> Result<Owned, Raised> {
        // SAFETY: live objects, as the caller vouches.
        unsafe {
            let origin = decoded(bytes_of(self.origin))?;
            let args = [send, self.middleware, self.policy, self.scope, origin.as_ptr(), message];
            call(compiled.names.send_when_asked.as_ptr(), &args)
        }
    }

    /// The headers that follow from the verdict. The first rejection is counted and logged.
    ///
    /// # Safety
    /// As for [`ask`](Self::ask).
    pub(super) unsafe fn decided(&self, allowed: bool) -> Result<Decided, Raised> {
        let &Self { middleware, scope, origin, policy, reported } = self;
        if allowed {
            let kind = Actual::Allowed;
            return Ok(Decided { kind, policy, request: origin, asked: middleware });
        }
        if !reported.swap(true, Relaxed) {
            // SAFETY: live objects, as the caller vouches.
            unsafe {
                let (policy, origin) = (Owned::share(policy), Owned::share(origin));
                let counts = counts_of(middleware, policy.as_ptr());
                reject_actual(counts, &policy, scope, &origin, middleware)?;
            }
        }
        Ok(Decided { kind: Actual::Rejected, policy, request: scope, asked: middleware })
    }
}
