//! The ids of browser extensions, which stand in the place of a host.

use super::code;
use super::finding::Finding;

/// How an extension's id is written, and what is said of one that is not written so.
struct Ids {
    is_id: fn(&str) -> bool,
    wrong: &'static str,
    otherwise: &'static str,
    /// What is to be said of an id, as it is not the extension's for good.
    changes: Option<&'static str>,
    /// A regular expression for every id.
    expression: &'static str,
}

fn ids(scheme: &str) -> Option<Ids> {
    let ids = match scheme {
        "chrome-extension" => Ids {
            is_id: |id| id.len() == 32 && id.bytes().all(|byte| matches!(byte, b'a'..=b'p')),
            wrong: "has no extension id after its scheme, which is 32 letters from a to p",
            otherwise: "write the id that chrome://extensions shows",
            changes: None,
            expression: "[a-p]{32}",
        },
        "moz-extension" => Ids {
            is_id: is_uuid,
            wrong: "has no extension id after its scheme, which is a UUID",
            otherwise: UUID_INSTEAD,
            changes: Some(
                "has the UUID of one installation, because Firefox gives each its own, so it \
                 never matches the same extension in another browser",
            ),
            expression: "[0-9a-f-]{36}",
        },
        "safari-web-extension" => Ids {
            is_id: is_uuid,
            wrong: "has no extension id after its scheme, which is a UUID",
            otherwise: UUID_INSTEAD,
            changes: Some(
                "has the UUID of one session, because Safari gives the extension another at each \
                 start, so it soon never matches",
            ),
            expression: "[0-9A-Fa-f-]{36}",
        },
        _ => return None,
    };
    Some(ids)
}

const UUID_INSTEAD: &str =
    "identify the extension by something else that it sends, such as a token";

/// What is wrong with the id of an extension in lower case or as it was written, at `at`.
pub(super) fn problem(scheme: &str, id: &str, at: usize) -> Option<Finding> {
    let Ids { is_id, wrong, otherwise, changes, .. } = ids(scheme)?;
    let finding = if is_id(id) {
        Finding::warning(code::EXTENSION_ID, at, changes?)
    } else {
        Finding::unmatched(code::EXTENSION_ID, at, wrong)
    };
    Some(finding.otherwise(otherwise).meant(None))
}

/// A regular expression for the ids of a scheme's extensions.
pub(super) fn any_id(scheme: &str) -> Option<&'static str> {
    ids(scheme).map(|ids| ids.expression)
}

fn is_uuid(id: &str) -> bool {
    let lengths = id.split('-').map(str::len);
    lengths.eq([8, 4, 4, 4, 12]) && id.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}
