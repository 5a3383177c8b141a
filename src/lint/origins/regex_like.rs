//! Regular expressions that stand among the origins.

use regex::bytes::RegexBuilder;

use super::context::Context;
use crate::lint::problem::Suggestion;

/// What the bytes around a place must be for a `*` there to stand for a whole label.
const fn is_label_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'*'
}

/// Whether a text is a regular expression rather than an origin or a glob.
pub(super) fn is_expression(text: &str) -> bool {
    let text = undelimited(text);
    if text.contains(char::is_whitespace) {
        return false;
    }
    // A path of an expression behind an origin is reported as a path.
    let before_path = text.strip_suffix("/.*").or_else(|| text.strip_suffix("/.+"));
    let text = before_path.filter(|before| !before.ends_with('/')).unwrap_or(text);
    let bytes = text.as_bytes();
    if text.len() > 1 && (text.starts_with('^') || text.ends_with('$')) {
        return true;
    }
    if text.contains(['(', ')']) || text.contains("s?://") || text.contains("?:") || text == ".*" {
        return true;
    }
    let at = |index: usize| bytes.get(index).copied().unwrap_or_default();
    bytes.iter().enumerate().any(|(index, &byte)| {
        let next = at(index + 1);
        match byte {
            b'\\' => {
                next == b'.' || (b"dwsDWSbB-".contains(&next) && b"+*?{)]".contains(&at(index + 2)))
            }
            b'.' => {
                let before = index.checked_sub(1).map_or(0, at);
                let after = at(index + 2);
                next == b'+'
                    || (next == b'*'
                        && !(is_label_byte(before) && matches!(after, b'.' | b':' | b'/' | 0)))
            }
            b'[' => {
                let is_host = text.get(..index).is_some_and(|before| before.ends_with("//"));
                is_class(bytes.get(index + 1..).unwrap_or_default(), is_host)
            }
            b'{' => {
                // Nothing is repeated at the beginning of a label, a host or a port.
                let repeats =
                    index.checked_sub(1).is_some_and(|before| !b".:/".contains(&at(before)));
                repeats && is_count(bytes.get(index + 1..).unwrap_or_default())
            }
            _ => false,
        }
    })
}

/// Whether what follows a `[` makes it a character class, not an address or a host in brackets.
fn is_class(rest: &[u8], is_host: bool) -> bool {
    let Some(end) = rest.iter().take(200).position(|&byte| byte == b']') else { return false };
    let after = rest.get(end + 1);
    let is_quantified = matches!(after, Some(b'+' | b'*' | b'?' | b'{'));
    let is_whole_host = is_host && matches!(after, None | Some(b':' | b'/'));
    end > 0 && (is_quantified || !(is_whole_host || rest[..end].contains(&b':')))
}

/// Whether what follows a `{` makes it a number of repetitions.
fn is_count(rest: &[u8]) -> bool {
    let digits = rest.iter().take(20).take_while(|b| b.is_ascii_digit() || **b == b',').count();
    rest.first().is_some_and(u8::is_ascii_digit) && rest.get(digits) == Some(&b'}')
}

/// The expression without what marks it as one elsewhere: a prefix, JavaScript's slashes and flags.
fn undelimited(text: &str) -> &str {
    let marks = ["regexp:", "regex:", "re:", "~*", "~"];
    let text = marks.iter().find_map(|mark| text.strip_prefix(mark)).unwrap_or(text).trim_start();
    let Some((inner, flags)) = text.strip_prefix('/').and_then(|rest| rest.rsplit_once('/')) else {
        return text;
    };
    let is_literal =
        inner.starts_with('^') || inner.ends_with('$') || inner.contains('\\') || inner == ".*";
    let are_flags = flags.bytes().all(|byte| byte.is_ascii_lowercase());
    if is_literal && are_flags { inner } else { text }
}

/// Whether each `\` is doubled, as if the literal were not raw.
pub(super) fn has_doubled_backslashes(text: &str) -> bool {
    text.contains("\\\\") && !text.replace("\\\\", "").contains('\\')
}

