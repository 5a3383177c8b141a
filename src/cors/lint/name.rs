use super::Problem;

/// What is wrong with entries of `allow_methods`.
#[must_use]
pub fn methods<'e>(entries: impl Iterator<Item = &'e str>, credentials: bool) -> Vec<Problem> {
    let _ = (entries, credentials);
    Vec::new()
}

/// What is wrong with entries of `allow_headers`.
#[must_use]
pub fn request_headers<'e>(
    entries: impl Iterator<Item = &'e str>,
    credentials: bool,
) -> Vec<Problem> {
    let _ = (entries, credentials);
    Vec::new()
}

/// What is wrong with entries of `expose_headers`.
#[must_use]
pub fn response_headers<'e>(
    entries: impl Iterator<Item = &'e str>,
    credentials: bool,
) -> Vec<Problem> {
    let _ = (entries, credentials);
    Vec::new()
}
