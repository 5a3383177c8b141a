//! A policy together with the Python objects that its responses are made of.

#[cfg(not(Py_GIL_DISABLED))]
use core::cell::UnsafeCell;
use core::ptr;
use std::borrow::Cow;

use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString, PyTuple};
use pyo3::{Borrowed, ffi};

use super::function::Function;
use super::guard::attached;
use super::names::{Names, pair};
use super::object::Raised;
use super::paths::Part;
use super::shared::Shared;
use crate::cors::{
    Actual, Besides, FixedLine, LineValue, Policy, Preflight, PreflightRequest, Rejections,
    Verdict, may_name_a_site,
};
#[cfg(not(Py_GIL_DISABLED))]
use crate::cors::{Memo, OriginSet};
use crate::enforcement::Enforcement;

/// An immutable policy, with every header line that its responses share built once.
///
/// The options come from `fastcors.Policy`, which has checked them.
#[pyclass(frozen, immutable_type, module = "fastcors._fastcors")]
pub(crate) struct CompiledPolicy {
    pub(crate) policy: Shared<Policy>,
    pub(super) names: &'static Names,
    /// The shared parts of preflight responses, for each value of [`Rejections`].
    pub(super) preflight: Vec<PreflightParts>,
    /// The lines of a response to an actual request, for each [`Actual`].
    lines: [Vec<ResponseLine>; 3],
    /// `Vary: Origin`, if the responses to actual requests get it.
    pub(super) vary: Option<Py<PyTuple>>,
    /// The `fastcors.options.Options` that this was compiled from, which explain a decision.
    #[pyo3(get)]
    pub(crate) options: Py<PyAny>,
    /// `re.Pattern.fullmatch` of each Python-only expression.
    pub(crate) python_only: Vec<Py<PyAny>>,
    /// On origins, by patterns and expressions.
    origins: Verdicts,
    /// On origins, by the `OriginSet`, as long as that is not changed.
    #[cfg(not(Py_GIL_DISABLED))]
    live: Option<LiveVerdicts>,
    /// On values of `Access-Control-Request-Headers`: 60 instructions instead of the 480 of a decision.
    headers: Verdicts,
    /// Which requests are rejected before the application runs.
    pub(crate) enforcement: Shared<Enforcement>,
    /// Whether any may be.
    pub(super) enforces: bool,
    /// What is asked about an Origin that nothing else allows.
    pub(crate) function: Option<Function>,
    /// How it takes part in the option `paths`.
    pub(crate) part: Part,
    pub(super) way: Way,
}

/// The code that a policy's requests take.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// That of policies without an option that another way is for.
    Common,
    /// That of policies that may reject a request before the application runs, and have no paths.
    Enforced,
    /// That of policies with paths, or with a function that only CORS asks.
    Special,
}

/// The last verdicts on some texts. They depend only on the policy, so they are never wrong,
/// only forgotten.
#[cfg(Py_GIL_DISABLED)]
#[derive(Default)]
struct Verdicts(crate::cors::SharedMemo);

/// The last verdicts on some texts. They depend only on the policy, so they are never wrong,
/// only forgotten.
#[cfg(not(Py_GIL_DISABLED))]
#[derive(Default)]
struct Verdicts(UnsafeCell<Memo>);

// SAFETY: the content is reached only by the two methods, under the GIL, and no reference to it
// outlives them.
#[cfg(not(Py_GIL_DISABLED))]
unsafe impl Sync for Verdicts {}

#[cfg(Py_GIL_DISABLED)]
impl Verdicts {
    /// # Safety
    /// None is needed here.
    #[inline]
    unsafe fn get(&self, text: &[u8]) -> Option<bool> {
        self.0.get(text)
    }

    /// # Safety
    /// None is needed here.
    unsafe fn keep(&self, text: &[u8], verdict: bool) {
        self.0.keep(text, verdict);
    }
}

#[cfg(not(Py_GIL_DISABLED))]
impl Verdicts {
    /// # Safety
    /// The thread is attached.
    #[inline]
    unsafe fn get(&self, text: &[u8]) -> Option<bool> {
        // SAFETY: the GIL is held, and nothing that is called here runs other code.
        unsafe { (*self.0.get()).get(text) }
    }

    /// # Safety
    /// The thread is attached.
    unsafe fn keep(&self, text: &[u8], verdict: bool) {
        // SAFETY: as for `get`.
        unsafe { (*self.0.get()).keep(text, verdict) }
    }
}

