//! fastcors: the CORS protocol for ASGI applications.
//!
//! [`cors`] is the protocol and knows no Python; `asgi` carries Python objects in and out of it.

pub mod cors;

#[cfg(feature = "python")]
mod asgi;

/// What Python sees as `fastcors._fastcors`.
#[cfg(feature = "python")]
#[pyo3::pymodule(gil_used = true)]
mod _fastcors {
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::asgi::{
        CompiledPolicy, LiveOrigins, claim_call, expression_problem, lint_codes, lint_methods,
        lint_origins, lint_request_headers, lint_response_headers, matched_part, missed_origin,
        nearest_name, prove_expression, vary_by_origin,
    };

    /// Whether this is a debug build, which no benchmark should measure.
    #[pymodule_export]
    const DEBUG_BUILD: bool = cfg!(debug_assertions);

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))?;
        module.add("Middleware", crate::asgi::middleware_type(module.py())?)
    }
}
