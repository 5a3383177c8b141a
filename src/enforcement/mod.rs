//! Requests that are rejected before the application runs: by the Host header, by the Origin and by
//! what browsers say of where a request comes from ([Fetch Metadata]).
//!
//! CORS only keeps a page from reading a response; the request has run by then, and a WebSocket is
//! not covered at all. A [`Request`] reaches an [`Enforcement`], which returns a [`Decision`]: what CORS
//! says, the [`Rule`] that applies, and what follows from it. Nothing here allocates while it decides,
//! and no decision takes more than linear time in its input.
//!
//! [Fetch Metadata]: https://www.w3.org/TR/fetch-metadata/

mod authority;
mod decide;
mod hosts;
mod mode;
mod request;
mod rule;

pub use authority::Authority;
pub use decide::{Action, Decision, Enforcement};
pub use hosts::Hosts;
pub use mode::Mode;
pub use request::{HostLines, Kind, Request, is_own_site};
pub use rule::Rule;