/// Verdicts of an [`OriginSet`]. Where one origin asks again and again, a request takes 30 ns less.
#[cfg(not(Py_GIL_DISABLED))]
#[derive(Default)]
struct LiveVerdicts(UnsafeCell<Remembered>);

#[cfg(not(Py_GIL_DISABLED))]
#[derive(Default)]
struct Remembered {
    memo: Memo,
    /// The version of the set that the verdicts hold for.
    version: u64,
    /// How many verdicts were looked up since one was kept.
    missed: u8,
}

/// One of so many verdicts that were looked up is kept: where a million origins take turns, keeping each takes
/// 20 ns, and none is asked for again.
#[cfg(not(Py_GIL_DISABLED))]
const KEPT: u8 = 8;

// SAFETY: as for `Verdicts`.
#[cfg(not(Py_GIL_DISABLED))]
unsafe impl Sync for LiveVerdicts {}

#[cfg(not(Py_GIL_DISABLED))]
impl LiveVerdicts {
    /// Whether the set allows an origin.
    ///
    /// # Safety
    /// The thread is attached.
    unsafe fn of(&self, set: &OriginSet, origin: &[u8]) -> bool {
        // Read before the entries are: what is kept is never older than the version says.
        let Some(version) = set.version() else { return set.allows(origin) };
        // SAFETY: the GIL is held, and nothing that is called here runs other code.
        let remembered = unsafe { &mut *self.0.get() };
        if remembered.version != version {
            *remembered = Remembered { version, ..Remembered::default() };
        }
        if let Some(verdict) = remembered.memo.get(origin) {
            return verdict;
        }
        let verdict = set.allows(origin);
        remembered.missed = (remembered.missed + 1) % KEPT;
        if remembered.missed == 0 {
            remembered.memo.keep(origin, verdict);
        }
        verdict
    }
}

/// A header line of a response; None stands for `access-control-allow-origin` with the Origin.
pub(super) type ResponseLine = Option<Py<PyTuple>>;

/// The shared parts of the preflight responses of one value of [`Rejections`].
///
/// The messages are never sent themselves but copied: that takes 300 instructions for both;
/// setting their items one by one takes 1,700.
pub(super) struct PreflightParts {
    /// The lines before those that repeat the request.
    pub(super) opening: Vec<Py<PyTuple>>,
    /// The lines behind them, which are about the body.
    pub(super) ending: Vec<Py<PyTuple>>,
    /// The message that starts the response, with an item for its headers.
    pub(super) start: Py<PyDict>,
    pub(super) body: Py<PyDict>,
}

impl CompiledPolicy {
    /// The compiled form of a policy, from the `Options` that it was made of.
    ///
    /// # Errors
    /// Those of making the Python objects.
    pub(crate) fn new(
        py: Python<'_>,
        policy: Policy,
        options: Py<PyAny>,
        python_only: Vec<Py<PyAny>>,
        enforcement: Enforcement,
        function: Option<Py<PyAny>>,
        part: Part,
    ) -> PyResult<Self> {
        #[cfg(Py_GIL_DISABLED)]
        let (policy, enforcement) = (Shared::new(policy), Shared::new(enforcement));
        Self::around(py, policy, options, python_only, enforcement, function, part)
    }

    /// A copy with Python objects of its own, which this thread makes, and so counts references to them
    /// without the other threads.
    #[cfg(Py_GIL_DISABLED)]
    pub(super) fn for_this_thread(&self, py: Python<'_>) -> PyResult<Self> {
        let python_only = self.python_only.iter().map(|each| each.clone_ref(py)).collect();
        let (policy, options) = (Shared::clone(&self.policy), self.options.clone_ref(py));
        let function = self.function.as_ref().map(|function| function.callable.clone_ref(py));
        let paths = self.part.paths.as_ref().map(|paths| {
            let own = paths.get().for_this_thread(py);
            Py::new(py, own)
        });
        let part = Part { paths: paths.transpose()?, place: self.part.place.clone() };
        let enforcement = Shared::clone(&self.enforcement);
        Self::around(py, policy, options, python_only, enforcement, function, part)
    }

