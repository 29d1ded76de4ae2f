//! The test programs that have rows.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, bail};

use crate::Row;

/// A test program, and the tests of it that make attacks.
#[derive(Debug)]
pub struct Suite {
    /// The arguments of `cargo test` that name it.
    pub arguments: Vec<String>,
    /// The names of its tests.
    pub tests: Vec<String>,
}

/// The test programs of these rows.
///
/// # Errors
///
/// When a row is in no package.
pub fn suites(root: &Path, rows: &[Row]) -> anyhow::Result<Vec<Suite>> {
    let mut suites: BTreeMap<Vec<String>, Vec<String>> = BTreeMap::new();
    for row in rows {
        suites.entry(arguments(root, row)?).or_default().push(row.test.clone());
    }
    Ok(suites
        .into_iter()
        .map(|(arguments, mut tests)| {
            tests.sort();
            tests.dedup();
            Suite { arguments, tests }
        })
        .collect())
}

fn arguments(root: &Path, row: &Row) -> anyhow::Result<Vec<String>> {
    let parts: Vec<_> = row.file.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    let [host, package, kind, file, ..] = parts.as_slice() else {
        bail!("{} is in no package", row.file.display());
    };
    let manifest = std::fs::read_to_string(root.join(host).join(package).join("Cargo.toml"))?;
    let manifest: toml::Table = manifest.parse()?;
    let name = manifest.get("package").and_then(|package| package.get("name")?.as_str());
    let name = name.with_context(|| format!("{package} has no name"))?;
    let target = if kind == "src" {
        vec!["--lib".to_owned()]
    } else {
        vec!["--test".to_owned(), file.trim_end_matches(".rs").to_owned()]
    };
    // Attacks on what a feature provides are tests with this feature.
    let features = manifest.get("features").map(|_| "--all-features".to_owned());
    Ok([vec!["-p".to_owned(), name.to_owned()], features.into_iter().collect(), target].concat())
}
