//! A rejected origin that the application's own response allows is a warning of the logger `fastcors`.

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use super::rejection::{log, override_name, unless_interrupted};

/// Reports it if there is an `access-control-allow-origin` among the application's header lines.
///
/// # Safety
/// `policy`, the `CompiledPolicy` that rejects the origin, and `scope` are live; `asked` is the
/// middleware whose `is_allowed_origin` rejects it instead, or null.
pub(super) unsafe fn report(
    py: Python<'_>,
    policy: *mut ffi::PyObject,
    scope: *mut ffi::PyObject,
    asked: *mut ffi::PyObject,
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
    // SAFETY: live or null, as the caller vouches.
    let asked = unsafe { override_name(py, asked)? };
    let response = (object(policy), object(scope), origins, credentials, asked);
    unless_interrupted(
        py,
        log(py).and_then(|log| log.allowed_inside.bind(py).call1(response)).map(drop),
    )
}
