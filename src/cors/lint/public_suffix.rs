//! Who gives out the names below a host, from the Public Suffix List.

use psl::{Info, List, Psl as _, Type};

/// Who gives out the names right below a public suffix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registry {
    /// A registry of the domain name system, as for `com` or `co.uk`: anybody can buy a name.
    Icann,
    /// A company, as for `github.io`: anybody can have one for the asking.
    Private,
}

/// Domains for the inside of one network (RFC 8375), which the list has all the same.
const HOME: &str = "home.arpa";

/// The registry where names right below `host`, or one label further down, are given to anybody.
///
/// `host` is in lower case and punycode. None for what is registered by one owner, and where the
/// list does not know the ending, such as `localhost` or `internal`. Linear in `host`.
#[must_use]
pub fn registry(host: &str) -> Option<Registry> {
    if host == HOME {
        return None;
    }
    let labels = || host.rsplit('.').map(str::as_bytes);
    let kind = |labels: &mut dyn Iterator<Item = &[u8]>, length| {
        let Info { len, typ } = List.find(labels);
        typ.filter(|_| len == length)
    };
    // A rule such as `*.ck` makes every name below `ck` a suffix, and `ck` itself none.
    let below = || kind(&mut labels().chain([b"*".as_slice()]), host.len() + 2);
    match kind(&mut labels(), host.len()).or_else(below)? {
        Type::Icann => Some(Registry::Icann),
        Type::Private => Some(Registry::Private),
    }
}

/// The part of `host` that one owner has registered: `example.co.uk` for `a.b.example.co.uk`.
///
/// `host` is in lower case and punycode. None for a public suffix itself and for an address. An
/// ending that the list does not know counts as a suffix of one label. Linear in `host`.
#[must_use]
pub fn registrable_domain(host: &str) -> Option<&str> {
    let is_number = |label: &str| !label.is_empty() && label.bytes().all(|b| b.is_ascii_digit());
    if host.ends_with(']') || host.trim_end_matches('.').rsplit('.').next().is_some_and(is_number) {
        return None;
    }
    core::str::from_utf8(psl::domain(host.as_bytes())?.as_bytes()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registry_is_told_by_who_gives_out_the_names_below() {
        for (host, expected) in [
            ("com", Some(Registry::Icann)),
            ("co.uk", Some(Registry::Icann)),
            ("ck", Some(Registry::Icann)),
            ("xn--p1ai", Some(Registry::Icann)),
            ("github.io", Some(Registry::Private)),
            ("vercel.app", Some(Registry::Private)),
            ("example.com", None),
            ("a.github.io", None),
            ("www.ck", None),
            ("localhost", None),
            ("internal", None),
            ("home.arpa", None),
            ("", None),
            (".", None),
            ("..", None),
        ] {
            assert_eq!(registry(host), expected, "{host}");
        }
    }

    #[test]
    fn a_registrable_domain_is_one_label_below_the_public_suffix() {
        for (host, expected) in [
            ("a.b.example.co.uk", Some("example.co.uk")),
            ("example.com", Some("example.com")),
            ("you.github.io", Some("you.github.io")),
            ("a.you.github.io", Some("you.github.io")),
            ("app.internal", Some("app.internal")),
            ("co.uk", None),
            ("localhost", None),
            ("127.0.0.1", None),
            ("[::1]", None),
            ("", None),
        ] {
            assert_eq!(registrable_domain(host), expected, "{host}");
        }
    }
}
