//! What this thread's part of a middleware holds: the state that it decides by, made anew when the
//! middleware's version tells that something was replaced.

use core::ptr;
use core::sync::atomic::Ordering;

use pyo3::prelude::*;
use pyo3::{Borrowed, ffi};

use super::application::{Application, Calls};
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

/// The state of this thread's part as it is by now, held; None before `__init__` has set everything.
///
/// # Safety
/// As for [`part`].
#[inline(always)]
unsafe fn state(this: *mut Middleware) -> Result<Option<(Owned, Calls)>, Raised> {
    // SAFETY: as the caller vouches; only this thread writes the part.
    unsafe {
        let thread = this_thread();
        let part = (*this).parts.of(thread);
        if (*part).version == (*this).version.load(Ordering::Acquire)
            && (*part).owner == thread.serial
            && !(*part).state.is_null()
        {
            return Ok(Some((Owned::share((*part).state), (*part).calls)));
        }
        make_state(this, part, thread)
    }
}

/// # Safety
/// As for [`part`]; `part` is that of this thread.
#[cold]
unsafe fn make_state(
    this: *mut Middleware,
    part: *mut Part,
    thread: Thread,
) -> Result<Option<(Owned, Calls)>, Raised> {
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
        let (Some(app), Some(compiled)) = (app, compiled) else { return Ok(None) };
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
        let before = ptr::replace(&raw mut (*part).state, Owned::share(state.as_ptr()).into_ptr());
        (*part).version = version;
        (*part).owner = thread.serial;
        (*part).calls = calls;
        ffi::Py_XDECREF(before);
        Ok(Some((state, calls)))
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
        Ok(state(this)?.map(|(state, calls)| {
            let policy = Owned::share(ffi::PyTuple_GET_ITEM(state.as_ptr(), POLICY));
            let app = ffi::PyTuple_GET_ITEM(state.as_ptr(), APP);
            (Application::inside(app, state, calls), policy)
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
        let share = |state: Owned| Owned::share(ffi::PyTuple_GET_ITEM(state.as_ptr(), POLICY));
        Ok(state(this)?.map(|(state, _)| share(state)))
    }
}

/// What holds the two others, the `LiveOrigins` that the policy of this thread was made of, and that policy;
/// None where it follows no list.
///
/// # Safety
/// As for [`part`].
pub(super) unsafe fn live(
    this: *mut Middleware,
) -> Option<(Owned, *mut ffi::PyObject, *mut ffi::PyObject)> {
    // SAFETY: as the caller vouches.
    unsafe {
        let state = (*part(this)).state;
        if state.is_null() {
            return None;
        }
        let live = ffi::PyTuple_GET_ITEM(state, LIVE);
        let policy = ffi::PyTuple_GET_ITEM(state, POLICY);
        (live != ffi::Py_None()).then(|| (Owned::share(state), live, policy))
    }
}

/// # Safety
/// As for [`part`].
#[inline(always)]
pub(super) unsafe fn follows(this: *mut Middleware) -> bool {
    // SAFETY: as the caller vouches.
    unsafe {
        let state = (*part(this)).state;
        !state.is_null() && ffi::PyTuple_GET_ITEM(state, LIVE) != ffi::Py_None()
    }
}
