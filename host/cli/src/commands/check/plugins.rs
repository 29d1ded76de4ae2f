//! Finds the plugins that the command line names, or that are in the folders that it names.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use witdock::source::MANIFEST_FILE;

/// How many levels below a named folder plugins are searched: `plugins/etl/filter`.
const DEEPEST: usize = 3;
/// Folders that may contain components which are not plugins, such as build output.
const LEFT_OUT: [&str; 7] = ["target", "build", "dist", "node_modules", "deps", "tests", "src"];

/// The files and project folders to check, in order.
///
/// # Errors
///
/// When a folder cannot be read or contains no plugin.
pub(super) fn find(named: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for path in named {
        if !path.is_dir() || path.join(MANIFEST_FILE).is_file() {
            found.push(path.clone());
            continue;
        }
        let before = found.len();
        walk(path, DEEPEST, &mut found)?;
        if found.len() == before {
            bail!(
                "{}: no plugin found in this folder: neither a .wasm file nor a folder with a {MANIFEST_FILE}",
                path.display()
            );
        }
    }
    Ok(found)
}

fn walk(folder: &Path, deepest: usize, found: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let unreadable = || format!("cannot read the folder {}", folder.display());
    let entries = std::fs::read_dir(folder).with_context(unreadable)?;
    let mut paths = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<std::io::Result<Vec<_>>>()
        .with_context(unreadable)?;
    paths.sort();
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with('.') {
            continue;
        }
        if path.is_dir() {
            if path.join(MANIFEST_FILE).is_file() {
                found.push(path);
            } else if deepest > 1 && !LEFT_OUT.contains(&&*name) {
                walk(&path, deepest - 1, found)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "wasm") {
            found.push(path);
        }
    }
    Ok(())
}
