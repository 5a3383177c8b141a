//! The base of `fastcors.OriginSet`: a set of origins and patterns that changes while requests are served.

use std::sync::Arc;
use std::vec;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};

use crate::asgi::entry_text;
use crate::cors::{OriginSet, OriginSetBuilder, Page, TooLarge};
use crate::lint;

/// So many entries are read before other threads may run, in about 0.1 ms. A thread that never waits by
/// itself gives the interpreter back after 5 ms: with half as many, a million took 2.5 s beside such a one.
const CHUNK: usize = 4096;

/// For so many entries memory is reserved. An object may say that it has any number, and what cannot be
/// reserved ends the process.
const MOST_RESERVED: usize = 1 << 21;

/// The part of `OriginSet` that requests are decided by. It holds no Python object.
#[pyclass(frozen, subclass, module = "fastcors._fastcors")]
pub(crate) struct OriginSetBase {
    pub(super) set: Arc<OriginSet>,
}

/// What is done with entries that were read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Change {
    /// They replace all others, unless one is bad.
    Replace,
    /// The valid ones replace all others.
    ReplaceByValid,
    /// They are added, unless one is bad.
    Add,
}

#[pymethods]
impl OriginSetBase {
    #[new]
    #[pyo3(signature = (*_args, **_kwargs))]
    fn new(_args: &Bound<'_, PyTuple>, _kwargs: Option<&Bound<'_, PyDict>>) -> Self {
        Self { set: Arc::default() }
    }

    fn __len__(&self) -> usize {
        self.set.count()
    }

    /// Whether this is an entry. What is no str is none.
    fn __contains__(&self, entry: &Bound<'_, PyAny>) -> bool {
        let Ok(entry) = entry.cast::<PyString>() else { return false };
        entry.to_str().is_ok_and(|entry| self.set.has(entry.as_bytes()))
    }

    /// The entries as they are now, whatever changes meanwhile.
    fn __iter__(&self) -> OriginSetIterator {
        let page = self.set.snapshot().first_page();
        OriginSetIterator { page, current: Vec::new().into_iter() }
    }

    /// Adds an entry; false if it is bad or no plain str, and was not added.
    fn _fastcors_add(&self, entry: &Bound<'_, PyAny>) -> bool {
        let Ok(entry) = entry.cast_exact::<PyString>() else { return false };
        let Ok(entry) = entry.to_str() else { return false };
        // The interpreter is held while another thread changes the set, which takes some microseconds
        // and does not need the interpreter.
        is_entry(entry) && self.set.add([entry.as_bytes()]).is_ok()
    }

    /// Removes an entry, if it is there.
    fn _fastcors_discard(&self, entry: &str) {
        self.set.discard(entry.as_bytes());
    }

    /// Replaces all entries by these, or by the valid ones of these, or adds these. `text_of` returns
    /// the string that an object equals, or None.
    ///
    /// Returns the entries that are bad. Unless `how` says that only the valid ones count, one bad entry
    /// is enough to change nothing.
    fn _fastcors_load(
        &self,
        py: Python<'_>,
        entries: &Bound<'_, PyAny>,
        text_of: &Bound<'_, PyAny>,
        how: &str,
    ) -> PyResult<Vec<Py<PyAny>>> {
        let change = match how {
            "replace" => Change::Replace,
            "replace-valid" => Change::ReplaceByValid,
            "add" => Change::Add,
            _ => return Err(PyValueError::new_err("no such way of loading")),
        };
        let mut bad = Vec::new();
        let mut loaded = match change {
            Change::Add => Loaded::ToAdd(Texts::default()),
            Change::Replace | Change::ReplaceByValid => {
                Loaded::Whole(self.set.builder(entries.len().unwrap_or(0).min(MOST_RESERVED)))
            }
        };
        let mut entries = entries.try_iter()?;
        loop {
            let (chunk, is_last) = read_chunk(&mut entries, text_of, &mut bad)?;
            let unsound = py.detach(|| loaded.take(&chunk));
            bad.extend(unsound.iter().map(|text| PyString::new(py, text).into_any().unbind()));
            if is_last {
                break;
            }
        }
        if bad.is_empty() || change == Change::ReplaceByValid {
            py.detach(|| loaded.put_into(&self.set))
                .map_err(|error| PyValueError::new_err(error.to_string()))?;
        }
        Ok(bad)
    }

