//! A request of a policy that enforces `Origin` or `Host`.

use core::ptr;

use super::actual::pass_on;
use super::application::{Application, Called};
use super::asking;
use super::current::counts;
use super::decide::{By, decide};
use super::enforcement::{self, Asked, Next, Opened, Passed, kind_of, listed};
use super::fetch_headers::{self, Glanced, Lines};
use super::middleware::Middleware;
use super::object::{Owned, Raised, bytes_of, item, seldom};
use super::older_rust::cold_path;
use super::policy::{CompiledPolicy, compiled};
use super::scope::{Protocol, protocol};
use super::send;
use crate::cors::Actual;
use crate::enforcement::Kind;

/// A copy of [`enforced`] for policies without paths.
///
/// # Safety
/// As for [`decide`].
#[inline(never)]
pub(super) unsafe fn enforced_alone(
    this: *mut Middleware,
    asks: bool,
    app: &Application,
    policy: Owned,
    called: Called,
) -> Result<Owned, Raised> {
    // SAFETY: as the caller vouches.
    unsafe {
        let by = By { counts: counts(this), is_outer: true, may_ask_function: true };
        enforced(this, asks, app, policy, by, called)
    }
}

/// A copy of [`enforced`] for policies with paths, and for the policies of those paths.
///
/// # Safety
/// As for [`decide`].
#[inline(never)]
pub(super) unsafe fn enforced_below(
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
/// As for [`decide`].
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
        let &CompiledPolicy { names, ref enforcement, .. } = compiled(policy.as_ptr());
        let protocol = protocol(names, called.scope)?;
        if protocol == Protocol::Other {
            cold_path();
            return app.call(names, called.scope, called.receive, called.send);
        }
        let is_websocket = protocol == Protocol::WebSocket;
        let headers = item(called.scope, names.headers.as_ptr())?;
        let navigations = enforcement.tells_navigations();
        let mut read = None;
        if let Some(lines) = Glanced::read(headers.as_ptr(), navigations) {
            let is_odd = navigations || lines.may_be_preflight() || lines.has_other_origin();
            if asks || is_odd {
                cold_path();
                read = Some((lines.hold(), None));
            } else if let Some(coroutine) =
                pass_at_once(this, app, &policy, by, called, &lines, is_websocket)?
            {
                return Ok(coroutine);
            }
        }
        let (found, copy) = match read {
            Some(read) => read,
            None => fetch_headers::read(called.scope, &headers, navigations)?,
        };
        let opened = Opened { called: called.with(copy.as_ref()), is_websocket, found: &found };
        judged(this, asks, app, policy, by, opened)
    }
}

/// Passes a request on if the first rows of enforcement's table say so: most requests. None for any other, which
/// is left to [`judged`].
///
/// # Safety
/// As for [`decide`]; the headers are as they were when `lines` were read.
#[inline(always)]
unsafe fn pass_at_once(
    this: *mut Middleware,
    app: &Application,
    policy: &Owned,
    by: By<'_>,
    called: Called,
    lines: &Lines,
    is_websocket: bool,
) -> Result<Option<Owned>, Raised> {
    let Called { scope, receive, send } = called;
    // SAFETY: as the caller vouches; after Python code may have run, `lines` are used no more.
    unsafe {
        let &CompiledPolicy { names, ref enforcement, ref part, .. } = compiled(policy.as_ptr());
        let mut origin = None;
        let mut current = None;
        let passes = if lines.origin_object().is_null() {
            let kind = || {
                if is_websocket { Ok(Kind::WebSocket) } else { kind_of(names, scope, false) }
            };
            enforcement.passes_without_origin(lines.host_lines(), lines.site(), kind)?
        } else if enforcement.accepts_host(lines.host_lines()) {
            let asking = origin.insert(Owned::share(lines.origin_object()));
            let allowed;
            (allowed, current) = listed(this, policy, by.is_outer, bytes_of(asking.as_ptr()))?;
            allowed
        } else {
            false
        };
        if !passes {
            return seldom(Ok(None));
        }
        if is_websocket {
            return app.call(names, scope, receive, send).map(Some);
        }
        by.counts.request();
        if !by.is_outer && part.is_untouched() {
            return app.call(names, scope, receive, send).map(Some);
        }
        let Some(origin) = origin else {
            let send = send::new(send, policy, None, Actual::WithoutOrigin, None)?;
            return app.call(names, scope, receive, send.as_ptr()).map(Some);
        };
        by.counts.cross_origin();
        let policy = current.as_ref().unwrap_or(policy);
        pass_on(by.counts, app, policy, called, origin, true, ptr::null_mut()).map(Some)
    }
}

/// Responds to a request that takes the whole table to decide on.
///
/// # Safety
/// As for [`decide`].
#[inline(never)]
unsafe fn judged(
    this: *mut Middleware,
    asks: bool,
    app: &Application,
    policy: Owned,
    by: By<'_>,
    opened: Opened<'_>,
) -> Result<Owned, Raised> {
    let Opened { called, found, .. } = opened;
    // SAFETY: as the caller vouches.
    unsafe {
        let policy = enforcement::up_to_date(this, policy, by.is_outer, found)?;
        let asked = if asks { Asked::Override } else { Asked::Policy };
        match enforcement::judge(this, &policy, by.is_outer, opened, asked)? {
            Next::Reject(coroutine) => Ok(coroutine),
            Next::Ask(origin) => enforcement::ask(this, &policy, called, &origin),
            Next::Wait(origin, pending) => {
                asking::enforce_later(this.cast(), &policy, called, &origin, &pending)
            }
            Next::Pass(passed) => {
                let &CompiledPolicy { names, ref part, .. } = compiled(policy.as_ptr());
                let Some(Passed { allowed, varies, current }) = passed else {
                    return app.call(names, called.scope, called.receive, called.send);
                };
                let varying =
                    if varies { Some(enforcement::send_varying(called.send)?) } else { None };
                let send = varying.as_ref().map_or(called.send, Owned::as_ptr);
                let called = Called { send, ..called };
                by.counts.request();
                if !by.is_outer && part.is_untouched() {
                    return app.call(names, called.scope, called.receive, called.send);
                }
                let policy = current.unwrap_or(policy);
                let request = found.of_cors();
                decide(this, asks, app, policy, names, by, called, request, allowed)
            }
        }
    }
}
