use std::ops::Range;

use super::actual::{Actual, Line, LineValue};
use super::byte_set::{ByteSet, TooLarge};
use super::header_names::{HeaderNames, requested_names};
use super::mirrored::can_be_mirrored;
use super::origin::{Origins, Verdict};
use super::preflight::{Preflight, PreflightRequest, Rejections};

const ALLOW_ORIGIN: &[u8] = b"access-control-allow-origin";
const ALLOW_CREDENTIALS: &[u8] = b"access-control-allow-credentials";
const EXPOSE_HEADERS: &[u8] = b"access-control-expose-headers";
const ALLOW_METHODS: &[u8] = b"access-control-allow-methods";
const ALLOW_HEADERS: &[u8] = b"access-control-allow-headers";
const MAX_AGE: &[u8] = b"access-control-max-age";
const ALLOW_PRIVATE_NETWORK: &[u8] = b"access-control-allow-private-network";

/// Everything that a preflight response depends on (Fetch, CORS-preflight cache; Starlette's value).
const PREFLIGHT_VARY: &[u8] = b"Origin, Access-Control-Request-Method, \
    Access-Control-Request-Headers, Access-Control-Request-Private-Network";

/// What a [`Policy`] is made of, already checked: each text is latin-1 that a header value can hold.
/// The names need not be tokens: what is sent and what matches is then the same as in Starlette.
#[derive(Debug)]
pub struct Options {
    /// `allow_origins` and `allow_origin_regex`.
    pub origins: Origins,
    /// `allow_methods`, as they are sent, with `*` already replaced by what it stands for.
    pub methods: Vec<Box<[u8]>>,
    /// `allow_headers` with the safelisted ones, sorted, as they are sent.
    pub headers: Vec<Box<[u8]>>,
    /// Whether `*` is among the headers: the request's own list is then mirrored.
    pub any_header: bool,
    /// `allow_credentials`.
    pub credentials: bool,
    /// `allow_private_network`.
    pub private_network: bool,
    /// `expose_headers`, as they are sent.
    pub expose: Vec<Box<[u8]>>,
    /// `max_age` as text.
    pub max_age: Box<[u8]>,
}

