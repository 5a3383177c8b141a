//! A policy together with the Python objects that its answers are made of.

use core::cell::UnsafeCell;
use std::borrow::Cow;

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyString, PyTuple};

use super::explanation::{Closest, DescribedPreflight, PreflightAnswer};
use super::guard::attached;
use super::names::{Names, pair};
use super::object::Raised;
use super::send::message_with_headers;
use crate::cors::{
    Actual, Expressions, LineValue, Memo, Options, Origins, Policy, Preflight, PreflightRequest,
    Refusals, Verdict,
};

/// Status, body and reasons of an answer to a preflight, and which lines it carries: the origin, the
/// request's headers, private network access.
type Decided = (u16, String, Vec<&'static str>, bool, bool, bool);

/// An immutable policy, with every header line that its answers share built once.
///
/// The options come from `fastcors.Policy`, which has checked them.
#[pyclass(frozen, immutable_type, module = "fastcors._fastcors")]
pub(crate) struct CompiledPolicy {
    pub(super) policy: Policy,
    pub(super) names: &'static Names,
    pub(super) preflight: PreflightLines,
    refused: Vec<AnswerLine>,
    allowed: Vec<AnswerLine>,
    /// The `fastcors.options.Options` that this was compiled from, which explain a decision.
    #[pyo3(get)]
    options: Py<PyAny>,
    /// `re.Pattern.fullmatch` of each expression that only Python can match.
    foreign: Vec<Py<PyAny>>,
    /// On origins, by patterns and expressions.
    origins: Verdicts,
    /// On values of `Access-Control-Request-Headers`: 60 instructions where deciding takes 480.
    headers: Verdicts,
}

/// The last verdicts on some texts. They follow from the policy alone, so that they are never wrong,
/// only forgotten.
#[derive(Default)]
struct Verdicts(UnsafeCell<Memo>);

// SAFETY: the content is reached only by the two methods, under the GIL, and no reference to it
// outlives them.
unsafe impl Sync for Verdicts {}

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

/// A header line of an answer; none stands for `access-control-allow-origin` with the Origin.
pub(super) type AnswerLine = Option<Py<PyTuple>>;

/// The shared parts of preflight answers.
pub(super) struct PreflightLines {
    pub(super) opening: Vec<Py<PyTuple>>,
    pub(super) closing: Vec<Closing>,
}

/// What a preflight answer has for one value of [`Refusals`].
///
/// The messages are never sent themselves but copied: that takes 300 instructions for both, where
/// setting their items one by one takes 1,700.
pub(super) struct Closing {
    pub(super) content_length: Py<PyTuple>,
    /// The message that starts the answer, with a place for its headers.
    pub(super) start: Py<PyDict>,
    pub(super) body: Py<PyDict>,
}

impl CompiledPolicy {
    /// The lines that an answer of this kind is given beside `Vary`.
    #[inline]
    pub(super) fn lines(&self, kind: Actual) -> &[AnswerLine] {
        match kind {
            Actual::WithoutOrigin => &[],
            Actual::Refused => &self.refused,
            Actual::Allowed => &self.allowed,
        }
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
        if origins.has_only_a_list() {
            return Ok(false);
        }
        // SAFETY: attached, as the caller vouches.
        if let Some(verdict) = unsafe { self.origins.get(origin) } {
            return Ok(verdict);
        }
        let verdict = match origins.verdict_on_unlisted(origin) {
            Verdict::Allowed => true,
            Verdict::Refused => false,
            Verdict::Undecided => attached(|py| self.foreign_allows(py, origin))?,
        };
        // SAFETY: attached, as the caller vouches.
        unsafe { self.origins.keep(origin, verdict) }
        Ok(verdict)
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
    pub(super) fn allows_origin(&self, py: Python<'_>, origin: &[u8]) -> PyResult<bool> {
        self.policy.allows(origin, |origin| self.foreign_allows(py, origin))
    }

    fn foreign_allows(&self, py: Python<'_>, origin: &[u8]) -> PyResult<bool> {
        // Only visible ASCII is left undecided, so that nothing is replaced here.
        let origin = PyString::new(py, &String::from_utf8_lossy(origin));
        for fullmatch in &self.foreign {
            if fullmatch.bind(py).call1((&origin,))?.is_truthy()? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

#[pymethods]
impl CompiledPolicy {
    #[new]
    #[pyo3(signature = (*, options, origins, expressions, foreign, methods, headers, any_header,
                        credentials, private_network, expose, max_age))]
    #[allow(clippy::too_many_arguments, reason = "one for each option, all by keyword")]
    #[allow(clippy::needless_pass_by_value, reason = "PyO3 extracts owned values")]
    #[allow(clippy::fn_params_excessive_bools, reason = "one for each option, all by keyword")]
    fn new(
        py: Python<'_>,
        options: Py<PyAny>,
        origins: &Bound<'_, PyAny>,
        expressions: Vec<String>,
        foreign: Vec<Py<PyAny>>,
        methods: Vec<String>,
        headers: Vec<String>,
        any_header: bool,
        credentials: bool,
        private_network: bool,
        expose: Vec<String>,
        max_age: &str,
    ) -> PyResult<Self> {
        let value_error = |error: &dyn core::fmt::Display| PyValueError::new_err(error.to_string());
        let expressions = Expressions::new(&expressions).map_err(|error| value_error(&error))?;
        let capacity = origins.len().unwrap_or(0);
        let mut allowed = Origins::with_capacity(capacity, expressions, !foreign.is_empty());
        for entry in origins.try_iter()? {
            let entry = entry?;
            let added = allowed.add(&entry_bytes(entry.cast()?)?);
            added.map_err(|error| value_error(&error))?;
        }
        allowed.shrink();
        let boxed = |texts: Vec<String>| -> PyResult<Vec<_>> {
            texts.iter().map(|text| header_value(text)).collect()
        };
        let policy = Policy::new(Options {
            origins: allowed,
            methods: boxed(methods)?,
            headers: boxed(headers)?,
            any_header,
            credentials,
            private_network,
            expose: boxed(expose)?,
            max_age: header_value(max_age)?,
        })
        .map_err(|error| value_error(&error))?;
        let names = Names::get(py)?;
        Ok(Self {
            preflight: preflight_lines(py, &policy)?,
            refused: answer_lines(py, &policy, Actual::Refused)?,
            allowed: answer_lines(py, &policy, Actual::Allowed)?,
            policy,
            names,
            options,
            foreign,
            origins: Verdicts::default(),
            headers: Verdicts::default(),
        })
    }

    /// The entries of `allow_origins`, in their order, the first of them where there is a limit.
    #[pyo3(signature = (limit=None))]
    fn origins<'py>(&self, py: Python<'py>, limit: Option<usize>) -> PyResult<Bound<'py, PyList>> {
        let list = PyList::empty(py);
        for entry in self.policy.origins().entries().take(limit.unwrap_or(usize::MAX)) {
            list.append(entry_text(py, entry)?)?;
        }
        Ok(list)
    }

    /// Whether every origin is allowed.
    #[getter]
    fn any_origin(&self) -> bool {
        self.policy.origins().any()
    }

    /// Whether an Origin is allowed by what the options say.
    fn allows(&self, py: Python<'_>, origin: &Bound<'_, PyString>) -> PyResult<bool> {
        // Latin-1, as it was decoded; what is beyond cannot have come from a header.
        self.allows_origin(py, &latin_1(origin)?)
    }

    /// Decides on a preflight: status, body, and whether the answer tells the explicit origin, the
    /// mirrored headers, the private network.
    fn preflight(
        &self,
        origin_allowed: bool,
        method: &Bound<'_, PyString>,
        headers: Option<&Bound<'_, PyString>>,
        private_network: bool,
    ) -> PyResult<Decided> {
        let method = latin_1(method)?;
        let headers = headers.map(latin_1).transpose()?;
        let request =
            PreflightRequest { method: &method, headers: headers.as_deref(), private_network };
        let Preflight { refusals, explicit_origin, mirrored_headers, private_network } =
            self.policy.preflight(&request, origin_allowed);
        let (status, body, reasons) =
            (refusals.status(), refusals.body(), refusals.names().collect());
        Ok((status, body, reasons, explicit_origin, mirrored_headers, private_network))
    }

    /// The whole answer to a preflight, and the reasons for which it is refused.
    #[pyo3(signature = (*, origin, origin_fits, method, headers, headers_fit, private_network))]
    #[allow(clippy::too_many_arguments, reason = "one for each part of a request, all by keyword")]
    #[allow(clippy::fn_params_excessive_bools, reason = "all by keyword")]
    fn preflight_answer(
        &self,
        py: Python<'_>,
        origin: &[u8],
        origin_fits: bool,
        method: &[u8],
        headers: Option<&[u8]>,
        headers_fit: bool,
        private_network: bool,
    ) -> PyResult<PreflightAnswer> {
        let request = PreflightRequest { method, headers, private_network };
        self.describe_preflight(
            py,
            &DescribedPreflight { origin, origin_fits, request, headers_fit },
        )
    }

    /// Whether an actual request is not refused, and the header lines that its answer is given.
    #[pyo3(signature = (*, origin, origin_fits))]
    fn actual_answer(
        &self,
        py: Python<'_>,
        origin: Option<&[u8]>,
        origin_fits: bool,
    ) -> PyResult<(bool, Vec<Py<PyTuple>>)> {
        self.describe_actual(py, origin, origin_fits)
    }

    /// A copy of the message that starts the response to an actual request, with its headers set:
    /// `origin` is None if there is none, `allowed` whether it is allowed. A response that allows a
    /// rejected origin itself is reported if the `scope` is given; `asked` is the middleware whose
    /// `is_allowed_origin` decided.
    #[pyo3(signature = (message, origin, allowed, scope=None, asked=None))]
    fn message_with_headers<'py>(
        slf: &Bound<'py, Self>,
        message: &Bound<'py, PyAny>,
        origin: Option<&Bound<'py, PyBytes>>,
        allowed: bool,
        scope: Option<&Bound<'py, PyAny>>,
        asked: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = message.py();
        let (kind, request) = match (origin, allowed) {
            (None, _) => (Actual::WithoutOrigin, None),
            (Some(origin), true) => {
                let by_name = slf.get().policy.explicit_origin();
                (Actual::Allowed, by_name.then_some(origin.as_any()))
            }
            (Some(_), false) => (Actual::Refused, scope),
        };
        match message_with_headers(slf, message, kind, request, asked) {
            // SAFETY: a new reference, which is given away.
            Ok(copy) => Ok(unsafe { Bound::from_owned_ptr(py, copy.into_ptr()) }),
            Err(Raised) => Err(PyErr::fetch(py)),
        }
    }

    /// Whether a request header of this name is allowed.
    fn allows_header(&self, name: &[u8]) -> bool {
        self.policy.allows_header(name)
    }

    /// What allows an origin that is allowed.
    fn origin_rule<'py>(
        &self,
        py: Python<'py>,
        origin: &[u8],
    ) -> PyResult<(&'static str, Option<Bound<'py, PyAny>>)> {
        self.rule(py, origin)
    }

    /// What comes closest to an origin that is refused.
    fn closest_to<'py>(&self, py: Python<'py>, origin: &[u8]) -> PyResult<Closest<'py>> {
        self.closest(py, origin)
    }

    /// How many entries `allow_origins` has.
    fn entry_count(&self) -> usize {
        self.policy.origins().entries().len()
    }

    /// How many origins are listed, and how many patterns there are.
    fn origin_counts(&self) -> (usize, usize) {
        self.policy.origins().counts()
    }

    /// Whether both have the same entries, in whatever order.
    fn has_entries_of(&self, other: &Bound<'_, Self>) -> bool {
        self.policy.origins().has_entries_of(other.get().policy.origins())
    }

    /// A hash of the entries, whatever their order.
    fn entries_hash(&self) -> u64 {
        self.policy.origins().entries_hash()
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.options)?;
        self.foreign.iter().try_for_each(|fullmatch| visit.call(fullmatch))
    }
}