    /// The entries that the linter finds something wrong with.
    fn _fastcors_questionable(&self, py: Python<'_>, credentials: bool) -> Vec<String> {
        let snapshot = self.set.snapshot();
        py.detach(|| {
            let entries = snapshot.entries().filter_map(|entry| core::str::from_utf8(entry).ok());
            entries
                .filter(|entry| {
                    !lint::origins(core::iter::once(*entry), credentials, &|_| None).is_empty()
                })
                .map(ToOwned::to_owned)
                .collect()
        })
    }
}

/// Goes through the entries that the set had when it was made.
#[pyclass(module = "fastcors._fastcors")]
pub(crate) struct OriginSetIterator {
    page: Page,
    current: vec::IntoIter<Py<PyAny>>,
}

#[pymethods]
impl OriginSetIterator {
    fn __iter__(slf: PyRef<'_, Self>) -> PyRef<'_, Self> {
        slf
    }

    fn __next__(&mut self, py: Python<'_>) -> PyResult<Option<Py<PyAny>>> {
        loop {
            if let Some(entry) = self.current.next() {
                return Ok(Some(entry));
            }
            let mut texts = Vec::new();
            let turned = self.page.turn(|entry| {
                texts.push(entry_text(py, entry)?.unbind());
                PyResult::Ok(())
            })?;
            if !turned {
                return Ok(None);
            }
            self.current = texts.into_iter();
        }
    }
}

/// Whether a string may be in the set. The linter does not read a huge one.
fn is_entry(text: &str) -> bool {
    text.len() <= OriginSet::LONGEST && lint::is_plain_entry(text)
}

/// Strings, one after the other.
#[derive(Default)]
struct Texts {
    text: String,
    ends: Vec<usize>,
}

impl Texts {
    fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(self.text.len());
    }

    fn iter(&self) -> impl Iterator<Item = &str> {
        let mut start = 0;
        self.ends.iter().map(move |&end| &self.text[core::mem::replace(&mut start, end)..end])
    }
}

/// Reads the next entries, and adds those that are no strings to `bad`.
fn read_chunk(
    entries: &mut Bound<'_, pyo3::types::PyIterator>,
    text_of: &Bound<'_, PyAny>,
    bad: &mut Vec<Py<PyAny>>,
) -> PyResult<(Texts, bool)> {
    let mut chunk = Texts::default();
    for _ in 0..CHUNK {
        let Some(entry) = entries.next().transpose()? else { return Ok((chunk, true)) };
        if let Ok(text) = entry.cast_exact::<PyString>() {
            match text.to_str() {
                Ok(text) => chunk.push(text),
                // A lone surrogate, which is in no origin.
                Err(_) => bad.push(entry.unbind()),
            }
            continue;
        }
        let text = text_of.call1((&entry,))?;
        match text.cast::<PyString>().ok().and_then(|text| text.to_str().ok()) {
            Some(text) => chunk.push(text),
            None => bad.push(entry.unbind()),
        }
    }
    Ok((chunk, false))
}

/// Entries that were read, on their way into the set.
enum Loaded {
    Whole(OriginSetBuilder),
    ToAdd(Texts),
}

impl Loaded {
    /// Takes the sound entries, and returns the others.
    fn take(&mut self, chunk: &Texts) -> Vec<String> {
        let mut unsound = Vec::new();
        for text in chunk.iter() {
            let taken = is_entry(text)
                && match self {
                    Self::Whole(builder) => builder.add(text.as_bytes()).is_ok(),
                    Self::ToAdd(texts) => {
                        texts.push(text);
                        true
                    }
                };
            if !taken {
                unsound.push(text.to_owned());
            }
        }
        unsound
    }

    fn put_into(self, set: &OriginSet) -> Result<(), TooLarge> {
        match self {
            Self::Whole(builder) => {
                set.replace(builder.finish()?);
                Ok(())
            }
            Self::ToAdd(texts) => {
                let texts: Vec<&[u8]> = texts.iter().map(str::as_bytes).collect();
                set.add_many(&texts)
            }
        }
    }
}
