use super::Problem;

/// What is wrong with entries of `allow_origins`.
#[must_use]
pub fn origins<'e>(entries: impl Iterator<Item = &'e str>, credentials: bool) -> Vec<Problem> {
    let _ = (entries, credentials);
    Vec::new()
}
