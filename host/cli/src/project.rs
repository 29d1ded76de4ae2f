//! A new project, complete in memory before anything is written.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, bail};

use crate::embedded;
use crate::template::Values;

/// Files by their paths in the project.
#[derive(Debug, Default)]
pub(crate) struct Project(BTreeMap<String, Vec<u8>>);

impl Project {
    /// Adds a file, and replaces one with the same path.
    pub(crate) fn add(&mut self, name: impl Into<String>, content: impl Into<Vec<u8>>) {
        self.0.insert(name.into(), content.into());
    }

    /// Adds the files of an embedded template, with the placeholders in names and text replaced.
    pub(crate) fn fill(&mut self, template: &str, values: &Values) {
        for (name, content) in embedded::below(template) {
            // Tools would take a template's Cargo.toml and .gitignore for the repository's own.
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

    /// Whether a file's path ends with this.
    pub(crate) fn has(&self, ending: &str) -> bool {
        self.0.keys().any(|name| name.ends_with(ending))
    }

    /// Writes the files into a new or empty folder.
    ///
    /// # Errors
    ///
    /// When the folder is not empty or cannot be written.
    pub(crate) fn write(&self, folder: &Path) -> anyhow::Result<()> {
        if folder.exists() {
            let mut entries =
                fs::read_dir(folder).with_context(|| format!("{} is not a folder", folder.display()))?;
            if entries.next().is_some() {
                bail!(
                    "the folder {} already exists and is not empty; choose another name, or another folder with --dir",
                    folder.display()
                );
            }
        }
        for (name, content) in &self.0 {
            let path = folder.join(name);
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)
                    .with_context(|| format!("cannot create the folder {}", parent.display()))?;
            }
            fs::write(&path, content).with_context(|| format!("cannot write {}", path.display()))?;
        }
        Ok(())
    }
}
