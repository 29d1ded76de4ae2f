use std::collections::HashSet;
use std::path::{Path, PathBuf};

use toml::Spanned;

use super::parser::Parser;
use super::text::PathText;
use crate::pipeline::{Database, PipelineError, QuerySource, SourceConfig, SourceKind};

/// The files that the pipeline writes. No two may be the same, and none may be read by the source.
pub(super) struct Targets<'a> {
    parser: &'a Parser<'a>,
    sources: Vec<PathBuf>,
    taken: HashSet<PathBuf>,
}

impl<'a> Targets<'a> {
    pub(super) fn new(parser: &'a Parser<'a>, source: &SourceConfig) -> Self {
        let sources = match &source.kind {
            SourceKind::Files(files) => files.paths.iter().map(PathBuf::from).collect(),
            SourceKind::Query(QuerySource { database: Database::Sqlite(path), .. }) => vec![path.clone()],
            SourceKind::Query(_) | SourceKind::Plugin(_) => Vec::new(),
        };
        Self { parser, sources, taken: HashSet::new() }
    }

    /// The resolved path of a file to write.
    pub(super) fn take_file(&mut self, path: &Spanned<PathText>) -> Result<PathBuf, PipelineError> {
        let resolved = self.parser.resolve(&path.get_ref().0);
        if self.sources.iter().any(|source| same_file(&resolved, source)) {
            let message = format!("{} is the source: it would be overwritten", resolved.display());
            return Err(self.refuse(path, message));
        }
        // The next run would read what this one writes into a folder of the source.
        let parent = resolved.parent().filter(|parent| !parent.as_os_str().is_empty());
        if parent.is_some_and(|parent| self.is_read(parent)) {
            let message = format!("{} is in a folder that the source reads", resolved.display());
            return Err(self.refuse(path, message));
        }
        if !self.taken.insert(resolved.clone()) {
            return Err(self.refuse(path, format!("{} is written twice", resolved.display())));
        }
        if resolved.is_dir() {
            let message = format!("{} is a folder, and this sink writes a file", resolved.display());
            return Err(self.refuse(path, message));
        }
        Ok(resolved)
    }

    /// The resolved path of a folder to write files into.
    pub(super) fn take_folder(&mut self, path: &Spanned<PathText>) -> Result<PathBuf, PipelineError> {
        let resolved = self.parser.resolve(&path.get_ref().0);
        if self.is_read(&resolved) {
            let message = format!("{} is a folder that the source reads", resolved.display());
            return Err(self.refuse(path, message));
        }
        if resolved.exists() && !resolved.is_dir() {
            let message = format!("{} is a file, and this sink writes into a folder", resolved.display());
            return Err(self.refuse(path, message));
        }
        if !self.taken.insert(resolved.clone()) {
            return Err(self.refuse(path, format!("{} is written twice", resolved.display())));
        }
        Ok(resolved)
    }

    /// The resolved path of an SQLite file. Each sink commits in a transaction of its own, and SQLite has one writer at a time.
    pub(super) fn take_database(&mut self, path: &Spanned<PathText>) -> Result<PathBuf, PipelineError> {
        let resolved = self.parser.resolve(&path.get_ref().0);
        if !self.taken.insert(resolved.clone()) {
            let message =
                format!("two sinks write to {}, and SQLite supports only one writer", resolved.display());
            let help = "give each table a file of its own, and join them with `ATTACH`".to_owned();
            return Err(self.parser.text.error(path.span(), message, "this one too", help));
        }
        Ok(resolved)
    }

    fn is_read(&self, folder: &Path) -> bool {
        self.sources.iter().any(|source| source.is_dir() && same_file(folder, source))
    }

    fn refuse(&self, path: &Spanned<PathText>, message: String) -> PipelineError {
        let help = "give each target a path of its own".to_owned();
        self.parser.text.error(path.span(), message, "this one", help)
    }
}

fn same_file(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => one == other,
    }
}
