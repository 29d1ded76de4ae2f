//! The modules that tests build.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// Builds all modules once.
static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/modules");
    let status = Command::new(env!("CARGO"))
        .args([
            "build",
            "--quiet",
            "--release",
            "--locked",
            "--examples",
            "--target",
            "wasm32-unknown-unknown",
        ])
        .current_dir(&sources)
        // Flags for this machine's own processor are nothing for guests.
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env_remove("CARGO_TARGET_DIR")
        .status();
    assert!(status.is_ok_and(|status| status.success()), "the modules are not built");
    sources.join("target/wasm32-unknown-unknown/release/examples")
});

/// The bytes of a module of the Rust SDK.
pub fn built(name: &str) -> Vec<u8> {
    let path = FOLDER.join(name).with_extension("wasm");
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
