//! The modules that tests build.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// Builds all modules once for each profile.
static RELEASE: LazyLock<PathBuf> = LazyLock::new(|| build(&["--release"], "release"));
static DEBUG: LazyLock<PathBuf> = LazyLock::new(|| build(&[], "debug"));

fn build(profile: &[&str], folder: &str) -> PathBuf {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/modules");
    let status = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--locked", "--examples", "--target", "wasm32-unknown-unknown"])
        .args(profile)
        .current_dir(&sources)
        // Flags for this machine's own processor are nothing for guests.
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env_remove("CARGO_TARGET_DIR")
        .status();
    assert!(status.is_ok_and(|status| status.success()), "the modules are not built");
    sources.join("target/wasm32-unknown-unknown").join(folder).join("examples")
}

fn read(folder: &Path, name: &str) -> Vec<u8> {
    let path = folder.join(name).with_extension("wasm");
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The bytes of a module of the Rust SDK, as it is published.
pub fn built(name: &str) -> Vec<u8> {
    read(&RELEASE, name)
}

/// The same, with debug information.
pub fn built_for_debugging(name: &str) -> Vec<u8> {
    read(&DEBUG, name)
}
