use std::collections::HashSet;

use super::code;
use super::finding::{error, misspelt, problem, warning};
use super::known::{
    ALWAYS_READABLE, FORBIDDEN, NEVER_READABLE, OF_REQUESTS, OF_RESPONSES, OFTEN_READ, OFTEN_SENT,
    SAFELISTED,
};
use super::token::{List, check};
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
    // Naming `Authorization` beside `*` is told of by itself.
    let has_others = entries.iter().any(|e| *e != "*" && !e.eq_ignore_ascii_case("authorization"));
    let any_problems = |index| {
        let mut problems = Vec::new();
        if credentials {
            let wrong = "means any header to a browser only without credentials; what is sent in \
                         its place are the names that the browser asks for, so that it works";
            let otherwise = "name the headers to allow fewer";
            let code = warning(code::HEADER_ANY_WITH_CREDENTIALS);
            problems.push(problem(code, index, wrong, None, otherwise));
        }
        if has_others {
            let wrong = "lets every header in, so that the entries beside it mean nothing";
            let code = warning(code::HEADER_ANY_BESIDE_OTHERS);
            problems.push(problem(code, index, wrong, None, "leave it out, or them"));
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
            let wrong = "is a header of that name to a browser that sends credentials, so that \
                         scripts can read no header by it";
            let code = error(code::EXPOSE_ANY_WITH_CREDENTIALS);
            vec![problem(code, index, wrong, None, "name the headers that scripts read")]
        } else if has_others {
            let wrong = "exposes every header, so that the entries beside it mean nothing";
            let code = warning(code::EXPOSE_ANY_BESIDE_OTHERS);
            vec![problem(code, index, wrong, None, "leave it out, or them")]
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
            let wrong = "stands in the list already, in whatever case";
            problems.push(problem(warning(duplicate), index, wrong, None, "leave it out"));
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
        (code::HEADER_SAFELISTED, "is allowed without being listed", "leave it out if you like")
    } else if OF_RESPONSES.contains(&name) {
        (
            code::HEADER_OF_RESPONSE,
            "is a header of responses, which no script has to send",
            "leave it out, or list it in expose_headers if scripts are to read it",
        )
    } else if FORBIDDEN.contains(&name) || name.starts_with("proxy-") || name.starts_with("sec-") {
        (
            code::HEADER_FORBIDDEN,
            "is a header that browsers let no script set, and never ask for in a preflight",
            "leave it out",
        )
    } else if beside_any && name == "authorization" {
        (
            code::HEADER_AUTHORIZATION_BESIDE_ANY,
            "need not stand beside '*': what is sent for '*' are the names that the browser asks \
             for, this one among them",
            "leave it out, or name each header and leave '*' out",
        )
    } else if beside_any || OFTEN_SENT.contains(&name) {
        return None;
    } else {
        return misspelt(code::HEADER_MISSPELT, OFTEN_SENT, name, index, "a header");
    };
    Some(problem(warning(code), index, wrong, None, otherwise))
}

/// `name` is in lower case.
fn response_header(name: &str, index: usize) -> Option<Problem> {
    let (code, wrong, otherwise) = if NEVER_READABLE.contains(&name) {
        let wrong = "is a header that browsers show to no script, whatever is exposed";
        (error(code::EXPOSE_FORBIDDEN), wrong, "leave it out")
    } else if ALWAYS_READABLE.contains(&name) {
        let wrong = "is a header that scripts can always read";
        (warning(code::EXPOSE_SAFELISTED), wrong, "leave it out if you like")
    } else if OF_REQUESTS.contains(&name) {
        (
            warning(code::EXPOSE_OF_REQUEST),
            "is a header of requests, where this list is of those of responses",
            "leave it out, or list it in allow_headers if scripts are to send it",
        )
    } else if OFTEN_READ.contains(&name) {
        return None;
    } else {
        return misspelt(code::EXPOSE_MISSPELT, OFTEN_READ, name, index, "a header");
    };
    Some(problem(code, index, wrong, None, otherwise))
}
