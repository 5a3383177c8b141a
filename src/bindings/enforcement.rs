//! What enforcement decides, for Python.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use super::explain::Lines;
use crate::asgi::{CompiledPolicy, pair};
use crate::cors::Actual;
use crate::enforcement::{Action, Enforcement, Hosts, Kind, Mode, Request, Rule};

/// The name of the rule; what follows: `pass`, `report` or `reject`;
/// the status and the body of a rejection, also where it is only reported; the header lines that the
/// response has, or is given.
pub(super) type EnforcedResponse = (&'static str, &'static str, u16, Py<PyBytes>, Lines);

/// The options `enforce`, by the name of its mode, and `hosts`.
pub(super) fn enforcement(mode: &str, hosts: &[String]) -> PyResult<Enforcement> {
    let mode = Mode::named(mode)
        .ok_or_else(|| PyValueError::new_err(format!("there is no mode {mode:?}")))?;
    let hosts = Hosts::new(hosts.iter().map(String::as_bytes))
        .map_err(|error| PyValueError::new_err(error.to_string()))?;
    Ok(Enforcement::new(mode, hosts))
}

impl CompiledPolicy {
    /// What the middleware decides on this request.
    pub(super) fn describe_enforced(
        &self,
        py: Python<'_>,
        request: &Request<'_>,
    ) -> PyResult<EnforcedResponse> {
        let decision = self.enforcement.decide(request);
        let rule = decision.rule;
        let origin = request.origin.map(|(origin, _)| origin);
        // CORS sets no headers on the response to a handshake.
        let is_http = request.kind != Kind::WebSocket;
        let (action, lines) = match decision.action {
            Action::Reject => {
                let length = rule.body().len().to_string();
                let own = rule.lines(length.as_bytes());
                // A response to a rejected origin has no CORS headers.
                let lines = if is_http && decision.cors == Actual::Allowed {
                    self.merged(py, &own, Actual::Allowed, origin)?
                } else {
                    let own = own.iter().map(|(name, value)| pair(py, name, value));
                    own.collect::<PyResult<_>>()?
                };
                ("reject", lines)
            }
            action => {
                let name = if action == Action::Report { "report" } else { "pass" };
                let mut lines = if is_http {
                    self.merged(py, &[], decision.cors, origin)?
                } else {
                    Lines::new()
                };
                // As `send_varying` does it.
                if is_http && self.enforcement.tells_navigations() {
                    if self.policy.varies() {
                        lines.pop();
                    }
                    lines.push(pair(py, b"vary", Rule::CrossSiteRead.vary().as_bytes())?);
                }
                (name, lines)
            }
        };
        let body = PyBytes::new(py, rule.body().as_bytes()).unbind();
        Ok((rule.name(), action, rule.status(), body, lines))
    }
}
