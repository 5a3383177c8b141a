use std::collections::HashSet;

use super::code;
use super::finding::{error, misspelled, problem, warning};
use super::known::{
    FORBIDDEN, NEVER_READABLE, OF_PREFLIGHTS, OF_REQUESTS, OF_RESPONSES, OFTEN_READ, OFTEN_SENT,
    SAFELISTED,
};
use super::token::{List, check};
use crate::cors::SAFELISTED_RESPONSE_HEADERS;
use crate::lint::problem::Problem;

/// What is wrong with entries of `allow_headers`, in their order.
///
/// Names are compared without regard to case (Fetch, CORS preflight).
#[must_use]
pub fn request_headers<'e>(
    entries: impl Iterator<Item = &'e str>,
    credentials: bool,
) -> Vec<Problem> {
    let entries: Vec<&str> = entries.collect();
    let any = entries.contains(&"*");
    // Naming `Authorization` beside `*` has a problem of its own.
    let has_others = entries.iter().any(|e| *e != "*" && !e.eq_ignore_ascii_case("authorization"));
    let any_problems = |index| {
        let mut problems = Vec::new();
        if credentials {
            let wrong = "is honored by browsers only without credentials. fastcors sends the \
                         requested header names instead, so this works";
            let otherwise = "list the headers to allow fewer";
            let code = warning(code::HEADER_ANY_WITH_CREDENTIALS);
            problems.push(problem(code, index, wrong, None, otherwise));
        }
        if has_others {
            let wrong = "allows every header, so the other entries have no effect";
            let code = warning(code::HEADER_ANY_BESIDE_OTHERS);
            problems.push(problem(code, index, wrong, None, "remove it or the others"));
        }
        problems
    };
    check_all(
        &entries,
        List::RequestHeaders,
        code::HEADER_DUPLICATE,
        any_problems,
        |name, index| request_header(name, index, any),
        &|names| request_headers(names.iter().copied(), credentials),
    )
}

/// What is wrong with entries of `expose_headers`, in their order.
///
/// Names are compared without regard to case (Fetch, CORS-exposed header-name list).
#[must_use]
pub fn response_headers<'e>(
    entries: impl Iterator<Item = &'e str>,
    credentials: bool,
) -> Vec<Problem> {
    let entries: Vec<&str> = entries.collect();
    let has_others = entries.iter().any(|entry| *entry != "*");
    let any_problems = |index| {
        if credentials {
            let wrong = "is a literal header name to a browser that sends credentials, so it \
                         exposes nothing";
            let code = error(code::EXPOSE_ANY_WITH_CREDENTIALS);
            vec![problem(code, index, wrong, None, "list the headers that scripts read")]
        } else if has_others {
            let wrong = "exposes every header, so the other entries have no effect";
            let code = warning(code::EXPOSE_ANY_BESIDE_OTHERS);
            vec![problem(code, index, wrong, None, "remove it or the others")]
        } else {
            Vec::new()
        }
    };
    check_all(
        &entries,
        List::ResponseHeaders,
        code::EXPOSE_DUPLICATE,
        any_problems,
        response_header,
        &|names| response_headers(names.iter().copied(), credentials),
    )
}

/// What both lists of header names have in common.
fn check_all(
    entries: &[&str],
    list: List,
    duplicate: &'static str,
    any: impl Fn(usize) -> Vec<Problem>,
    one: impl Fn(&str, usize) -> Option<Problem>,
    told_of: &dyn Fn(&[&str]) -> Vec<Problem>,
) -> Vec<Problem> {
    let mut seen = HashSet::new();
    let mut problems = Vec::new();
    for (index, &entry) in entries.iter().enumerate() {
        let name = entry.to_ascii_lowercase();
        if let Some(problem) = check(entry, index, list, told_of) {
            problems.push(problem);
        } else if seen.contains(&name) {
            let wrong = "is already in the list (case does not matter)";
            problems.push(problem(warning(duplicate), index, wrong, None, "remove it"));
        } else {
            problems.extend(if name == "*" {
                any(index)
            } else {
                one(&name, index).into_iter().collect()
            });
            seen.insert(name);
        }
    }
    problems
}

/// `name` is in lower case.
fn request_header(name: &str, index: usize, beside_any: bool) -> Option<Problem> {
    let (code, wrong, otherwise) = if SAFELISTED.contains(&name) {
        (code::HEADER_SAFELISTED, "is always allowed", "you can remove it")
    } else if OF_RESPONSES.contains(&name) {
        let is_readable = !NEVER_READABLE.contains(&name) && !name.starts_with("access-control-");
        let otherwise = if is_readable {
            "remove it, or list it in expose_headers if scripts should read it"
        } else {
            "remove it"
        };
        let wrong = "is a response header, which scripts do not send";
        (code::HEADER_OF_RESPONSE, wrong, otherwise)
    } else if FORBIDDEN.contains(&name) || name.starts_with("proxy-") || name.starts_with("sec-") {
        (
            code::HEADER_FORBIDDEN,
            "is a header that scripts cannot set and that browsers never request in a preflight",
            "remove it",
        )
    } else if beside_any && name == "authorization" {
        (
            code::HEADER_AUTHORIZATION_BESIDE_ANY,
            "is not needed beside '*': fastcors sends the requested header names for '*', \
             including this one",
            "remove it, or list each header instead of '*'",
        )
    } else if beside_any || OFTEN_SENT.contains(&name) {
        return None;
    } else {
        return misspelled(code::HEADER_MISSPELLED, OFTEN_SENT, name, index, "a header");
    };
    Some(problem(warning(code), index, wrong, None, otherwise))
}

/// `name` is in lower case.
fn response_header(name: &str, index: usize) -> Option<Problem> {
    let (code, wrong, otherwise) = if NEVER_READABLE.contains(&name) {
        let wrong = "is a header that browsers never show to scripts, even if it is exposed";
        (error(code::EXPOSE_FORBIDDEN), wrong, "remove it")
    } else if SAFELISTED_RESPONSE_HEADERS.contains(&name) {
        let wrong = "is a header that scripts can always read";
        (warning(code::EXPOSE_SAFELISTED), wrong, "you can remove it")
    } else if OF_REQUESTS.contains(&name) {
        (
            warning(code::EXPOSE_OF_REQUEST),
            "is a request header, but this list is for response headers",
            "remove it, or list it in allow_headers if scripts should send it",
        )
    } else if OF_PREFLIGHTS.contains(&name) {
        let wrong = "is a header of preflight responses, which scripts never see";
        (warning(code::EXPOSE_OF_PREFLIGHT), wrong, "remove it")
    } else if OFTEN_READ.contains(&name) {
        return None;
    } else {
        return misspelled(code::EXPOSE_MISSPELLED, OFTEN_READ, name, index, "a header");
    };
    Some(problem(code, index, wrong, None, otherwise))
}
