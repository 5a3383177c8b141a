//! A list or set of the application's that a middleware follows: which of its entries allows an
//! origin, and whether it is still the one that the policy was made of.
//!
//! Neither a list nor a set reports its changes, and reading a long one for each request would be
//! slower the longer it is. So the objects in it are remembered with their positions: for an entry
//! that allows an origin one pointer is compared, whatever the length. For an origin that nothing
//! allows, the length and some pointers are compared, all of them if there are few. A remembered
//! object is kept alive, so no other one can have its address.

use core::slice;
use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::collections::HashMap;
use std::sync::OnceLock;

use foldhash::fast::RandomState;
use pyo3::exceptions::PyTypeError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyList, PySet, PyString};
use pyo3::{PyTraverseError, PyVisit};

use super::locked::locked;
use super::object::Raised;
use super::policy::{CompiledPolicy, entry_bytes};
use crate::cors::Besides;

/// So many places are compared for an origin that nothing allows: all of a short list, and of a long
/// one others each time. It takes about 50 ns.
const COMPARED: usize = 256;

/// Stands for a place that is not known.
const NOWHERE: u32 = u32::MAX;

/// The entries of one list or set as they were at one time, and their positions.
#[pyclass(frozen, module = "fastcors._fastcors")]
pub(crate) struct LiveOrigins {
    given: Py<PyAny>,
    is_set: bool,
    /// For a list its items, for a set its table, with nothing at its free positions.
    objects: Vec<Option<Py<PyAny>>>,
    /// How many items a set has, and how many places of its table are not free.
    counts: (ffi::Py_ssize_t, ffi::Py_ssize_t),
    /// The object at the position of an item that a set lost; 0 if there is none.
    dummy: usize,
    places: OnceLock<Places>,
    /// The position at which the next comparison of a long list begins.
    next: AtomicUsize,
}

/// The positions of the entries of a policy.
struct Places {
    any: u32,
    /// By [`Origins::listed_index`](crate::cors::Origins::listed_index).
    listed: Vec<u32>,
    patterns: HashMap<Box<[u8]>, u32, RandomState>,
}

impl LiveOrigins {
    /// Whether `origin` is allowed; None if the list was changed, and has to be read again first.
    ///
    /// # Safety
    /// The thread is attached. `compiled` is the policy that the places were found for.
    #[inline]
    pub(super) unsafe fn verdict(
        &self,
        compiled: &CompiledPolicy,
        origin: &[u8],
    ) -> Result<Option<bool>, Raised> {
        let Some(places) = self.places.get() else { return Ok(None) };
        let origins = compiled.policy.origins();
        // SAFETY: attached, as the caller vouches.
        unsafe {
            if origins.any() {
                if !self.is_in_place(places.any) {
                    return Ok(None);
                }
                return compiled.allows_bytes(origin).map(Some);
            }
            // It reads the place while the table comes from memory: 250 of 1,270 ns of a request where a
            // million origins take turns.
            let read_ahead = |index: usize| {
                core::hint::black_box(places.listed.get(index).copied());
            };
            if let Some(index) = origins.listed_index(origin, read_ahead) {
                let place = places.listed.get(index).copied().unwrap_or(NOWHERE);
                return Ok(self.is_in_place(place).then_some(true));
            }
            if origins.besides() != Besides::Nothing {
                if let Some(pattern) = origins.covering_pattern(origin) {
                    let place = places.patterns.get(pattern).copied().unwrap_or(NOWHERE);
                    return Ok(self.is_in_place(place).then_some(true));
                }
                // What is left are expressions, which are no entries of the list.
                if compiled.allows_bytes(origin)? {
                    return Ok(Some(true));
                }
            }
            Ok(self.seems_unchanged().then_some(false))
        }
    }

