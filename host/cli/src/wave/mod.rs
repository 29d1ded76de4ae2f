//! Values in WAVE, the component model's text notation, and their conversion from and to the runtime.
//!
//! The `wasm-wave` crate parses the notation. Three things are added: a handle is written as a name, `any` matches any value where
//! one is expected, and a `list<u8>` may be written as a string.

#![allow(clippy::indexing_slicing, reason = "the arenas of a WIT package are indexed by their own ids")]

mod error;
mod kind;
mod lift;
mod lower;
mod matching;
mod plain;
mod print;
mod read;
#[cfg(test)]
mod tests;
mod value;

pub(crate) use error::WaveError;
pub(crate) use lift::lift;
pub(crate) use lower::lower;
pub(crate) use matching::{Bindings, matches};
pub(crate) use print::{inline, pretty};
pub(crate) use read::{Mode, read};
pub(crate) use value::Value;
