//! Puts the WIT, the guest SDKs and the templates into the program, so that it needs no checkout beside it.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// What is embedded, relative to the repository, and what its names begin with in the program.
const ROOTS: [&str; 4] = ["wit", "guest-sdk", "host/cli/templates", "docs/examples/chat-room"];
/// What builds and tests leave behind.
const LEFT_OUT: [&str; 5] = ["node_modules", "build", "target", "__pycache__", "zig-out"];

fn main() -> io::Result<()> {
    let package = PathBuf::from(env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?);
    let repository = package.join("../..").canonicalize()?;
    let mut source = String::from("&[\n");
    for root in ROOTS {
        let mut files = Vec::new();
        if !repository.join(root).is_dir() {
            continue;
        }
        walk(&repository.join(root), &mut files)?;
        files.sort();
        for file in files {
            let name = file.strip_prefix(&repository).map_err(io::Error::other)?;
            let name = name.to_string_lossy().replace('\\', "/");
            let name = name.strip_prefix("host/cli/").unwrap_or(&name);
            writeln!(source, "    ({name:?}, include_bytes!({file:?})),").map_err(io::Error::other)?;
        }
    }
    source.push_str("]\n");
    println!("cargo:rustc-env=WITDOCK_CHECKOUT={}", repository.display());
    fs::write(Path::new(&env::var("OUT_DIR").map_err(io::Error::other)?).join("files.rs"), source)
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    println!("cargo:rerun-if-changed={}", folder.display());
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if entry.file_type()?.is_dir() {
            if !LEFT_OUT.contains(&&*name) && !name.starts_with('.') {
                walk(&entry.path(), files)?;
            }
        } else if entry.path().is_file() {
            // A link to a folder leads to what is embedded by itself.
            files.push(entry.path());
        }
    }
    Ok(())
}
