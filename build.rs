//! Tells the compiler which Python is built for (`Py_3_12`, `Py_3_13`, …).

fn main() {
    if std::env::var_os("CARGO_FEATURE_PYTHON").is_some() {
        pyo3_build_config::use_pyo3_cfgs();
    }
}
