//! What follows for an HTTP request whose headers have been read.

use core::ptr;

use super::actual::pass_on;
use super::application::{Application, Called};
use super::asked::question;
use super::asking::{self, Said};
use super::counts::Counts;
use super::current::{counts_of_policy, follows, live_verdict};
use super::middleware::Middleware;
use super::names::Names;
use super::object::{Owned, Raised, bytes_of, is_text, item};
use super::policy::compiled;
use super::scope::RequestHeaders;
use super::{preflight, send};
use crate::cors::{Actual, can_be_mirrored};

/// What a request is decided by, beside its policy.
#[derive(Clone, Copy)]
pub(super) struct By<'c> {
    /// Where it is counted.
    pub(super) counts: &'c Counts,
    /// Whether it is the middleware's own policy, not one of its paths.
    pub(super) is_outer: bool,
    /// False if the policy is known to have no function to ask.
    pub(super) may_ask_function: bool,
}

/// Decides on an HTTP request whose headers have been read; `known` is whether the policy, which
/// is the current one then, allows its Origin, if that is known.
///
/// # Safety
/// All are live objects that the caller holds, `this` is a `Middleware`, and the thread is attached.
#[inline(always)]
#[allow(clippy::too_many_arguments, reason = "it is compiled into its caller")]
pub(super) unsafe fn decide(
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
        let allowed = if known.is_none() && by.is_outer && follows(this, policy.as_ptr())? {
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
/// As for [`decide`].
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
