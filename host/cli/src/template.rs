//! New projects from templates: embedded files with `{{placeholders}}` in their names and texts.

use std::fs;
use std::path::Path;

use anyhow::Context;

/// The values of a template's placeholders, by name.
#[derive(Debug, Default)]
pub(crate) struct Values(Vec<(&'static str, String)>);

impl Values {
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.0.push((name, value.into()));
        self
    }

    /// The text with values in the place of `{{name}}`. What is no placeholder stays.
    pub(crate) fn fill(&self, text: &str) -> String {
        self.0
            .iter()
            .fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{{{name}}}}}"), value))
    }
}

/// Writes each file, its name relative to `folder`, filled where it is text.
pub(crate) fn write<'a>(
    folder: &Path,
    files: impl IntoIterator<Item = (&'a str, &'a [u8])>,
    values: &Values,
) -> anyhow::Result<()> {
    for (name, content) in files {
        // A template's Cargo.toml and .gitignore would be taken for the repository's own.
        let name = values.fill(name.strip_suffix(".template").unwrap_or(name));
        let path = folder.join(&name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)
                .with_context(|| format!("cannot make the folder {}", parent.display()))?;
        }
        let filled = std::str::from_utf8(content).map(|text| values.fill(text).into_bytes());
        let content = filled.unwrap_or_else(|_| content.to_vec());
        fs::write(&path, content).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}