    fn around(
        py: Python<'_>,
        policy: Shared<Policy>,
        options: Py<PyAny>,
        python_only: Vec<Py<PyAny>>,
        enforcement: Shared<Enforcement>,
        function: Option<Py<PyAny>>,
        part: Part,
    ) -> PyResult<Self> {
        let names = Names::get(py)?;
        let enforces = enforcement.is_on();
        Ok(Self {
            way: match (&part.paths, &function) {
                (None, _) if enforces => Way::Enforced,
                (None, None) => Way::Common,
                _ => Way::Special,
            },
            function: function.map(|function| Function::new(py, names, function)).transpose()?,
            preflight: preflight_parts(py, &policy)?,
            lines: [
                response_lines(py, &policy, Actual::WithoutOrigin)?,
                response_lines(py, &policy, Actual::Rejected)?,
                response_lines(py, &policy, Actual::Allowed)?,
            ],
            vary: policy.varies().then(|| names.vary_origin.clone_ref(py)),
            names,
            options,
            python_only,
            #[cfg(not(Py_GIL_DISABLED))]
            live: policy.origins().live().map(|_| LiveVerdicts::default()),
            origins: Verdicts::default(),
            headers: Verdicts::default(),
            policy,
            enforces,
            enforcement,
            part,
        })
    }

    /// The lines for a response of this kind besides `Vary`.
    #[inline]
    pub(super) fn lines(&self, kind: Actual) -> &[ResponseLine] {
        &self.lines[kind as usize]
    }

    /// Whether `origin`, the raw header value, is allowed.
    ///
    /// # Safety
    /// The thread is attached.
    #[inline(always)]
    pub(super) unsafe fn allows_bytes(&self, origin: &[u8]) -> Result<bool, Raised> {
        let origins = self.policy.origins();
        if origins.lists(origin) {
            return Ok(true);
        }
        match origins.besides() {
            Besides::Nothing => return Ok(false),
            // SAFETY: attached, as the caller vouches.
            Besides::Live if unsafe { self.live_allows(origin) } => return Ok(true),
            Besides::Fixed | Besides::Live => {}
        }
        // SAFETY: attached, as the caller vouches.
        if let Some(verdict) = unsafe { self.origins.get(origin) } {
            return Ok(verdict);
        }
        let verdict = match origins.fixed_verdict_on_unlisted(origin) {
            Verdict::Allowed => true,
            Verdict::Rejected => false,
            Verdict::Undecided => attached(|py| self.python_allows(py, origin))?,
        };
        // SAFETY: attached, as the caller vouches.
        unsafe { self.origins.keep(origin, verdict) }
        Ok(verdict)
    }

    /// What to ask about an Origin that nothing else allows: None if there is nothing, or if the Origin
    /// cannot name a site.
    #[inline]
    pub(super) fn function_about(&self, origin: &[u8]) -> Option<&Function> {
        self.function.as_ref().filter(|_| may_name_a_site(origin))
    }

    /// Whether the set that the policy asks has an entry that allows `origin`.
    ///
    /// # Safety
    /// The thread is attached.
    #[inline(never)]
    unsafe fn live_allows(&self, origin: &[u8]) -> bool {
        let Some(set) = self.policy.origins().live() else { return false };
        // Without the GIL, a look-up in the set costs little more than a memo that threads share.
        #[cfg(not(Py_GIL_DISABLED))]
        if let Some(verdicts) = &self.live {
            // SAFETY: attached, as the caller vouches.
            return unsafe { verdicts.of(set, origin) };
        }
        set.allows(origin)
    }

    /// Decides on a preflight.
    ///
    /// # Safety
    /// The thread is attached.
    #[inline]
    pub(super) unsafe fn preflight_of(
        &self,
        request: &PreflightRequest<'_>,
        origin_allowed: bool,
    ) -> Preflight {
        let headers_allowed = request.headers.is_none_or(|value| {
            // SAFETY: attached, as the caller vouches.
            unsafe { self.headers.get(value) }.unwrap_or_else(|| {
                let verdict = self.policy.allows_headers(value);
                // SAFETY: attached, as the caller vouches.
                unsafe { self.headers.keep(value, verdict) }
                verdict
            })
        });
        self.policy.preflight_of(request, origin_allowed, headers_allowed)
    }

    /// As [`allows_bytes`](Self::allows_bytes), for what is written in safe Rust.
    pub(crate) fn allows_origin(&self, py: Python<'_>, origin: &[u8]) -> PyResult<bool> {
        self.policy.allows(origin, |origin| self.python_allows(py, origin))
    }

