//! The proof of a regular expression for Python.

use pyo3::prelude::*;

use crate::cors::lint::expression::{Null, Proof, Stranger, Unproven, prove};

/// A [`Proof`], as a dict.
#[derive(IntoPyObject)]
#[allow(clippy::struct_excessive_bools, reason = "one for each thing that is known")]
pub(crate) struct ProofDict {
    nothing: bool,
    everything: bool,
    stranger: Option<(String, String, String)>,
    shared: Option<(String, String, String)>,
    address: Option<String>,
    network: Option<String>,
    null: Option<&'static str>,
    insecure: Option<String>,
    local: bool,
    scheme: Option<String>,
    unproven: Option<(&'static str, Option<String>)>,
    safe: bool,
}

impl From<Proof> for ProofDict {
    fn from(proof: Proof) -> Self {
        let safe = proof.is_safe();
        let stranger = |Stranger { origin, domain, suffix }| (origin, domain, suffix);
        Self {
            nothing: proof.nothing,
            everything: proof.everything,
            stranger: proof.stranger.map(stranger),
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
