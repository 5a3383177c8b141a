/// How much a [`Problem`] matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// It cannot work, or is dangerous.
    Error,
    /// It works, but probably not as it is meant.
    Warning,
}

impl Severity {
    /// `"error"` or `"warning"`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// What was probably meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Suggestion {
    /// This instead of the entry.
    One(String),
    /// These entries instead of the one.
    Several(Vec<String>),
    /// This regular expression, given as `allow_origin_regex` instead of the entry.
    Expression(String),
}

impl Suggestion {
    /// The option that it is for, where that is another than the entry's own.
    #[must_use]
    pub const fn option(&self) -> Option<&'static str> {
        match self {
            Self::One(_) | Self::Several(_) => None,
            Self::Expression(_) => Some("allow_origin_regex"),
        }
    }
}

/// One thing that is wrong with one entry of an option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// A stable name for this kind of problem, such as `origin-trailing-slash`.
    pub code: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// The entry's place in its list, from 0.
    pub index: usize,
    /// The sentence after the value: what is wrong with it, what happens, what to write instead.
    pub message: String,
    /// The value that was probably meant, where one is evident.
    pub suggestion: Option<Suggestion>,
}
