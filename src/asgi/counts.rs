//! How often what was decided: `CORSMiddleware.stats()`.

#[cfg(not(Py_GIL_DISABLED))]
use core::cell::Cell;
#[cfg(Py_GIL_DISABLED)]
use core::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crate::cors::Rejections;
use crate::enforcement::Rule;

const REQUESTS: usize = 0;
const CROSS_ORIGIN: usize = 1;
const PREFLIGHTS: usize = 2;
/// Here begin the reasons, in the order of [`Rejections::EACH`].
const REJECTED: usize = 3;
/// Here begin the rules of enforcement, in the order of [`Rule::REJECTING`].
const ENFORCED: usize = REJECTED + Rejections::EACH.len();
/// Here begin the counters of `allow_origin_func`, in the order of [`FUNCTION_NAMES`].
const FUNCTION: usize = ENFORCED + Rule::REJECTING.len();
const LENGTH: usize = FUNCTION + FUNCTION_NAMES.len();

/// The names of what [`Function`] counts.
const FUNCTION_NAMES: [&str; 6] = [
    "function-asked",
    "function-allowed",
    "function-rejected",
    "function-raised",
    "function-timed-out",
    "function-not-bool",
];

/// What becomes of asking `allow_origin_func`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Function {
    /// It is asked.
    Asked,
    /// It returned True.
    Allowed,
    /// It returned False.
    Rejected,
    /// It raised an exception.
    Raised,
    /// It took too long.
    TimedOut,
    /// It returned anything else.
    NotBool,
}

impl Function {
    const EACH: [Self; FUNCTION_NAMES.len()] =
        [Self::Asked, Self::Allowed, Self::Rejected, Self::Raised, Self::TimedOut, Self::NotBool];

    /// The name of its counter.
    pub(super) fn name(self) -> &'static str {
        FUNCTION_NAMES[self as usize]
    }

    /// The one of this name.
    pub(super) fn named(name: &[u8]) -> Option<Self> {
        Self::EACH.into_iter().find(|each| each.name().as_bytes() == name)
    }
}

#[cfg(not(Py_GIL_DISABLED))]
type Counter = Cell<u64>;
#[cfg(Py_GIL_DISABLED)]
type Counter = AtomicU64;

/// The counters of one middleware, or without the GIL those of one thread of it. They only grow, and
/// only one thread at a time adds.
#[repr(C)]
#[derive(Default)]
pub(super) struct Counts([Counter; LENGTH]);

impl Counts {
    /// An HTTP request, whatever it is.
    #[inline]
    pub(super) fn request(&self) {
        self.increment(REQUESTS);
    }

    /// It has an Origin.
    #[inline]
    pub(super) fn cross_origin(&self) {
        self.increment(CROSS_ORIGIN);
    }

    /// It is a preflight.
    #[inline]
    pub(super) fn preflight(&self) {
        self.increment(PREFLIGHTS);
    }

    /// It is rejected, for these reasons.
    #[inline]
    pub(super) fn rejected(&self, rejections: Rejections) {
        for (index, reason) in Rejections::EACH.into_iter().enumerate() {
            if rejections.contains(reason) {
                self.increment(REJECTED + index);
            }
        }
    }

    /// Enforcement rejects it, or would, by this rule.
    pub(super) fn enforced(&self, rule: Rule) {
        if let Some(index) = rule.index() {
            self.increment(ENFORCED + index);
        }
    }

    /// What becomes of asking `allow_origin_func`.
    pub(super) fn function(&self, outcome: Function) {
        self.increment(FUNCTION + outcome as usize);
    }

    /// One of this name, and whether there is such a counter.
    pub(super) fn named(&self, name: &str) -> bool {
        let place = names().position(|other| other == name);
        place.map(|place| self.increment(place)).is_some()
    }

    /// Each counter's name and value.
    pub(super) fn read(&self) -> impl Iterator<Item = (&'static str, u64)> {
        #[cfg(not(Py_GIL_DISABLED))]
        let values = self.0.iter().map(Cell::get);
        #[cfg(Py_GIL_DISABLED)]
        let values = self.0.iter().map(|counter| counter.load(Relaxed));
        names().zip(values)
    }

    /// Adds each counter's value to its total; an empty list gets all names and values.
    pub(super) fn add_to(&self, totals: &mut Vec<(&'static str, u64)>) {
        if totals.is_empty() {
            totals.extend(self.read());
            return;
        }
        for (total, (_, count)) in totals.iter_mut().zip(self.read()) {
            total.1 += count;
        }
    }

    #[inline]
    fn increment(&self, place: usize) {
        #[cfg(not(Py_GIL_DISABLED))]
        self.0[place].set(self.0[place].get() + 1);
        #[cfg(Py_GIL_DISABLED)]
        self.0[place].store(self.0[place].load(Relaxed) + 1, Relaxed);
    }
}

/// The names in their places; a rejection is counted under the name of its reason, or of its rule.
fn names() -> impl Iterator<Item = &'static str> {
    let reasons = Rejections::EACH.into_iter().flat_map(Rejections::names);
    let rules = Rule::REJECTING.into_iter().map(Rule::name);
    let first = ["requests", "cross_origin", "preflights"].into_iter();
    first.chain(reasons).chain(rules).chain(FUNCTION_NAMES)
}
