//! A number for each thread, while it lives: the place of what it has for itself.

use core::cell::Cell;
use core::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// This thread, among those that run now and among all that ever ran.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Thread {
    /// No other thread has it at the same time; the smallest that is free.
    pub(super) place: usize,
    /// No other thread ever has it; from 1 on.
    pub(super) serial: u64,
}

const NONE: Thread = Thread { place: 0, serial: 0 };

/// Places that a thread had which has ended, and how many there are in all.
static PLACES: Mutex<(Vec<usize>, usize)> = Mutex::new((Vec::new(), 0));

static SERIAL: AtomicU64 = AtomicU64::new(1);

/// Hands the place on when the thread ends.
struct Guard;

impl Drop for Guard {
    fn drop(&mut self) {
        let thread = THREAD.replace(NONE);
        PLACES.lock().unwrap_or_else(PoisonError::into_inner).0.push(thread.place);
    }
}

thread_local! {
    static THREAD: Cell<Thread> = const { Cell::new(NONE) };
    static GUARD: Guard = const { Guard };
}

/// The thread that runs this.
#[inline(always)]
pub(super) fn this_thread() -> Thread {
    let thread = THREAD.get();
    if thread.serial != 0 { thread } else { new_thread() }
}

#[cold]
fn new_thread() -> Thread {
    let mut places = PLACES.lock().unwrap_or_else(PoisonError::into_inner);
    let place = places.0.pop().unwrap_or_else(|| {
        places.1 += 1;
        places.1 - 1
    });
    drop(places);
    let thread = Thread { place, serial: SERIAL.fetch_add(1, Ordering::Relaxed) };
    THREAD.set(thread);
    // A thread that is ending keeps its place for ever.
    let _ = GUARD.try_with(|_| ());
    thread
}
