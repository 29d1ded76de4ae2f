//! A project that is being made: nothing of it is written before all of it is there.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, bail};

use crate::embedded;
use crate::template::Values;

/// Files by their names relative to the project.
#[derive(Debug, Default)]
pub(crate) struct Project(BTreeMap<String, Vec<u8>>);

impl Project {
    /// Adds a file, in the place of one of the same name.
    pub(crate) fn add(&mut self, name: impl Into<String>, content: impl Into<Vec<u8>>) {
        self.0.insert(name.into(), content.into());
    }

    /// Adds the files of an embedded template, filled where they are text.
    pub(crate) fn fill(&mut self, template: &str, values: &Values) {
        for (name, content) in embedded::below(template) {
            // A template's Cargo.toml and .gitignore would be taken for the repository's own.
            let name = values.fill(name.strip_suffix(".template").unwrap_or(name));
            let name = match name.strip_suffix("gitignore") {
                Some(folder) if folder.is_empty() || folder.ends_with('/') => format!("{folder}.gitignore"),
                _ => name,
            };
            let content = match std::str::from_utf8(content) {
                Ok(text) => values.fill(text).into_bytes(),
                Err(_) => content.to_vec(),
            };
            self.add(name, content);
        }
    }

    /// Whether there is a file whose name ends so.
    pub(crate) fn has(&self, ending: &str) -> bool {
        self.0.keys().any(|name| name.ends_with(ending))
    }

    /// Writes the files into a folder that is not there yet, or empty.
    ///
    /// # Errors
    ///
    /// When the folder holds something, or cannot be written.
    pub(crate) fn write(&self, folder: &Path) -> anyhow::Result<()> {
        if folder.exists() {
            let mut entries =
                fs::read_dir(folder).with_context(|| format!("{} is no folder", folder.display()))?;
            if entries.next().is_some() {
                bail!(
                    "the folder {} is there already and not empty: take another name, or another folder with --dir",
                    folder.display()
                );
            }
        }
        for (name, content) in &self.0 {
            let path = folder.join(name);
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)
                    .with_context(|| format!("cannot make the folder {}", parent.display()))?;
            }
            fs::write(&path, content).with_context(|| format!("cannot write {}", path.display()))?;
        }
        Ok(())
    }
}
