//! Decisions and explanations, for Python: responses as values, and the closest rule.

use core::ops::Range;
use std::collections::HashSet;
use std::sync::Arc;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyString, PyTuple};

use crate::asgi::{CompiledPolicy, entry_bytes, entry_text, pair};
use crate::cors::{
    Actual, Expressions, Origins, Placed, PreflightRequest, Snapshot, Verdict, merge,
};
use crate::distance;
use crate::explain::{self, Nearest, Oddities, Relation, Sought, Variant, is_odd};

/// Header lines as ASGI has them.
pub(super) type Lines = Vec<Py<PyTuple>>;

/// Status, body, header lines, and the reasons for which it is rejected.
pub(super) type PreflightResponse = (u16, Py<PyBytes>, Lines, Vec<&'static str>);

/// A preflight as Python describes it; what does not fit into a header is rejected.
pub(super) struct DescribedPreflight<'r> {
    pub(super) origin: &'r [u8],
    pub(super) origin_fits: bool,
    pub(super) request: PreflightRequest<'r>,
    pub(super) headers_fit: bool,
}

impl CompiledPolicy {
    /// The response that the middleware sends to this preflight.
    pub(super) fn describe_preflight(
        &self,
        py: Python<'_>,
        described: &DescribedPreflight<'_>,
    ) -> PyResult<PreflightResponse> {
        let DescribedPreflight { origin, origin_fits, request, headers_fit } = described;
        let allowed = *origin_fits && self.allows_origin(py, origin)?;
        let headers_allowed =
            *headers_fit && request.headers.is_none_or(|value| self.policy.allows_headers(value));
        let decision = self.policy.preflight_of(request, allowed, headers_allowed);
        let response = self.policy.preflight_response(decision, origin, request);
        let lines = response.iter().map(|(name, value)| pair(py, name, value));
        let body = self.policy.responses().body(decision.rejections);
        Ok((
            self.policy.responses().status(decision.rejections),
            PyBytes::new(py, body.as_bytes()).unbind(),
            lines.collect::<PyResult<_>>()?,
            decision.rejections.names().collect(),
        ))
    }

    /// Whether the Origin of an actual request is allowed, and the lines for its response.
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
        let placed =
            merge(theirs, lines, self.policy.varies()).into_iter().map(|placed| match placed {
                Placed::Ours(index) => {
                    // Without an Origin there is no line that has it.
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
        let entries = self.all_entries();
        if entries.list(origin) {
            return Ok(("listed", None));
        }
        match Sought::new(origin).covering(entries.iter()) {
            Some(entry) => Ok(("pattern", Some(entry_text(py, entry)?))),
            None => Ok(("expression", None)),
        }
    }

    /// What comes closest to an origin that is rejected, of the entries but those that are `skipped`,
    /// of the entries that were `meant`, and of what the expressions match.
    pub(super) fn closest<'py>(
        &self,
        py: Python<'py>,
        origin: &[u8],
        skipped: &[Bound<'py, PyString>],
        meant: &[Bound<'py, PyString>],
    ) -> PyResult<Closest<'py>> {
        let origins = self.policy.origins();
        let entries = self.all_entries();
        let sought = Sought::new(origin);
        let skipped = skipped.iter().map(entry_bytes).collect::<PyResult<HashSet<_>>>()?;
        let meant = meant.iter().map(entry_bytes).collect::<PyResult<Vec<_>>>()?;
        let (found, intended, matched) = py.detach(|| {
            let counts = |entry: &&[u8]| skipped.is_empty() || !skipped.contains(*entry);
            let variants = sought.variants().into_iter();
            let mut matched = variants.filter(|variant| origins.matches_expression(&variant.text));
            (
                sought.nearest(entries.iter().filter(counts)),
                sought.nearest(meant.iter().map(AsRef::as_ref)),
                matched.next(),
            )
        });
        let costs = [
            found.map(|entry| entry.cost),
            intended.map(|entry| entry.cost),
            matched.as_ref().map(|variant| variant.cost),
        ];
        let least = costs.into_iter().flatten().min();
        let entry = |nearest| NearestEntry::new(py, &sought, nearest);
        Ok(Closest {
            oddities: sought.oddities().names().collect(),
            corrected: sought.corrected().as_deref().map(latin_1),
            site: sought.site().map(latin_1),
            this_machine: sought.is_this_machine(),
            entry: found.as_ref().map(entry).transpose()?,
            meant: intended.as_ref().map(entry).transpose()?,
            variant: matched.map(NearestVariant::new),
            far: least.is_none_or(|cost| cost > explain::FAR),
        })
    }

    /// The first entries that are neither origins as browsers write them nor patterns.
    pub(super) fn odd<'py>(&self, py: Python<'py>, limit: usize) -> PyResult<Bound<'py, PyList>> {
        // There are none in an `OriginSet`.
        let entries = self.policy.origins().entries();
        let odd = PyList::empty(py);
        for entry in entries.filter(|entry| is_odd(entry)).take(limit) {
            odd.append(entry_text(py, entry)?)?;
        }
        Ok(odd)
    }
}

