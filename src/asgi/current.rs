//! What a request is decided by: the application and the policy that a middleware has at that moment.
//!
//! With the GIL, these are fields of the middleware, and a request takes a reference to each. Without
//! it, a reference count that several threads change costs more than all the rest of a request: there
//! each thread has a [part](super::parts) of its own, which is made anew when the middleware's version
//! tells that something was replaced.

use core::ptr;

use pyo3::prelude::*;
use pyo3::{Borrowed, ffi};

use super::application::Application;
use super::counts::Counts;
use super::live_origins::LiveOrigins;
use super::locked::locked;
use super::middleware::Middleware;
use super::object::{Owned, Raised};
use super::older_rust::cold_path;
use super::overrides::Overrides;
use super::path_counts::PathCounts;
use super::policy::{CompiledPolicy, compiled};

/// The application and the `CompiledPolicy`, held for one request; None before `__init__` has set them.
///
/// # Safety
/// `this` is a live `Middleware` and the thread is attached.
#[cfg_attr(not(Py_GIL_DISABLED), allow(clippy::unnecessary_wraps))]
#[inline(always)]
pub(super) unsafe fn current(
    this: *mut Middleware,
) -> Result<Option<(Application, Owned)>, Raised> {
    #[cfg(not(Py_GIL_DISABLED))]
    // SAFETY: as the caller vouches; what is not null is live.
    unsafe {
        if (*this).app.is_null() || (*this).compiled.is_null() {
            return Ok(None);
        }
        let app = Application::new(Owned::share((*this).app), (*this).calls);
        Ok(Some((app, Owned::share((*this).compiled))))
    }
    #[cfg(Py_GIL_DISABLED)]
    // SAFETY: as the caller vouches.
    unsafe {
        super::own_part::current(this)
    }
}

/// The `CompiledPolicy`, held for as long as it is used; None before `__init__` has set it.
///
/// # Safety
/// As for [`current`].
#[cfg_attr(not(Py_GIL_DISABLED), allow(clippy::unnecessary_wraps))]
pub(super) unsafe fn current_policy(this: *mut Middleware) -> Result<Option<Owned>, Raised> {
    #[cfg(not(Py_GIL_DISABLED))]
    // SAFETY: as the caller vouches; what is not null is live.
    unsafe {
        let policy = (*this).compiled;
        Ok((!policy.is_null()).then(|| Owned::share(policy)))
    }
    #[cfg(Py_GIL_DISABLED)]
    // SAFETY: as the caller vouches.
    unsafe {
        Ok(super::own_part::current_policy(this)?
            .or_else(|| held(this, &raw const (*this).compiled)))
    }
}

/// Whether the policy, by which this thread decides, was made of a list that it follows.
///
/// # Safety
/// As for [`current`].
#[cfg_attr(not(Py_GIL_DISABLED), allow(clippy::unnecessary_wraps))]
#[inline(always)]
pub(super) unsafe fn follows(
    this: *mut Middleware,
    policy: *mut ffi::PyObject,
) -> Result<bool, Raised> {
    #[cfg(not(Py_GIL_DISABLED))]
    // SAFETY: as the caller vouches.
    unsafe {
        let _ = policy;
        Ok(!(*this).live.is_null())
    }
    #[cfg(Py_GIL_DISABLED)]
    // SAFETY: as the caller vouches.
    unsafe {
        super::own_part::follows(this, policy)
    }
}

/// The counters, to which only this thread adds.
///
/// # Safety
/// `this` is a live `Middleware`, which outlives the borrow, and the thread is attached.
#[inline(always)]
pub(super) unsafe fn counts<'a>(this: *mut Middleware) -> &'a Counts {
    #[cfg(not(Py_GIL_DISABLED))]
    // SAFETY: as the caller vouches.
    unsafe {
        &(*this).counts
    }
    #[cfg(Py_GIL_DISABLED)]
    // SAFETY: as the caller vouches.
    unsafe {
        &(*super::own_part::part(this)).counts
    }
}

