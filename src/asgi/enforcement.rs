//! Requests and WebSocket handshakes that are rejected before the application is called.

use core::ptr;

use pyo3::exceptions::PyTypeError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyDict, PyList};

use super::actual::pass_on;
use super::application::Called;
use super::asking::{self, Said, decider};
use super::coroutines::deferred;
use super::current::{counts_of_policy, current, follows, live_verdict, overrides};
use super::fetch_headers::{self, FetchHeaders};
use super::guard::attached;
use super::middleware::Middleware;
use super::names::{Names, pair};
use super::object::{self, Owned, Raised, byte_text, is_text, item, seldom, utf8_text};
use super::older_rust::cold_path;
use super::policy::{CompiledPolicy, compiled, is_policy};
use super::rejection::{is_silent, override_name, unless_interrupted};
use super::scope::{Protocol, protocol};
use super::send;
use crate::cors::{Actual, Rejections, can_be_mirrored};
use crate::enforcement::{Action, Decision, Kind, Request, Rule, is_own_site};

/// Who says whether the Origin is allowed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// The policy, and its function.
    Policy,
    /// The policy; whoever calls this asks the function if nothing else allows the Origin.
    PolicyAlone,
    /// An overridden `is_allowed_origin`, which has not said so yet.
    Override,
    /// It has: this.
    Said(bool),
}

/// What follows for a request.
pub(super) enum Next {
    /// It goes on, with what is known of it if it is an HTTP request.
    Pass(Option<Passed>),
    /// The override, or the function, has to be asked about this Origin first.
    Ask(Owned),
    /// The function has been asked about this Origin, and this has to be awaited.
    Wait(Owned, Owned),
    /// It is rejected: the coroutine that does it.
    Reject(Owned),
}

/// What is known of a request that goes on.
pub(super) struct Passed {
    /// Whether the policy allows its Origin, if it has said so.
    pub(super) allowed: Option<bool>,
    /// Whether a cache must keep its response apart from those to requests of other pages.
    pub(super) varies: bool,
    /// The policy that said so, if it follows a list.
    pub(super) current: Option<Owned>,
}

/// What is known of a call before it is decided on.
#[derive(Clone, Copy)]
pub(super) struct Opened<'f> {
    pub(super) called: Called,
    pub(super) is_websocket: bool,
    pub(super) found: &'f FetchHeaders,
}