/// An immutable CORS policy: what is allowed, and the header lines for it.
#[derive(Debug)]
pub struct Policy {
    origins: Origins,
    methods: ByteSet,
    headers: HeaderNames,
    any_header: bool,
    private_network: bool,
    explicit_origin: bool,
    preflight: Vec<(&'static [u8], Box<[u8]>)>,
    rejected: Vec<Line>,
    allowed: Vec<Line>,
}

impl Policy {
    /// Builds the sets and every header line that does not depend on a request.
    ///
    /// # Errors
    /// [`TooLarge`] if the methods or the header names exceed 4 GiB.
    pub fn new(options: Options) -> Result<Self, TooLarge> {
        let explicit_origin = !options.origins.any() || options.credentials;
        let mut methods = ByteSet::with_capacity(options.methods.len());
        for method in &options.methods {
            methods.insert(method)?;
        }
        let headers = HeaderNames::new(options.headers.iter().map(AsRef::as_ref))?;
        let allowed_origin = if explicit_origin {
            LineValue::Origin
        } else {
            LineValue::Fixed(b"*".as_slice().into())
        };
        Ok(Self {
            methods,
            headers,
            any_header: options.any_header,
            private_network: options.private_network,
            explicit_origin,
            preflight: preflight_lines(&options, explicit_origin),
            rejected: actual_lines(&options, None),
            allowed: actual_lines(&options, Some(allowed_origin)),
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
        Preflight {
            rejections,
            explicit_origin: origin_allowed && self.explicit_origin,
            mirrored_headers: self.any_header && headers_allowed && request.headers.is_some(),
            private_network: request.private_network && self.private_network,
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

    /// The header lines with which every preflight response begins, in order.
    #[must_use]
    pub fn preflight_lines(&self) -> &[(&'static [u8], Box<[u8]>)] {
        &self.preflight
    }

    /// The header lines of a preflight response, those that Starlette sends, in its order.
    #[must_use]
    pub fn preflight_response<'r>(
        &'r self,
        decision: Preflight,
        origin: &'r [u8],
        request: &PreflightRequest<'r>,
    ) -> Vec<(&'static [u8], Vec<u8>)> {
        PreflightResponse {
            opening: self.preflight.iter().map(|(name, value)| (*name, value.to_vec())),
            explicit_origin: decision.explicit_origin.then(|| (ALLOW_ORIGIN, origin.to_vec())),
            mirrored_headers: request
                .headers
                .filter(|_| decision.mirrored_headers)
                .map(|headers| (ALLOW_HEADERS, headers.to_vec())),
            private_network: decision
                .private_network
                .then(|| (ALLOW_PRIVATE_NETWORK, b"true".to_vec())),
            content_length: (
                b"content-length",
                decision.rejections.body().len().to_string().into_bytes(),
            ),
            content_type: (b"content-type", b"text/plain; charset=utf-8".to_vec()),
        }
        .in_order()
        .collect()
    }

    /// The lines for a response of this kind besides `Vary`, in order.
    #[must_use]
    pub fn actual_lines(&self, kind: Actual) -> &[Line] {
        match kind {
            Actual::WithoutOrigin => &[],
            Actual::Rejected => &self.rejected,
            Actual::Allowed => &self.allowed,
        }
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
pub struct PreflightResponse<O, L> {
    /// [`Policy::preflight_lines`].
    pub opening: O,
    /// `access-control-allow-origin`, if [`Preflight::explicit_origin`].
    pub explicit_origin: Option<L>,
    /// `access-control-allow-headers`, if [`Preflight::mirrored_headers`].
    pub mirrored_headers: Option<L>,
    /// `access-control-allow-private-network`, if [`Preflight::private_network`].
    pub private_network: Option<L>,
    /// `content-length`, of [`Rejections::body`].
    pub content_length: L,
    /// `content-type`.
    pub content_type: L,
}

impl<O: ExactSizeIterator<Item = L>, L> PreflightResponse<O, L> {
    /// The number of lines of [`in_order`](Self::in_order).
    #[inline]
    #[must_use]
    pub fn count(&self) -> usize {
        self.opening.len()
            + usize::from(self.explicit_origin.is_some())
            + usize::from(self.mirrored_headers.is_some())
            + usize::from(self.private_network.is_some())
            + 2
    }

    /// The lines in Starlette's order.
    #[inline]
    pub fn in_order(self) -> impl Iterator<Item = L> {
        self.opening
            .chain(self.explicit_origin)
            .chain(self.mirrored_headers)
            .chain(self.private_network)
            .chain([self.content_length, self.content_type])
    }
}

fn join(names: &[Box<[u8]>]) -> Box<[u8]> {
    names.join(b", ".as_slice()).into()
}

fn preflight_lines(options: &Options, explicit_origin: bool) -> Vec<(&'static [u8], Box<[u8]>)> {
    let mut lines: Vec<(&'static [u8], Box<[u8]>)> = vec![(b"vary", PREFLIGHT_VARY.into())];
    if !explicit_origin {
        lines.push((ALLOW_ORIGIN, b"*".as_slice().into()));
    }
    lines.push((ALLOW_METHODS, join(&options.methods)));
    lines.push((MAX_AGE, options.max_age.clone()));
    if !options.any_header {
        lines.push((ALLOW_HEADERS, join(&options.headers)));
    }
    if options.credentials {
        lines.push((ALLOW_CREDENTIALS, b"true".as_slice().into()));
    }
    lines
}

/// Starlette sets `*` first, so an explicit origin takes its position if both are sent.
///
/// `allow_origin` is None for a rejected origin. If every origin is allowed, that is one that no
/// response may repeat, and its response has no `access-control-allow-origin`.
fn actual_lines(options: &Options, allow_origin: Option<LineValue>) -> Vec<Line> {
    let fixed = |name, value: &[u8]| Line { name, value: LineValue::Fixed(value.into()) };
    let origin = allow_origin.map(|value| Line { name: ALLOW_ORIGIN, value });
    let (first, last) = if options.origins.any() { (origin, None) } else { (None, origin) };
    let mut lines = Vec::from_iter(first);
    if options.credentials {
        lines.push(fixed(ALLOW_CREDENTIALS, b"true"));
    }
    if !options.expose.is_empty() {
        lines.push(fixed(EXPOSE_HEADERS, &join(&options.expose)));
    }
    lines.extend(last);
    lines
}