/// The counters for what a policy decides: those of its path, if it is for one.
///
/// # Safety
/// As for [`counts`].
pub(super) unsafe fn counts_of_policy<'a>(
    this: *mut Middleware,
    policy: &CompiledPolicy,
) -> &'a Counts {
    // SAFETY: as the caller vouches; the counters live as long as the middleware.
    unsafe {
        let Some(counter) = policy.part.place.as_ref().and_then(|place| place.counter) else {
            return counts(this);
        };
        #[cfg(not(Py_GIL_DISABLED))]
        let all: &PathCounts = (*this).path_counts.get_or_insert_with(Box::default);
        #[cfg(Py_GIL_DISABLED)]
        let all: &PathCounts = &(*super::own_part::part(this)).path_counts;
        &*all.of(counter)
    }
}

/// Calls `each` with every key of `paths` that was counted for, and the counters of each thread.
///
/// # Safety
/// As for [`counts`].
pub(super) unsafe fn each_path(this: *mut Middleware, each: impl FnMut(&str, &Counts)) {
    #[cfg(Py_GIL_DISABLED)]
    let mut each = each;
    #[cfg(not(Py_GIL_DISABLED))]
    // SAFETY: as the caller vouches.
    unsafe {
        if let Some(all) = &(*this).path_counts {
            all.read(each);
        }
    }
    #[cfg(Py_GIL_DISABLED)]
    // SAFETY: as the caller vouches; parts are made, and live as long as the middleware.
    unsafe {
        for part in (*this).parts.each() {
            (*part).path_counts.read(&mut each);
        }
    }
}

/// Each counter's name and what all threads have counted.
///
/// # Safety
/// As for [`counts`].
pub(super) unsafe fn totals(this: *mut Middleware) -> Vec<(&'static str, u64)> {
    #[cfg(not(Py_GIL_DISABLED))]
    // SAFETY: as the caller vouches.
    unsafe {
        (*this).counts.read().collect()
    }
    #[cfg(Py_GIL_DISABLED)]
    // SAFETY: as the caller vouches; parts are made, and live as long as the middleware.
    unsafe {
        let mut totals = Counts::default().read().collect();
        for part in (*this).parts.each() {
            (*part).counts.add_to(&mut totals);
        }
        totals
    }
}

/// What was found out to be overridden, which only this thread reads and writes.
///
/// # Safety
/// `this` is a live `Middleware`, and the thread is attached.
#[inline(always)]
pub(super) unsafe fn overrides(this: *mut Middleware) -> *mut Overrides {
    #[cfg(not(Py_GIL_DISABLED))]
    // SAFETY: as the caller vouches.
    unsafe {
        &raw mut (*this).overrides
    }
    #[cfg(Py_GIL_DISABLED)]
    // SAFETY: as the caller vouches.
    unsafe {
        &raw mut (*super::own_part::part(this)).overrides
    }
}

/// A new reference to what a field of the middleware holds, which may be null.
///
/// # Safety
/// `field` is one of those that [`replace`] sets in `this`, a live `Middleware`, and the thread is
/// attached.
pub(super) unsafe fn held(
    this: *mut Middleware,
    field: *const *mut ffi::PyObject,
) -> Option<Owned> {
    // SAFETY: as the caller vouches; it is live as long as nobody replaces it.
    unsafe {
        locked(this.cast(), || {
            let object = field.read();
            (!object.is_null()).then(|| Owned::share(object))
        })
    }
}

/// Replaces what fields of the middleware hold, in one step for every request, and drops what they held.
///
/// # Safety
/// The fields are in `this`, a live `Middleware`, and take over the references. The thread is attached.
pub(super) unsafe fn replace<const N: usize>(
    this: *mut Middleware,
    new: [(*mut *mut ffi::PyObject, *mut ffi::PyObject); N],
    also: impl FnOnce(),
) {
    // SAFETY: as the caller vouches.
    unsafe {
        let before = locked(this.cast(), || {
            also();
            let before = new.map(|(field, object)| ptr::replace(field, object));
            #[cfg(Py_GIL_DISABLED)]
            (*this).version.fetch_add(1, core::sync::atomic::Ordering::Release);
            before
        });
        for object in before {
            ffi::Py_XDECREF(object);
        }
    }
}

