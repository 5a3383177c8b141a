//! Problems of a configuration that can be known before the first request.
//!
//! A function for each kind of entries takes strings and returns all their [`Problem`]s at once.
//! Nothing here runs while a request is served.

/// Names the codes of a module, and lists them in `CODES`.
macro_rules! codes {
    ($($name:ident = $code:literal;)*) => {
        $(pub(super) const $name: &str = $code;)*
        /// Every code that is given here.
        pub(in crate::lint) const CODES: &[&str] = &[$($name),*];
    };
}

mod names;
mod origins;
mod problem;

mod wording;

pub use names::{FORBIDDEN, NEVER_READABLE, methods, request_headers, response_headers};
pub use origins::{Proven, is_plain_entry, origins};
pub use problem::{Problem, Severity, Suggestion};

/// The codes of all problems that the functions here can give, each once.
pub fn codes() -> impl Iterator<Item = &'static str> {
    origins::CODES.iter().chain(names::CODES).copied()
}
