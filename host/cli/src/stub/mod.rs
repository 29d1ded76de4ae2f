//! The body that a plugin for an interface of one's own starts with: each exported function is there, with the WIT's comments,
//! and returns a plain value.

#![allow(clippy::indexing_slicing, reason = "an arena of wit-parser has what its own ids say")]

mod c;
mod cpp;
mod declarations;
mod ecmascript;
mod go;
mod javascript;
mod prototype;
mod python;
mod rust;
mod typescript;
mod zig;

use wit_parser::{Resolve, WorldId};

use crate::bindings::File;
use crate::language::Language;

/// What a language's generator makes.
#[derive(Debug, Default)]
pub(crate) struct Stub {
    /// Takes the place of `{{stub}}` in the template.
    pub(crate) source: String,
    /// Further files, by their names relative to the project.
    pub(crate) files: Vec<(String, String)>,
}

/// A plugin, as far as its source names it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub(crate) resolve: &'a Resolve,
    pub(crate) world: WorldId,
    /// The files in `generated/`, for languages that have them.
    pub(crate) bindings: &'a [File],
    /// The plugin's name as a type: `WordCount`.
    pub(crate) type_name: &'a str,
}

/// The stub in a language.
pub(crate) fn stub(language: Language, subject: Subject<'_>) -> anyhow::Result<Stub> {
    match language {
        Language::Rust => rust::stub(subject),
        Language::Javascript => Ok(javascript::stub(subject)),
        Language::Typescript => Ok(typescript::stub(subject)),
        Language::Python => Ok(python::stub(subject)),
        Language::C => c::stub(subject),
        Language::Cpp => cpp::stub(subject),
        Language::Go => go::stub(subject),
        Language::Zig => zig::stub(subject),
    }
}
