//! The methods of a compiled policy that Python calls besides requests.

use std::sync::Arc;

use pyo3::exceptions::PyValueError;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyString, PyTuple};

use super::enforcement::{EnforcedResponse, enforcement};
use super::explain::{Closest, DescribedPreflight, PreflightResponse};
use super::origin_set::OriginSetBase;
use crate::asgi::{
    CompiledPaths, CompiledPolicy, Part, Place, Raised, entry_bytes, entry_text, latin_1,
    message_with_headers,
};
use crate::cors::{
    Actual, Expressions, Line, LineValue, Options, Origins, Policy, Preflight, PreflightRequest,
    Rejections, Responses, may_name_a_site,
};
use crate::enforcement::{HostLines, Kind, Request};

/// Status, body and reasons of a response to a preflight, and which lines it has: the origin, the
/// request's headers, private network access.
type Decided = (u16, String, Vec<&'static str>, bool, bool, bool);

#[pymethods]
impl CompiledPolicy {
    #[new]
    #[pyo3(signature = (*, options, origins, expressions, python_only, methods, headers, any_header,
                        credentials, private_network, expose, max_age, enforce="off",
                        hosts=None, responses="starlette", function=None, live=None, paths=None,
                        place=None))]
    #[allow(clippy::too_many_arguments, reason = "one for each option, all by keyword")]
    #[allow(clippy::needless_pass_by_value, reason = "PyO3 extracts owned values")]
    #[allow(clippy::fn_params_excessive_bools, reason = "one for each option, all by keyword")]
    fn compile(
        py: Python<'_>,
        options: Py<PyAny>,
        origins: &Bound<'_, PyAny>,
        expressions: Vec<String>,
        python_only: Vec<Py<PyAny>>,
        methods: Vec<String>,
        headers: Vec<String>,
        any_header: bool,
        credentials: bool,
        private_network: bool,
        expose: Vec<String>,
        max_age: &str,
        enforce: &str,
        hosts: Option<Vec<String>>,
        responses: &str,
        function: Option<Py<PyAny>>,
        live: Option<PyRef<'_, OriginSetBase>>,
        paths: Option<Py<CompiledPaths>>,
        place: Option<(Option<String>, bool, bool)>,
    ) -> PyResult<Self> {
        let value_error = |error: &dyn core::fmt::Display| PyValueError::new_err(error.to_string());
        let expressions = Expressions::new(&expressions).map_err(|error| value_error(&error))?;
        let capacity = origins.len().unwrap_or(0);
        let mut allowed = Origins::with_capacity(capacity, expressions, !python_only.is_empty());
        for entry in origins.try_iter()? {
            let entry = entry?;
            let added = allowed.add(&entry_bytes(entry.cast()?)?);
            added.map_err(|error| value_error(&error))?;
        }
        allowed.shrink();
        if let Some(live) = live {
            allowed = allowed.with_live(Arc::clone(&live.set));
        }
        let boxed = |texts: Vec<String>| -> PyResult<Vec<_>> {
            texts.iter().map(|text| header_value(text)).collect()
        };
        let responses = Responses::named(responses)
            .ok_or_else(|| value_error(&format_args!("there are no responses {responses:?}")))?;
        let policy = Policy::new(Options {
            origins: allowed,
            methods: boxed(methods)?,
            headers: boxed(headers)?,
            any_header,
            credentials,
            private_network,
            expose: boxed(expose)?,
            max_age: header_value(max_age)?,
            responses,
        })
        .map_err(|error| value_error(&error))?;
        let mut enforcement = enforcement(enforce, &hosts.unwrap_or_default())?;
        let place = place.map(|(key, is_untouched, reports_host)| {
            enforcement.report_host(reports_host);
            Place::new(key, is_untouched)
        });
        let part = Part { paths, place };
        Self::new(py, policy, options, python_only, enforcement, function, part)
    }

    /// The entries of `allow_origins`, in their order, up to the limit. Those of an `OriginSet` have none.
    #[pyo3(signature = (limit=None))]
    fn origins<'py>(&self, py: Python<'py>, limit: Option<usize>) -> PyResult<Bound<'py, PyList>> {
        let list = PyList::empty(py);
        let entries = self.all_entries();
        for entry in entries.iter().take(limit.unwrap_or(usize::MAX)) {
            list.append(entry_text(py, entry)?)?;
        }
        Ok(list)
    }

    /// Whether `allow_origins` was made of these texts, in their order. A None counts for nothing.
    #[allow(clippy::needless_pass_by_value, reason = "PyO3 extracts owned values")]
    fn has_origins(&self, texts: Vec<Option<Bound<'_, PyString>>>) -> PyResult<bool> {
        let mut entries = self.policy.origins().entries();
        for text in texts.iter().flatten() {
            if entries.next() != Some(&*entry_bytes(text)?) {
                return Ok(false);
            }
        }
        Ok(entries.next().is_none())
    }

    /// Whether every origin is allowed.
    #[getter]
    fn any_origin(&self) -> bool {
        self.policy.origins().any()
    }

    /// Whether any request may be rejected before the application runs.
    #[getter]
    fn enforces(&self) -> bool {
        self.enforcement.is_on()
    }

    /// The key of `paths` that it is for: None for a policy of its own, and for ambiguous paths.
    #[getter]
    fn path(&self) -> Option<&str> {
        self.part.place.as_ref().and_then(|place| place.key.as_deref())
    }

    /// Whether it is for paths that are ambiguous.
    #[getter]
    fn is_ambiguous(&self) -> bool {
        self.part.place.as_ref().is_some_and(|place| place.key.is_none())
    }

    /// Whether requests go on as they are.
    #[getter]
    fn is_untouched(&self) -> bool {
        self.part.is_untouched()
    }

    /// Whether the options allow an Origin.
    fn allows(&self, py: Python<'_>, origin: &Bound<'_, PyString>) -> PyResult<bool> {
        // Latin-1, as it was decoded; a character beyond it cannot come from a header.
        self.allows_origin(py, &latin_1(origin)?)
    }

    /// Whether a function is asked about an Origin at run time, if nothing else allows it.
    fn asks_about(&self, origin: &Bound<'_, PyString>) -> bool {
        // What is not ASCII names no site, however it is encoded.
        self.function.is_some()
            && origin.to_str().is_ok_and(|origin| may_name_a_site(origin.as_bytes()))
    }

    /// Decides on a preflight: status, body, and whether the response has the explicit origin, the
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
        let Preflight { rejections, explicit_origin, mirrored_headers, private_network } =
            self.policy.preflight(&request, origin_allowed);
        let responses = self.policy.responses();
        let (status, body, reasons) = (
            responses.status(rejections),
            responses.body(rejections),
            rejections.names().collect(),
        );
        Ok((status, body, reasons, explicit_origin, mirrored_headers, private_network))
    }

    /// The whole response to a preflight, and the reasons for a rejection.
    #[pyo3(signature = (*, origin, origin_fits, method, headers, headers_fit, private_network))]
    #[allow(clippy::too_many_arguments, reason = "one for each part of a request, all by keyword")]
    #[allow(clippy::fn_params_excessive_bools, reason = "all by keyword")]
    fn preflight_response(
        &self,
        py: Python<'_>,
        origin: &[u8],
        origin_fits: bool,
        method: &[u8],
        headers: Option<&[u8]>,
        headers_fit: bool,
        private_network: bool,
    ) -> PyResult<PreflightResponse> {
        let request = PreflightRequest { method, headers, private_network };
        self.describe_preflight(
            py,
            &DescribedPreflight { origin, origin_fits, request, headers_fit },
        )
    }

    /// Whether an actual request is allowed, and the header lines for its response.
    #[pyo3(signature = (*, origin, origin_fits))]
    fn actual_response(
        &self,
        py: Python<'_>,
        origin: Option<&[u8]>,
        origin_fits: bool,
    ) -> PyResult<(bool, Vec<Py<PyTuple>>)> {
        self.describe_actual(py, origin, origin_fits)
    }

    /// What is decided on a request that is no preflight, by CORS and by enforcement. A method of None
    /// stands for the handshake of a WebSocket.
    #[pyo3(signature = (*, method, is_https, host, origin, origin_fits, site, mode, destination))]
    #[allow(clippy::too_many_arguments, reason = "one for each part of a request, all by keyword")]
    fn enforced_response(
        &self,
        py: Python<'_>,
        method: Option<&[u8]>,
        is_https: bool,
        host: Option<&[u8]>,
        origin: Option<&[u8]>,
        origin_fits: bool,
        site: Option<&[u8]>,
        mode: Option<&[u8]>,
        destination: Option<&[u8]>,
    ) -> PyResult<EnforcedResponse> {
        let request = Request {
            kind: method.map_or(Kind::WebSocket, Kind::of_method),
            is_https,
            host: host.map_or(HostLines::None, HostLines::One),
            origin: match origin {
                Some(origin) => Some((origin, origin_fits && self.allows_origin(py, origin)?)),
                None => None,
            },
            site,
            mode,
            destination,
        };
        self.describe_enforced(py, &request)
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
            (Some(_), false) => (Actual::Rejected, scope),
        };
        match message_with_headers(slf, message, kind, request, asked) {
            // SAFETY: a new reference, which the caller owns.
            Ok(copy) => Ok(unsafe { Bound::from_owned_ptr(py, copy.into_ptr()) }),
            Err(Raised) => Err(PyErr::fetch(py)),
        }
    }

    /// Where the names in an `Access-Control-Request-Headers` value are that are not allowed.
    fn rejected_names(&self, value: &[u8]) -> Vec<(usize, usize)> {
        self.policy.rejected_names(value).map(|range| (range.start, range.end)).collect()
    }

    /// The rule that allows an origin.
    fn origin_rule<'py>(
        &self,
        py: Python<'py>,
        origin: &[u8],
    ) -> PyResult<(&'static str, Option<Bound<'py, PyAny>>)> {
        self.rule(py, origin)
    }

    /// The rule that is closest to a rejected origin.
    #[allow(clippy::needless_pass_by_value, reason = "PyO3 extracts owned values")]
    fn closest_to<'py>(
        &self,
        py: Python<'py>,
        origin: &[u8],
        skipped: Vec<Bound<'py, PyString>>,
        meant: Vec<Bound<'py, PyString>>,
    ) -> PyResult<Closest<'py>> {
        self.closest(py, origin, &skipped, &meant)
    }

    /// The first entries of `allow_origins` that are no origins as browsers write them.
    fn odd_entries<'py>(&self, py: Python<'py>, limit: usize) -> PyResult<Bound<'py, PyList>> {
        self.odd(py, limit)
    }

    /// The header lines with which the response to an allowed preflight begins, in order.
    fn preflight_lines(&self) -> Vec<(&'static str, String)> {
        let lines = self.policy.preflight_lines(Rejections::default()).iter();
        lines.map(|(name, value)| line_text(name, value)).collect()
    }

    /// The header lines that are the same in each response to an actual request whose Origin is
    /// allowed, in order.
    fn actual_lines(&self) -> Vec<(&'static str, String)> {
        let text = |line: &Line| match &line.value {
            LineValue::Fixed(value) => Some(line_text(line.name, value)),
            LineValue::Origin => None,
        };
        self.policy.actual_lines(Actual::Allowed).iter().filter_map(text).collect()
    }

    /// Whether the responses to actual requests depend on their Origin.
    #[getter]
    fn varies(&self) -> bool {
        self.policy.varies()
    }

    /// The number of entries of `allow_origins`, with those that its `OriginSet` has now.
    fn entry_count(&self) -> usize {
        let origins = self.policy.origins();
        origins.entries().len() + origins.live().map_or(0, |set| set.count())
    }

    /// The number of distinct listed origins, and of distinct patterns.
    fn origin_counts(&self) -> (usize, usize) {
        let origins = self.policy.origins();
        let (listed, patterns) = origins.counts();
        let live = origins.live().map_or((0, 0), |set| set.snapshot().counts());
        (listed + live.0, patterns + live.1)
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
        if let Some(paths) = &self.part.paths {
            visit.call(paths)?;
        }
        if let Some(function) = &self.function {
            function.traverse(&visit)?;
        }
        self.python_only.iter().try_for_each(|fullmatch| visit.call(fullmatch))
    }
}

fn line_text(name: &'static [u8], value: &[u8]) -> (&'static str, String) {
    let value = value.iter().copied().map(char::from).collect();
    (core::str::from_utf8(name).unwrap_or_default(), value)
}

/// The bytes of an option's text in a header. No header can hold a character beyond latin-1.
fn header_value(text: &str) -> PyResult<Box<[u8]>> {
    let bytes = text.chars().map(u8::try_from).collect::<Result<_, _>>();
    bytes.map_err(|_| PyValueError::new_err(format!("no header can carry {text:?}")))
}
