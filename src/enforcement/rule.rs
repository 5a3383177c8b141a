/// The row of the table that a request fits, the first one that does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Its Host is not one of the server's.
    Host,
    /// It is a preflight, which CORS decides on.
    Preflight,
    /// The CORS policy allows its Origin.
    AllowedOrigin,
    /// It has no Origin, and no browser says where it comes from.
    WithoutOrigin,
    /// The browser says that it comes from the server's own page, or from the person.
    SameOrigin,
    /// Another site's page links to the server.
    Navigation,
    /// Another site's page loads something without an Origin.
    CrossSiteRead,
    /// Another site's page sends an unsafe method without an Origin.
    CrossSiteWrite,
    /// Its Origin is the server's own, by its Host.
    OwnHost,
    /// A GET, HEAD or OPTIONS whose Origin is not allowed.
    OriginRead,
    /// An unsafe method whose Origin is not allowed.
    OriginWrite,
    /// The handshake of a WebSocket whose Origin is not allowed.
    WebSocket,
}

impl Rule {
    /// Those that reject in some mode, in the order of their [`index`](Self::index).
    pub const REJECTING: [Self; 6] = [
        Self::Host,
        Self::CrossSiteRead,
        Self::CrossSiteWrite,
        Self::OriginRead,
        Self::OriginWrite,
        Self::WebSocket,
    ];

    /// Its place in [`REJECTING`](Self::REJECTING).
    #[inline]
    #[must_use]
    pub fn index(self) -> Option<usize> {
        Self::REJECTING.into_iter().position(|rule| rule == self)
    }

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::Preflight => "preflight",
            Self::AllowedOrigin => "allowed-origin",
            Self::WithoutOrigin => "without-origin",
            Self::SameOrigin => "same-origin",
            Self::Navigation => "navigation",
            Self::CrossSiteRead => "cross-site-read",
            Self::CrossSiteWrite => "cross-site-write",
            Self::OwnHost => "own-host",
            Self::OriginRead => "origin-read",
            Self::OriginWrite => "origin-write",
            Self::WebSocket => "websocket",
        }
    }

    /// Whether it is about a request whose Origin CORS rejects too.
    #[must_use]
    pub const fn is_about_origin(self) -> bool {
        matches!(self, Self::OriginRead | Self::OriginWrite | Self::WebSocket)
    }

    /// The status of a response that rejects by it: 421 (RFC 9110, 15.5.20) or 403.
    #[must_use]
    pub const fn status(self) -> u16 {
        if matches!(self, Self::Host) { 421 } else { 403 }
    }

    /// The body of such a response, which repeats nothing of the request.
    #[must_use]
    pub const fn body(self) -> &'static str {
        match self {
            Self::Host => "Misdirected request: the Host is not one of this server's hosts",
            Self::CrossSiteRead | Self::CrossSiteWrite => {
                "Forbidden: another site's page sent this request"
            }
            Self::OriginRead | Self::OriginWrite => "Forbidden: the Origin is not allowed",
            Self::WebSocket => "Forbidden: the Origin is not allowed to open a WebSocket",
            _ => "",
        }
    }

    /// The header lines of such a response: `content_length` is that of the body.
    #[must_use]
    pub const fn lines(self, content_length: &[u8]) -> [(&'static [u8], &[u8]); 3] {
        [
            (b"vary", self.vary().as_bytes()),
            (b"content-length", content_length),
            (b"content-type", b"text/plain; charset=utf-8"),
        ]
    }

    /// What such a response depends on beside the Host, which is a part of its URL.
    #[must_use]
    pub const fn vary(self) -> &'static str {
        match self {
            Self::CrossSiteRead => "Origin, Sec-Fetch-Site, Sec-Fetch-Mode, Sec-Fetch-Dest",
            Self::CrossSiteWrite | Self::OriginRead | Self::OriginWrite => "Origin, Sec-Fetch-Site",
            _ => "Origin",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_that_rejects_says_so_in_a_body_and_has_a_place() {
        for (index, rule) in Rule::REJECTING.into_iter().enumerate() {
            assert_eq!(rule.index(), Some(index));
            assert!(rule.body().ends_with(|last: char| last.is_ascii_lowercase()), "{rule:?}");
        }
        assert_eq!(Rule::Navigation.index(), None);
    }
}
