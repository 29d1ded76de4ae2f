//! Generates a world's bindings for C, C++, Zig and Go. A project keeps them, so that its author needs no generator.

mod c;
mod cpp;
mod go;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test ends at what it does not expect")]
mod tests;
mod wit;
pub(crate) mod zig;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use anyhow::anyhow;
use wit_bindgen_core::wit_parser::{Resolve, WorldId};
use wit_bindgen_core::{Files, WorldGenerator};

use crate::language::Language;

/// A generated file: its path in the folder of the bindings, and its content.
pub(crate) type File = (String, Vec<u8>);

/// Generates the bindings of a world in a WIT file or folder, which may have dependencies in `deps`.
///
/// The result is empty for Rust, JavaScript, TypeScript and Python: their tools read the WIT themselves.
///
/// # Errors
///
/// When the WIT is invalid or has no such world, or the generator does not support it.
pub(crate) fn generate(language: Language, wit: &Path, world: Option<&str>) -> anyhow::Result<Vec<File>> {
    generate_from(language, &[wit], world)
}

/// The same for several WIT files or folders, each after its dependencies. The world is in the last.
///
/// # Errors
///
/// As [`generate`].
pub(crate) fn generate_from(
    language: Language,
    wit: &[&Path],
    world: Option<&str>,
) -> anyhow::Result<Vec<File>> {
    let (mut resolve, package) = wit::parse(wit)?;
    let world = resolve.select_world(&[package], world)?;
    match language {
        Language::C => c::generate(&mut resolve, world),
        Language::Cpp => cpp::generate(&mut resolve, world),
        Language::Zig => zig::generate(&mut resolve, world),
        Language::Go => go::generate(&mut resolve, world),
        Language::Rust | Language::Javascript | Language::Typescript | Language::Python => Ok(Vec::new()),
    }
}

/// Runs a generator of wit-bindgen, which panics at what it does not support.
fn run(
    generator: impl FnOnce() -> Box<dyn WorldGenerator>,
    resolve: &mut Resolve,
    world: WorldId,
) -> anyhow::Result<Vec<File>> {
    let generated = catch_unwind(AssertUnwindSafe(|| {
        let mut files = Files::default();
        generator().generate(resolve, world, &mut files).map(|()| files)
    }));
    let files = generated.map_err(|_| {
        anyhow!("wit-bindgen does not support this world in this language yet; its own message is above")
    })??;
    Ok(files.iter().map(|(name, content)| (name.to_owned(), content.to_owned())).collect())
}
