//! The policies of the option `paths`, compiled.

use pyo3::prelude::*;
#[cfg(Py_GIL_DISABLED)]
use pyo3::sync::PyOnceLock;
use pyo3::{PyTraverseError, PyVisit};

use super::path_counts::counter_of;
use super::shared::Shared;
use crate::cors::{Found, Paths};

/// The keys of `paths`, each with the `CompiledPolicy` of what is below it.
#[pyclass(frozen, module = "fastcors._fastcors")]
pub(crate) struct CompiledPaths {
    keys: Shared<Paths>,
    /// One for each key, in their order. Then one for each mode that an ambiguous path may be enforced by.
    policies: Vec<Py<PyAny>>,
    /// The strictness of each policy for ambiguous paths, in the order of the policies.
    ambiguous: Vec<u8>,
    /// The copies of one thread, made when they are needed.
    #[cfg(Py_GIL_DISABLED)]
    own: Vec<PyOnceLock<Py<PyAny>>>,
}

impl CompiledPaths {
    /// Holds the `CompiledPolicy` of each key, and the one for ambiguous paths of each strictness that a key
    /// or the outer options have.
    pub(crate) fn holding(
        keys: Paths,
        policies: Vec<Py<PyAny>>,
        ambiguous: Vec<(u8, Py<PyAny>)>,
    ) -> Self {
        let (strictness, for_ambiguous): (Vec<_>, Vec<_>) = ambiguous.into_iter().unzip();
        let policies: Vec<_> = policies.into_iter().chain(for_ambiguous).collect();
        Self {
            #[cfg(Py_GIL_DISABLED)]
            own: Vec::new(),
            keys: Shared::from(keys),
            policies,
            ambiguous: strictness,
        }
    }

    /// A copy whose policies are made anew by the thread that asks for them.
    #[cfg(Py_GIL_DISABLED)]
    pub(super) fn for_this_thread(&self, py: Python<'_>) -> Self {
        Self {
            keys: Shared::clone(&self.keys),
            policies: self.policies.iter().map(|policy| policy.clone_ref(py)).collect(),
            ambiguous: self.ambiguous.clone(),
            own: self.policies.iter().map(|_| PyOnceLock::new()).collect(),
        }
    }

    /// What a request is below.
    pub(crate) fn found(&self, path: &[u8], root: &[u8], raw: Option<&[u8]>) -> Found {
        self.keys.find(path, root, raw)
    }

    /// The index of the policy that decides; None if the outer options do.
    pub(crate) fn index_of(&self, found: Found) -> Option<usize> {
        match found {
            Found::Outside => None,
            Found::Below(key) => Some(key),
            Found::Ambiguous { strictness, .. } => {
                let keys = self.policies.len() - self.ambiguous.len();
                // Each strictness that is found has one.
                let place = self.ambiguous.iter().position(|each| *each >= strictness);
                Some(keys + place.unwrap_or(self.ambiguous.len().saturating_sub(1)))
            }
        }
    }

    /// The `CompiledPolicy` of this index, for this thread; `copy` makes one of another thread's.
    #[cfg_attr(not(Py_GIL_DISABLED), allow(clippy::unnecessary_wraps))]
    pub(super) fn policy<'p>(
        &'p self,
        py: Python<'_>,
        index: usize,
        copy: impl FnOnce(&Py<PyAny>) -> PyResult<Py<PyAny>>,
    ) -> PyResult<&'p Py<PyAny>> {
        let policy = &self.policies[index];
        #[cfg(Py_GIL_DISABLED)]
        if let Some(own) = self.own.get(index) {
            return own.get_or_try_init(py, || copy(policy));
        }
        let _ = (py, copy);
        Ok(policy)
    }

    pub(crate) fn visit(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        #[cfg(Py_GIL_DISABLED)]
        for own in &self.own {
            // SAFETY: the garbage collector is attached, and nothing is made here.
            let py = unsafe { Python::assume_attached() };
            own.get(py).map_or(Ok(()), |policy| visit.call(policy))?;
        }
        self.policies.iter().try_for_each(|policy| visit.call(policy))
    }
}

/// What a `CompiledPolicy` of the option `paths` is for.
#[derive(Clone)]
pub(crate) struct Place {
    /// The key, or None for paths that are ambiguous.
    pub(crate) key: Option<String>,
    /// The number of the counters of this key.
    pub(super) counter: Option<usize>,
    /// Whether the key has None: requests go on as they are.
    pub(crate) is_untouched: bool,
}

impl Place {
    pub(crate) fn new(key: Option<String>, is_untouched: bool) -> Self {
        let counter = key.as_deref().map(counter_of);
        Self { key, counter, is_untouched }
    }
}

/// How a `CompiledPolicy` takes part in the option `paths`.
#[derive(Default)]
pub(crate) struct Part {
    /// The paths that it has.
    pub(crate) paths: Option<Py<CompiledPaths>>,
    /// The path that it is for.
    pub(crate) place: Option<Place>,
}

impl Part {
    /// Whether it is for a path whose requests go on as they are.
    #[inline]
    pub(crate) fn is_untouched(&self) -> bool {
        self.place.as_ref().is_some_and(|place| place.is_untouched)
    }

    /// Whether an overridden `is_allowed_origin` has a say: not on paths that are ambiguous or untouched.
    #[inline]
    pub(super) fn asks(&self) -> bool {
        self.place.as_ref().is_none_or(|place| place.key.is_some() && !place.is_untouched)
    }
}
