//! fastcors: the CORS protocol for ASGI applications.
//!
//! [`cors`] is the protocol, and [`enforcement`] decides which requests are rejected before the
//! application runs. Neither knows Python; `asgi` passes Python objects in and out of them for each
//! request. [`lint`], [`proof`] and [`explain`] run at start-up and on demand; `bindings` is their
//! interface to Python. [`web_url`] reads URLs for `fastcors.testing`. `tests/structure.rs` lists which
//! of them may import which.

pub mod cors;
pub mod distance;
pub mod enforcement;
pub mod explain;
mod host;
mod huge_pages;
pub mod lint;
mod origin_parts;
pub mod proof;
pub mod public_suffix;
mod schemes;
mod shared_hosts;
pub mod web_url;

#[cfg(feature = "python")]
mod asgi;
#[cfg(feature = "python")]
mod bindings;

#[cfg(any(feature = "python", test))]
mod panics;

/// What Python sees as `fastcors._fastcors`.
#[cfg(feature = "python")]
#[pyo3::pymodule(gil_used = false)]
fn _fastcors(module: &pyo3::Bound<'_, pyo3::types::PyModule>) -> pyo3::PyResult<()> {
    use pyo3::types::PyModuleMethods;
    use pyo3::wrap_pyfunction;

    // Before anything is made that outlives the interpreter.
    asgi::reject_subinterpreter()?;
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    // Whether this is a debug build, which no benchmark should measure.
    module.add("DEBUG_BUILD", cfg!(debug_assertions))?;
    let names = |names: &[&str]| pyo3::types::PyFrozenSet::new(module.py(), names);
    module.add("FORBIDDEN_REQUEST_HEADERS", names(&lint::FORBIDDEN)?)?;
    module.add("FORBIDDEN_RESPONSE_HEADERS", names(&lint::NEVER_READABLE)?)?;
    module.add("SAFELISTED_RESPONSE_HEADERS", names(&cors::SAFELISTED_RESPONSE_HEADERS)?)?;
    module.add("Middleware", asgi::middleware_type(module.py())?)?;
    module.add_class::<asgi::CompiledPolicy>()?;
    module.add_class::<asgi::LiveOrigins>()?;
    module.add_class::<bindings::OriginSetBase>()?;
    module.add_class::<asgi::CompiledPaths>()?;
    for function in [
        wrap_pyfunction!(asgi::claim_call, module)?,
        wrap_pyfunction!(bindings::entries_allow, module)?,
        wrap_pyfunction!(bindings::expression_problem, module)?,
        wrap_pyfunction!(bindings::is_on_this_machine, module)?,
        wrap_pyfunction!(bindings::is_within, module)?,
        wrap_pyfunction!(bindings::lint_codes, module)?,
        wrap_pyfunction!(bindings::lint_methods, module)?,
        wrap_pyfunction!(bindings::lint_origins, module)?,
        wrap_pyfunction!(bindings::lint_request_headers, module)?,
        wrap_pyfunction!(bindings::lint_response_headers, module)?,
        wrap_pyfunction!(bindings::matched_part, module)?,
        wrap_pyfunction!(bindings::matches_an_origin, module)?,
        wrap_pyfunction!(bindings::missed_origin, module)?,
        wrap_pyfunction!(bindings::nearest_header, module)?,
        wrap_pyfunction!(bindings::nearest_name, module)?,
        wrap_pyfunction!(bindings::oddities, module)?,
        wrap_pyfunction!(bindings::parse_url, module)?,
        wrap_pyfunction!(bindings::prove_expression, module)?,
        wrap_pyfunction!(bindings::regexes_to_prove, module)?,
        wrap_pyfunction!(bindings::relations, module)?,
        wrap_pyfunction!(bindings::share_an_origin, module)?,
        wrap_pyfunction!(bindings::vary_by_origin, module)?,
    ] {
        module.add_function(function)?;
    }
    Ok(())
}