/// Why the Rust engine does not take `expression`, or None where it does.
#[pyfunction]
#[allow(clippy::needless_pass_by_value, reason = "PyO3 extracts owned values")]
pub(crate) fn expression_problem(expression: String) -> Option<String> {
    Expressions::new(&[expression]).err().map(|error| error.reason)
}

/// The value of the one `Vary` line that stands for those `values` and `Origin`.
#[pyfunction]
#[allow(clippy::needless_pass_by_value, reason = "PyO3 extracts owned values")]
pub(crate) fn vary_by_origin(py: Python<'_>, values: Vec<Vec<u8>>) -> Bound<'_, PyBytes> {
    let values: Vec<&[u8]> = values.iter().map(Vec::as_slice).collect();
    PyBytes::new(py, &crate::cors::vary_by_origin(&values))
}

/// An entry of `allow_origins` as it was given.
pub(super) fn entry_text<'py>(py: Python<'py>, entry: &[u8]) -> PyResult<Bound<'py, PyAny>> {
    match core::str::from_utf8(entry) {
        Ok(text) => Ok(PyString::new(py, text).into_any()),
        Err(_) => PyBytes::new(py, entry).call_method1("decode", ("utf-8", "surrogatepass")),
    }
}

/// The text of an entry of `allow_origins`, as it is compared.
pub(super) fn entry_bytes<'t>(text: &'t Bound<'_, PyString>) -> PyResult<Cow<'t, [u8]>> {
    Ok(match text.to_str() {
        Ok(text) => Cow::Borrowed(text.as_bytes()),
        // A lone surrogate: no header can hold it, it is only kept in the list.
        Err(_) => Cow::Owned(text.call_method1("encode", ("utf-8", "surrogatepass"))?.extract()?),
    })
}

