//! One entry: what is wrong with it, and what was meant.

use std::collections::HashSet;

use super::context::Context;
use super::fast_path::{self, Plain};
use super::finding::{Finding, Meant};
use super::range::{self, Ports};
use super::text::Text;
use super::{address, code, dangers, glob, host, placeholder, regex_like, scheme, wrapping};
use crate::lint::problem::{Problem, Severity, Suggestion};
use crate::lint::wording::{quoted, sentence};

/// The longest expression that is suggested, in bytes: it stands in the message as a whole.
const LONGEST_EXPRESSION: usize = 1000;

/// What is wrong with the entry at `index`, in the order of its text.
pub(super) fn problems(entry: &str, index: usize, context: Context<'_>) -> Vec<Problem> {
    let Reading { mut findings, meant } = read(entry, context);
    if findings.is_empty() {
        return Vec::new();
    }
    findings.sort_by_key(|finding| finding.at);
    let meant = meant.filter(|meant| is_sound(entry, meant, context));
    let mut problems: Vec<Problem> = Vec::with_capacity(findings.len());
    for Finding { code, severity, wrong, otherwise, meant: own, .. } in findings {
        if problems.iter().any(|problem| problem.code == code) {
            continue;
        }
        let suggestion = match own {
            Meant::Whole => meant.clone(),
            Meant::Own(own) => own.filter(|own| is_sound(entry, own, context)),
        };
        let message = sentence(&wrong, suggestion.as_ref(), otherwise);
        problems.push(Problem { code, severity, index, message, suggestion });
    }
    problems
}

/// Whether what was meant is another entry, or others, free of errors.
fn is_sound(entry: &str, meant: &Suggestion, context: Context<'_>) -> bool {
    let is_error = |finding: &Finding| finding.severity == Severity::Error;
    let context = context.without_proofs();
    let is_sound = |text: &str| !read(text, context).findings.iter().any(is_error);
    match meant {
        Suggestion::One(text) => text != entry && is_sound(text),
        Suggestion::Several(texts) => texts.iter().all(|text| is_sound(text)),
        Suggestion::Expression(text) => text.len() <= LONGEST_EXPRESSION,
    }
}

/// What one look at an entry gives.
#[derive(Default)]
struct Reading {
    findings: Vec<Finding>,
    meant: Option<Suggestion>,
}

impl Reading {
    fn one(finding: Finding) -> Self {
        Self { findings: vec![finding], meant: None }
    }
}

fn read(entry: &str, context: Context<'_>) -> Reading {
    let is_host = |plain: &Plain<'_>| plain.host != "undefined";
    if let Some(plain) = fast_path::read(entry).filter(is_host) {
        return Reading { findings: risks(entry, plain, context), meant: None };
    }
    // What is copied from an address bar is wrong by this alone.
    let bare = entry.strip_suffix('/');
    let Some((bare, plain)) =
        bare.and_then(|bare| Some((bare, fast_path::read(bare).filter(is_host)?)))
    else {
        return read_closely(entry, context);
    };
    let mut findings = vec![Finding::unmatched(code::TRAILING_SLASH, bare.len(), address::SLASH)];
    findings.append(&mut risks(bare, plain, context));
    Reading { findings, meant: Some(Suggestion::One(bare.to_owned())) }
}

/// What a plain origin or pattern allows beside what is meant.
fn risks(entry: &str, plain: Plain<'_>, context: Context<'_>) -> Vec<Finding> {
    let Plain { secure, starred, host, has_port } = plain;
    let mut findings = Vec::new();
    if context.credentials && !secure && !host::is_own(host) {
        findings.push(dangers::insecure(0, entry, has_port));
    }
    if let Some(label) = placeholder::label_of_yours(host) {
        findings.push(yours(entry.find(label).unwrap_or_default(), label));
    }
    if starred {
        let at = if secure { "https://*." } else { "http://*." }.len();
        let risk = dangers::public_suffix(at, host, context.credentials);
        findings.extend(risk.map(|risk| risk.meant(None)));
    }
    findings
}

/// What [`read`] gives, without the short cut for plain entries.
fn read_closely(entry: &str, context: Context<'_>) -> Reading {
    let Context { credentials, .. } = context;
    match entry {
        "*" if credentials => return Reading::one(dangers::any_with_credentials()),
        "*" => return Reading::default(),
        "" => return Reading::one(empty("is empty, but a browser never sends an empty Origin")),
        "null" => return Reading::one(dangers::null(credentials)),
        _ => {}
    }
    let mut text = Text::new(entry);
    let mut findings = Vec::new();
    wrapping::uncover(&mut text, &mut findings);
    if let Some(reading) = other_than_one(&text, context) {
        return reading;
    }
    wrapping::trim(&mut text, &mut findings);
    if matches!(text.as_str(), "*" | "null") {
        return Reading { findings, meant: Some(Suggestion::One(text.as_str().to_owned())) };
    }
    // `https://app.example.com https` is no longer host with a gap in it.
    let is_whole = text.as_str().split_once(char::is_whitespace).is_some_and(|(first, rest)| {
        let is_host = |plain: Plain<'_>| plain.host.contains('.') || host::is_local(plain.host);
        rest.starts_with(char::is_alphanumeric) && fast_path::read(first).is_some_and(is_host)
    });
    wrapping::close_up(&mut text, &mut findings);
    if let Some(decoded) = percent_decoded(text.as_str()) {
        let wrong = "is percent-encoded, but a browser's Origin never is";
        findings.push(Finding::unmatched(code::PERCENT_ENCODED, text.place(0), wrong));
        text.replace(decoded);
    }
    let is_extension = text.as_str().contains("-extension:");
    let label = placeholder::label_of_yours(text.as_str()).filter(|_| !is_extension);
    if let Some(label) = label {
        let at = text.as_str().find(label).unwrap_or_default();
        findings.push(yours(text.place(at), label));
    }
    let meant = address::read(&text, credentials, &mut findings);
    if is_whole {
        // What the joined text allows was not meant.
        findings.retain(|finding| finding.severity == Severity::Error);
        return Reading { findings, meant: None };
    }
    Reading { findings, meant }
}

