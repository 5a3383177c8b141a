//! What a decision is explained by, for Python: answers as values, and which rule came closest.

use core::ops::Range;

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString, PyTuple};

use crate::asgi::{CompiledPolicy, entry_bytes, entry_text, pair};
use crate::cors::{Actual, Placed, PreflightRequest, merge};
use crate::distance;
use crate::explain::{self, Host, Nearest, Sought, Variant};

/// Header lines as ASGI has them.
pub(super) type Lines = Vec<Py<PyTuple>>;

/// Status, body, header lines, and the reasons for which it is rejected.
pub(super) type PreflightAnswer = (u16, Py<PyBytes>, Lines, Vec<&'static str>);

/// A preflight as Python describes it; what does not fit into a header is rejected.
pub(super) struct DescribedPreflight<'r> {
    pub(super) origin: &'r [u8],
    pub(super) origin_fits: bool,
    pub(super) request: PreflightRequest<'r>,
    pub(super) headers_fit: bool,
}

impl CompiledPolicy {
    /// The answer that the middleware sends to this preflight.
    pub(super) fn describe_preflight(
        &self,
        py: Python<'_>,
        described: &DescribedPreflight<'_>,
    ) -> PyResult<PreflightAnswer> {
        let DescribedPreflight { origin, origin_fits, request, headers_fit } = described;
        let allowed = *origin_fits && self.allows_origin(py, origin)?;
        let mut decision = self.policy.preflight(request, allowed);
        if !headers_fit {
            decision = decision.without_headers();
        }
        let answer = self.policy.preflight_answer(decision, origin, request);
        let lines = answer.iter().map(|(name, value)| pair(py, name, value));
        let body = decision.rejections.body();
        Ok((
            decision.rejections.status(),
            PyBytes::new(py, body.as_bytes()).unbind(),
            lines.collect::<PyResult<_>>()?,
            decision.rejections.names().collect(),
        ))
    }

    /// Whether the Origin of an actual request is not rejected, and the lines that its answer is given.
    pub(super) fn describe_actual(
        &self,
        py: Python<'_>,
        origin: Option<&[u8]>,
        origin_fits: bool,
    ) -> PyResult<(bool, Lines)> {
        let kind = match origin {
            None => Actual::WithoutOrigin,
            Some(origin) if origin_fits && self.allows_origin(py, origin)? => Actual::Allowed,
            Some(_) => Actual::Rejected,
        };
        Ok((kind != Actual::Rejected, self.merged(py, &[], kind, origin)?))
    }

    /// These header lines of a response with those of the policy set on them.
    pub(super) fn merged(
        &self,
        py: Python<'_>,
        theirs: &[(&[u8], &[u8])],
        kind: Actual,
        origin: Option<&[u8]>,
    ) -> PyResult<Lines> {
        let lines = self.policy.actual_lines(kind);
        let placed = merge(theirs, lines).into_iter().map(|placed| match placed {
            Placed::Ours(index) => {
                // Without an Origin there are no lines.
                pair(py, lines[index].name, lines[index].value_for(origin.unwrap_or_default()))
            }
            Placed::Vary(value) => pair(py, b"vary", &value),
            Placed::Theirs(index) => pair(py, theirs[index].0, theirs[index].1),
        });
        placed.collect()
    }

