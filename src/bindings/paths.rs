//! The compiled form of the option `paths`, for Python.

use pyo3::exceptions::PyValueError;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::asgi::{CompiledPaths, CompiledPolicy, entry_bytes, index_at};
use crate::cors::{Found, Paths};
use crate::enforcement::Mode;

#[pymethods]
impl CompiledPaths {
    #[new]
    #[allow(clippy::needless_pass_by_value, reason = "PyO3 extracts owned values")]
    fn compile(
        py: Python<'_>,
        keys: Vec<(String, Py<CompiledPolicy>)>,
        ambiguous: Vec<Py<CompiledPolicy>>,
        outer: &str,
    ) -> PyResult<Self> {
        let strictness = |policy: &Py<CompiledPolicy>| policy.get().enforcement.strictness();
        let outer = Mode::named(outer).map_or(0, Mode::strictness);
        let paths =
            Paths::new(keys.iter().map(|(key, policy)| (key.as_str(), strictness(policy))), outer)
                .map_err(|error| PyValueError::new_err(error.to_string()))?;
        let policies = keys.iter().map(|(_, policy)| policy.clone_ref(py).into_any()).collect();
        let mut nobody: Vec<_> = ambiguous
            .iter()
            .map(|policy| (strictness(policy), policy.clone_ref(py).into_any()))
            .collect();
        nobody.sort_by_key(|(strictness, _)| *strictness);
        Ok(Self::holding(paths, policies, nobody))
    }

    /// The index of the policy that decides on a path after `root_path`, and what makes it ambiguous.
    fn find(&self, path: &Bound<'_, PyString>) -> PyResult<(Option<usize>, Option<&'static str>)> {
        let found = self.found(&entry_bytes(path)?, b"", None);
        let because = match found {
            Found::Ambiguous { because, .. } => Some(because.name()),
            Found::Outside | Found::Below(_) => None,
        };
        Ok((self.index_of(found), because))
    }

    /// The index of the policy that decides on a request to a middleware with this policy.
    #[staticmethod]
    fn index_at(
        policy: &Bound<'_, CompiledPolicy>,
        scope: &Bound<'_, PyAny>,
    ) -> PyResult<Option<usize>> {
        index_at(policy, scope)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.visit(&visit)
    }
}
