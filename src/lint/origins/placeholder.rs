//! What a template, a shell or a settings file should have filled in.

use core::ops::Range;

/// What an unset value looks like once it is text.
const UNSET: [&str; 9] =
    ["none", "undefined", "nil", "nan", "true", "false", "unset", "todo", "changeme"];

/// Words in capitals that stand for what is to be written there: `https://YOUR-APP.example.com`.
const INSTEAD: [&str; 25] = [
    "YOUR",
    "MYAPP",
    "MYDOMAIN",
    "MYSITE",
    "MY",
    "REPLACE",
    "REPLACEME",
    "CHANGE",
    "CHANGEME",
    "INSERT",
    "PLACEHOLDER",
    "REDACTED",
    "REMOVED",
    "SECRET",
    "TODO",
    "FIXME",
    "DOMAIN",
    "SUBDOMAIN",
    "HOST",
    "HOSTNAME",
    "FRONTEND",
    "ORIGIN",
    "TENANT",
    "PROJECT",
    "URL",
];

/// Names in lower case that documents have for a domain of the reader's own.
const YOURS: [&str; 14] = [
    "yourdomain",
    "yoursite",
    "yourapp",
    "yourwebsite",
    "yourcompany",
    "yourproject",
    "yourfrontend",
    "yourname",
    "yourusername",
    "mydomain",
    "my-domain",
    "mywebsite",
    "yourproductiondomain",
    "your",
];

