//! The hot path: Python objects in and out of [`crate::cors`].
//!
//! `call` serves a request: `scope` reads it, the policy decides, and `send` and `preflight` emit
//! messages made of headers that were built once, with the policy. Only immutable objects are shared
//! between responses. Every list and dict that leaves is new, and none of the application's is
//! changed.
//!
//! `middleware_type` and `send` make types by hand with a vectorcall slot, which `#[pyclass]` does
//! not offer: it halves the cost of a call. Everything that runs once per policy, or only for
//! unusual shapes, uses `PyO3`'s safe interface.

mod actual;
mod allowed_inside;
mod application;
mod asked;
mod asking;
mod attributes;
mod call;
mod coroutines;
mod counts;
mod current;
mod decide;
mod enforced;
mod enforcement;
mod fetch_headers;
mod function;
mod guard;
mod headers;
mod immortal;
mod interpreter;
mod links;
mod live_origins;
mod locked;
mod methods;
mod middleware;
mod middleware_type;
mod names;
mod object;
mod older_rust;
mod overrides;
#[cfg(Py_GIL_DISABLED)]
mod own_part;
#[cfg(Py_GIL_DISABLED)]
mod parts;
mod path_counts;
mod paths;
mod policy;
mod preflight;
mod rejection;
mod route;
mod scope;
mod send;
mod shape;
mod shared;
#[cfg(Py_GIL_DISABLED)]
mod threads;
mod types;
#[cfg(any(Py_3_14, Py_GIL_DISABLED))]
mod watched;

pub(crate) use headers::message_with_headers;
pub(crate) use interpreter::reject_subinterpreter;
pub(crate) use live_origins::LiveOrigins;
pub(crate) use middleware_type::{claim_call, middleware_type};
pub(crate) use names::pair;
pub(crate) use object::Raised;
pub(crate) use paths::{CompiledPaths, Part, Place};
pub(crate) use policy::{CompiledPolicy, entry_bytes, entry_text, latin_1};
pub(crate) use route::index_at;
