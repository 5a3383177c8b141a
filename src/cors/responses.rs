use super::preflight::{FixedLine, Rejections};

/// What responses have, the option `responses`. Which requests are allowed does not depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Responses {
    /// What Starlette sends, byte for byte.
    #[default]
    Starlette,
    /// What the Fetch standard needs, and no more.
    Minimal,
}

impl Responses {
    /// The value of the option by its name: `starlette` or `minimal`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "starlette" => Some(Self::Starlette),
            "minimal" => Some(Self::Minimal),
            _ => None,
        }
    }

    /// The status of the response to a preflight.
    ///
    /// A preflight is allowed by an ok status, 200 to 299 (Fetch, CORS-preflight fetch, step 7): 204 has no
    /// body. Any other status rejects it: 403 (RFC 9110, 15.5.4) says why, 400 does not.
    #[must_use]
    pub const fn status(self, rejections: Rejections) -> u16 {
        match (self, rejections.is_empty()) {
            (Self::Starlette, true) => 200,
            (Self::Starlette, false) => 400,
            (Self::Minimal, true) => 204,
            (Self::Minimal, false) => 403,
        }
    }

    /// The body of the response to a preflight. That of a rejection is Starlette's: no page can read it,
    /// but developer tools and `curl` show it.
    #[must_use]
    pub fn body(self, rejections: Rejections) -> String {
        if !rejections.is_empty() {
            return format!(
                "Disallowed CORS {}",
                rejections.names().collect::<Vec<_>>().join(", ")
            );
        }
        match self {
            Self::Starlette => "OK".to_owned(),
            Self::Minimal => String::new(),
        }
    }

    /// The header lines about the body, with which the response to a preflight ends.
    ///
    /// A response with status 204 has no body, and must not have `content-length` (RFC 9110, 8.6).
    #[must_use]
    pub fn body_lines(self, rejections: Rejections) -> Vec<FixedLine> {
        if self == Self::Minimal && rejections.is_empty() {
            return Vec::new();
        }
        let length = self.body(rejections).len().to_string();
        vec![
            (b"content-length", length.into_bytes().into()),
            (b"content-type", b"text/plain; charset=utf-8".as_slice().into()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all_rejections() -> Rejections {
        let mut all = Rejections::default();
        for reason in [
            Rejections::PRIVATE_NETWORK,
            Rejections::HEADERS,
            Rejections::METHOD,
            Rejections::ORIGIN,
        ] {
            all.add_if(true, reason);
        }
        all
    }

    #[test]
    fn a_body_names_what_is_rejected_in_starlettes_order() {
        let (none, all) = (Rejections::default(), all_rejections());
        for (responses, allowed, rejected) in
            [(Responses::Starlette, (200, "OK"), 400), (Responses::Minimal, (204, ""), 403)]
        {
            assert_eq!((responses.status(none), responses.body(none).as_str()), allowed);
            assert_eq!(responses.status(all), rejected);
            assert_eq!(
                responses.body(all),
                "Disallowed CORS origin, method, headers, private-network"
            );
        }
    }

    #[test]
    fn only_a_response_without_a_body_has_no_lines_about_it() {
        for responses in [Responses::Starlette, Responses::Minimal] {
            for rejections in Rejections::all() {
                let lines = responses.body_lines(rejections);
                assert_eq!(lines.is_empty(), responses.body(rejections).is_empty());
                assert_eq!(lines.is_empty(), responses.status(rejections) == 204);
            }
        }
    }
}
