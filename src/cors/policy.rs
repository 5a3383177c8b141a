use std::ops::Range;

use super::actual::{Actual, Line};
use super::byte_set::ByteSet;
use super::header_lines::{
    ALLOW_HEADERS, ALLOW_ORIGIN, ALLOW_PRIVATE_NETWORK, ResponseLines, lines_of,
};
use super::header_names::{HeaderNames, requested_names};
use super::mirrored::can_be_mirrored;
use super::options::Options;
use super::origin::{Origins, Verdict};
use super::preflight::{FixedLine, Preflight, PreflightRequest, Rejections};
use super::responses::Responses;
use super::text_list::TooLarge;

/// An immutable CORS policy: what is allowed, and the header lines for it.
#[derive(Debug)]
pub struct Policy {
    origins: Origins,
    methods: ByteSet,
    headers: HeaderNames,
    any_header: bool,
    private_network: bool,
    explicit_origin: bool,
    responses: Responses,
    lines: ResponseLines,
    repeated: [Repeated; Rejections::COUNT],
}

/// The header lines that a preflight response may have for what the request has: by what is rejected.
#[derive(Debug, Clone, Copy, Default)]
struct Repeated {
    explicit_origin: bool,
    mirrored_headers: bool,
    private_network: bool,
}

impl Policy {
    /// Builds the sets and every header line that does not depend on a request.
    ///
    /// # Errors
    /// [`TooLarge`] if the methods or the header names exceed 4 GiB.
    pub fn new(options: Options) -> Result<Self, TooLarge> {
        let mut methods = ByteSet::with_capacity(options.methods.len());
        for method in &options.methods {
            methods.insert(method)?;
        }
        let headers = HeaderNames::new(options.headers.iter().map(AsRef::as_ref))?;
        let lines = lines_of(&options);
        Ok(Self {
            methods,
            headers,
            any_header: options.any_header,
            private_network: options.private_network,
            explicit_origin: options.explicit_origin(),
            responses: options.responses,
            repeated: repeated(&options, &lines),
            lines,
            origins: options.origins,
        })
    }

    /// The origins.
    #[inline]
    #[must_use]
    pub fn origins(&self) -> &Origins {
        &self.origins
    }

    /// Whether the response names an allowed origin instead of `*`.
    #[must_use]
    pub fn explicit_origin(&self) -> bool {
        self.explicit_origin
    }

    /// Whether every name in an `Access-Control-Request-Headers` value is allowed. Linear in it.
    ///
    /// Where any name is, the response repeats the value: only one that it [may](can_be_mirrored).
    #[must_use]
    pub fn allows_headers(&self, value: &[u8]) -> bool {
        if self.any_header { can_be_mirrored(value) } else { self.headers.contain_all(value) }
    }

    /// Decides on a preflight whose Origin is allowed or not. Linear in the request's headers.
    #[must_use]
    pub fn preflight(&self, request: &PreflightRequest<'_>, origin_allowed: bool) -> Preflight {
        let headers_allowed = request.headers.is_none_or(|value| self.allows_headers(value));
        self.preflight_of(request, origin_allowed, headers_allowed)
    }

    /// Decides on a preflight whose Origin and whose headers are allowed or not.
    #[inline]
    #[must_use]
    pub fn preflight_of(
        &self,
        request: &PreflightRequest<'_>,
        origin_allowed: bool,
        headers_allowed: bool,
    ) -> Preflight {
        let mut rejections = Rejections::default();
        rejections.add_if(!origin_allowed, Rejections::ORIGIN);
        rejections.add_if(!self.methods.contains(request.method), Rejections::METHOD);
        rejections.add_if(!headers_allowed, Rejections::HEADERS);
        rejections
            .add_if(request.private_network && !self.private_network, Rejections::PRIVATE_NETWORK);
        let repeated = self.repeated[rejections.index()];
        Preflight {
            rejections,
            explicit_origin: repeated.explicit_origin,
            mirrored_headers: repeated.mirrored_headers && request.headers.is_some(),
            private_network: repeated.private_network && request.private_network,
        }
    }

