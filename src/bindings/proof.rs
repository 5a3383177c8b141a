//! The proof of a regex for Python.

use pyo3::prelude::*;

use crate::proof::{self, Everything, Null, Proof, UntrustedOrigin};

/// A [`Proof`], as a dict.
#[derive(IntoPyObject)]
#[allow(clippy::struct_excessive_bools, reason = "each is a finding of its own")]
pub(crate) struct ProofDict {
    nothing: bool,
    everything: Option<&'static str>,
    untrusted: Option<(String, String, String)>,
    hosted: Option<(String, String, String, bool)>,
    shared: Option<(String, String, String)>,
    address: Option<String>,
    network: Option<String>,
    null: Option<&'static str>,
    file: bool,
    insecure: Option<String>,
    local: bool,
    scheme: Option<String>,
    joined: Option<(String, Option<String>, bool)>,
    unproven: Option<String>,
    safe: bool,
}

impl From<Proof> for ProofDict {
    fn from(proof: Proof) -> Self {
        let safe = proof.is_safe();
        let site = |UntrustedOrigin { origin, domain, suffix, .. }| (origin, domain, suffix);
        Self {
            nothing: proof.nothing,
            everything: proof.everything.map(|everything| match everything {
                Everything::Https => "https",
                Everything::Http => "http",
                Everything::Both => "both",
            }),
            untrusted: proof.untrusted.map(site),
            hosted: proof.hosted.map(|UntrustedOrigin { origin, domain, suffix, is_anyones }| {
                (origin, domain, suffix, is_anyones)
            }),
            shared: proof.shared.map(site),
            address: proof.address,
            network: proof.network,
            null: proof.null.map(|null| match null {
                Null::Written => "written",
                Null::Open => "open",
            }),
            file: proof.file,
            insecure: proof.insecure,
            local: proof.local,
            scheme: proof.scheme,
            joined: proof.joined.map(|joined| (joined.origin, joined.domain, joined.without_dot)),
            unproven: proof.unproven.map(|unproven| unproven.to_string()),
            safe,
        }
    }
}

/// Finds which origins a marked regex matches that its author may not mean: [`proof::prove`].
#[pyfunction]
#[allow(clippy::needless_pass_by_value, reason = "PyO3 extracts owned values")]
pub(crate) fn prove_expression(
    py: Python<'_>,
    marked: String,
    name: String,
    credentials: bool,
) -> ProofDict {
    py.detach(|| proof::prove(&marked, &name, credentials)).into()
}

/// A shortest origin that one marked regex matches and another does not.
#[pyfunction]
#[allow(clippy::needless_pass_by_value, reason = "PyO3 extracts owned values")]
pub(crate) fn missed_origin(py: Python<'_>, one: String, other: String) -> Option<String> {
    py.detach(|| proof::missed(&one, &other))
}

/// Whether a marked regex matches no origin but those that another matches.
#[pyfunction]
#[allow(clippy::needless_pass_by_value, reason = "PyO3 extracts owned values")]
pub(crate) fn is_within(py: Python<'_>, one: String, other: String) -> bool {
    py.detach(|| proof::is_within(&one, &other))
}

/// Whether two marked regexes match an origin that is the same and has an owner.
#[pyfunction]
#[allow(clippy::needless_pass_by_value, reason = "PyO3 extracts owned values")]
pub(crate) fn share_an_origin(py: Python<'_>, one: String, other: String) -> bool {
    py.detach(|| proof::share_an_origin(&one, &other))
}

/// Whether a marked regex matches an origin that a browser sends.
#[pyfunction]
#[allow(clippy::needless_pass_by_value, reason = "PyO3 extracts owned values")]
pub(crate) fn matches_an_origin(py: Python<'_>, marked: String) -> bool {
    py.detach(|| proof::matches_an_origin(&marked))
}