/// Decides on a request before CORS does, and counts and logs what it rejects or reports. `is_outer`: whether
/// the policy is the middleware's own.
///
/// # Safety
/// All are live objects that the caller holds, `policy` is a `CompiledPolicy`, and the thread is attached.
pub(super) unsafe fn judge(
    this: *mut Middleware,
    policy: &Owned,
    is_outer: bool,
    opened: Opened,
    asked: Asked,
) -> Result<Next, Raised> {
    let Opened { called, is_websocket, found } = opened;
    // SAFETY: as the caller vouches; `FetchHeaders` holds bytes objects.
    unsafe {
        let CompiledPolicy { names, enforcement, .. } = compiled(policy.as_ptr());
        let mut kind = if is_websocket { Kind::WebSocket } else { Kind::Read };
        if !is_websocket && found.may_be_preflight() {
            kind = kind_of(names, called.scope, true)?;
        }
        let origin = found.origin_object();
        let has_origin = !origin.is_null();
        let mut allowed = None;
        let mut is_known = asked == Asked::Policy;
        let mut current = None;
        if let Some(bytes) = found.first_origin().filter(|_| kind != Kind::Preflight) {
            allowed = Some(match asked {
                Asked::Said(allowed) => allowed,
                // As on actual requests that CORS decides on: not with `*`, nor about such a value.
                Asked::Override if !compiled(policy.as_ptr()).policy.origins().any() => {
                    let counts = can_be_mirrored(bytes) && !found.has_other_origin();
                    if counts && enforcement.accepts_host(found.host_lines()) {
                        return Ok(Next::Ask(Owned::share(origin)));
                    }
                    false
                }
                Asked::Override | Asked::Policy | Asked::PolicyAlone => {
                    let is_listed;
                    (is_listed, current) = listed(this, policy, is_outer, bytes)?;
                    let function = compiled(policy.as_ptr()).function_about(bytes);
                    let is_sound = || {
                        !found.has_other_origin() && enforcement.accepts_host(found.host_lines())
                    };
                    match function.filter(|_| !is_listed) {
                        // It is not asked about what is rejected anyhow. If that passes, CORS asks.
                        Some(_) if !is_sound() => {
                            is_known = false;
                            false
                        }
                        Some(_) if asked == Asked::PolicyAlone => {
                            return Ok(Next::Ask(Owned::share(origin)));
                        }
                        Some(function) => {
                            let counts = counts_of_policy(this, compiled(policy.as_ptr()));
                            let scope = called.scope;
                            match asking::ask(function, counts, policy, scope, origin)? {
                                Said::Now(allowed) => allowed,
                                Said::Later(pending) => {
                                    return Ok(Next::Wait(Owned::share(origin), pending));
                                }
                            }
                        }
                        None => is_listed,
                    }
                }
            });
        }
        // The method of what passes with any is not looked at.
        let is_allowed = allowed == Some(true) && !found.has_other_origin();
        if kind == Kind::Read
            && !is_allowed
            && (has_origin || found.site().is_some())
            && !is_own_site(found.site())
        {
            kind = kind_of(names, called.scope, false)?;
        }
        let request = Request {
            kind,
            // It counts for what is compared with the Host alone.
            is_https: has_origin && !is_allowed && is_https(names, called.scope)?,
            host: found.host_lines(),
            origin: found.origin().map(|origin| (origin, is_allowed)),
            site: found.site(),
            mode: found.mode(),
            destination: found.destination(),
        };
        let decision = enforcement.decide(&request);
        if decision.action != Action::Pass {
            cold_path();
            let caught = Caught { this, policy, called, found, kind, decision, asked };
            if let Some(coroutine) = caught.end()? {
                return Ok(Next::Reject(coroutine));
            }
        }
        if is_websocket {
            return Ok(Next::Pass(None));
        }
        let allowed = allowed.filter(|_| is_known);
        let varies = enforcement.tells_navigations() && decision.rule != Rule::Preflight;
        let passed = Passed { allowed, varies, current: current.filter(|_| is_known) };
        Ok(Next::Pass(Some(passed)))
    }
}

/// Whether the policy itself allows an Origin, and the policy that said so if it follows a list.
///
/// # Safety
/// As for [`judge`].
#[inline(always)]
pub(super) unsafe fn listed(
    this: *mut Middleware,
    policy: &Owned,
    is_outer: bool,
    origin: &[u8],
) -> Result<(bool, Option<Owned>), Raised> {
    // SAFETY: as the caller vouches.
    unsafe {
        if is_outer && follows(this, policy.as_ptr())? {
            let (allowed, current) = live_verdict(this, Owned::share(policy.as_ptr()), origin)?;
            return Ok((allowed, Some(current)));
        }
        Ok((compiled(policy.as_ptr()).allows_bytes(origin)?, None))
    }
}

/// The policy that decides on a request's Origin now: another one if the list that it follows was changed.
/// Whatever is asked about the Origin, now or later, and whatever is said of it, goes by this.
///
/// # Safety
/// As for [`judge`].
pub(super) unsafe fn up_to_date(
    this: *mut Middleware,
    policy: Owned,
    is_outer: bool,
    found: &FetchHeaders,
) -> Result<Owned, Raised> {
    // SAFETY: as the caller vouches; `FetchHeaders` holds bytes objects.
    unsafe {
        match found.first_origin() {
            Some(origin) if is_outer && follows(this, policy.as_ptr())? => {
                Ok(live_verdict(this, policy, origin)?.1)
            }
            _ => Ok(policy),
        }
    }
}