/// Whether the whole text is one of the words for nothing.
pub(super) fn is_unset(text: &str) -> bool {
    UNSET.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Whether a host is what an unset value looks like as text: `https://undefined:3000`.
pub(super) fn is_unset_host(text: &str) -> bool {
    let behind = text.split_once("://").map_or("", |(_, behind)| behind);
    matches!(behind.split([':', '/']).next(), Some("undefined" | "None"))
}

/// Whether the whole text, or the host, is the name of a setting: `FRONTEND_URL`.
pub(super) fn is_name_of_setting(text: &str) -> bool {
    let host = text.strip_prefix("https://").or(text.strip_prefix("http://")).unwrap_or(text);
    host.len() > 3
        && host.starts_with(|c: char| c.is_ascii_uppercase())
        && host.contains('_')
        && is_upper(host.as_bytes())
        && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// The label in capitals that stands for what is to be written there: `YOUR-APP` in
/// `https://YOUR-APP.example.com`.
pub(super) fn label_in_capitals(text: &str) -> Option<&str> {
    if !text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return None;
    }
    let is_filler = |word: &str| word.len() > 2 && word.bytes().all(|byte| byte == b'X');
    let is_capital = |byte: u8| {
        !byte.is_ascii_lowercase() && (byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    labels(text).find(|label| {
        let mut words = label.split(['-', '_']);
        if words.clone().any(is_filler) {
            return true;
        }
        label.len() > 2
            && label.bytes().all(is_capital)
            && (words.any(|word| INSTEAD.contains(&word))
                || label.starts_with("YOUR")
                || (label.contains('_') && label.starts_with(|c: char| c.is_ascii_uppercase())))
    })
}

/// The label in lower case that documents have for a name of the reader's own: `your-app`.
pub(super) fn label_of_yours(text: &str) -> Option<&str> {
    if !text.contains("your") && !text.contains("my") {
        return None;
    }
    labels(text).find(|label| {
        YOURS.contains(label) || label.starts_with("your-") || label.starts_with("your_")
    })
}

/// The port that is still to be written: `PORT` in `http://localhost:PORT`, `xxxx`, `undefined`.
pub(super) fn port_to_write(text: &str) -> Option<&str> {
    let (_, behind) = text.split_once("://")?;
    let (_, port) = behind.split(['/', '?', '#']).next()?.rsplit_once(':')?;
    let name = port.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches('_');
    let is_name = name.eq_ignore_ascii_case("port")
        || name.to_ascii_lowercase().ends_with("_port") && is_name(name);
    let is_filler = port.len() > 1 && port.bytes().all(|byte| matches!(byte, b'X' | b'x'));
    (is_name || is_filler || is_unset(port)).then_some(port)
}

/// The labels of the host.
fn labels(text: &str) -> impl Iterator<Item = &str> {
    let behind = text.split_once("://").map_or(text, |(_, behind)| behind);
    behind.split([':', '/', '?', '#']).next().unwrap_or_default().split('.')
}

/// Whether something was taken out of a text: `https://***REMOVED***`, `https://...`.
pub(super) fn is_taken_out(text: &str) -> bool {
    let behind = text.split_once("://").map_or(text, |(_, behind)| behind);
    let is_ellipsis = |c: char| matches!(c, '.' | '\u{2026}');
    behind.contains("***")
        || matches!(
            behind.trim_matches(['[', ']']),
            "REDACTED" | "REMOVED" | "redacted" | "removed"
        )
        || (behind.chars().all(is_ellipsis) && (behind.len() > 2))
}

/// What a program reads its settings by.
const READERS: [&str; 13] = [
    "@Microsoft.KeyVault(",
    "Fn::",
    "process.env.",
    "process.env[",
    "import.meta.env.",
    "os.environ",
    "os.getenv(",
    "Deno.env.",
    "window.location",
    "location.origin",
    "!Ref ",
    "!Sub ",
    "!GetAtt ",
];

/// Whether the whole text is code that reads a setting: `process.env.ORIGIN`, `settings.ORIGINS`,
/// `env("ORIGIN")`, Terraform's `var.origin`.
pub(super) fn is_code(text: &str) -> bool {
    let text = text.strip_prefix("https://").or(text.strip_prefix("http://")).unwrap_or(text);
    let first = text.as_bytes().first();
    let begins = |reader: &&str| first == reader.as_bytes().first() && text.starts_with(*reader);
    READERS.iter().any(begins)
        || text.strip_prefix("var.").is_some_and(|name| !name.contains('.') && is_name(name))
        || text.split_once('.').is_some_and(|(object, name)| is_constant(object, name))
        || is_call(text)
}

/// Whether a dotted name ends with one in capitals, as constants are written.
fn is_constant(object: &str, name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    let is_capital = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    let is_long = last.len() > 3 && last.bytes().all(is_capital);
    let is_path = |text: &str| text.split('.').all(is_name) && text != "www";
    is_long
        && last.contains(|c: char| c.is_ascii_uppercase())
        && is_path(object)
        && is_path(name)
        && (last.contains('_') || OBJECTS.contains(&object))
}

/// What constants are often kept in.
const OBJECTS: [&str; 10] =
    ["settings", "config", "conf", "env", "self", "app", "os", "secrets", "vars", "constants"];

/// `name("…")` and `name["…"]`.
fn is_call(text: &str) -> bool {
    let Some(end) = text.find(['(', '[']) else { return false };
    let (name, call) = text.split_at(end);
    let quoted = |close| {
        let inner = call.get(1..).and_then(|rest| rest.strip_suffix(close)).unwrap_or_default();
        inner.starts_with(['"', '\'']) && !inner.contains("://")
    };
    !name.is_empty() && name.split('.').all(is_name) && (quoted(')') || quoted(']') || call == "()")
}

fn is_name(text: &str) -> bool {
    name_length(text.as_bytes()) == Some(text.len())
}

/// Where the first placeholder is: `${ORIGIN}`, `{{ origin }}`, `<your-domain>`, `$ORIGIN`,
/// `%ORIGIN%`, `__ORIGIN__` and their like.
pub(super) fn find(text: &str) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    for (at, &byte) in bytes.iter().enumerate() {
        let rest = bytes.get(at + 1..).unwrap_or_default();
        let until = |close: u8| rest.iter().take(LONGEST).position(|&byte| byte == close);
        let length = match byte {
            b'{' => until(b'}').filter(|&n| {
                // Nothing is repeated at the beginning of a label: `https://{0}.example.com`.
                let is_number = rest.get(..n).is_some_and(|b| b.iter().all(u8::is_ascii_digit));
                let begins = at == 0 || b"/.:".contains(&bytes[at - 1]);
                (is_number && begins) || is_name_in_braces(rest.get(..n).unwrap_or_default())
            }),
            b'<' => until(b'>').filter(|&n| {
                let is_group =
                    bytes.get(..at).is_some_and(|b| b.ends_with(b"(?P") || b.ends_with(b"(?"));
                !is_group && is_name_in_angles(rest.get(..n).unwrap_or_default())
            }),
            b'[' => until(b']').filter(|&n| is_name_in_brackets(rest.get(..n).unwrap_or_default())),
            b'$' => match rest.first() {
                Some(b'(') => until(b')'),
                _ => name_length(rest).map(|n| n - 1),
            },
            b'%' => match rest.first() {
                Some(b'(') => until(b')'),
                Some(b's') => Some(0),
                _ => name_length(rest).filter(|&n| {
                    let name = rest.get(..n).unwrap_or_default();
                    rest.get(n) == Some(&b'%')
                        && !(n == 2 && name.iter().all(u8::is_ascii_hexdigit))
                }),
            },
            b'@' => name_length(rest).filter(|&n| {
                n > 1 && rest.get(n) == Some(&b'@') && is_upper(rest.get(..n).unwrap_or_default())
            }),
            b'_' if rest.first() == Some(&b'_') && (at == 0 || bytes[at - 1] != b'_') => {
                let is_whole = |n: &usize| {
                    let name = rest.get(..*n).unwrap_or_default();
                    name.ends_with(b"__") && is_upper(name)
                };
                name_length(rest).filter(is_whole).map(|n| n - 1)
            }
            _ => None,
        };
        if let Some(length) = length {
            let end = (at + 2 + length).min(bytes.len());
            let before = bytes.get(..at).and_then(<[u8]>::last);
            let start = at - usize::from(byte == b'{' && matches!(before, Some(b'$' | b'#')));
            let end = end + usize::from(byte == b'{' && bytes.get(end) == Some(&b'}'));
            // A name ends between characters, as all that is looked for is ASCII.
            return Some(start..end);
        }
    }
    None
}

/// The longest content of a placeholder, in bytes.
const LONGEST: usize = 200;

/// How long the name is that `text` begins with, if it does.
fn name_length(text: &[u8]) -> Option<usize> {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let length = text.iter().take(LONGEST).take_while(|byte| is_name(byte)).count();
    (length > 0 && !text[0].is_ascii_digit()).then_some(length)
}

/// Names are written in capitals; `https://__a__.example.com` is a host.
fn is_upper(name: &[u8]) -> bool {
    name.iter().any(u8::is_ascii_uppercase) && !name.iter().any(u8::is_ascii_lowercase)
}

/// Not `{2,3}` of a regular expression, not `{a,b}` of a shell.
fn is_name_in_braces(content: &[u8]) -> bool {
    content.is_empty()
        || !(content.contains(&b',') || content.iter().all(|b| b.is_ascii_digit() || *b == b','))
}

/// `[your-domain]`, `[HOST_NAME]`, `[port]`, which are no classes of characters.
fn is_name_in_brackets(content: &[u8]) -> bool {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_ ".contains(byte);
    let is_known = ["port", "host", "domain", "subdomain", "tenant", "project", "origin", "name"]
        .iter()
        .any(|known| content.eq_ignore_ascii_case(known.as_bytes()));
    let is_yours = content.get(..4).is_some_and(|start| start.eq_ignore_ascii_case(b"your"));
    content.iter().all(is_name)
        && (is_known || is_yours || (is_upper(content) && content.contains(&b'_')))
}

fn is_name_in_angles(content: &[u8]) -> bool {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_. %=".contains(byte);
    !content.is_empty() && content.iter().all(is_name)
}
