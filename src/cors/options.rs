use super::origin::Origins;
use super::responses::Responses;

/// What a [`Policy`](super::Policy) is made of, already checked: each text is latin-1 that a header value
/// can hold. The names need not be tokens: what is sent and what matches is then the same as in
/// Starlette.
#[derive(Debug)]
pub struct Options {
    /// `allow_origins` and `allow_origin_regex`.
    pub origins: Origins,
    /// `allow_methods`, as they are sent, with `*` already replaced by what it stands for.
    pub methods: Vec<Box<[u8]>>,
    /// `allow_headers` with the safelisted ones, sorted, as they are sent.
    pub headers: Vec<Box<[u8]>>,
    /// Whether `*` is among the headers.
    pub any_header: bool,
    /// `allow_credentials`.
    pub credentials: bool,
    /// `allow_private_network`.
    pub private_network: bool,
    /// `expose_headers`, as they are sent.
    pub expose: Vec<Box<[u8]>>,
    /// `max_age` as text.
    pub max_age: Box<[u8]>,
    /// `responses`.
    pub responses: Responses,
}

impl Options {
    /// Whether a response names an allowed origin instead of `*` (Fetch, CORS check: `*` does not count
    /// for a request with credentials).
    #[must_use]
    pub fn explicit_origin(&self) -> bool {
        !self.origins.any() || self.credentials
    }
}
