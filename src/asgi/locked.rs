//! Reading a list, a set or a dict of the application's while no other thread changes it.

use pyo3::ffi;

/// Runs `body` while no other thread changes `object`: under the GIL, and without it under the object's
/// own lock, which Python takes for each change of a list, a set or a dict.
///
/// # Safety
/// `object` is live, the thread is attached, and nothing that `body` calls may wait for another thread
/// or run Python code, which would open the lock.
#[inline(always)]
pub(super) unsafe fn locked<T>(object: *mut ffi::PyObject, body: impl FnOnce() -> T) -> T {
    #[cfg(not(Py_GIL_DISABLED))]
    {
        let _ = object;
        body()
    }
    #[cfg(Py_GIL_DISABLED)]
    {
        struct Section(ffi::PyCriticalSection);

        impl Drop for Section {
            fn drop(&mut self) {
                // SAFETY: it was begun in this place of the stack, by this thread.
                unsafe { ffi::PyCriticalSection_End(&raw mut self.0) }
            }
        }

        // SAFETY: Python sets all of it when the section begins, and it does not move until it ends.
        let mut section = Section(unsafe { core::mem::zeroed() });
        // SAFETY: a live object and an attached thread, as the caller vouches.
        unsafe { ffi::PyCriticalSection_Begin(&raw mut section.0, object) }
        body()
    }
}
