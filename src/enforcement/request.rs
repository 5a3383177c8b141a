use super::authority::Authority;

/// What a request is, as far as enforcement distinguishes requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A CORS-preflight request, which the policy responds to by itself.
    Preflight,
    /// GET or HEAD, which may be a navigation.
    Read,
    /// OPTIONS that is no preflight: as safe, but no navigation.
    Options,
    /// Any other method, in whatever case: methods are case-sensitive.
    Unsafe,
    /// The handshake of a WebSocket.
    WebSocket,
}

impl Kind {
    /// The kind of a request that is no preflight, by its method.
    #[inline(always)]
    #[must_use]
    pub fn of_method(method: &[u8]) -> Self {
        match method {
            b"GET" | b"HEAD" => Self::Read,
            b"OPTIONS" => Self::Options,
            _ => Self::Unsafe,
        }
    }
}

/// The Host header lines of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HostLines<'r> {
    /// There is none.
    None,
    /// There is one, of this value.
    One(&'r [u8]),
    /// There are several, of whatever values: which one counts is not for a server to choose.
    Several,
}

impl<'r> HostLines<'r> {
    /// What the request is for, if one line says so.
    #[inline]
    #[must_use]
    pub fn authority(self) -> Option<Authority<'r>> {
        match self {
            Self::One(value) => Authority::parse(value),
            Self::None | Self::Several => None,
        }
    }
}

/// What is decided on: raw header values. Several lines of one name that disagree are one value with
/// commas (RFC 9110, 5.3), which is no value that a browser sends.
#[derive(Debug, Clone, Copy)]
pub struct Request<'r> {
    /// What it is.
    pub kind: Kind,
    /// Whether the server knows that it was sent by https (or wss). If not, that is not known.
    pub is_https: bool,
    /// Host.
    pub host: HostLines<'r>,
    /// Origin, and whether the CORS policy allows it: none of several that disagree.
    pub origin: Option<(&'r [u8], bool)>,
    /// `Sec-Fetch-Site`.
    pub site: Option<&'r [u8]>,
    /// `Sec-Fetch-Mode`.
    pub mode: Option<&'r [u8]>,
    /// `Sec-Fetch-Dest`.
    pub destination: Option<&'r [u8]>,
}

/// What `Sec-Fetch-Site` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Site {
    /// Nothing: the browser is old, the URL is plain http in a network, or it is no browser.
    Absent,
    /// `same-origin`; `none`: the person did it, by the address bar or a bookmark.
    Own,
    /// `same-site`, `cross-site` and whatever else it may be one day.
    Other,
}

impl Site {
    #[inline(always)]
    pub(super) fn of(value: Option<&[u8]>) -> Self {
        match value {
            None | Some(b"") => Self::Absent,
            value if is_own_site(value) => Self::Own,
            Some(_) => Self::Other,
        }
    }
}

/// Whether `Sec-Fetch-Site` says that the server's own page or the person sent a request: that passes
/// with any method.
#[inline]
#[must_use]
pub fn is_own_site(site: Option<&[u8]>) -> bool {
    matches!(site, Some(b"same-origin" | b"none"))
}

impl Request<'_> {
    #[inline(always)]
    pub(super) fn site(&self) -> Site {
        Site::of(self.site)
    }

    /// Whether it loads a page (Resource Isolation Policy): a link, and no `<object>` or `<embed>`.
    pub(super) fn is_navigation(&self) -> bool {
        self.kind == Kind::Read
            && self.mode == Some(b"navigate")
            && self.destination.is_none_or(|value| {
                !matches!(value, b"object" | b"embed") && !value.contains(&b',')
            })
    }

    /// Whether its Origin is that of the server itself, by its Host. Never inlined: what is allowed by
    /// the policy does not come here.
    #[inline(never)]
    pub(super) fn has_own_origin(&self, origin: &[u8]) -> bool {
        self.host.authority().is_some_and(|own| own.is_of_origin(origin, self.is_https))
    }
}
