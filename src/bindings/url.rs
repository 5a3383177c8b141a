//! URLs for the simulated browser of `fastcors.testing`.

use pyo3::prelude::*;

use crate::web_url;

/// The parts of a URL, in the order of `fastcors.testing.url.URL`.
type Parts = (
    (String, String, String, String, String, Option<u16>),
    (String, Option<String>, Option<String>, String, String, bool),
);

/// The parts of a URL, relative to `base` if it is given. None if either is no URL.
#[pyfunction]
#[pyo3(signature = (text, base=None, /))]
pub(crate) fn parse_url(text: &str, base: Option<&str>) -> Option<Parts> {
    let url = web_url::parse(text, base)?;
    Some((
        (url.href, url.scheme, url.username, url.password, url.host, url.port),
        (url.path, url.query, url.fragment, url.origin, url.site, url.trustworthy),
    ))
}
