//! Drops chains of callables that hold each other, such as a `send` around a `functools.partial` of a
//! `send`, without a C stack as deep as the chain is long.

use core::cell::Cell;
use core::ptr;

use pyo3::{Python, ffi};

use super::names::Names;
use super::object::BoundMethod;

/// How many links are dropped inside each other: as many as Python's own containers allow themselves.
const DEEPEST: usize = 50;

/// What this thread is dropping.
struct Dropping {
    depth: Cell<usize>,
    /// References that were too deep to be dropped where they were found.
    later: Cell<Vec<Link>>,
}

/// A reference that is given away.
struct Link(*mut ffi::PyObject);

thread_local! {
    static DROPPING: Dropping =
        const { Dropping { depth: Cell::new(0), later: Cell::new(Vec::new()) } };
}

/// Drops the reference that `field` holds, which null takes the place of: the link of a chain, whose
/// other links may hang on it.
///
/// # Safety
/// `field` holds null or a reference of its own, and the thread is attached.
#[inline]
pub(super) unsafe fn drop_link(field: *mut *mut ffi::PyObject) {
    // SAFETY: as the caller vouches.
    unsafe {
        let link = field.replace(ptr::null_mut());
        if !link.is_null() {
            if ffi::Py_REFCNT(link) > 1 || is_held_method(link) {
                ffi::Py_DECREF(link);
            } else {
                drop_last(Link(link));
            }
        }
    }
}

/// Whether this is a method whose object stays when it is dropped: as a server may pass for `send`.
///
/// # Safety
/// `link` is a live object and the thread is attached.
#[inline]
unsafe fn is_held_method(link: *mut ffi::PyObject) -> bool {
    // SAFETY: as the caller vouches; the layout is that of the type that was found.
    unsafe {
        Names::made(Python::assume_attached())
            .is_some_and(|names| ffi::Py_TYPE(link).cast() == names.bound_method.as_ptr())
            && ffi::Py_REFCNT((*link.cast::<BoundMethod>()).receiver) > 1
    }
}

/// Drops the last reference to an object, now or, where links are being dropped inside each other, when
/// the outermost of them is.
///
/// # Safety
/// The reference is the caller's, and the thread is attached.
#[cold]
#[inline(never)]
unsafe fn drop_last(Link(link): Link) {
    let dropped = DROPPING.try_with(|dropping| {
        let depth = dropping.depth.get();
        if depth >= DEEPEST {
            dropping.add(Link(link));
            return;
        }
        dropping.depth.set(depth + 1);
        // SAFETY: as the caller vouches.
        unsafe { ffi::Py_DECREF(link) }
        if depth == 0 {
            while let Some(Link(link)) = dropping.next() {
                // SAFETY: it was given away to be dropped here.
                unsafe { ffi::Py_DECREF(link) }
            }
        }
        dropping.depth.set(depth);
    });
    if dropped.is_err() {
        // The thread ends.
        // SAFETY: as the caller vouches.
        unsafe { ffi::Py_DECREF(link) }
    }
}

impl Dropping {
    fn add(&self, link: Link) {
        let mut later = self.later.take();
        later.push(link);
        self.later.set(later);
    }

    fn next(&self) -> Option<Link> {
        let mut later = self.later.take();
        let next = later.pop();
        self.later.set(later);
        next
    }
}
