use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::Spanned;

use super::super::diagnostics::PipelineText;
use super::text::PathText;
use crate::pipeline::PipelineError;

/// Turns tables of a pipeline file into the pipeline's parts. Each part has its own file with an `impl Parser`.
pub(super) struct Parser<'a> {
    pub(super) text: &'a PipelineText,
    /// The folder that paths are relative to.
    pub(super) base: &'a Path,
}

impl Parser<'_> {
    pub(super) fn resolve(&self, path: &Path) -> PathBuf {
        self.base.join(path)
    }

    /// The resolved path of an input, which must exist.
    pub(super) fn existing(&self, path: &Spanned<PathText>, what: &str) -> Result<PathBuf, PipelineError> {
        let resolved = self.resolve(&path.get_ref().0);
        if resolved.exists() {
            return Ok(resolved);
        }
        Err(self.missing(path.span(), what, &resolved.display().to_string()))
    }

    pub(super) fn missing(&self, span: Range<usize>, what: &str, path: &str) -> PipelineError {
        self.text.error(
            span,
            format!("{what} {path} does not exist"),
            "no such file",
            "paths are relative to the pipeline file".to_owned(),
        )
    }

    /// The value of a key that the table must have.
    pub(super) fn needed<'t, T>(
        &self,
        key: &'t Option<Spanned<T>>,
        name: &str,
        table: &str,
        example: &str,
    ) -> Result<&'t Spanned<T>, PipelineError> {
        key.as_ref().ok_or_else(|| {
            let place = self.text.text().find(table).unwrap_or_default();
            self.text.error(
                place..place + table.len(),
                format!("the key `{name}` is missing in {table}"),
                format!("add `{name}` to this table"),
                format!("for example {name} = {example}"),
            )
        })
    }

    /// The error for a key that only other formats have.
    pub(super) fn not_here(
        &self,
        span: Range<usize>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> PipelineError {
        self.text.error(span, message, "not here", help.into())
    }

    /// The error for a name that an earlier table of the same kind has.
    pub(super) fn twice(&self, name: &Spanned<String>, what: &str) -> PipelineError {
        self.text.error(
            name.span(),
            format!("two {what}s have the name `{}`", name.get_ref()),
            "the second one",
            "give each a unique name".to_owned(),
        )
    }
}

/// The value of a table that may be left out.
pub(super) fn given<T: Default>(table: Option<Spanned<T>>) -> T {
    table.map(Spanned::into_inner).unwrap_or_default()
}
