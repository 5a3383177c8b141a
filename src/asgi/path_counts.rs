//! How often what was decided below each key of the option `paths`.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use super::counts::Counts;

/// The counters of one middleware for each key; without the GIL those of one thread of it. Only one
/// thread at a time adds, and others read.
#[derive(Default)]
pub(super) struct PathCounts(Mutex<Vec<Option<Box<Counts>>>>);

/// Each key that any policy has had. Only configurations add to them.
#[derive(Default)]
struct Keys {
    /// By the number of their counters.
    in_order: Vec<Arc<str>>,
    numbers: HashMap<Arc<str>, usize>,
}

static KEYS: LazyLock<Mutex<Keys>> = LazyLock::new(Mutex::default);

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The number of the counters of a key, the same for every policy.
pub(super) fn counter_of(key: &str) -> usize {
    let mut keys = locked(&KEYS);
    if let Some(number) = keys.numbers.get(key) {
        return *number;
    }
    let (number, key) = (keys.in_order.len(), Arc::from(key));
    keys.in_order.push(Arc::clone(&key));
    keys.numbers.insert(key, number);
    number
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
        for (key, counts) in keys.in_order.iter().zip(&*all) {
            if let Some(counts) = counts {
                each(key, counts);
            }
        }
    }
}
