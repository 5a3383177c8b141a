//! Everything that Python calls besides the hot path, in `PyO3`'s safe interface.

mod cors;
mod enforcement;
mod explain;
mod lint;
mod origin_set;
mod paths;
mod policy;
mod proof;
mod url;

pub(crate) use cors::{expression_problem, vary_by_origin};
pub(crate) use explain::{
    entries_allow, is_on_this_machine, matched_part, nearest_header, nearest_name, oddities,
    relations,
};
pub(crate) use lint::{
    lint_codes, lint_methods, lint_origins, lint_request_headers, lint_response_headers,
    regexes_to_prove,
};
pub(crate) use origin_set::OriginSetBase;
pub(crate) use proof::{
    is_within, matches_an_origin, missed_origin, prove_expression, share_an_origin,
};
pub(crate) use url::parse_url;
