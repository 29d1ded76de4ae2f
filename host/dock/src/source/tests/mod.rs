//! Sources from real folders: manifests, builds with cargo and with scripts, and what is watched.

mod builds;
#[cfg(unix)]
mod hostile;
mod manifests;
#[cfg(unix)]
mod receipts;
mod shared_target;
mod watching;

use std::path::Path;

use tempfile::TempDir;

use super::{Source, SourceError};

/// A folder with these files, below folders that are made as needed.
fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        write(folder.path(), name, content);
    }
    folder
}

fn write(folder: &Path, name: &str, content: &[u8]) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, content).unwrap();
}

/// Opens a folder that has this manifest and nothing else.
fn open(manifest: &str) -> Result<Source, SourceError> {
    Source::open(folder(&[("plugin.toml", manifest.as_bytes())]).path())
}

/// Writes an executable script. Another process does it: a file that this one has open for writing may leak into a
/// child that another test starts at this moment, and the system runs no file that somebody is writing.
#[cfg(unix)]
pub(super) fn script(folder: &Path, name: &str, body: &str) -> std::path::PathBuf {
    let path = folder.join(name);
    let status = std::process::Command::new("sh")
        .args(["-c", "printf '#!/bin/sh\\n%s\\n' \"$BODY\" > \"$FILE\" && chmod +x \"$FILE\""])
        .env("BODY", body)
        .env("FILE", &path)
        .status();
    assert!(status.unwrap().success());
    path
}
