//! The proof of a regular expression for Python.

use pyo3::prelude::*;

use crate::proof::{Everything, Null, Proof, Unproven, UntrustedOrigin, missed, prove};

/// A [`Proof`], as a dict.
#[derive(IntoPyObject)]
pub(crate) struct ProofDict {
    nothing: bool,
    everything: Option<&'static str>,
    stranger: Option<(String, String, String)>,
    hosted: Option<(String, String, String, bool)>,
    shared: Option<(String, String, String)>,
    address: Option<String>,
    network: Option<String>,
    null: Option<&'static str>,
    insecure: Option<String>,
    local: bool,
    scheme: Option<String>,
    taken: Option<Vec<u32>>,
    unproven: Option<(&'static str, Option<String>)>,
    safe: bool,
}

impl From<Proof> for ProofDict {
    fn from(proof: Proof) -> Self {
        let safe = proof.is_safe();
        let stranger = |UntrustedOrigin { origin, domain, suffix, .. }| (origin, domain, suffix);
        Self {
            nothing: proof.nothing,
            everything: proof.everything.map(|everything| match everything {
                Everything::Https => "https",
                Everything::Http => "http",
                Everything::Both => "both",
            }),
            stranger: proof.untrusted.map(stranger),
            hosted: proof.hosted.map(|UntrustedOrigin { origin, domain, suffix, is_anyones }| {
                (origin, domain, suffix, is_anyones)
            }),
            shared: proof.shared.map(stranger),
            address: proof.address,
            network: proof.network,
            null: proof.null.map(|null| match null {
                Null::Written => "written",
                Null::Open => "open",
            }),
            insecure: proof.insecure,
            local: proof.local,
            scheme: proof.scheme,
            taken: proof.taken,
            unproven: proof.unproven.map(|unproven| match unproven {
                Unproven::TooLarge => ("too-large", None),
                Unproven::TooManyNames => ("too-many-names", None),
                Unproven::Suffixes(domain) => ("suffixes", Some(domain)),
                Unproven::Addresses => ("addresses", None),
                Unproven::LongNames => ("long-names", None),
            }),
            safe,
        }
    }
}

/// Finds out what an expression lets in. Its bytes are characters of latin-1; those from 0xA1 stand
/// for what its author left open. A stranger is shown that has `name` in its name, where there is one.
#[pyfunction]
#[allow(clippy::needless_pass_by_value, reason = "PyO3 extracts owned values")]
pub(crate) fn prove_expression(
    py: Python<'_>,
    marked: String,
    name: String,
    credentials: bool,
) -> ProofDict {
    py.detach(|| prove(&marked, &name, credentials)).into()
}

/// A shortest origin that one such expression matches and another does not.
#[pyfunction]
#[allow(clippy::needless_pass_by_value, reason = "PyO3 extracts owned values")]
pub(crate) fn missed_origin(py: Python<'_>, one: String, other: String) -> Option<String> {
    py.detach(|| missed(&one, &other))
}
