//! Which policy of the option `paths` a request is decided by.

use pyo3::prelude::*;
use pyo3::types::PyString;
use pyo3::{Borrowed, ffi};

use super::guard::attached;
use super::object::{Owned, Raised, bytes_of, item, utf8_text};
use super::paths::CompiledPaths;
use super::policy::{CompiledPolicy, compiled, entry_bytes};

/// The `CompiledPolicy` of the path that a request is below; None if the outer options decide.
///
/// # Safety
/// `policy` is a live `CompiledPolicy`, `scope` a live object, and the thread is attached.
pub(super) unsafe fn route(
    policy: *mut ffi::PyObject,
    scope: *mut ffi::PyObject,
) -> Result<Option<Owned>, Raised> {
    // SAFETY: as the caller vouches; what is borrowed is held by the policy, which the caller holds.
    unsafe {
        let compiled = compiled(policy);
        let Some(paths) = &compiled.part.paths else { return Ok(None) };
        let py = Python::assume_attached();
        let paths = paths.get();
        let Some(index) = index_of(paths, compiled, scope)? else { return Ok(None) };
        let found = attached(|_| {
            paths.policy(py, index, |shared| {
                #[cfg(Py_GIL_DISABLED)]
                {
                    let shared = shared.bind(py).cast::<CompiledPolicy>()?;
                    Ok(Py::new(py, shared.get().for_this_thread(py)?)?.into_any())
                }
                #[cfg(not(Py_GIL_DISABLED))]
                Ok(shared.clone_ref(py))
            })
        })?;
        Ok(Some(Owned::share(found.as_ptr())))
    }
}

/// # Safety
/// As for [`route`].
unsafe fn index_of(
    paths: &CompiledPaths,
    compiled: &CompiledPolicy,
    scope: *mut ffi::PyObject,
) -> Result<Option<usize>, Raised> {
    // SAFETY: as the caller vouches; each value is held while its text is read.
    unsafe {
        let names = compiled.names;
        let path = item(scope, names.path.as_ptr())?;
        let root = optional(scope, &names.root_path)?;
        let raw =
            optional(scope, &names.raw_path)?.filter(|raw| ffi::PyBytes_Check(raw.as_ptr()) != 0);
        let raw = raw.as_ref().map(|raw| bytes_of(raw.as_ptr()));
        let root_text = root.as_ref().map_or(Some(&b""[..]), |root| utf8_text(root.as_ptr()));
        if let (Some(path), Some(root)) = (utf8_text(path.as_ptr()), root_text) {
            return Ok(paths.index_of(paths.found(path, root, raw)));
        }
        attached(|py| {
            let object = |held: &Owned| Borrowed::from_ptr(py, held.as_ptr()).to_owned();
            let path = object(&path);
            let path = entry_bytes(path.cast::<PyString>()?)?.into_owned();
            let root = root.as_ref().map(object);
            let root = match &root {
                Some(root) if !root.is_none() => entry_bytes(root.cast()?)?.into_owned(),
                _ => Vec::new(),
            };
            Ok(paths.index_of(paths.found(&path, &root, raw)))
        })
    }
}

/// The value of a key that a scope may leave out.
///
/// # Safety
/// As for [`route`].
unsafe fn optional(
    scope: *mut ffi::PyObject,
    name: &Py<PyString>,
) -> Result<Option<Owned>, Raised> {
    // SAFETY: as the caller vouches; the error of what is not there is cleared.
    unsafe {
        if let Ok(found) = item(scope, name.as_ptr()) {
            return Ok(Some(found));
        }
        if ffi::PyErr_ExceptionMatches(ffi::PyExc_LookupError) == 0 {
            return Err(Raised);
        }
        ffi::PyErr_Clear();
        Ok(None)
    }
}

/// `CompiledPolicy.index_at(scope)`, for a policy that Python holds.
///
/// # Errors
/// Those of reading the scope.
pub(crate) fn index_at(
    policy: &Bound<'_, CompiledPolicy>,
    scope: &Bound<'_, PyAny>,
) -> PyResult<Option<usize>> {
    let Some(paths) = &policy.get().part.paths else { return Ok(None) };
    // SAFETY: both are live, and the thread is attached.
    let found = unsafe { index_of(paths.get(), policy.get(), scope.as_ptr()) };
    found.map_err(|Raised| PyErr::fetch(policy.py()))
}
