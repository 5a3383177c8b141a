//! The header lines of a policy's responses, decided once for all requests by the option `responses`.

mod lines;
mod minimal;
mod starlette;

pub(super) use lines::{ALLOW_HEADERS, ALLOW_ORIGIN, ALLOW_PRIVATE_NETWORK, ResponseLines};
pub use minimal::SAFELISTED_RESPONSE_HEADERS;

use super::options::Options;
use super::responses::Responses;

/// The header lines for these options.
pub(super) fn lines_of(options: &Options) -> ResponseLines {
    match options.responses {
        Responses::Starlette => starlette::lines(options),
        Responses::Minimal => minimal::lines(options),
    }
}
