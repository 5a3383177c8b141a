//! The header lines that Starlette sends, in its order.

use super::super::actual::{Line, LineValue};
use super::super::options::Options;
use super::super::preflight::FixedLine;
use super::lines::{
    ALLOW_CREDENTIALS, ALLOW_HEADERS, ALLOW_METHODS, ALLOW_ORIGIN, EXPOSE_HEADERS, MAX_AGE,
    ResponseLines, join,
};

/// Everything that a preflight response depends on (Fetch, CORS-preflight cache; Starlette's value).
const PREFLIGHT_VARY: &[u8] = b"Origin, Access-Control-Request-Method, \
    Access-Control-Request-Headers, Access-Control-Request-Private-Network";

pub(super) fn lines(options: &Options) -> ResponseLines {
    let origin = if options.explicit_origin() {
        LineValue::Origin
    } else {
        LineValue::Fixed(b"*".as_slice().into())
    };
    ResponseLines {
        preflight: preflight_lines(options),
        in_rejections: true,
        without_origin: Vec::new(),
        rejected: actual_lines(options, None),
        allowed: actual_lines(options, Some(origin)),
        varies: true,
    }
}

fn preflight_lines(options: &Options) -> Vec<FixedLine> {
    let mut lines: Vec<FixedLine> = vec![(b"vary", PREFLIGHT_VARY.into())];
    if !options.explicit_origin() {
        lines.push((ALLOW_ORIGIN, b"*".as_slice().into()));
    }
    lines.push((ALLOW_METHODS, join(&options.methods, b", ")));
    lines.push((MAX_AGE, options.max_age.clone()));
    if !options.any_header {
        lines.push((ALLOW_HEADERS, join(&options.headers, b", ")));
    }
    if options.credentials {
        lines.push((ALLOW_CREDENTIALS, b"true".as_slice().into()));
    }
    lines
}

/// Starlette sets `*` first, so an explicit origin takes its position if both are sent.
///
/// `allow_origin` is None for a rejected origin. If every origin is allowed, that is one that no
/// response may repeat, and its response has no `access-control-allow-origin`.
fn actual_lines(options: &Options, allow_origin: Option<LineValue>) -> Vec<Line> {
    let origin = allow_origin.map(|value| Line { name: ALLOW_ORIGIN, value });
    let (first, last) = if options.origins.any() { (origin, None) } else { (None, origin) };
    let mut lines = Vec::from_iter(first);
    if options.credentials {
        lines.push(Line::fixed(ALLOW_CREDENTIALS, b"true"));
    }
    if !options.expose.is_empty() {
        lines.push(Line::fixed(EXPOSE_HEADERS, &join(&options.expose, b", ")));
    }
    lines.extend(last);
    lines
}
