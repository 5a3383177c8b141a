use core::fmt;

/// What a CORS-preflight request asks (Fetch, CORS-preflight fetch), as raw header values.
#[derive(Debug, Clone, Copy)]
pub struct PreflightRequest<'r> {
    /// `Access-Control-Request-Method`.
    pub method: &'r [u8],
    /// `Access-Control-Request-Headers`, if the request has it.
    pub headers: Option<&'r [u8]>,
    /// Whether the request has `Access-Control-Request-Private-Network`, with whatever value.
    pub private_network: bool,
}

/// A header line of the response to a preflight that does not depend on the request: its name, in lower
/// case, and its value.
pub type FixedLine = (&'static [u8], Box<[u8]>);

/// The reasons for which a preflight is rejected; none of them means that it is allowed.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Rejections(u8);

impl Rejections {
    /// The number of different values, for tables that hold something for each.
    pub const COUNT: usize = 16;
    /// The Origin is not allowed.
    pub const ORIGIN: Self = Self(1);
    /// The method is not allowed.
    pub const METHOD: Self = Self(2);
    /// One of the request headers is not allowed.
    pub const HEADERS: Self = Self(4);
    /// Private network access is not allowed.
    pub const PRIVATE_NETWORK: Self = Self(8);

    /// Each reason, in Starlette's order.
    pub const EACH: [Self; 4] = [Self::ORIGIN, Self::METHOD, Self::HEADERS, Self::PRIVATE_NETWORK];

    const NAMES: [(Self, &'static str); 4] = [
        (Self::ORIGIN, "origin"),
        (Self::METHOD, "method"),
        (Self::HEADERS, "headers"),
        (Self::PRIVATE_NETWORK, "private-network"),
    ];

    /// Whether there is none.
    #[inline]
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether `other` is among them.
    #[inline]
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Adds `reason` where `rejected` is true.
    #[inline]
    pub(super) const fn add_if(&mut self, rejected: bool, reason: Self) {
        if rejected {
            self.0 |= reason.0;
        }
    }

    /// All values, each at the place of its [`index`](Self::index).
    pub fn all() -> impl Iterator<Item = Self> {
        (0..16).map(Self)
    }

    /// A number below [`COUNT`](Self::COUNT), another for each value.
    #[inline]
    #[must_use]
    pub const fn index(self) -> usize {
        // The mask saves the check of an index into a table.
        (self.0 & 15) as usize
    }

    /// The names of the reasons in Starlette's order: origin, method, headers, private-network.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        Self::NAMES
            .into_iter()
            .filter(move |(reason, _)| self.contains(*reason))
            .map(|(_, name)| name)
    }
}

impl fmt::Debug for Rejections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.names()).finish()
    }
}

/// The decision on a preflight: why it is rejected, if it is, and which lines its response has between
/// those of every response, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "each is a header line that is there or not")]
pub struct Preflight {
    /// The reasons.
    pub rejections: Rejections,
    /// `access-control-allow-origin` with the request's Origin.
    pub explicit_origin: bool,
    /// `access-control-allow-headers` with what the request asked for.
    pub mirrored_headers: bool,
    /// `access-control-allow-private-network: true`.
    pub private_network: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_has_an_index_of_its_own() {
        let indexes: Vec<_> = Rejections::all().map(Rejections::index).collect();
        assert_eq!(indexes, (0..Rejections::COUNT).collect::<Vec<_>>());
    }
}