/// The advice on a label that documents have in the place of the reader's own.
fn yours(at: usize, label: &str) -> Finding {
    let wrong = format!(
        "contains {}, a placeholder of documents, and somebody else may own that name",
        quoted(label),
    );
    Finding::warning(code::PLACEHOLDER, at, wrong)
        .otherwise("write the origin that it stands for, or remove it")
        .meant(None)
}

fn empty(wrong: &str) -> Finding {
    Finding::unmatched(code::EMPTY, 0, wrong).otherwise("remove it")
}

fn unfilled(placeholder: &str, place: usize) -> Finding {
    let shown = quoted(placeholder);
    let wrong = format!("contains {shown}, a placeholder that was never filled in");
    Finding::unmatched(code::PLACEHOLDER, place, wrong)
}

/// The problem of a text that is not one origin: empty, several, a template, an expression.
fn other_than_one(text: &Text, context: Context<'_>) -> Option<Reading> {
    let range = wrapping::core(text.as_str());
    let at = text.place(range.start);
    let inner = text.as_str().get(range.clone()).unwrap_or_default();
    if inner.is_empty() {
        return Some(Reading::one(empty("contains no origin")));
    }
    if placeholder::is_unset(inner) || placeholder::is_unset_host(inner) {
        let wrong = "is what an unset setting looks like as a string";
        return Some(Reading::one(Finding::unmatched(code::PLACEHOLDER, at, wrong)));
    }
    if placeholder::is_name_of_setting(inner) {
        let wrong = "is the name of a setting, not its value";
        let finding = Finding::unmatched(code::PLACEHOLDER, at, wrong)
            .otherwise("write the origin that it stands for");
        return Some(Reading::one(finding));
    }
    if placeholder::is_taken_out(inner) {
        let wrong = "stands for something that was taken out";
        let finding = Finding::unmatched(code::PLACEHOLDER, at, wrong)
            .otherwise("write the origin that it stands for");
        return Some(Reading::one(finding));
    }
    if inner.eq_ignore_ascii_case("null") && inner != "null" {
        let wrong = "has upper-case letters, but browsers send null in lower case";
        let finding = Finding::unmatched(code::UPPER_CASE, at, wrong)
            .otherwise("remove it: a sandboxed page of any site has the origin null");
        return Some(Reading::one(finding));
    }
    if let Some(ports) = range::ports(inner) {
        let wrong = "has a range of ports, but each entry is compared as a whole";
        let finding = Finding::unmatched(code::BAD_PORT, at, wrong)
            .otherwise("write each origin as a separate entry, or :* for any port");
        let meant = match ports {
            Ports::Few(origins) => mended(origins, context),
            Ports::Any(origin) => mended(vec![origin], context),
            Ports::Many => None,
        };
        return Some(Reading { findings: vec![finding], meant });
    }
    if let Some(found) = placeholder::find(inner) {
        let shown = inner.get(found.clone()).unwrap_or_default();
        let place = text.place(range.start + found.start);
        return Some(Reading::one(
            unfilled(shown, place).otherwise("write the origin that it stands for"),
        ));
    }
    if let Some(port) = placeholder::port_to_write(inner) {
        let finding =
            unfilled(port, at).otherwise("write the port that it stands for, or :* for any");
        return Some(Reading::one(finding));
    }
    if placeholder::is_code(inner) {
        let wrong = "is code that was never run";
        let finding = Finding::unmatched(code::PLACEHOLDER, at, wrong)
            .otherwise("write it without quotes, or the origin that it stands for");
        return Some(Reading::one(finding));
    }
    let label = placeholder::label_in_capitals(inner).filter(|_| !regex_like::is_expression(inner));
    if let Some(label) = label {
        let wrong = format!("contains {}, which stands for a name of your own", quoted(label));
        let finding = Finding::unmatched(code::PLACEHOLDER, at, wrong)
            .otherwise("write the origin that it stands for");
        return Some(Reading::one(finding));
    }
    if let Some(several) = glob::bracketed(inner) {
        return Some(alternatives(at, several, context));
    }
    if let Some([http, https]) = scheme::either(inner) {
        let wrong = "stands for two schemes, but each entry is compared as a whole";
        return Some(each_of(code::GLOB, at, wrong, vec![http, https], context));
    }
    if !scheme::begins_with_one_not_sent(inner) && regex_like::is_expression(inner) {
        let wrong = if regex_like::has_doubled_backslashes(inner) {
            "is a regular expression with doubled backslashes, but entries are compared as plain strings"
        } else {
            "is a regular expression, but entries are compared as plain strings"
        };
        let finding = Finding::unmatched(code::REGULAR_EXPRESSION, at, wrong)
            .otherwise("move it to allow_origin_regex");
        return Some(Reading { findings: vec![finding], meant: regex_like::meant(inner, context) });
    }
    if let Some(several) = glob::alternatives(inner) {
        return Some(alternatives(at, several, context));
    }
    let several = wrapping::several(inner)?;
    let wrong = "contains several origins, but each entry is compared as a whole";
    Some(each_of(code::SEVERAL, at, wrong, several, context))
}