/// What a request is, by its method; `may_be_preflight` says that it has the headers of one.
///
/// # Safety
/// The scope is live and the thread is attached.
#[inline(always)]
pub(super) unsafe fn kind_of(
    names: &Names,
    scope: *mut ffi::PyObject,
    may_be_preflight: bool,
) -> Result<Kind, Raised> {
    // SAFETY: as the caller vouches; the method is held while its text is read.
    unsafe {
        let method = item(scope, names.method.as_ptr())?;
        let kind = match byte_text(method.as_ptr()) {
            Some(text) => Kind::of_method(text),
            // A str enumeration, or whatever else.
            None => seldom(utf8_text(method.as_ptr())).map_or(Kind::Unsafe, Kind::of_method),
        };
        Ok(if may_be_preflight && kind == Kind::Options { Kind::Preflight } else { kind })
    }
}

/// Whether the server says that the request came by https or wss. If it says anything else, a proxy may have
/// ended the encryption.
///
/// # Safety
/// The scope is live and the thread is attached.
#[cold]
unsafe fn is_https(names: &Names, scope: *mut ffi::PyObject) -> Result<bool, Raised> {
    // SAFETY: as the caller vouches; a scope without a scheme raises an error, which is cleared.
    unsafe {
        let Ok(scheme) = item(scope, names.scheme.as_ptr()) else {
            ffi::PyErr_Clear();
            return Ok(false);
        };
        Ok(is_text(scheme.as_ptr(), ptr::null_mut(), b"https")?
            || is_text(scheme.as_ptr(), ptr::null_mut(), b"wss")?)
    }
}

/// A request that is rejected, or would be.
struct Caught<'r> {
    this: *mut Middleware,
    policy: &'r Owned,
    called: Called,
    found: &'r FetchHeaders,
    kind: Kind,
    decision: Decision,
    asked: Asked,
}

impl Caught<'_> {
    /// Counts and logs it; the coroutine that rejects it comes back unless it goes on.
    ///
    /// # Safety
    /// The objects are live and the thread is attached.
    #[cold]
    #[inline(never)]
    unsafe fn end(&self) -> Result<Option<Owned>, Raised> {
        // SAFETY: as the caller vouches.
        unsafe {
            self.count();
            self.log()?;
            if self.decision.action == Action::Reject {
                return self.reject().map(Some);
            }
        }
        Ok(None)
    }

    /// # Safety
    /// `this` is a live `Middleware`, `policy` a `CompiledPolicy`.
    unsafe fn count(&self) {
        // SAFETY: as the caller vouches.
        let counts = unsafe { counts_of_policy(self.this, compiled(self.policy.as_ptr())) };
        counts.enforced(self.decision.rule);
        // What goes on is counted there, and a handshake is no HTTP request.
        if self.decision.action == Action::Report || self.kind == Kind::WebSocket {
            return;
        }
        counts.request();
        if self.found.first_origin().is_some() {
            counts.cross_origin();
        }
        if self.kind == Kind::Preflight {
            counts.preflight();
        }
        if self.decision.rule.is_about_origin() {
            counts.rejected(Rejections::ORIGIN);
        }
    }

    /// Writes a line, if anybody reads it.
    ///
    /// # Safety
    /// The objects are live and the thread is attached.
    unsafe fn log(&self) -> Result<(), Raised> {
        let is_report = self.decision.action == Action::Report;
        // SAFETY: attached, as the caller vouches.
        if !is_report && is_silent(unsafe { Python::assume_attached() }) {
            return Ok(());
        }
        attached(|py| {
            // SAFETY: live objects, as the caller vouches.
            let object = |pointer| unsafe { Bound::from_borrowed_ptr(py, pointer) };
            let line = || {
                let log = LOG.import(py, "fastcors._log.enforcement", "caught")?;
                let origin = self.found.origin_object();
                let by_policy = matches!(self.asked, Asked::Said(_) | Asked::Policy);
                let asked = if by_policy && !origin.is_null() {
                    // SAFETY: live objects, as the caller vouches.
                    unsafe { decider(self.this, self.policy, &Owned::share(origin)) }
                } else {
                    ptr::null_mut()
                };
                let host = self.found.host_object();
                let rule = (self.decision.rule.name(), self.decision.rule.status(), is_report);
                let request = (
                    self.found.origin().map(|origin| PyBytes::new(py, origin)),
                    (!host.is_null()).then(|| object(host)),
                    self.found.site().map(|site| PyBytes::new(py, site)),
                );
                // SAFETY: live or null, as the caller vouches.
                let override_name = unsafe { override_name(py, asked)? };
                let policy = object(self.policy.as_ptr());
                let line = (policy, object(self.called.scope), rule, request, override_name);
                log.call1(line).map(drop)
            };
            unless_interrupted(py, line())
        })
    }

    /// The coroutine that rejects it.
    ///
    /// # Safety
    /// The objects are live and the thread is attached.
    unsafe fn reject(&self) -> Result<Owned, Raised> {
        let is_websocket = self.kind == Kind::WebSocket;
        // SAFETY: live objects, as the caller vouches.
        unsafe {
            let compiled = compiled(self.policy.as_ptr());
            let names = compiled.names;
            let (start, body) = attached(|py| messages(py, self.decision.rule, is_websocket))?;
            let (start, body) = (start.as_ptr(), body.as_ptr());
            let Called { scope, receive, send } = self.called;
            if is_websocket {
                let args = [scope, receive, send, start, body];
                return object::call(names.reject_handshake.as_ptr(), &args);
            }
            let origin = self.found.origin_object();
            if origin.is_null() || self.decision.cors != Actual::Allowed {
                return object::call(names.respond.as_ptr(), &[send, start, body]);
            }
            // Its page may read why.
            let by_name = compiled.policy.explicit_origin();
            let origin = by_name.then(|| Owned::share(origin));
            let send = send::new(send, self.policy, origin, Actual::Allowed, None)?;
            object::call(names.respond.as_ptr(), &[send.as_ptr(), start, body])
        }
    }
}

