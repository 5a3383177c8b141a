//! What is found out about a regex.

use std::fmt;

/// What is known of a regex.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each is a finding of its own")]
pub struct Proof {
    /// It matches no origin that a browser sends. Then nothing else is known of it.
    pub nothing: bool,
    /// It matches the origin of any site there is.
    pub everything: Option<Everything>,
    /// It matches a site whose registrable domain its author did not write.
    pub untrusted: Option<UntrustedOrigin>,
    /// It matches any site below a private public suffix such as `github.io`, where anyone can have a
    /// name, or below one for some organizations, such as `gov.uk`.
    pub hosted: Option<UntrustedOrigin>,
    /// It matches a site below such a suffix. Anyone can have its name, and the author wrote a part of it.
    pub shared: Option<UntrustedOrigin>,
    /// It matches this origin, at an address that anyone can have and that the author did not write.
    pub address: Option<String>,
    /// It matches this origin, at an IPv4 address whose first two numbers the author wrote.
    pub network: Option<String>,
    /// It matches the origin `null`.
    pub null: Option<Null>,
    /// It matches `file://`, which its author wrote.
    pub file: bool,
    /// It matches this origin, whose scheme is http and whose host is neither this machine nor a
    /// private address. Looked for with credentials only.
    pub insecure: Option<String>,
    /// It matches an origin whose scheme is http and whose host is this machine or a private address.
    /// Looked for with credentials only.
    pub local: bool,
    /// It matches this origin, with a scheme that the author wrote, other than http and https, and a
    /// host that is left open.
    pub scheme: Option<String>,
    /// It matches this origin, whose name is joined from parts that its author did not write next to
    /// each other, and nothing else that its author did not write.
    pub joined: Option<Joined>,
    /// Why there may be untrusted origins that were not found.
    pub unproven: Option<Unproven>,
}

impl Proof {
    /// Whether the regex is proven to match no untrusted origin, and to match some origin.
    #[must_use]
    pub const fn is_safe(&self) -> bool {
        !self.nothing
            && self.everything.is_none()
            && self.untrusted.is_none()
            && self.hosted.is_none()
            && self.shared.is_none()
            && self.address.is_none()
            && self.network.is_none()
            && self.null.is_none()
            && !self.file
            && self.scheme.is_none()
            && self.joined.is_none()
            && self.unproven.is_none()
    }
}

/// Which origins a regex matches that matches those of any site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Everything {
    /// Those with the scheme https.
    Https,
    /// Those with the scheme http.
    Http,
    /// Both.
    Both,
}

/// A site that anyone could make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UntrustedOrigin {
    /// Its origin, which the regex matches.
    pub origin: String,
    /// The domain that would have to be registered.
    pub domain: String,
    /// The public suffix that the domain is under.
    pub suffix: String,
    /// Whether anyone can have a name there, and not only some organizations.
    pub is_anyones: bool,
}

/// An origin whose name is joined from parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joined {
    /// The origin, which the regex matches.
    pub origin: String,
    /// The domain that would have to be registered, if it is a name.
    pub domain: Option<String>,
    /// Whether it is joined because a dot is left out.
    pub without_dot: bool,
}

/// How a regex comes to match `null`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Null {
    /// Its author wrote it.
    Written,
    /// It is one of the texts that the author left open.
    Open,
}

/// Why it is not known whether a regex matches untrusted origins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unproven {
    /// It is no regex for this engine, or its automaton would be too large.
    TooLarge,
    /// It allows too many names to ask the public suffix list about.
    TooManyNames,
    /// The names that anyone can register below this domain, which the author wrote, cannot be
    /// listed.
    Suffixes(String),
    /// It allows too many addresses to look at.
    Addresses,
    /// The untrusted origins that were found have names that cannot be registered.
    LongNames,
}

impl fmt::Display for Unproven {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLarge => "it is too large to search",
            Self::TooManyNames => {
                "it matches too many names to look up each in the public suffix list"
            }
            Self::Suffixes(domain) => {
                return write!(
                    f,
                    "the names that anyone can register below {domain} cannot all be listed"
                );
            }
            Self::Addresses => "it matches too many addresses to check each one",
            Self::LongNames => {
                "the matching hosts that were found are longer than a registered name can be"
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_domain_is_named_whose_suffixes_cannot_be_listed() {
        let said = Unproven::Suffixes("example.com".to_owned()).to_string();
        assert!(said.contains(" below example.com cannot all be listed"));
    }
}
