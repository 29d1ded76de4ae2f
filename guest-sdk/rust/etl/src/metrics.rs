//! Metrics for the pipeline's operator. The host adds the stage's name.
//!
//! Request the import in `plugin.toml`: `imports = ["witdock:etl/metrics"]`. On other targets than WebAssembly these functions
//! do nothing, so that unit tests run natively.

use crate::bindings::witdock::etl::metrics as host;

/// Adds to a counter.
pub fn count(name: &str, by: u64) {
    if cfg!(target_family = "wasm") {
        host::count(name, by);
    }
}

/// Sets a gauge.
pub fn gauge(name: &str, value: f64) {
    if cfg!(target_family = "wasm") {
        host::gauge(name, value);
    }
}

/// Records one observation in a histogram.
pub fn observe(name: &str, value: f64) {
    if cfg!(target_family = "wasm") {
        host::observe(name, value);
    }
}
