//! What this thread's part of a middleware holds: the state that it decides by, made anew when the
//! middleware's version tells that something was replaced.

use core::ptr;
use core::sync::atomic::Ordering;

use pyo3::prelude::*;
use pyo3::{Borrowed, ffi};

use super::application::Application;
use super::guard::attached;
use super::locked::locked;
use super::middleware::Middleware;
use super::object::{Owned, Raised};
use super::parts::Part;
use super::policy::CompiledPolicy;
use super::threads::{Thread, this_thread};

// The items of a part's state.
const APP: ffi::Py_ssize_t = 0;
const POLICY: ffi::Py_ssize_t = 1;
const COPIED: ffi::Py_ssize_t = 2;
const LIVE: ffi::Py_ssize_t = 3;

/// The part of this thread.
///
/// # Safety
/// `this` is a live `Middleware`, and the thread is attached.
#[inline(always)]
pub(super) unsafe fn part(this: *mut Middleware) -> *mut Part {
    // SAFETY: as the caller vouches.
    unsafe { (*this).parts.of(this_thread()) }
}

/// This thread's part, with the state as it is by now; None before `__init__` has set everything.
///
/// # Safety
/// As for [`part`]. The state is borrowed until other code runs.
#[inline(always)]
unsafe fn renewed(this: *mut Middleware) -> Result<Option<*mut Part>, Raised> {
    // SAFETY: as the caller vouches; only this thread writes the part.
    unsafe {
        let thread = this_thread();
        let part = (*this).parts.of(thread);
        if (*part).version == (*this).version.load(Ordering::Acquire)
            && (*part).owner == thread.serial
            && !(*part).state.is_null()
        {
            return Ok(Some(part));
        }
        Ok(renew(this, part, thread)?.then_some(part))
    }
}

/// This thread's part with the state that a request began with, even if another thread has replaced the policy
/// meanwhile: the request is not decided half by that one. As [`renewed`] if this is another policy.
///
/// # Safety
/// As for [`renewed`]; `policy` is live.
#[inline(always)]
unsafe fn known(
    this: *mut Middleware,
    policy: *mut ffi::PyObject,
) -> Result<Option<*mut Part>, Raised> {
    // SAFETY: as the caller vouches. No other thread has a policy of this one's own.
    unsafe {
        let part = part(this);
        if !(*part).state.is_null() && ffi::PyTuple_GET_ITEM((*part).state, POLICY) == policy {
            return Ok(Some(part));
        }
        renewed(this)
    }
}

/// Makes the state of a part; false before `__init__` has set everything.
///
/// # Safety
/// As for [`part`]; `part` is that of this thread.
#[cold]
unsafe fn renew(this: *mut Middleware, part: *mut Part, thread: Thread) -> Result<bool, Raised> {
    // SAFETY: as the caller vouches. What is read under the lock belongs together.
    unsafe {
        let (version, calls, app, compiled, live) = locked(this.cast(), || {
            let share =
                |object: *mut ffi::PyObject| (!object.is_null()).then(|| Owned::share(object));
            (
                (*this).version.load(Ordering::Acquire),
                (*this).calls,
                share((*this).app),
                share((*this).compiled),
                share((*this).live),
            )
        });
        let (Some(app), Some(compiled)) = (app, compiled) else { return Ok(false) };
        let before = (*part).state;
        let policy = if !before.is_null()
            && (*part).owner == thread.serial
            && ffi::PyTuple_GET_ITEM(before, COPIED) == compiled.as_ptr()
        {
            Owned::share(ffi::PyTuple_GET_ITEM(before, POLICY))
        } else {
            attached(|py| {
                let shared =
                    Borrowed::from_ptr(py, compiled.as_ptr()).cast_unchecked::<CompiledPolicy>();
                let own = Py::new(py, shared.get().for_this_thread(py)?)?;
                Ok(Owned::take(own.into_ptr()))
            })??
        };
        let state = Owned::take(ffi::PyTuple_New(4))?;
        let live = live.unwrap_or_else(|| Owned::share(ffi::Py_None()));
        for (index, item) in [(APP, app), (POLICY, policy), (COPIED, compiled), (LIVE, live)] {
            ffi::PyTuple_SET_ITEM(state.as_ptr(), index, item.into_ptr());
        }
        // In one step for this thread, which may serve another request when the one before is dropped.
        let before = ptr::replace(&raw mut (*part).state, state.into_ptr());
        (*part).version = version;
        (*part).owner = thread.serial;
        (*part).calls = calls;
        ffi::Py_XDECREF(before);
        Ok(true)
    }
}

/// As [`current`](super::current::current).
///
/// # Safety
/// As for [`part`].
#[inline(always)]
pub(super) unsafe fn current(
    this: *mut Middleware,
) -> Result<Option<(Application, Owned)>, Raised> {
    // SAFETY: as the caller vouches; the state holds what is in it.
    unsafe {
        Ok(renewed(this)?.map(|part| {
            let state = Owned::share((*part).state);
            let policy = Owned::share(ffi::PyTuple_GET_ITEM(state.as_ptr(), POLICY));
            let app = ffi::PyTuple_GET_ITEM(state.as_ptr(), APP);
            (Application::inside(app, state, (*part).calls), policy)
        }))
    }
}

/// The policy alone; None before there is an application too.
///
/// # Safety
/// As for [`part`].
pub(super) unsafe fn current_policy(this: *mut Middleware) -> Result<Option<Owned>, Raised> {
    // SAFETY: as the caller vouches.
    unsafe {
        Ok(renewed(this)?.map(|part| Owned::share(ffi::PyTuple_GET_ITEM((*part).state, POLICY))))
    }
}

/// What holds the two others, the `LiveOrigins` that the policy of this thread was made of, and that policy;
/// None where it follows no list.
///
/// # Safety
/// As for [`part`].
pub(super) unsafe fn live(
    this: *mut Middleware,
    policy: *mut ffi::PyObject,
) -> Result<Option<(Owned, *mut ffi::PyObject, *mut ffi::PyObject)>, Raised> {
    // SAFETY: as the caller vouches.
    unsafe {
        let Some(part) = known(this, policy)? else { return Ok(None) };
        let state = (*part).state;
        let live = ffi::PyTuple_GET_ITEM(state, LIVE);
        let policy = ffi::PyTuple_GET_ITEM(state, POLICY);
        Ok((live != ffi::Py_None()).then(|| (Owned::share(state), live, policy)))
    }
}

/// As [`follows`](super::current::follows).
///
/// # Safety
/// As for [`part`].
#[inline(always)]
pub(super) unsafe fn follows(
    this: *mut Middleware,
    policy: *mut ffi::PyObject,
) -> Result<bool, Raised> {
    // SAFETY: as the caller vouches. A class that overrides something may ask this first of all.
    unsafe {
        Ok(known(this, policy)?
            .is_some_and(|part| ffi::PyTuple_GET_ITEM((*part).state, LIVE) != ffi::Py_None()))
    }
}