    /// What allows an origin that is allowed: `any`, `listed`, `pattern` with the pattern, or else
    /// `expression`.
    pub(super) fn rule<'py>(
        &self,
        py: Python<'py>,
        origin: &[u8],
    ) -> PyResult<(&'static str, Option<Bound<'py, PyAny>>)> {
        let origins = self.policy.origins();
        if origins.any() {
            return Ok(("any", None));
        }
        if origins.is_listed(origin) {
            return Ok(("listed", None));
        }
        match Sought::new(origin).covering(origins.entries()) {
            Some(entry) => Ok(("pattern", Some(entry_text(py, entry)?))),
            None => Ok(("expression", None)),
        }
    }

    /// What comes closest to an origin that is rejected.
    pub(super) fn closest<'py>(&self, py: Python<'py>, origin: &[u8]) -> PyResult<Closest<'py>> {
        let origins = self.policy.origins();
        let sought = Sought::new(origin);
        let (found, matched) = py.detach(|| {
            let variants = sought.variants().into_iter();
            let mut matched = variants.filter(|variant| origins.matches_expression(&variant.text));
            (sought.nearest(origins.entries()), matched.next())
        });
        let costs = [found.map(|entry| entry.cost), matched.as_ref().map(|variant| variant.cost)];
        let least = costs.into_iter().flatten().min();
        let entry = found.map(|nearest| NearestEntry::new(py, &sought, &nearest)).transpose()?;
        Ok(Closest {
            oddities: sought.oddities().names().collect(),
            corrected: sought.corrected().as_deref().map(latin_1),
            site: sought.site().map(latin_1),
            loopback: sought.is_loopback(),
            entry,
            variant: matched.map(NearestVariant::new),
            far: least.is_none_or(|cost| cost > explain::FAR),
        })
    }
}

/// An origin that is rejected, and what comes closest to it.
#[derive(IntoPyObject)]
pub(super) struct Closest<'py> {
    oddities: Vec<&'static str>,
    corrected: Option<String>,
    site: Option<String>,
    loopback: bool,
    entry: Option<NearestEntry<'py>>,
    variant: Option<NearestVariant>,
    /// Whether a part that an expression matches comes closer than both.
    far: bool,
}

/// [`Nearest`] for Python.
#[derive(IntoPyObject)]
struct NearestEntry<'py> {
    text: Bound<'py, PyAny>,
    host: &'static str,
    distance: usize,
    scheme: bool,
    port: bool,
    cost: usize,
    oddities: Vec<&'static str>,
    correction: String,
    pattern: Option<String>,
}

impl<'py> NearestEntry<'py> {
    fn new(py: Python<'py>, sought: &Sought<'_>, nearest: &Nearest<'_>) -> PyResult<Self> {
        Ok(Self {
            text: entry_text(py, nearest.entry)?,
            host: nearest.host.name(),
            distance: if let Host::Typo(distance) = nearest.host { distance } else { 0 },
            scheme: nearest.scheme,
            port: nearest.port,
            cost: nearest.cost,
            oddities: nearest.oddities.names().collect(),
            correction: String::from_utf8_lossy(&sought.correction(nearest)).into_owned(),
            pattern: sought.pattern(nearest).as_deref().map(latin_1),
        })
    }
}

/// [`Variant`] for Python.
#[derive(IntoPyObject)]
struct NearestVariant {
    text: String,
    host: &'static str,
    scheme: bool,
    port: bool,
    cost: usize,
}

impl NearestVariant {
    fn new(variant: Variant) -> Self {
        let Variant { text, host, scheme, port, cost } = variant;
        Self { text: latin_1(&text), host: host.name(), scheme, port, cost }
    }
}

/// Whether an entry of `allow_origins` can only be on the machine that the browser runs on.
#[pyfunction]
pub(crate) fn is_on_this_machine(entry: &Bound<'_, PyString>) -> PyResult<bool> {
    Ok(Sought::new(&entry_bytes(entry)?).is_loopback())
}

/// What `expression` matches of `origin`: all of it, else its beginning, its end or something inside.
#[pyfunction]
pub(crate) fn matched_part(expression: &str, origin: &[u8]) -> Option<(usize, usize)> {
    explain::matched_part(expression, origin).map(|Range { start, end }| (start, end))
}

/// The name that looks most like `name`, and how many letters differ.
#[pyfunction]
#[allow(clippy::needless_pass_by_value, reason = "PyO3 extracts owned values")]
pub(crate) fn nearest_name(names: Vec<String>, name: &str) -> Option<(String, usize)> {
    distance::nearest_name(names.iter().map(String::as_str), name)
        .map(|(name, distance)| (name.to_owned(), distance))
}

fn latin_1(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}
