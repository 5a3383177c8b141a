//! What is known beside the entry itself.

use core::fmt;

use crate::lint::problem::Suggestion;

/// What to write for a regular expression that stands among the origins: entries that match the same,
/// or the regex itself or a corrected one, if it is proven to allow an origin and no untrusted one.
pub type Proven<'p> = dyn Fn(&str) -> Option<Suggestion> + 'p;

/// What an entry is read with.
#[derive(Clone, Copy)]
pub(super) struct Context<'p> {
    /// Whether credentials are allowed.
    pub(super) credentials: bool,
    pub(super) proven: &'p Proven<'p>,
}

impl Context<'_> {
    /// The same for a text whose expressions will not be reported.
    pub(super) fn without_proofs(self) -> Context<'static> {
        Context { credentials: self.credentials, proven: &|_| None }
    }
}

impl fmt::Debug for Context<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context").field("credentials", &self.credentials).finish_non_exhaustive()
    }
}
