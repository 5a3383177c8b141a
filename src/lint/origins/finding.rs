use crate::lint::problem::{Severity, Suggestion};

/// One thing that is wrong with an entry, before it is known what was meant by the whole.
#[derive(Debug)]
pub(super) struct Finding {
    pub(super) code: &'static str,
    pub(super) severity: Severity,
    /// The byte of the entry where it is.
    pub(super) at: usize,
    /// The clause after the value.
    pub(super) wrong: String,
    /// What to do where no suggestion can be given.
    pub(super) otherwise: &'static str,
    pub(super) meant: Meant,
}

/// Which suggestion belongs to a finding.
#[derive(Debug)]
pub(super) enum Meant {
    /// The one that corrects the whole entry.
    Whole,
    /// Its own, or none.
    Own(Option<Suggestion>),
}

impl Finding {
    /// What keeps the entry from matching.
    pub(super) fn unmatched(code: &'static str, at: usize, wrong: impl Into<String>) -> Self {
        Self::error(code, at, format!("{}, so it never matches", wrong.into()))
    }

    /// What is dangerous.
    pub(super) fn error(code: &'static str, at: usize, wrong: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            at,
            wrong: wrong.into(),
            otherwise: "write an origin such as 'https://app.example.com', or remove it",
            meant: Meant::Whole,
        }
    }

    /// What works, but probably not as it is meant.
    pub(super) fn warning(code: &'static str, at: usize, wrong: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, at, wrong) }
    }

    /// With more to say of it.
    pub(super) fn note(mut self, note: &str) -> Self {
        self.wrong.push_str(note);
        self
    }

    /// With what to do where no suggestion can be given.
    pub(super) fn otherwise(self, otherwise: &'static str) -> Self {
        Self { otherwise, ..self }
    }

    /// With a suggestion of its own.
    pub(super) fn meant(self, meant: Option<Suggestion>) -> Self {
        Self { meant: Meant::Own(meant), ..self }
    }
}
