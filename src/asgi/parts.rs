//! What each thread has of a middleware for itself, where there is no GIL.
//!
//! A thread that serves a request must not write where other threads write, neither a counter nor the
//! reference count of what they share. So each has its own counters, its own copy of the policy's
//! Python objects, made by itself, and one reference to the application.
//!
//! Only its thread reads and writes a part. There are two exceptions: others read the counters, and the
//! garbage collector stops all threads first.

use core::ffi::c_int;
use core::ptr;
use core::sync::atomic::{AtomicPtr, Ordering};

use pyo3::ffi;

use super::application::Calls;
use super::counts::Counts;
use super::overrides::Overrides;
use super::path_counts::PathCounts;
use super::threads::Thread;

/// A part has its own cache lines: two of them, because processors fetch pairs.
#[repr(C, align(128))]
pub(super) struct Part {
    pub(super) counts: Counts,
    pub(super) path_counts: PathCounts,
    pub(super) overrides: Overrides,
    /// The thread that the state was made by, by its serial number.
    pub(super) owner: u64,
    /// The version of the middleware that the state was made of.
    pub(super) version: u64,
    /// A tuple of the application, the thread's own `CompiledPolicy`, the one that is a copy of, and the
    /// `LiveOrigins` or None; null as long as there is none.
    pub(super) state: *mut ffi::PyObject,
    pub(super) calls: Calls,
}

/// Parts in the first block; each other block has twice as many as the one before.
const FIRST: usize = 32;
const BLOCKS: usize = 24;

/// The parts of all threads, by their place. All null at first.
#[repr(C)]
pub(super) struct Parts([AtomicPtr<AtomicPtr<Part>>; BLOCKS]);

/// The block of a place, and where the place is in it.
#[inline(always)]
fn block_of(place: usize) -> (usize, usize) {
    let block = (place / FIRST + 1).ilog2() as usize;
    (block, place - FIRST * ((1 << block) - 1))
}

fn length_of(block: usize) -> usize {
    FIRST << block
}

impl Parts {
    /// The part of a thread, which is made if there is none.
    #[inline(always)]
    pub(super) fn of(&self, thread: Thread) -> *mut Part {
        let (block, index) = block_of(thread.place);
        let parts = self.0[block].load(Ordering::Acquire);
        if !parts.is_null() {
            // SAFETY: a block has as many parts as it is long, and lives as long as the middleware.
            let part = unsafe { (*parts.add(index)).load(Ordering::Acquire) };
            if !part.is_null() {
                return part;
            }
        }
        self.make(block, index)
    }

    #[cold]
    fn make(&self, block: usize, index: usize) -> *mut Part {
        let mut parts = self.0[block].load(Ordering::Acquire);
        if parts.is_null() {
            let made: Box<[AtomicPtr<Part>]> =
                (0..length_of(block)).map(|_| AtomicPtr::default()).collect();
            let made = Box::into_raw(made).cast::<AtomicPtr<Part>>();
            let put = self.0[block].compare_exchange(
                ptr::null_mut(),
                made,
                Ordering::AcqRel,
                Ordering::Acquire,
            );
            parts = match put {
                Ok(_) => made,
                Err(theirs) => {
                    // SAFETY: nobody else knows of it.
                    drop(unsafe {
                        Box::from_raw(ptr::slice_from_raw_parts_mut(made, length_of(block)))
                    });
                    theirs
                }
            };
        }
        let part = Box::into_raw(Box::new(Part {
            counts: Counts::default(),
            path_counts: PathCounts::default(),
            overrides: Overrides::NOTHING,
            owner: 0,
            version: 0,
            state: ptr::null_mut(),
            calls: Calls::Anything,
        }));
        // SAFETY: as in `of`; only this thread makes the part of its place.
        unsafe { (*parts.add(index)).store(part, Ordering::Release) }
        part
    }

    /// All parts that there are.
    pub(super) fn each(&self) -> impl Iterator<Item = *mut Part> {
        self.0.iter().enumerate().flat_map(|(block, parts)| {
            let parts = parts.load(Ordering::Acquire);
            let length = if parts.is_null() { 0 } else { length_of(block) };
            (0..length)
                // SAFETY: as in `of`.
                .map(move |index| unsafe { (*parts.add(index)).load(Ordering::Acquire) })
                .filter(|part| !part.is_null())
        })
    }

    /// Shows the garbage collector what the parts hold.
    ///
    /// # Safety
    /// `visit` and `arg` are what Python gave to a traverse function.
    pub(super) unsafe fn traverse(
        &self,
        visit: ffi::visitproc,
        arg: *mut core::ffi::c_void,
    ) -> c_int {
        for part in self.each() {
            // SAFETY: as the caller vouches; all threads are stopped.
            let result = unsafe {
                let state = (*part).state;
                if state.is_null() { 0 } else { visit(state, arg) }
            };
            if result != 0 {
                return result;
            }
        }
        0
    }

    /// Drops what the parts hold.
    ///
    /// # Safety
    /// No other thread uses the middleware, and this one is attached.
    pub(super) unsafe fn clear(&self) {
        for part in self.each() {
            // SAFETY: as the caller vouches.
            unsafe { ffi::Py_XDECREF(ptr::replace(&raw mut (*part).state, ptr::null_mut())) }
        }
    }

    /// Frees the parts, which hold nothing any more.
    ///
    /// # Safety
    /// As for [`clear`](Self::clear); the parts are not used again.
    pub(super) unsafe fn free(&self) {
        for part in self.each() {
            // SAFETY: each was made by `make`, and is known here alone.
            drop(unsafe { Box::from_raw(part) });
        }
        for (block, parts) in self.0.iter().enumerate() {
            let parts = parts.swap(ptr::null_mut(), Ordering::AcqRel);
            if !parts.is_null() {
                // SAFETY: made by `make`, of this length.
                drop(unsafe {
                    Box::from_raw(ptr::slice_from_raw_parts_mut(parts, length_of(block)))
                });
            }
        }
    }
}
