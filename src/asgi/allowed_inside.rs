//! A rejected origin that the application's own response allows is a warning of the logger `fastcors`.

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use super::refusal::{log, unless_interrupted};

/// Reports it if there is an `access-control-allow-origin` among the application's header lines.
///
/// # Safety
/// `policy`, the `CompiledPolicy` that rejects the origin, and `scope` are live.
pub(super) unsafe fn report(
    py: Python<'_>,
    policy: *mut ffi::PyObject,
    scope: *mut ffi::PyObject,
    theirs: &[(&[u8], &[u8])],
) -> PyResult<()> {
    let values_of = |name: &'static [u8]| {
        theirs.iter().filter(move |line| line.0 == name).map(|(_, value)| *value)
    };
    let origins: Vec<_> =
        values_of(b"access-control-allow-origin").map(|value| PyBytes::new(py, value)).collect();
    if origins.is_empty() {
        return Ok(());
    }
    let credentials = values_of(b"access-control-allow-credentials").any(|value| value == b"true");
    // SAFETY: live, as the caller vouches.
    let object = |pointer| unsafe { Bound::from_borrowed_ptr(py, pointer) };
    let response = (object(policy), object(scope), origins, credentials);
    unless_interrupted(
        py,
        log(py).and_then(|log| log.allowed_inside.bind(py).call1(response)).map(drop),
    )
}