fn without_doubled_backslashes(text: &str) -> String {
    if has_doubled_backslashes(text) { text.replace("\\\\", "\\") } else { text.to_owned() }
}

/// The entry that says what an expression does: it has no more than a few characters escaped, and `.*\.`
/// for any subdomain.
fn as_entry(text: &str) -> Option<String> {
    let text = text.strip_prefix('^').unwrap_or(text);
    let text = text.strip_suffix('$').unwrap_or(text);
    let begins = ["\\:\\/\\/", ":\\/\\/", "\\://", "://"];
    let (scheme, host) = begins.iter().find_map(|begin| text.split_once(begin))?;
    let any = [".*\\.", ".+\\.", "(.*)\\.", "(.+)\\."];
    let below = any.iter().find_map(|any| host.strip_prefix(any));
    let (star, host) = below.map_or(("", host), |host| ("*.", host));
    let host = host.replace("\\.", ".").replace("\\-", "-").replace("\\:", ":");
    let is_scheme = scheme.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    let is_part =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.:".contains(&byte);
    let has_labels = !host.ends_with('.') && !host.contains("..");
    let is_entry = is_scheme && host.bytes().all(is_part) && (has_labels || host == ".");
    is_entry.then(|| format!("{scheme}://{star}{host}"))
}

/// What to write instead: `*` for the expression that stands for everything, else the expression,
/// with a `\` before each dot that was meant as one. None where it is not proven.
pub(super) fn meant(text: &str, context: Context<'_>) -> Option<Suggestion> {
    let text = without_doubled_backslashes(undelimited(text));
    let text = text.as_str();
    if is_everything(text) {
        return Some(Suggestion::One("*".to_owned()));
    }
    if let Some(domain) = subdomains(text) {
        return Some(Suggestion::One(format!("https://*.{domain}")));
    }
    if let Some(entry) = as_entry(text) {
        return Some(Suggestion::One(entry));
    }
    // What an expression says of the path would keep it from matching any Origin.
    let (open, end) = text.strip_suffix('$').map_or((text, ""), |open| (open, "$"));
    let paths = ["\\/.*", "/.*", "/.+", "\\/?", "/?", "\\/", "/"];
    let origin = paths.iter().find_map(|path| open.strip_suffix(path));
    let origin = origin.filter(|origin| !origin.ends_with('/')).unwrap_or(open);
    let escaped = with_dots_escaped(origin) + end;
    // The limits keep a long list of expressions from taking long.
    let compiles = escaped.len() <= 1000
        && RegexBuilder::new(&escaped).unicode(false).size_limit(1 << 18).build().is_ok();
    compiles.then(|| (context.proven)(&escaped)).flatten()
}

/// The domain in `\.example\.com$`, which elsewhere is searched for at the end of an origin.
fn subdomains(text: &str) -> Option<String> {
    let end = text.strip_prefix("\\.")?;
    let domain = end.strip_suffix('$').unwrap_or(end).replace("\\.", ".").replace("\\-", "-");
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
    (!domain.is_empty() && domain.bytes().all(is_name)).then_some(domain)
}

fn is_everything(text: &str) -> bool {
    let text = text.strip_prefix('^').unwrap_or(text);
    let text = text.strip_suffix('$').unwrap_or(text);
    let (scheme, host) = text.split_once("://").unwrap_or(("https", text));
    if !matches!(scheme, "http" | "https" | "https?" | "http(s)?" | "(http|https)" | ".*" | ".+") {
        return false;
    }
    let host = host.strip_prefix('(').and_then(|host| host.strip_suffix(')')).unwrap_or(host);
    matches!(host, ".*" | ".+" | ".*?" | ".+?")
}

/// Escapes each dot that is neither repeated nor in a class, nor escaped already.
fn with_dots_escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut in_class = false;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' => {
                escaped.push('\\');
                escaped.extend(characters.next());
                continue;
            }
            '[' => in_class = true,
            ']' => in_class = false,
            '.' if !in_class && !matches!(characters.peek(), Some('*' | '+' | '?' | '{')) => {
                escaped.push('\\');
            }
            _ => {}
        }
        escaped.push(character);
    }
    escaped
}
