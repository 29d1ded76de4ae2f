//! Bindings of a world, for the languages whose people have no generator at hand: they are made here and kept in the project.

mod c;
mod cpp;
mod go;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "what is unexpected in a test may end it")]
mod tests;
mod wit;
pub(crate) mod zig;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use anyhow::anyhow;
use wit_bindgen_core::wit_parser::{Resolve, WorldId};
use wit_bindgen_core::{Files, WorldGenerator};

use crate::language::Language;

/// A file's name, relative to the folder of the bindings, and its content.
pub(crate) type File = (String, Vec<u8>);

/// The bindings of a world: of the WIT in a file or folder, which may have further packages in `deps`.
///
/// Rust, JavaScript, TypeScript and Python have none here: their tools read the WIT themselves.
///
/// # Errors
///
/// When the WIT is wrong, has no such world, or the generator cannot express it.
pub(crate) fn generate(language: Language, wit: &Path, world: Option<&str>) -> anyhow::Result<Vec<File>> {
    generate_from(language, &[wit], world)
}

/// The same for WIT that is spread over several folders, each after those that it builds on.
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

/// What a generator of wit-bindgen makes. What it has no code for yet makes it panic.
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
        anyhow!("the generator wit-bindgen cannot express this world in this language yet; what it said stands above")
    })??;
    Ok(files.iter().map(|(name, content)| (name.to_owned(), content.to_owned())).collect())
}
