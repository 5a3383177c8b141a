//! The header lines that the Fetch standard needs.
//!
//! Which lines a response has depends on the policy alone, except the values that repeat the request. So a
//! preflight response lists every method and header that the policy allows, though for its own request
//! the one that was asked for would do: the browser keeps the whole list for `max_age` seconds (Fetch,
//! CORS-preflight cache) and sends no preflight for the others. With `*` for the methods and one header that
//! is 67 bytes more than what was asked for; a preflight takes several hundred, and a round trip.

use super::super::actual::{Line, LineValue};
use super::super::options::Options;
use super::super::preflight::FixedLine;
use super::lines::{
    ALLOW_CREDENTIALS, ALLOW_HEADERS, ALLOW_METHODS, ALLOW_ORIGIN, EXPOSE_HEADERS, MAX_AGE,
    ResponseLines, join,
};

/// Methods that a preflight allows without their names (Fetch, CORS-safelisted method).
const SAFELISTED_METHODS: [&[u8]; 3] = [b"GET", b"HEAD", b"POST"];

/// Response headers that every script can read (Fetch, CORS-safelisted response-header name).
pub const SAFELISTED_RESPONSE_HEADERS: [&str; 7] = [
    "cache-control",
    "content-language",
    "content-length",
    "content-type",
    "expires",
    "last-modified",
    "pragma",
];

/// How long a browser keeps a preflight response that does not say it, in seconds (Fetch,
/// CORS-preflight fetch, step 7).
const DEFAULT_MAX_AGE: &[u8] = b"5";

/// The lines for these options.
///
/// With a single listed origin the responses could name it always, without `Vary`, as they have `*` (Fetch,
/// CORS protocol and HTTP caches). They do not: each response to a request without an Origin would be
/// longer, a rejected origin would get headers of the policy, and a subclass, or a second origin that is
/// added later, would meet responses in caches that name the first.
pub(super) fn lines(options: &Options) -> ResponseLines {
    let preflight = preflight_lines(options);
    if options.explicit_origin() {
        return ResponseLines {
            preflight,
            in_rejections: false,
            // `Vary` alone: a cache has to know that the response to a CORS request is another.
            without_origin: Vec::new(),
            // Without `access-control-allow-origin` a browser reads no other of these headers (Fetch, CORS
            // check). `access-control-allow-credentials` would count beside an allow-origin of the
            // application's own.
            rejected: Vec::new(),
            allowed: actual_lines(options, LineValue::Origin),
            varies: true,
        };
    }
    // Fetch, CORS protocol and HTTP caches: if `*` is sent, it is sent with every response, also to a
    // request without an Origin, and without `Vary`. So no request, whatever its Origin, can make a cache
    // keep a response that pages cannot read.
    let always = actual_lines(options, LineValue::Fixed(b"*".as_slice().into()));
    ResponseLines {
        preflight,
        in_rejections: false,
        without_origin: always.clone(),
        rejected: always.clone(),
        allowed: always,
        varies: false,
    }
}

/// No `Vary`: responses to OPTIONS are not cacheable (RFC 9110, 9.3.7), and the browser's own cache of them
/// goes by the origin and the URL.
fn preflight_lines(options: &Options) -> Vec<FixedLine> {
    let mut lines: Vec<FixedLine> = Vec::new();
    if !options.explicit_origin() {
        lines.push((ALLOW_ORIGIN, b"*".as_slice().into()));
    }
    // Never `*`, which would allow methods that the policy does not.
    let methods = without(&options.methods, |name| SAFELISTED_METHODS.contains(&name));
    if !methods.is_empty() {
        lines.push((ALLOW_METHODS, join(&methods, b",")));
    }
    if *options.max_age != *DEFAULT_MAX_AGE {
        lines.push((MAX_AGE, options.max_age.clone()));
    }
    // If any is allowed, the response repeats what the request asks for. `*` would not count with credentials,
    // nor in Safari before 15.4, and in the browser's cache it would allow the headers of methods that were
    // not asked for. The safelisted ones are listed too: a request asks for `content-type` if its value is
    // not safelisted, such as `application/json` (Fetch, CORS-unsafe request-header names).
    if !options.any_header {
        lines.push((ALLOW_HEADERS, join(&options.headers, b",")));
    }
    // The CORS check of the preflight response itself asks for it, if the request has credentials.
    if options.credentials {
        lines.push((ALLOW_CREDENTIALS, b"true".as_slice().into()));
    }
    lines
}

fn actual_lines(options: &Options, allow_origin: LineValue) -> Vec<Line> {
    let mut lines = vec![Line { name: ALLOW_ORIGIN, value: allow_origin }];
    if options.credentials {
        lines.push(Line::fixed(ALLOW_CREDENTIALS, b"true"));
    }
    let exposed = without(&options.expose, |name| {
        SAFELISTED_RESPONSE_HEADERS.iter().any(|known| known.as_bytes().eq_ignore_ascii_case(name))
    });
    if !exposed.is_empty() {
        lines.push(Line::fixed(EXPOSE_HEADERS, &join(&exposed, b",")));
    }
    lines
}

/// The names that are not safelisted.
fn without(names: &[Box<[u8]>], is_safelisted: impl Fn(&[u8]) -> bool) -> Vec<&[u8]> {
    names.iter().map(AsRef::as_ref).filter(|name| !is_safelisted(name)).collect()
}
