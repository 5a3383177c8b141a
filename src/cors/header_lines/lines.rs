use super::super::actual::Line;
use super::super::preflight::FixedLine;

pub(crate) const ALLOW_ORIGIN: &[u8] = b"access-control-allow-origin";
pub(crate) const ALLOW_HEADERS: &[u8] = b"access-control-allow-headers";
pub(crate) const ALLOW_PRIVATE_NETWORK: &[u8] = b"access-control-allow-private-network";
pub(super) const ALLOW_CREDENTIALS: &[u8] = b"access-control-allow-credentials";
pub(super) const EXPOSE_HEADERS: &[u8] = b"access-control-expose-headers";
pub(super) const ALLOW_METHODS: &[u8] = b"access-control-allow-methods";
pub(super) const MAX_AGE: &[u8] = b"access-control-max-age";

/// The header lines of a policy's responses, as far as they do not depend on the request.
#[derive(Debug)]
pub(crate) struct ResponseLines {
    /// The beginning of the response to a preflight that is allowed.
    pub(crate) preflight: Vec<FixedLine>,
    /// Whether the response to one that is rejected begins with the same lines, else with none.
    pub(crate) in_rejections: bool,
    /// For the response to a request without an Origin.
    pub(crate) without_origin: Vec<Line>,
    /// For the response to an actual request whose Origin is rejected.
    pub(crate) rejected: Vec<Line>,
    /// For the response to an actual request whose Origin is allowed.
    pub(crate) allowed: Vec<Line>,
    /// Whether the responses to actual requests get `Vary: Origin`.
    pub(crate) varies: bool,
}

/// A list as a header has it, with `separator` between the names.
pub(crate) fn join<N: AsRef<[u8]>>(names: &[N], separator: &[u8]) -> Box<[u8]> {
    names.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(separator).into()
}