/// The problem of alternatives in brackets.
fn alternatives(at: usize, several: Vec<String>, context: Context<'_>) -> Reading {
    let wrong = "has alternatives in brackets, which are not supported";
    each_of(code::GLOB, at, wrong, several, context)
}

/// The problem of a text that stands for several origins.
fn each_of(
    code: &'static str,
    at: usize,
    wrong: &str,
    several: Vec<String>,
    context: Context<'_>,
) -> Reading {
    let finding =
        Finding::unmatched(code, at, wrong).otherwise("write each origin as a separate entry");
    Reading { findings: vec![finding], meant: mended(several, context) }
}

/// Each part as it should be; none if one cannot be corrected.
fn mended(parts: Vec<String>, context: Context<'_>) -> Option<Suggestion> {
    let mut mended: Vec<String> = Vec::with_capacity(parts.len());
    for part in parts {
        let Reading { findings, meant } = read(&part, context.without_proofs());
        match meant {
            _ if !findings.iter().any(|finding| finding.severity == Severity::Error) => {
                mended.push(part);
            }
            Some(Suggestion::One(text)) => mended.push(text),
            Some(Suggestion::Several(texts)) => mended.extend(texts),
            Some(Suggestion::Expression(_)) | None => return None,
        }
    }
    let mut seen = HashSet::new();
    let mut texts: Vec<String> =
        mended.into_iter().filter(|text| seen.insert(text.clone())).collect();
    if texts.len() > 1 {
        Some(Suggestion::Several(texts))
    } else {
        texts.pop().map(Suggestion::One)
    }
}

/// The text behind percent-encoding, where the whole of it is encoded, `://` included.
fn percent_decoded(text: &str) -> Option<String> {
    let is_encoded = |code: &str| text.contains(code) || text.contains(&code.to_ascii_lowercase());
    if !text.contains('%') || !(is_encoded("%3A") || is_encoded("%2F%2F")) {
        return None;
    }
    let mut parts = text.split('%');
    let mut decoded = parts.next()?.as_bytes().to_vec();
    for part in parts {
        let (code, rest) = part.split_at_checked(2)?;
        decoded.push(u8::from_str_radix(code, 16).ok()?);
        decoded.extend_from_slice(rest.as_bytes());
    }
    String::from_utf8(decoded).ok().filter(|decoded| decoded.contains("://"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What is reported, in one text for each finding.
    fn reported(reading: &Reading) -> Vec<String> {
        let mut reported: Vec<_> = reading.findings.iter().map(|f| format!("{f:?}")).collect();
        reported.sort_unstable();
        reported
    }

    proptest! {
        #[test]
        fn the_short_cut_tells_what_a_close_look_does(
            scheme in "https?|ftp",
            star in "(\\*\\.)?",
            host in "[a-z0-9-]{0,3}|[a-z]{62,65}|xn--[a-z]{1,3}|([a-z]{50}\\.){4}[a-z]{44,50}",
            ending in "(\\.([a-z0-9]{0,3}|0x1|localhost|github\\.io|com))?",
            port in "(:([0-9]{0,6}|\\*))?",
            slash in "/?",
            credentials: bool,
        ) {
            let entry = format!("{scheme}://{star}{host}{ending}{port}{slash}");
            let context = Context { credentials, proven: &|_| None };
            let (short, close) = (read(&entry, context), read_closely(&entry, context));
            prop_assert_eq!(reported(&short), reported(&close));
            if short.findings.iter().any(|finding| finding.severity == Severity::Error) {
                // An entry is not suggested in its own place.
                let other = |meant: &Suggestion| *meant != Suggestion::One(entry.clone());
                prop_assert_eq!(short.meant.filter(other), close.meant.filter(other));
            }
        }
    }

    #[test]
    fn the_short_cut_is_taken_by_what_is_plain() {
        for entry in [
            "https://app.example.com",
            "http://localhost:3000",
            "https://a-1.b2.c:8443",
            "https://*.example.com",
            "http://localhost:*",
        ] {
            assert!(fast_path::read(entry).is_some(), "{entry}");
        }
    }
}
