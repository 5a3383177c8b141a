//! What the standard library of the oldest Rust that `Cargo.toml` names does not have.

use pyo3::ffi::Py_ssize_t;

/// A hint that a branch is seldom taken, which a Rust before 1.95 does not get.
#[allow(clippy::incompatible_msrv)]
#[inline(always)]
pub(super) const fn cold_path() {
    #[cfg(has_cold_path)]
    core::hint::cold_path();
}

/// A length or an index as Python counts it, which no object in memory is too long for.
/// `usize::cast_signed` from Rust 1.87 on.
#[allow(clippy::cast_possible_wrap)]
#[inline]
pub(super) const fn signed(length: usize) -> Py_ssize_t {
    length as Py_ssize_t
}
