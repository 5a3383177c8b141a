//! What can be known to be wrong in a configuration before the first request.
//!
//! A function for each kind of entries takes texts and gives [`Problem`]s, all at once. Nothing here
//! runs while a request is served, so that parsing is left to the `url` crate and public suffixes to
//! `psl`.

mod name;
mod origin;
mod problem;

pub use name::{methods, request_headers, response_headers};
pub use origin::origins;
pub use problem::{Problem, Severity, Suggestion};
