//! Tells the compiler which Python is built for (`Py_3_12`, `Py_3_13`, …), and what its Rust knows.

use std::env::var_os;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(has_cold_path)");
    if rust_minor() >= Some(95) {
        println!("cargo::rustc-cfg=has_cold_path");
    }
    if var_os("CARGO_FEATURE_PYTHON").is_some() {
        pyo3_build_config::use_pyo3_cfgs();
    }
}

/// The 95 of `rustc 1.95.0 (…)`, if that can be read.
fn rust_minor() -> Option<u32> {
    let said = Command::new(var_os("RUSTC")?).arg("--version").output().ok()?.stdout;
    String::from_utf8(said).ok()?.split('.').nth(1)?.parse().ok()
}