    /// Whether the object that was remembered for a place is there still.
    ///
    /// # Safety
    /// The thread is attached.
    #[inline]
    unsafe fn is_in_place(&self, place: u32) -> bool {
        let place = place as usize;
        let Some(Some(remembered)) = self.objects.get(place) else { return false };
        #[cfg(Py_GIL_DISABLED)]
        if !self.is_set {
            // SAFETY: as the caller vouches. It takes no lock, so that threads need not wait.
            unsafe {
                let item =
                    ffi::PyList_GetItemRef(self.given.as_ptr(), super::older_rust::signed(place));
                let is_there = item == remembered.as_ptr();
                if item.is_null() {
                    ffi::PyErr_Clear();
                }
                ffi::Py_XDECREF(item);
                return is_there;
            }
        }
        // SAFETY: as the caller vouches; the place is below the length that the list has now.
        unsafe {
            locked(self.given.as_ptr(), || {
                if self.is_set {
                    let table = self.table();
                    table.get(place).is_some_and(|entry| entry.key == remembered.as_ptr())
                } else {
                    self.items().get(place).is_some_and(|item| *item == remembered.as_ptr())
                }
            })
        }
    }

    /// Whether length and pointers are unchanged: all pointers of a short list, others each time of a
    /// long one.
    ///
    /// # Safety
    /// The thread is attached.
    unsafe fn seems_unchanged(&self) -> bool {
        let length = self.objects.len();
        let start = self.next.load(Relaxed);
        let end = length.min(start + COMPARED);
        // Threads share it: where it stays zero, it is not written.
        if length > COMPARED {
            self.next.store(if end == length { 0 } else { end }, Relaxed);
        }
        // SAFETY: attached, as the caller vouches; nothing that is called runs Python code.
        unsafe { locked(self.given.as_ptr(), || self.are_in_place(start, end)) }
    }

    /// Whether the list is as long as it was, with the same objects in the places from `start` to
    /// `end`, which are below its length then.
    ///
    /// # Safety
    /// The list is [`locked`], and the thread is attached.
    unsafe fn are_in_place(&self, start: usize, end: usize) -> bool {
        let remembered = &self.objects[start..end];
        // SAFETY: a `Py` is a pointer that is not null, and None takes its null. As numbers they are
        // compared as fast as memory is: a request that is rejected among 10,000 origins takes 45 ns
        // less (`make bench`).
        let remembered =
            unsafe { slice::from_raw_parts(remembered.as_ptr().cast::<usize>(), remembered.len()) };
        // SAFETY: attached, as the caller vouches; nothing runs while the borrowed places are read.
        unsafe {
            if self.is_set {
                let table = self.table();
                table.len() == self.objects.len()
                    && set_counts(self.given.as_ptr()) == self.counts
                    && table[start..end]
                        .iter()
                        .map(|entry| entry.key as usize)
                        .eq(remembered.iter().copied())
            } else {
                let items = self.items();
                if items.len() != self.objects.len() {
                    return false;
                }
                slice::from_raw_parts(items.as_ptr().cast::<usize>(), items.len())[start..end]
                    == *remembered
            }
        }
    }

    /// The items of the list now.
    ///
    /// # Safety
    /// It is a list, the thread is attached, and nothing runs as long as the items are borrowed.
    unsafe fn items(&self) -> &[*mut ffi::PyObject] {
        // SAFETY: as the caller vouches.
        unsafe { list_items(self.given.as_ptr()) }
    }

    /// The table of the set now.
    ///
    /// # Safety
    /// It is a set, the thread is attached, and nothing runs as long as the table is borrowed.
    unsafe fn table(&self) -> &[ffi::setentry] {
        // SAFETY: as the caller vouches.
        unsafe { set_table(self.given.as_ptr()) }
    }
}

unsafe fn list_items<'a>(list: *mut ffi::PyObject) -> &'a [*mut ffi::PyObject] {
    // SAFETY: a list has as many items as its size; an empty one may have no memory for them.
    unsafe {
        let length = ffi::Py_SIZE(list).unsigned_abs();
        if length == 0 {
            return &[];
        }
        slice::from_raw_parts((*list.cast::<ffi::PyListObject>()).ob_item, length)
    }
}

unsafe fn set_table<'a>(set: *mut ffi::PyObject) -> &'a [ffi::setentry] {
    // SAFETY: the table of a set has one position more than its mask.
    unsafe {
        let set = set.cast::<ffi::PySetObject>();
        slice::from_raw_parts((*set).table, (*set).mask.unsigned_abs() + 1)
    }
}