/// The entries of a policy, with those that its `OriginSet` had at one time.
pub(super) struct Entries<'p> {
    origins: &'p Origins,
    live: Option<Arc<Snapshot>>,
}

impl CompiledPolicy {
    /// The entries as they are now.
    pub(super) fn all_entries(&self) -> Entries<'_> {
        let origins = self.policy.origins();
        Entries { origins, live: origins.live().map(|set| set.snapshot()) }
    }
}

impl Entries<'_> {
    pub(super) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let live = self.live.iter().flat_map(|snapshot| snapshot.entries());
        self.origins.entries().chain(live)
    }

    /// Whether `origin` itself is an entry.
    fn list(&self, origin: &[u8]) -> bool {
        self.origins.is_listed(origin)
            || self.live.as_ref().is_some_and(|snapshot| snapshot.lists(origin))
    }
}

/// An origin that is rejected, and what comes closest to it.
#[derive(IntoPyObject)]
pub(super) struct Closest<'py> {
    oddities: Vec<&'static str>,
    corrected: Option<String>,
    site: Option<String>,
    this_machine: bool,
    entry: Option<NearestEntry<'py>>,
    meant: Option<NearestEntry<'py>>,
    variant: Option<NearestVariant>,
    /// Whether a part that an expression matches comes closer than all.
    far: bool,
}

/// [`Nearest`] for Python.
#[derive(IntoPyObject)]
struct NearestEntry<'py> {
    text: Bound<'py, PyAny>,
    relation: &'static str,
    scheme: bool,
    port: bool,
    cost: usize,
    pattern: Option<String>,
}

impl<'py> NearestEntry<'py> {
    fn new(py: Python<'py>, sought: &Sought<'_>, nearest: &Nearest<'_>) -> PyResult<Self> {
        Ok(Self {
            text: entry_text(py, nearest.entry)?,
            relation: nearest.relation.name(),
            scheme: nearest.scheme,
            port: nearest.port,
            cost: nearest.cost,
            pattern: sought.pattern(nearest).as_deref().map(latin_1),
        })
    }
}

/// [`Variant`] for Python.
#[derive(IntoPyObject)]
struct NearestVariant {
    text: String,
    relation: &'static str,
    scheme: bool,
    port: bool,
    cost: usize,
}

impl NearestVariant {
    fn new(variant: Variant) -> Self {
        let Variant { text, relation, scheme, port, cost } = variant;
        Self { text: latin_1(&text), relation: relation.name(), scheme, port, cost }
    }
}

/// Whether an entry of `allow_origins` can only be on the machine that the browser runs on.
#[pyfunction]
pub(crate) fn is_on_this_machine(entry: &Bound<'_, PyString>) -> PyResult<bool> {
    Ok(Sought::new(&entry_bytes(entry)?).is_this_machine())
}

/// The name of each relation of an origin to the rule that comes closest.
#[pyfunction]
pub(crate) fn relations() -> Vec<&'static str> {
    Relation::ALL.iter().map(|relation| relation.name()).collect()
}

/// The name of each thing for which an Origin is none that a browser sends.
#[pyfunction]
pub(crate) fn oddities() -> Vec<&'static str> {
    Oddities::all_names().collect()
}

/// Whether `entries` as `allow_origins` would allow `origin`.
#[pyfunction]
#[allow(clippy::needless_pass_by_value, reason = "PyO3 extracts owned values")]
pub(crate) fn entries_allow(entries: Vec<Bound<'_, PyString>>, origin: &[u8]) -> PyResult<bool> {
    let mut origins = Origins::with_capacity(entries.len(), Expressions::default(), false);
    for entry in &entries {
        let added = origins.add(&entry_bytes(entry)?);
        added.map_err(|error| PyValueError::new_err(error.to_string()))?;
    }
    Ok(origins.verdict(origin) == Verdict::Allowed)
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

/// The name of a header that a header name may be written for, and how many letters differ.
#[pyfunction]
#[allow(clippy::needless_pass_by_value, reason = "PyO3 extracts owned values")]
pub(crate) fn nearest_header(names: Vec<String>, name: &str) -> Option<(String, usize)> {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    distance::nearest_header(&names, name).map(|(name, distance)| (name.to_owned(), distance))
}

fn latin_1(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}
