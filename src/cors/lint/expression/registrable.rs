use core::cell::Cell;

use psl::{List, Psl as _, Type};

use crate::cors::lint::public_suffix::Registry;

/// What the public suffix list says of a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rule {
    /// The length of its public suffix in bytes.
    suffix: usize,
    /// Who gives out the names below the suffix; None where the list knows no such top-level domain.
    pub(super) registry: Option<Registry>,
    /// Whether there are rules for names below the host.
    pub(super) deeper: bool,
}

impl Rule {
    /// Names for the inside of one network (RFC 8375), which the list has all the same.
    const HOME: &str = "home.arpa";

    /// Looks up a host in lower case, without a dot at its end. A few hundred nanoseconds.
    pub(super) fn of(host: &str) -> Self {
        if host
            .strip_suffix(Self::HOME)
            .is_some_and(|below| below.is_empty() || below.ends_with('.'))
        {
            return Self { suffix: host.len(), registry: None, deeper: false };
        }
        let asked_beyond = Cell::new(false);
        let mut labels = host.as_bytes().rsplit(|&byte| byte == b'.');
        // The list asks for a label only where it has rules that go on.
        let labels = core::iter::from_fn(|| {
            let label = labels.next();
            asked_beyond.set(label.is_none());
            label
        });
        let info = List.find(labels);
        let registry = info.typ.map(|typ| match typ {
            Type::Icann => Registry::Icann,
            Type::Private => Registry::Private,
        });
        Self { suffix: info.len, registry, deeper: asked_beyond.get() }
    }

    /// The domain that is registered for the host it was asked about; None where the host is a
    /// public suffix itself.
    pub(super) fn registrable(self, host: &str) -> Option<&str> {
        let below = host.len().checked_sub(self.suffix + 1)?;
        let label = host.get(..below)?.rfind('.').map_or(0, |dot| dot + 1);
        host.get(label..)
    }

    /// The public suffix of the host it was asked about.
    pub(super) fn suffix(self, host: &str) -> &str {
        host.get(host.len().saturating_sub(self.suffix)..).unwrap_or(host)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_under_the_domain_that_somebody_registered() {
        let icann = Some(Registry::Icann);
        let private = Some(Registry::Private);
        let cases = [
            ("com", None, icann, true),
            ("example.com", Some("example.com"), icann, false),
            ("a.b.example.com", Some("example.com"), icann, false),
            ("co.uk", None, icann, true),
            ("a.example.co.uk", Some("example.co.uk"), icann, false),
            ("github.io", None, private, false),
            ("a.evil.github.io", Some("evil.github.io"), private, false),
            ("amazonaws.com", Some("amazonaws.com"), icann, true),
            ("s3.amazonaws.com", None, private, false),
            ("evil.s3.amazonaws.com", Some("evil.s3.amazonaws.com"), private, false),
            ("ec2.amazonaws.com", Some("amazonaws.com"), icann, false),
            ("evil.ck", None, icann, false),
            ("www.ck", Some("www.ck"), icann, false),
            ("a.evil.ck", Some("a.evil.ck"), icann, false),
            ("xn--p1ai", None, icann, false),
            ("xn--55qx5d.cn", None, icann, false),
            ("evil.xn--p1ai", Some("evil.xn--p1ai"), icann, false),
            ("localhost", None, None, false),
            ("router.home.arpa", None, None, false),
            ("app.internal", Some("app.internal"), None, false),
        ];
        for (host, registrable, registry, deeper) in cases {
            let rule = Rule::of(host);
            assert_eq!(rule.registrable(host), registrable, "{host}");
            assert_eq!((rule.registry, rule.deeper), (registry, deeper), "{host}");
        }
    }
}
