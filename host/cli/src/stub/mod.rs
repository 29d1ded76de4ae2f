//! The source that a plugin for an interface of one's own starts with: every exported function, with the WIT's comments, returning
//! its type's plainest value.

#![allow(clippy::indexing_slicing, reason = "the arenas of a WIT package are indexed by their own ids")]

mod c;
mod cpp;
mod declarations;
mod ecmascript;
mod function;
mod go;
mod prototype;
mod python;
mod rust;
mod script;
mod subject;
#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test ends at what it does not expect")]
mod tests;
mod zig;

use crate::language::Language;
pub(crate) use subject::{Stub, Subject};

/// Generates the stub in a language.
///
/// # Errors
///
/// When the world has a type that stubs in this language do not support, or the bindings have no header to start from.
pub(crate) fn stub(language: Language, subject: Subject<'_>) -> anyhow::Result<Stub> {
    match language {
        Language::Rust => rust::stub(subject),
        Language::Javascript => Ok(script::stub(subject, script::Syntax::JavaScript)),
        Language::Typescript => Ok(script::stub(subject, script::Syntax::TypeScript)),
        Language::Python => Ok(python::stub(subject)),
        Language::C => c::stub(subject),
        Language::Cpp => cpp::stub(subject),
        Language::Go => go::stub(subject),
        Language::Zig => zig::stub(subject),
    }
}
