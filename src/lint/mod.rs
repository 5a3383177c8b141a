//! What can be known to be wrong in a configuration before the first request.
//!
//! A function for each kind of entries takes texts and gives [`Problem`]s, all at once. Nothing
//! here runs while a request is served, so that parsing is left to the `url` crate and public
//! suffixes to `psl`.

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

pub use names::{methods, request_headers, response_headers};
pub use origins::{Proven, origins};
pub use problem::{Problem, Severity, Suggestion};

/// The codes of all problems that the functions here can give, each once.
pub fn codes() -> impl Iterator<Item = &'static str> {
    origins::CODES.iter().chain(names::CODES).copied()
}