/// The bytes of an option's text in a header. No header carries a character beyond latin-1.
fn header_value(text: &str) -> PyResult<Box<[u8]>> {
    let bytes = text.chars().map(u8::try_from).collect::<Result<_, _>>();
    bytes.map_err(|_| PyValueError::new_err(format!("no header can carry {text:?}")))
}

/// The bytes of a header value that was decoded as latin-1. A character beyond it becomes `?`, which
/// is in no token and no origin.
pub(super) fn latin_1<'t>(text: &'t Bound<'_, PyString>) -> PyResult<Cow<'t, [u8]>> {
    if let Ok(text) = text.to_str()
        && text.is_ascii()
    {
        return Ok(Cow::Borrowed(text.as_bytes()));
    }
    text.call_method1("encode", ("latin-1", "replace"))?
        .extract()
        .map(Cow::Owned)
        .map_err(|_| PyTypeError::new_err("str.encode gave no bytes"))
}

fn preflight_lines(py: Python<'_>, policy: &Policy) -> PyResult<PreflightLines> {
    let opening = policy.preflight_lines().iter().map(|(name, value)| pair(py, name, value));
    let closing = Refusals::all().map(|refusals| {
        let body = refusals.body();
        let status = refusals.status().into_pyobject(py)?.into_any();
        let none = py.None().into_bound(py);
        let body_bytes = PyBytes::new(py, body.as_bytes()).into_any();
        Ok(Closing {
            content_length: pair(py, b"content-length", body.len().to_string().as_bytes())?,
            start: message(py, "http.response.start", &[("status", status), ("headers", none)])?,
            body: message(py, "http.response.body", &[("body", body_bytes)])?,
        })
    });
    Ok(PreflightLines {
        opening: opening.collect::<PyResult<_>>()?,
        closing: closing.collect::<PyResult<_>>()?,
    })
}

fn message(py: Python<'_>, kind: &str, items: &[(&str, Bound<'_, PyAny>)]) -> PyResult<Py<PyDict>> {
    let message = PyDict::new(py);
    message.set_item(intern!(py, "type"), PyString::intern(py, kind))?;
    for (key, value) in items {
        message.set_item(PyString::intern(py, key), value)?;
    }
    Ok(message.unbind())
}

fn answer_lines(py: Python<'_>, policy: &Policy, kind: Actual) -> PyResult<Vec<AnswerLine>> {
    let line = |line: &crate::cors::Line| match &line.value {
        LineValue::Fixed(value) => pair(py, line.name, value).map(Some),
        LineValue::Origin => Ok(None),
    };
    policy.actual_lines(kind).iter().map(line).collect()
}
