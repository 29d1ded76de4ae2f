//! The program that a worker is.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// The argument that makes the program a worker.
pub(super) const ARGUMENT: &str = "--witdock-worker";

static PROGRAM: OnceLock<PathBuf> = OnceLock::new();

/// The program's own executable, in a program that has opted in.
pub(super) fn program() -> Option<&'static Path> {
    PROGRAM.get().map(PathBuf::as_path)
}

/// Opts in.
pub(super) fn remember() {
    // The name that the system has for what runs: it stays the same program when another version is installed meanwhile.
    let itself = PathBuf::from("/proc/self/exe");
    let program = if itself.exists() { Some(itself) } else { std::env::current_exe().ok() };
    if let Some(program) = program {
        // Set already when `main` does this twice.
        let _ = PROGRAM.set(program);
    }
}
