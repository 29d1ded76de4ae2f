//! Finds the files with a plugin's cases.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

/// The files that are named, or else those of the plugin itself.
///
/// # Errors
///
/// When there are none.
pub(super) fn find(plugin: &Path, named: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in named {
        if path.is_dir() {
            let found = below(path)?;
            if found.is_empty() {
                bail!("the folder {} contains no *.case file", path.display());
            }
            files.extend(found);
        } else {
            files.push(path.clone());
        }
    }
    if !named.is_empty() {
        return Ok(files);
    }
    let folder = if plugin.is_dir() { plugin } else { plugin.parent().unwrap_or(Path::new("")) };
    // The cases of a file may be beside it: `plugin.wasm`, `plugin.case`.
    let beside = plugin.with_extension("case");
    if !plugin.is_dir() && beside.is_file() {
        return Ok(vec![beside]);
    }
    let tests = folder.join("tests");
    let files = if tests.is_dir() { below(&tests)? } else { Vec::new() };
    if files.is_empty() {
        bail!(
            "no cases found: write some into {}, for example\n\n  case \"it says hello\"\n  greet(\"you\") -> \"hello, you\"\n\n\
             or name a file with --cases. `witdock call {}` lists the functions that can be called.",
            tests.join("NAME.case").display(),
            plugin.display()
        );
    }
    Ok(files)
}

fn below(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let unreadable = || format!("cannot read the folder {}", folder.display());
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(unreadable)? {
        let path = entry.with_context(unreadable)?.path();
        if path.is_file() && path.extension().is_some_and(|extension| extension == "case") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
