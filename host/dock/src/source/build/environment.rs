//! Removes variables of the host's own environment that would disturb a build's tools.

use tokio::process::Command;

/// Removes the variables that an outer cargo set about its own package: the host may run under `cargo run`.
pub(super) fn forget_outer_build(command: &mut Command) {
    forget(command, belongs_to_outer_build);
}

/// Removes the variables that redirect cargo's output to another folder. `output` in `[build]` is a path in the
/// plugin's folder, and the output of an earlier build there must not be taken for this one's.
pub(super) fn forget_shared_output(command: &mut Command) {
    forget(command, |variable| SHARED_OUTPUT.contains(&variable));
}

const SHARED_OUTPUT: [&str; 4] =
    ["CARGO_TARGET_DIR", "CARGO_BUILD_TARGET_DIR", "CARGO_BUILD_BUILD_DIR", "CARGO_BUILD_TARGET"];

fn forget(command: &mut Command, is_forgotten: impl Fn(&str) -> bool) {
    for (variable, _) in std::env::vars_os() {
        if variable.to_str().is_some_and(&is_forgotten) {
            command.env_remove(variable);
        }
    }
}

/// Whether a variable describes the package or the compilation that the host itself is part of. Variables that users
/// set for every cargo (`CARGO_HOME`, `CARGO_TARGET_DIR`, `CARGO_NET_OFFLINE`, `RUSTC_WRAPPER`) stay.
fn belongs_to_outer_build(variable: &str) -> bool {
    const NAMES: [&str; 13] = [
        "CARGO_BIN_NAME",
        "CARGO_BUILD_RUSTFLAGS",
        "CARGO_CRATE_NAME",
        "CARGO_ENCODED_RUSTFLAGS",
        "CARGO_MAKEFLAGS",
        "CARGO_MANIFEST_DIR",
        "CARGO_MANIFEST_LINKS",
        "CARGO_MANIFEST_PATH",
        "CARGO_PRIMARY_PACKAGE",
        "CARGO_TARGET_TMPDIR",
        "OUT_DIR",
        // Flags for the host's linker and processor. Flags for wasm belong in the plugin's .cargo/config.toml.
        "RUSTFLAGS",
        // Coverage and clippy wrap the host's workspace with these.
        "RUSTC_WORKSPACE_WRAPPER",
    ];
    const PREFIXES: [&str; 4] = ["CARGO_PKG_", "CARGO_BIN_EXE_", "CARGO_CFG_", "CARGO_FEATURE_"];
    NAMES.contains(&variable) || PREFIXES.iter().any(|prefix| variable.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn removes_only_the_variables_of_the_outer_build() {
        for forgotten in ["CARGO_PKG_NAME", "CARGO_MANIFEST_DIR", "RUSTFLAGS", "CARGO_BIN_EXE_witdock"] {
            assert!(belongs_to_outer_build(forgotten), "{forgotten}");
        }
        for kept in ["CARGO_HOME", "CARGO_TARGET_DIR", "CARGO_NET_OFFLINE", "RUSTC_WRAPPER", "PATH", "CARGO"]
        {
            assert!(!belongs_to_outer_build(kept), "{kept}");
        }
    }
}
