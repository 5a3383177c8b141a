//! How often what was decided below each key of the option `paths`.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::counts::Counts;

/// The counters of one middleware for each key; without the GIL those of one thread of it. Only one
/// thread at a time adds, and others read.
#[derive(Default)]
pub(super) struct PathCounts(Mutex<Vec<Option<Box<Counts>>>>);

/// Each key that any policy has had, by the number of its counters. Only configurations add to them.
static KEYS: Mutex<Vec<Box<str>>> = Mutex::new(Vec::new());

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The number of the counters of a key, the same for every policy.
pub(super) fn counter_of(key: &str) -> usize {
    let mut keys = locked(&KEYS);
    keys.iter().position(|other| **other == *key).unwrap_or_else(|| {
        keys.push(key.into());
        keys.len() - 1
    })
}

impl PathCounts {
    /// The counters of this number. They live as long as this does.
    pub(super) fn of(&self, counter: usize) -> *const Counts {
        let mut all = locked(&self.0);
        if all.len() <= counter {
            all.resize_with(counter + 1, || None);
        }
        &raw const **all[counter].get_or_insert_with(Box::default)
    }

    /// Calls `each` with every key that something was counted for, and its counters.
    pub(super) fn read(&self, mut each: impl FnMut(&str, &Counts)) {
        let all = locked(&self.0);
        let keys = locked(&KEYS);
        for (key, counts) in keys.iter().zip(&*all) {
            if let Some(counts) = counts {
                each(key, counts);
            }
        }
    }
}
