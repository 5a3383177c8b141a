//! An actual request whose Origin has been decided on goes on to the application.

use pyo3::ffi;

use super::application::{Application, Called};
use super::counts::Counts;
use super::object::{Owned, Raised};
use super::policy::compiled;
use super::rejection::reject_actual;
use super::send;
use crate::cors::Actual;

/// Calls the application with a `send` that adds the headers. `asked` is the middleware whose
/// `is_allowed_origin` decided, or `allow_origin_func`; null if the rules of the policy did.
///
/// # Safety
/// The objects are live, `policy` is a `CompiledPolicy`, and the thread is attached.
#[inline(always)]
pub(super) unsafe fn pass_on(
    counts: &Counts,
    app: &Application,
    policy: &Owned,
    called: Called,
    origin: Owned,
    allowed: bool,
    asked: *mut ffi::PyObject,
) -> Result<Owned, Raised> {
    let Called { scope, receive, send } = called;
    // SAFETY: as the caller vouches.
    unsafe {
        let compiled = compiled(policy.as_ptr());
        let (request, kind) = if allowed {
            (compiled.policy.explicit_origin().then_some(origin), Actual::Allowed)
        } else {
            reject_actual(counts, policy, scope, &origin, asked)?;
            (Some(Owned::share(scope)), Actual::Rejected)
        };
        let send = send::new(send, policy, request, kind, None)?;
        app.call(compiled.names, scope, receive, send.as_ptr())
    }
}
