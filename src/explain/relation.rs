/// How an origin stands to the rule that comes closest to it: `fastcors._explain.wording` has a
/// sentence for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// The rule covers it, except for the way in which it is written.
    Same,
    /// Only the scheme differs.
    Scheme,
    /// Only the port differs.
    Port,
    /// The host is the same, scheme and port are not.
    SchemeAndPort,
    /// Both hosts are names of this machine: `localhost`, `127.0.0.1`, `[::1]`, `0.0.0.0`.
    Loopback,
    /// The rule's host without its `www.`.
    WwwMissing,
    /// The rule's host with `www.` before it.
    WwwAdded,
    /// The rule's host without its dot at the end.
    DotMissing,
    /// The rule's host with a dot at the end.
    DotAdded,
    /// The host whose subdomains a pattern covers, which it does not cover itself.
    Apex,
    /// A subdomain of the rule's host.
    Subdomain,
    /// The rule's host is a subdomain of it.
    Parent,
    /// The host goes on where the rule's ends: another site, which anyone may register.
    BeginsAlike,
    /// The host ends as the rule's does, but not at a dot: another site, too.
    EndsAlike,
    /// Another host under the same registrable domain, at this distance if it looks like it.
    Sibling(Option<usize>),
    /// A host of another domain that looks like it, at this distance.
    Typo(usize),
}

impl Relation {
    /// Each of them once.
    pub const ALL: [Self; 16] = [
        Self::Same,
        Self::Scheme,
        Self::Port,
        Self::SchemeAndPort,
        Self::Loopback,
        Self::WwwMissing,
        Self::WwwAdded,
        Self::DotMissing,
        Self::DotAdded,
        Self::Apex,
        Self::Subdomain,
        Self::Parent,
        Self::BeginsAlike,
        Self::EndsAlike,
        Self::Sibling(None),
        Self::Typo(1),
    ];

    /// How far apart the hosts are; only the order of the numbers means anything.
    pub(super) const fn cost(self) -> usize {
        match self {
            Self::Same | Self::Scheme | Self::Port | Self::SchemeAndPort => 0,
            Self::Loopback => 3,
            Self::WwwMissing | Self::WwwAdded | Self::DotMissing | Self::DotAdded | Self::Apex => 4,
            // One typing error is likelier than these, two are not.
            Self::Subdomain | Self::BeginsAlike | Self::EndsAlike => 7,
            Self::Typo(distance) | Self::Sibling(Some(distance)) => 4 + 2 * distance,
            Self::Parent => 8,
            Self::Sibling(None) => 11,
        }
    }

    /// A stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Scheme => "scheme",
            Self::Port => "port",
            Self::SchemeAndPort => "scheme-and-port",
            Self::Loopback => "loopback",
            Self::WwwMissing => "www-missing",
            Self::WwwAdded => "www-added",
            Self::DotMissing => "dot-missing",
            Self::DotAdded => "dot-added",
            Self::Apex => "apex",
            Self::Subdomain => "subdomain",
            Self::Parent => "parent",
            Self::BeginsAlike => "begins-alike",
            Self::EndsAlike => "ends-alike",
            Self::Sibling(_) => "sibling",
            Self::Typo(_) => "typo",
        }
    }
}
