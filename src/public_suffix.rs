//! Who gives out the names below a host, from the Public Suffix List and a short list of our own.

use core::cell::Cell;

use crate::host::ends_in_a_number;
use crate::shared_hosts::{self, shared};
use psl::{List, Psl as _, Type};

/// Who gives out the names right below a public suffix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registry {
    /// A registry of the domain name system, as for `com` or `co.uk`: anybody can buy a name.
    Icann,
    /// A registry of the domain name system that serves some organizations only, as for `gov.uk` or
    /// `edu`: not anybody can have a name, but others can.
    Restricted,
    /// A company, as for `github.io`: anybody can have one for the asking.
    Private,
}

/// Labels under which states, armies and schools have their names: `gov`, `gov.uk`, `ac.jp`.
const RESTRICTED: &[&str] = &[
    "ac", "edu", "gc", "go", "gob", "gouv", "gov", "govt", "gub", "gv", "int", "k12", "mil", "mod",
    "nhs", "police", "sch",
];

/// Whether a public suffix of the domain name system is for some organizations only.
fn is_restricted(suffix: &str) -> bool {
    let (label, parent) = suffix.split_once('.').unwrap_or((suffix, ""));
    // `ac` alone is the domain of an island, and `go.it` of a town.
    RESTRICTED.contains(&label)
        && suffix != "go.it"
        && (!parent.is_empty() || matches!(label, "edu" | "gov" | "int" | "mil"))
}

/// What the two lists say of a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rule {
    /// The length of its public suffix in bytes.
    suffix: usize,
    /// Who gives out the names below the suffix; None where they know no such top-level domain.
    pub(crate) registry: Option<Registry>,
    /// Whether there are rules for names below the host.
    pub(crate) deeper: bool,
}

impl Rule {
    /// Names for the inside of one network (RFC 8375), which the list has all the same.
    const HOME: &str = "home.arpa";

    /// Looks up a host in lower case, without a dot at its end. A few hundred nanoseconds.
    pub(crate) fn of(host: &str) -> Self {
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
        let suffix = host.get(host.len().saturating_sub(info.len)..).unwrap_or(host);
        let registry = info.typ.map(|typ| match typ {
            Type::Icann if is_restricted(suffix) => Registry::Restricted,
            Type::Icann => Registry::Icann,
            Type::Private => Registry::Private,
        });
        let own = shared(host);
        let deeper = asked_beyond.get() || own.deeper;
        if own.suffix > info.len {
            return Self { suffix: own.suffix, registry: Some(Registry::Private), deeper };
        }
        Self { suffix: info.len, registry, deeper }
    }

    /// The domain that is registered for the host it was asked about; None where the host is a
    /// public suffix itself.
    pub(crate) fn registrable(self, host: &str) -> Option<&str> {
        let below = host.len().checked_sub(self.suffix + 1)?;
        let label = host.get(..below)?.rfind('.').map_or(0, |dot| dot + 1);
        host.get(label..)
    }

    /// The public suffix of the host it was asked about.
    pub(crate) fn suffix(self, host: &str) -> &str {
        host.get(host.len().saturating_sub(self.suffix)..).unwrap_or(host)
    }
}

/// The registry where names right below `host`, or one label further down, are given to anybody.
///
/// `host` is in lower case and punycode. None for what is registered by one owner, and where the
/// list does not know the ending, such as `localhost` or `internal`. Linear in `host`.
#[must_use]
pub fn registry(host: &str) -> Option<Registry> {
    let rule = Rule::of(host);
    if rule.registry.is_some() && rule.suffix == host.len() {
        return rule.registry;
    }
    // A rule such as `*.ck` makes every name below `ck` a suffix.
    rule.deeper.then(|| format!("*.{host}")).and_then(|below| suffix(&below))
}

/// The registry of a name that is a public suffix.
fn suffix(host: &str) -> Option<Registry> {
    let rule = Rule::of(host);
    rule.registry.filter(|_| rule.suffix == host.len())
}

/// Labels that begin, from their end, the public suffixes below a domain that is none, those first that
/// most people know. One of them for each such domain.
const BELOW: &str = "s3 core blob web compute elb us-east-1 app apps up pro cdn site pages cust customer user \
    dyn demo cloud paas eu us j p r c d webview-assets transfer-webapp auth notebook \
    consent-portal kr object jp sande cn-north-1 os ipfs prod shop a at bo my on t3 it1 nes \
    relay direct forgot objects jelastic auth-fips instances ae ch ex fi hb id io ip it jc \
    sn ui 001 atl aws dev eur flt jed lpg mel phx pub rsc ssl vfs vip vps xen alp1 es-1 eu-1 \
    fr-1 mrap runs test wien isk01 sekd1 stage valer client dyndns jcloud origin seprox \
    static aws-gov builder devices ezproxy hosting members preview private clusters fr-par-1 \
    jls-sto1 platform services git-pages rag-cloud accesspoint xn--vler-qoa objectstorage \
    eusc-de-east-1 code-builder-stg bedrock-agentcore";

