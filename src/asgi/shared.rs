//! What the threads of a process share.

/// A value that all threads decide by. Without the GIL, each thread has Python objects of its own around it.
#[cfg(not(Py_GIL_DISABLED))]
pub(super) type Shared<T> = T;
#[cfg(Py_GIL_DISABLED)]
pub(super) type Shared<T> = std::sync::Arc<T>;