/// `fastcors._log.enforcement.caught`.
static LOG: PyOnceLock<Py<PyAny>> = PyOnceLock::new();

/// `fastcors._middleware.isolation.send_varying`.
static VARYING: PyOnceLock<Py<PyAny>> = PyOnceLock::new();

/// A `send` that adds what isolation depends on to the `Vary` of a response.
///
/// # Safety
/// `send` is live and the thread is attached.
#[cold]
pub(super) unsafe fn send_varying(send: *mut ffi::PyObject) -> Result<Owned, Raised> {
    let function = attached(|py| {
        let function = VARYING.import(py, "fastcors._middleware.isolation", "send_varying")?;
        Ok(function.as_ptr())
    })?;
    // SAFETY: as the caller vouches; the function lives as long as the process.
    unsafe { object::call(function, &[send]) }
}

/// The messages of a response that rejects by this rule.
fn messages(py: Python<'_>, rule: Rule, is_websocket: bool) -> PyResult<(Py<PyDict>, Py<PyDict>)> {
    let (start_type, body_type) = if is_websocket {
        ("websocket.http.response.start", "websocket.http.response.body")
    } else {
        ("http.response.start", "http.response.body")
    };
    let length = rule.body().len().to_string();
    let lines = rule.lines(length.as_bytes()).map(|(name, value)| pair(py, name, value));
    let headers = PyList::empty(py);
    for line in lines {
        headers.append(line?)?;
    }
    let start = PyDict::new(py);
    start.set_item("type", start_type)?;
    start.set_item("status", rule.status())?;
    start.set_item("headers", headers)?;
    let body = PyDict::new(py);
    body.set_item("type", body_type)?;
    body.set_item("body", PyBytes::new(py, rule.body().as_bytes()))?;
    Ok((start.unbind(), body.unbind()))
}

/// The coroutine that asks the override about an Origin, and then rejects the request or calls the application.
///
/// # Safety
/// All are live objects and the thread is attached.
pub(super) unsafe fn ask(
    this: *mut Middleware,
    policy: &Owned,
    called: Called,
    origin: &Owned,
) -> Result<Owned, Raised> {
    // SAFETY: as the caller vouches.
    unsafe {
        let Called { scope, receive, send } = called;
        let args = [this.cast(), policy.as_ptr(), scope, receive, send, origin.as_ptr()];
        object::call(compiled(policy.as_ptr()).names.enforce_when_asked.as_ptr(), &args)
    }
}

