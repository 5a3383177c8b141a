//! Methods and header names that the Fetch standard and HTTP know, in lower case where case does
//! not matter.

/// The methods that browsers write in upper case (Fetch, normalize a method).
pub(super) const NORMALIZED: [&str; 6] = ["DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"];

/// Methods in use that browsers leave as they are written.
pub(super) const AS_WRITTEN: [&str; 2] = ["PATCH", "QUERY"];

/// Other methods in use: those of the IANA registry, and of caches and of `UPnP`.
pub(super) const OTHERS: [&str; 36] = [
    "ACL",
    "BAN",
    "BASELINE-CONTROL",
    "BIND",
    "CHECKIN",
    "CHECKOUT",
    "COPY",
    "LABEL",
    "LINK",
    "LOCK",
    "M-SEARCH",
    "MERGE",
    "MKACTIVITY",
    "MKCALENDAR",
    "MKCOL",
    "MKREDIRECTREF",
    "MKWORKSPACE",
    "MOVE",
    "NOTIFY",
    "ORDERPATCH",
    "PRI",
    "PROPFIND",
    "PROPPATCH",
    "PURGE",
    "REBIND",
    "REPORT",
    "SEARCH",
    "SUBSCRIBE",
    "UNBIND",
    "UNCHECKOUT",
    "UNLINK",
    "UNLOCK",
    "UNSUBSCRIBE",
    "UPDATE",
    "UPDATEREDIRECTREF",
    "VERSION-CONTROL",
];

/// What some take for the name of every method.
pub(super) const WORDS_FOR_ANY: [&str; 3] = ["ALL", "ANY", "EVERY"];

/// Fetch, forbidden method.
pub(super) const FORBIDDEN_METHODS: [&str; 3] = ["CONNECT", "TRACE", "TRACK"];

/// The request headers that Starlette, and so this middleware, always allows. They are safelisted
/// for most values (Fetch, CORS-safelisted request-header).
pub(super) const SAFELISTED: [&str; 4] =
    ["accept", "accept-language", "content-language", "content-type"];

/// Fetch, forbidden request-header; those that begin with `proxy-` or `sec-` are so, too.
pub const FORBIDDEN: [&str; 22] = [
    "accept-charset",
    "accept-encoding",
    "access-control-request-headers",
    "access-control-request-method",
    "access-control-request-private-network",
    "connection",
    "content-length",
    "cookie",
    "cookie2",
    "date",
    "dnt",
    "expect",
    "host",
    "keep-alive",
    "origin",
    "referer",
    "set-cookie",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
];

/// Headers that only responses have; what a script may send as well is not among them.
pub(super) const OF_RESPONSES: [&str; 34] = [
    "accept-ranges",
    "access-control-allow-credentials",
    "access-control-allow-headers",
    "access-control-allow-methods",
    "access-control-allow-origin",
    "access-control-allow-private-network",
    "access-control-expose-headers",
    "access-control-max-age",
    "age",
    "allow",
    "alt-svc",
    "clear-site-data",
    "content-security-policy",
    "content-security-policy-report-only",
    "cross-origin-embedder-policy",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "etag",
    "location",
    "permissions-policy",
    "proxy-authenticate",
    "referrer-policy",
    "retry-after",
    "server",
    "server-timing",
    "set-cookie",
    "set-cookie2",
    "strict-transport-security",
    "timing-allow-origin",
    "vary",
    "www-authenticate",
    "x-content-type-options",
    "x-frame-options",
    "x-powered-by",
];

/// Fetch, forbidden response-header name.
pub const NEVER_READABLE: [&str; 2] = ["set-cookie", "set-cookie2"];

/// Headers that only responses to preflights have.
pub(super) const OF_PREFLIGHTS: [&str; 4] = [
    "access-control-allow-headers",
    "access-control-allow-methods",
    "access-control-allow-private-network",
    "access-control-max-age",
];

/// Headers that only requests have; what responses may have as well, such as `Accept-Encoding`
/// (RFC 9110, 12.5.3), is not among them.
pub(super) const OF_REQUESTS: [&str; 24] = [
    "accept",
    "accept-charset",
    "accept-language",
    "access-control-request-headers",
    "access-control-request-method",
    "access-control-request-private-network",
    "authorization",
    "cookie",
    "cookie2",
    "dnt",
    "expect",
    "host",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "max-forwards",
    "origin",
    "proxy-authorization",
    "referer",
    "te",
    "upgrade-insecure-requests",
    "user-agent",
];

/// Headers of requests that a list may name, and that a misspelled name may stand for.
pub(super) const OFTEN_SENT: [&str; 30] = [
    "accept-language",
    "access-control-allow-credentials",
    "access-control-allow-headers",
    "access-control-allow-methods",
    "access-control-allow-origin",
    "authorization",
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-length",
    "content-type",
    "idempotency-key",
    "if-modified-since",
    "if-none-match",
    "if-unmodified-since",
    "last-event-id",
    "last-modified",
    "mcp-protocol-version",
    "mcp-session-id",
    "sentry-trace",
    "traceparent",
    "x-access-token",
    "x-api-key",
    "x-auth-token",
    "x-correlation-id",
    "x-csrf-token",
    "x-request-id",
    "x-requested-with",
    "x-xsrf-token",
];

/// Headers of responses that a list may name, and that a misspelled name may stand for.
pub(super) const OFTEN_READ: [&str; 22] = [
    "access-control-allow-origin",
    "access-control-expose-headers",
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-length",
    "content-range",
    "content-type",
    "last-modified",
    "location",
    "mcp-session-id",
    "ratelimit-limit",
    "ratelimit-remaining",
    "ratelimit-reset",
    "retry-after",
    "www-authenticate",
    "x-correlation-id",
    "x-csrf-token",
    "x-process-time",
    "x-request-id",
    "x-total-count",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cors::SAFELISTED_RESPONSE_HEADERS;

    #[test]
    fn names_are_in_lower_case_and_stand_in_one_list_of_a_kind() {
        let lists: [&[&str]; 6] = [
            &SAFELISTED,
            &FORBIDDEN,
            &OF_RESPONSES,
            &SAFELISTED_RESPONSE_HEADERS,
            &NEVER_READABLE,
            &OF_REQUESTS,
        ];
        for name in lists.concat() {
            assert_eq!(name, name.to_ascii_lowercase());
        }
        for name in SAFELISTED_RESPONSE_HEADERS.iter().chain(&NEVER_READABLE).chain(&OF_RESPONSES) {
            assert!(!OF_REQUESTS.contains(name), "{name}");
        }
        for name in OFTEN_SENT.iter().chain(&OFTEN_READ) {
            assert_eq!(*name, name.to_ascii_lowercase());
        }
        for name in SAFELISTED {
            assert!(!FORBIDDEN.contains(&name) && !OF_RESPONSES.contains(&name), "{name}");
        }
    }
}
