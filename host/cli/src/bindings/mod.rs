//! Bindings of a world, for the languages whose people have no generator at hand: they are made here and kept in the project.

use std::path::Path;

use crate::language::Language;

/// A file's name, relative to the folder of the bindings, and its content.
pub(crate) type File = (String, Vec<u8>);

/// The bindings of a world: of the WIT in a file or folder, which may have further packages in `deps`. None for languages
/// whose tools read the WIT themselves.
///
/// # Errors
///
/// When the WIT is wrong, has no such world, or the generator cannot express it.
pub(crate) fn generate(_language: Language, _wit: &Path, _world: Option<&str>) -> anyhow::Result<Vec<File>> {
    Ok(Vec::new())
}