/// `Middleware._fastcors_enforce(policy, scope, receive, send, allowed)`: for a class that overrides
/// something. `allowed` is what the override or the function said of the Origin, or None. Returns None for a
/// request that goes on, the Origin if the override or the function has to be asked about it, or the
/// coroutine that rejects the request.
///
/// # Safety
/// The arguments are live and the thread is attached.
pub(super) unsafe fn enforce(
    this: *mut Middleware,
    args: &[*mut ffi::PyObject],
) -> Result<Owned, Raised> {
    // SAFETY: as the caller vouches; `policy` is checked to be one.
    unsafe {
        let &[policy, scope, receive, send, allowed] = args else { return wrong_arguments() };
        if !is_policy(policy) {
            return wrong_arguments();
        }
        let asked = match allowed {
            said if said == ffi::Py_True() => Asked::Said(true),
            said if said == ffi::Py_False() => Asked::Said(false),
            _ if (*overrides(this)).asks_origin && compiled(policy).part.asks() => Asked::Override,
            _ => Asked::PolicyAlone,
        };
        let CompiledPolicy { names, enforcement, part, .. } = compiled(policy);
        let protocol = protocol(names, scope)?;
        if protocol == Protocol::Other {
            return Ok(Owned::share(ffi::Py_None()));
        }
        let headers = item(scope, names.headers.as_ptr())?;
        let (found, copy) = fetch_headers::read(scope, &headers, enforcement.tells_navigations())?;
        let called = Called { scope, receive, send }.with(copy.as_ref());
        let is_websocket = protocol == Protocol::WebSocket;
        let opened = Opened { called, is_websocket, found: &found };
        let is_outer = part.place.is_none();
        let mut policy = Owned::share(policy);
        if !matches!(asked, Asked::Said(_)) {
            policy = up_to_date(this, policy, is_outer, &found)?;
        }
        match judge(this, &policy, is_outer, opened, asked)? {
            Next::Pass(_) => Ok(Owned::share(ffi::Py_None())),
            Next::Ask(origin) | Next::Wait(origin, _) => Ok(origin),
            Next::Reject(coroutine) => Ok(coroutine),
        }
    }
}

/// `Middleware._fastcors_pass(policy, scope, receive, send, origin, allowed)`: the coroutine of the
/// application, for a request that goes on after the override or the function has been asked.
/// `is_counted`: it has been counted, as for `_fastcors_pass_counted`.
///
/// # Safety
/// The arguments are live and the thread is attached.
pub(super) unsafe fn pass(
    this: *mut Middleware,
    args: &[*mut ffi::PyObject],
    is_counted: bool,
) -> Result<Owned, Raised> {
    // SAFETY: as the caller vouches; each is checked before it is read as what it should be.
    unsafe {
        let &[policy, scope, receive, send, origin, allowed] = args else {
            return wrong_arguments();
        };
        if !is_policy(policy) || ffi::PyBytes_CheckExact(origin) == 0 {
            return wrong_arguments();
        }
        let Some((app, _)) = current(this)? else { return wrong_arguments() };
        let policy = Owned::share(policy);
        let origin = Owned::share(origin);
        let names = compiled(policy.as_ptr()).names;
        if protocol(names, scope)? != Protocol::Http {
            return deferred(names, app.call(names, scope, receive, send));
        }
        let counts = counts_of_policy(this, compiled(policy.as_ptr()));
        if !is_counted {
            counts.request();
            counts.cross_origin();
        }
        let called = Called { scope, receive, send };
        let allowed = allowed == ffi::Py_True();
        let varying = if compiled(policy.as_ptr()).enforcement.tells_navigations() {
            Some(send_varying(send)?)
        } else {
            None
        };
        let called = Called { send: varying.as_ref().map_or(send, Owned::as_ptr), ..called };
        let decider = decider(this, &policy, &origin);
        deferred(names, pass_on(counts, &app, &policy, called, origin, allowed, decider))
    }
}

#[cold]
fn wrong_arguments() -> Result<Owned, Raised> {
    attached(|_| Err(PyTypeError::new_err("these are not the parts of a request")))
}
