//! The CORS protocol of the [Fetch standard], without Python.
//!
//! Data goes one way: a request's header values reach a [`Policy`], which returns a decision as a
//! value ([`Preflight`], [`Actual`]), which determines the header lines of the response. Nothing here
//! allocates while it decides, and no decision takes more than linear time in its input.
//!
//! [Fetch standard]: https://fetch.spec.whatwg.org/#http-cors-protocol

mod actual;
mod byte_set;
mod expression;
mod fingerprints;
mod header_lines;
mod header_names;

mod memo;
mod mirrored;

mod options;
mod origin;
mod origin_set;
mod paths;
mod pattern;
mod pattern_set;
mod places;
mod policy;
mod preflight;
mod responses;
mod site;
mod text_list;
mod texts;

pub use actual::{Actual, Line, LineValue, Placed, merge, varies_by_origin, vary_by_origin};
pub use byte_set::ByteSet;
pub use expression::{Expressions, RejectedExpression};
pub use header_lines::SAFELISTED_RESPONSE_HEADERS;
pub use header_names::HeaderNames;
pub use memo::{Memo, SharedMemo};
pub use mirrored::{can_be_mirrored, is_visible_ascii};
pub use options::Options;
pub use origin::{Besides, Origins, Verdict};
pub use origin_set::{OriginSet, OriginSetBuilder, Page, Snapshot};
pub use paths::{Because, Found, Paths, RejectedPath};
pub use pattern::{OriginPattern, PatternError, Port};
pub use pattern_set::OriginPatterns;
pub use policy::{Policy, PreflightResponse};
pub use preflight::{FixedLine, Preflight, PreflightRequest, Rejections};
pub use responses::Responses;
pub use site::may_name_a_site;
pub use text_list::TooLarge;