    /// Where the names in an `Access-Control-Request-Headers` value are that are not allowed. Linear
    /// in it.
    pub fn rejected_names<'v>(
        &'v self,
        value: &'v [u8],
    ) -> impl Iterator<Item = Range<usize>> + 'v {
        requested_names(value).filter(|range| !self.allows_headers(&value[range.clone()]))
    }

    /// What responses have.
    #[must_use]
    pub fn responses(&self) -> Responses {
        self.responses
    }

    /// The header lines with which the response to a preflight begins, in order: the same for all that
    /// are allowed, and the same or none for all that are not.
    #[must_use]
    pub fn preflight_lines(&self, rejections: Rejections) -> &[FixedLine] {
        if rejections.is_empty() || self.lines.in_rejections { &self.lines.preflight } else { &[] }
    }

    /// The header lines of a preflight response, in order.
    #[must_use]
    pub fn preflight_response<'r>(
        &'r self,
        decision: Preflight,
        origin: &'r [u8],
        request: &PreflightRequest<'r>,
    ) -> Vec<(&'static [u8], Vec<u8>)> {
        let fixed = |(name, value): &FixedLine| (*name, value.to_vec());
        PreflightResponse {
            opening: self.preflight_lines(decision.rejections).iter().map(fixed),
            explicit_origin: decision.explicit_origin.then(|| (ALLOW_ORIGIN, origin.to_vec())),
            mirrored_headers: request
                .headers
                .filter(|_| decision.mirrored_headers)
                .map(|headers| (ALLOW_HEADERS, headers.to_vec())),
            private_network: decision
                .private_network
                .then(|| (ALLOW_PRIVATE_NETWORK, b"true".to_vec())),
            ending: self.responses.body_lines(decision.rejections).iter().map(fixed),
        }
        .in_order()
        .collect()
    }

    /// The lines for a response of this kind besides `Vary`, in order.
    #[must_use]
    pub fn actual_lines(&self, kind: Actual) -> &[Line] {
        match kind {
            Actual::WithoutOrigin => &self.lines.without_origin,
            Actual::Rejected => &self.lines.rejected,
            Actual::Allowed => &self.lines.allowed,
        }
    }

    /// Whether the responses to actual requests get `Vary: Origin`.
    #[must_use]
    pub fn varies(&self) -> bool {
        self.lines.varies
    }

    /// Whether `origin` is allowed; `python_only` decides if the origins leave it undecided.
    ///
    /// # Errors
    /// Those of `python_only`.
    #[inline]
    pub fn allows<E>(
        &self,
        origin: &[u8],
        python_only: impl FnOnce(&[u8]) -> Result<bool, E>,
    ) -> Result<bool, E> {
        match self.origins.verdict(origin) {
            Verdict::Allowed => Ok(true),
            Verdict::Rejected => Ok(false),
            Verdict::Undecided => python_only(origin),
        }
    }
}

/// The header lines of one preflight response, whatever type a line has for the caller.
#[derive(Debug)]
pub struct PreflightResponse<O, E, L> {
    /// [`Policy::preflight_lines`].
    pub opening: O,
    /// `access-control-allow-origin`, if [`Preflight::explicit_origin`].
    pub explicit_origin: Option<L>,
    /// `access-control-allow-headers`, if [`Preflight::mirrored_headers`].
    pub mirrored_headers: Option<L>,
    /// `access-control-allow-private-network`, if [`Preflight::private_network`].
    pub private_network: Option<L>,
    /// [`Responses::body_lines`].
    pub ending: E,
}

impl<O, E, L> PreflightResponse<O, E, L>
where
    O: ExactSizeIterator<Item = L>,
    E: ExactSizeIterator<Item = L>,
{
    /// The number of lines of [`in_order`](Self::in_order).
    #[inline]
    #[must_use]
    pub fn count(&self) -> usize {
        self.opening.len()
            + usize::from(self.explicit_origin.is_some())
            + usize::from(self.mirrored_headers.is_some())
            + usize::from(self.private_network.is_some())
            + self.ending.len()
    }

    /// The lines in order, which is Starlette's.
    #[inline]
    pub fn in_order(self) -> impl Iterator<Item = L> {
        self.opening
            .chain(self.explicit_origin)
            .chain(self.mirrored_headers)
            .chain(self.private_network)
            .chain(self.ending)
    }
}

/// Starlette's response to a rejected preflight has every line that is allowed by itself.
fn repeated(options: &Options, lines: &ResponseLines) -> [Repeated; Rejections::COUNT] {
    let mut table = [Repeated::default(); Rejections::COUNT];
    for rejections in Rejections::all() {
        let shown =
            |reason| rejections.is_empty() || (lines.in_rejections && !rejections.contains(reason));
        table[rejections.index()] = Repeated {
            explicit_origin: options.explicit_origin() && shown(Rejections::ORIGIN),
            mirrored_headers: options.any_header && shown(Rejections::HEADERS),
            private_network: options.private_network && shown(Rejections::PRIVATE_NETWORK),
        };
    }
    table
}