unsafe fn set_counts(set: *mut ffi::PyObject) -> (ffi::Py_ssize_t, ffi::Py_ssize_t) {
    let set = set.cast::<ffi::PySetObject>();
    // SAFETY: a live set.
    unsafe { ((*set).used, (*set).fill) }
}

#[pymethods]
impl LiveOrigins {
    /// Remembers the entries that a list or set has now.
    #[new]
    fn new(given: Bound<'_, PyAny>) -> PyResult<Self> {
        let py = given.py();
        let is_set = given.is_instance_of::<PySet>();
        if !is_set && !given.is_instance_of::<PyList>() {
            return Err(PyTypeError::new_err("only a list or a set can be followed"));
        }
        let object = given.as_ptr();
        // SAFETY: a list or a set, whose objects are live; nothing else runs until each is held.
        let (objects, counts, dummy) = unsafe {
            let hold = |key: *mut ffi::PyObject| {
                Bound::from_borrowed_ptr_or_opt(py, key).map(Bound::unbind)
            };
            locked(object, || {
                if is_set {
                    let table = set_table(object);
                    // No object has this hash.
                    let dummy = table.iter().find(|entry| entry.hash == -1);
                    let objects = table.iter().map(|entry| hold(entry.key)).collect();
                    (objects, set_counts(object), dummy.map_or(0, |entry| entry.key as usize))
                } else {
                    (list_items(object).iter().map(|item| hold(*item)).collect(), (0, 0), 0)
                }
            })
        };
        Ok(Self {
            given: given.unbind(),
            is_set,
            objects,
            counts,
            dummy,
            places: OnceLock::new(),
            next: AtomicUsize::new(0),
        })
    }

    /// The list or set itself.
    #[getter]
    fn given(&self, py: Python<'_>) -> Py<PyAny> {
        self.given.clone_ref(py)
    }

    /// The entries as they were, in the order of the list or of the iteration.
    fn entries<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let list = PyList::empty(py);
        for (object, _) in self.remembered(py) {
            list.append(object)?;
        }
        Ok(list)
    }

    /// Finds the positions of the entries of a policy. `texts` has the text of each entry, in order,
    /// or None for what is no text and for what does not count.
    #[allow(clippy::needless_pass_by_value, reason = "PyO3 extracts owned values")]
    fn find_places(
        &self,
        py: Python<'_>,
        compiled: &Bound<'_, CompiledPolicy>,
        texts: Vec<Option<Bound<'_, PyString>>>,
    ) -> PyResult<()> {
        let origins = compiled.get().policy.origins();
        let mut places = Places {
            any: NOWHERE,
            listed: vec![NOWHERE; origins.listed_count()],
            patterns: HashMap::default(),
        };
        for ((_, place), text) in self.remembered(py).zip(&texts) {
            let Some(text) = text else { continue };
            let text = entry_bytes(text)?;
            let known = if &*text == b"*" {
                &mut places.any
            } else if let Some(index) = origins.listed_index(&text, |_| ()) {
                &mut places.listed[index]
            } else if text.contains(&b'*') {
                places.patterns.entry(text.into()).or_insert(NOWHERE)
            } else {
                continue;
            };
            if *known == NOWHERE {
                *known = place;
            }
        }
        // A second call changes nothing.
        let _ = self.places.set(places);
        Ok(())
    }

    /// Whether nothing was changed, by a look at every place: a millisecond for a million.
    fn is_unchanged(&self) -> bool {
        // SAFETY: Python calls this with the thread attached.
        unsafe { locked(self.given.as_ptr(), || self.are_in_place(0, self.objects.len())) }
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.given)?;
        self.objects.iter().flatten().try_for_each(|object| visit.call(object))
    }
}

impl LiveOrigins {
    /// Each entry with its place.
    fn remembered<'s, 'py: 's>(
        &'s self,
        py: Python<'py>,
    ) -> impl Iterator<Item = (&'s Bound<'py, PyAny>, u32)> {
        self.objects.iter().zip(0..).filter_map(move |(object, place)| {
            let object = object.as_ref()?.bind(py);
            (object.as_ptr() as usize != self.dummy).then_some((object, place))
        })
    }
}