    fn python_allows(&self, py: Python<'_>, origin: &[u8]) -> PyResult<bool> {
        // Only visible ASCII is left undecided, so nothing is replaced here.
        let origin = PyString::new(py, &String::from_utf8_lossy(origin));
        for fullmatch in &self.python_only {
            if fullmatch.bind(py).call1((&origin,))?.is_truthy()? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// An entry of `allow_origins` as it was given.
pub(crate) fn entry_text<'py>(py: Python<'py>, entry: &[u8]) -> PyResult<Bound<'py, PyAny>> {
    match core::str::from_utf8(entry) {
        Ok(text) => Ok(PyString::new(py, text).into_any()),
        Err(_) => PyBytes::new(py, entry).call_method1("decode", ("utf-8", "surrogatepass")),
    }
}

/// The text of an entry of `allow_origins`, as it is compared.
pub(crate) fn entry_bytes<'t>(text: &'t Bound<'_, PyString>) -> PyResult<Cow<'t, [u8]>> {
    Ok(match text.to_str() {
        Ok(text) => Cow::Borrowed(text.as_bytes()),
        // A lone surrogate: no header can hold it, it is only kept in the list.
        Err(_) => Cow::Owned(text.call_method1("encode", ("utf-8", "surrogatepass"))?.extract()?),
    })
}

/// The bytes of a header value that was decoded as latin-1. A character beyond it becomes `?`, which
/// is in no token and no origin.
pub(crate) fn latin_1<'t>(text: &'t Bound<'_, PyString>) -> PyResult<Cow<'t, [u8]>> {
    if let Some(text) = text.to_str().ok().filter(|text| text.is_ascii()) {
        return Ok(Cow::Borrowed(text.as_bytes()));
    }
    text.call_method1("encode", ("latin-1", "replace"))?
        .extract()
        .map(Cow::Owned)
        .map_err(|_| PyTypeError::new_err("str.encode gave no bytes"))
}

fn preflight_parts(py: Python<'_>, policy: &Policy) -> PyResult<Vec<PreflightParts>> {
    let responses = policy.responses();
    let lines = |lines: &[FixedLine]| {
        lines.iter().map(|(name, value)| pair(py, name, value)).collect::<PyResult<Vec<_>>>()
    };
    let opening = lines(policy.preflight_lines(Rejections::default()))?;
    let parts = Rejections::all().map(|rejections| {
        let status = responses.status(rejections).into_pyobject(py)?.into_any();
        let none = py.None().into_bound(py);
        let body = PyBytes::new(py, responses.body(rejections).as_bytes()).into_any();
        // A rejection begins with the same lines or with none.
        let has_opening = !policy.preflight_lines(rejections).is_empty();
        let opening = opening.iter().filter(|_| has_opening).map(|line| line.clone_ref(py));
        Ok(PreflightParts {
            opening: opening.collect(),
            ending: lines(&responses.body_lines(rejections))?,
            start: message(py, "http.response.start", &[("status", status), ("headers", none)])?,
            body: message(py, "http.response.body", &[("body", body)])?,
        })
    });
    parts.collect()
}

fn message(py: Python<'_>, kind: &str, items: &[(&str, Bound<'_, PyAny>)]) -> PyResult<Py<PyDict>> {
    let message = PyDict::new(py);
    message.set_item(intern!(py, "type"), PyString::intern(py, kind))?;
    for (key, value) in items {
        message.set_item(PyString::intern(py, key), value)?;
    }
    Ok(message.unbind())
}

fn response_lines(py: Python<'_>, policy: &Policy, kind: Actual) -> PyResult<Vec<ResponseLine>> {
    let line = |line: &crate::cors::Line| match &line.value {
        LineValue::Fixed(value) => pair(py, line.name, value).map(Some),
        LineValue::Origin => Ok(None),
    };
    policy.actual_lines(kind).iter().map(line).collect()
}

/// Whether an object is a `CompiledPolicy`.
///
/// # Safety
/// `object` is live and the thread is attached.
pub(super) unsafe fn is_policy(object: *mut ffi::PyObject) -> bool {
    // SAFETY: as the caller vouches.
    unsafe {
        Borrowed::from_ptr(Python::assume_attached(), object)
            .is_exact_instance_of::<CompiledPolicy>()
    }
}

/// The policy in a Python object.
///
/// # Safety
/// `policy` is a live `CompiledPolicy`, which outlives the borrow, and the thread is attached.
#[inline]
pub(super) unsafe fn compiled<'a>(policy: *mut ffi::PyObject) -> &'a CompiledPolicy {
    // SAFETY: as the caller vouches.
    unsafe {
        let py = Python::assume_attached();
        let policy = Borrowed::from_ptr(py, policy).cast_unchecked::<CompiledPolicy>();
        // The value lies in the Python object, not in this reference to it.
        &*ptr::from_ref(policy.get())
    }
}