/// Labels that may lead from a domain to a public suffix below it.
pub(crate) fn labels_below() -> impl Iterator<Item = &'static str> {
    BELOW.split(' ').chain(shared_hosts::LABELS.iter().copied())
}

/// The labels between a domain and a public suffix, at most.
const DEEPEST: usize = 6;

/// A public suffix that lies deeper below a host than [`registry`] looks, where the host is none:
/// `s3.amazonaws.com` for `amazonaws.com`. Anybody may have a name there.
///
/// None for most hosts, after one look-up. One that the list has, but not under a usual label, is given
/// as `*` and the host.
#[must_use]
pub fn deeper_suffix(host: &str) -> Option<(String, Registry)> {
    let rule = Rule::of(host);
    if rule.registry.is_none() || !rule.deeper || rule.suffix == host.len() {
        return None;
    }
    let found = labels_below().find_map(|label| below(&format!("{label}.{host}"), DEEPEST));
    // Nearly all of them are of companies.
    Some(found.unwrap_or_else(|| (format!("*.{host}"), Registry::Private)))
}

fn below(host: &str, deepest: usize) -> Option<(String, Registry)> {
    if let Some(registry) = suffix(host) {
        return Some((host.to_owned(), registry));
    }
    if deepest == 1 || !Rule::of(host).deeper {
        return None;
    }
    let any = format!("*.{host}");
    if let Some(registry) = suffix(&any) {
        return Some((any, registry));
    }
    labels_below().find_map(|label| below(&format!("{label}.{host}"), deepest - 1))
}

/// The part of `host` that one owner has registered: `example.co.uk` for `a.b.example.co.uk`.
///
/// `host` is in lower case and punycode. None for a public suffix itself and for an address. An
/// ending that the list does not know counts as a suffix of one label. Linear in `host`.
#[must_use]
pub fn registrable_domain(host: &[u8]) -> Option<&[u8]> {
    if host.starts_with(b"[") || ends_in_a_number(host.strip_suffix(b".").unwrap_or(host)) {
        return None;
    }
    let text = core::str::from_utf8(host).ok()?;
    if shared(text).suffix > 0 {
        return Rule::of(text).registrable(text).map(str::as_bytes);
    }
    psl::domain(host).map(|domain| domain.as_bytes())
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
            ("gov.uk", Some(Registry::Restricted)),
            ("edu", Some(Registry::Restricted)),
            ("ac", Some(Registry::Icann)),
            ("ac.uk", Some(Registry::Restricted)),
            ("go.jp", Some(Registry::Restricted)),
            ("go.it", Some(Registry::Icann)),
            ("github.io", Some(Registry::Private)),
            ("vercel.app", Some(Registry::Private)),
            ("example.com", None),
            ("a.github.io", None),
            ("www.ck", None),
            ("localhost", None),
            ("internal", None),
            ("home.arpa", None),
            ("loca.lt", Some(Registry::Private)),
            ("app.github.dev", Some(Registry::Private)),
            ("gitpod.io", Some(Registry::Private)),
            ("ws-eu45.gitpod.io", Some(Registry::Private)),
            ("github.dev", None),
            ("a.ws-eu45.gitpod.io", None),
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
            ("a.you.loca.lt", Some("you.loca.lt")),
            ("loca.lt", None),
            ("co.uk", None),
            ("localhost", None),
            ("127.0.0.1", None),
            ("[::1]", None),
            ("", None),
        ] {
            assert_eq!(registrable_domain(host.as_bytes()), expected.map(str::as_bytes), "{host}");
        }
    }

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

    #[test]
    fn suffixes_that_lie_deeper_are_found() {
        for (host, expected) in [
            ("amazonaws.com", Some(("s3.amazonaws.com", Registry::Private))),
            ("windows.net", Some(("blob.core.windows.net", Registry::Private))),
            ("core.windows.net", Some(("blob.core.windows.net", Registry::Private))),
            (
                "salesforce.com",
                Some(("*.001.test.code-builder-stg.platform.salesforce.com", Registry::Private)),
            ),
            ("akershus.no", Some(("nes.akershus.no", Registry::Icann))),
            ("github.dev", Some(("app.github.dev", Registry::Private))),
            ("litng.ai", Some(("cloudspaces.litng.ai", Registry::Private))),
            ("zrok.io", Some(("share.zrok.io", Registry::Private))),
            ("example.com", None),
            ("you.github.io", None),
            ("s3.amazonaws.com", None),
            ("com", None),
            ("localhost", None),
            ("home.arpa", None),
            ("", None),
        ] {
            let found = deeper_suffix(host);
            let found = found.as_ref().map(|(suffix, registry)| (suffix.as_str(), *registry));
            assert_eq!(found, expected, "{host}");
        }
    }
}