/// Finds out what is overridden, unless it is known.
///
/// # Safety
/// `this` is a live `Middleware` and the thread is attached.
#[inline(always)]
pub(super) unsafe fn find_overrides(this: *mut Middleware) -> Result<(), Raised> {
    // SAFETY: as the caller vouches.
    unsafe {
        let slf = this.cast::<ffi::PyObject>();
        let found = overrides(this);
        if !(*found).hold(ffi::Py_TYPE(slf), dict_of(this))
            && !(*found).hold_without_version(ffi::Py_TYPE(slf), dict_of(this))
        {
            cold_path();
            *found = Overrides::find(slf, &raw const (*this).dict)?;
        }
        Ok(())
    }
}

/// The instance's `__dict__`, or null. Without the GIL only its address may be looked at.
///
/// # Safety
/// `this` is a live `Middleware`.
#[inline(always)]
unsafe fn dict_of(this: *mut Middleware) -> *mut ffi::PyObject {
    #[cfg(not(Py_GIL_DISABLED))]
    // SAFETY: as the caller vouches.
    unsafe {
        (*this).dict
    }
    #[cfg(Py_GIL_DISABLED)]
    // SAFETY: as the caller vouches; Python writes the field as one word.
    unsafe {
        use core::sync::atomic::{AtomicPtr, Ordering::Relaxed};
        AtomicPtr::from_ptr(&raw mut (*this).dict).load(Relaxed)
    }
}

/// Whether an origin is allowed by the policy of a middleware that follows a list, with the policy
/// that decides: another one if the list was changed.
///
/// # Safety
/// `this` is a live `Middleware`, and the thread is attached.
#[inline(never)]
pub(super) unsafe fn live_verdict(
    this: *mut Middleware,
    policy: Owned,
    origin: &[u8],
) -> Result<(bool, Owned), Raised> {
    // SAFETY: as the caller vouches; what is used is held.
    unsafe {
        #[cfg(not(Py_GIL_DISABLED))]
        let (_held, live, current) = (Owned::share((*this).live), (*this).live, (*this).compiled);
        #[cfg(Py_GIL_DISABLED)]
        let Some((_held, live, current)) = super::own_part::live(this, policy.as_ptr())? else {
            let allowed = compiled(policy.as_ptr()).allows_bytes(origin)?;
            return Ok((allowed, policy));
        };
        // The list may have been read anew since the request began. The places of its entries are those of
        // the policy that was made then: another one has other entries there, perhaps removed ones.
        let policy = if policy.as_ptr() == current { policy } else { Owned::share(current) };
        if let Some(allowed) = live_origins(live).verdict(compiled(policy.as_ptr()), origin)? {
            return Ok((allowed, policy));
        }
        cold_path();
        let names = compiled(policy.as_ptr()).names;
        Owned::take(ffi::PyObject_CallMethodNoArgs(this.cast(), names.follow.as_ptr()))?;
        let policy = current_policy(this)?.unwrap_or(policy);
        let allowed = compiled(policy.as_ptr()).allows_bytes(origin)?;
        Ok((allowed, policy))
    }
}

/// The content of a `LiveOrigins`.
///
/// # Safety
/// `live` is one, outlives the borrow, and the thread is attached.
unsafe fn live_origins<'a>(live: *mut ffi::PyObject) -> &'a LiveOrigins {
    // SAFETY: as the caller vouches; the value lies in the Python object.
    unsafe {
        let py = Python::assume_attached();
        let live = Borrowed::from_ptr(py, live).cast_unchecked::<LiveOrigins>();
        &*ptr::from_ref(live.get())
    }
}

/// The counters of a middleware for what a `CompiledPolicy` decides, to which this thread adds.
///
/// # Safety
/// `middleware` is a live `Middleware`, which outlives the borrow, `policy` a live `CompiledPolicy`, and
/// the thread is attached.
pub(super) unsafe fn counts_of<'a>(
    middleware: *mut ffi::PyObject,
    policy: *mut ffi::PyObject,
) -> &'a Counts {
    // SAFETY: as the caller vouches.
    unsafe { counts_of_policy(middleware.cast::<Middleware>(), compiled(policy)) }
}
