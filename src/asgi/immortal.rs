//! Objects that live as long as the process and that all threads refer to.

use pyo3::prelude::*;

/// Spares threads without a GIL the count of references to an object, which they would wait for each
/// other to change. It does nothing on other builds. The object must be new, and live for ever.
pub(super) fn make_immortal(object: &Bound<'_, PyAny>) {
    #[cfg(not(Py_GIL_DISABLED))]
    let _ = object;
    #[cfg(Py_GIL_DISABLED)]
    {
        use core::sync::atomic::Ordering::Relaxed;

        let object = object.as_ptr();
        #[cfg(Py_3_15)]
        // SAFETY: a live object, known to this thread alone.
        if unsafe { pyo3::ffi::PyUnstable_SetImmortal(object) } == 1 {
            return;
        }
        // What Python itself does with such an object, from 3.13 on: it belongs to no thread, and its
        // local count has the one value that is never changed. A type is known to others already, who
        // count in the other field, which then means nothing.
        // SAFETY: a live object, which no other thread has begun to use.
        unsafe {
            (*object).ob_tid = 0;
            (*object).ob_ref_local.store(u32::MAX, Relaxed);
            (*object).ob_ref_shared.store(0, Relaxed);
        }
    }
}
