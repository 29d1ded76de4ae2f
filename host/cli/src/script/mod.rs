//! Scripts: calls of a plugin in one readable text, with the calls of the host that are expected and their answers.
//!
//! The notation is described for users in `docs/testing-plugins.md`.

#![allow(clippy::indexing_slicing, reason = "the arenas of a WIT package are indexed by their own ids")]

mod argument;
mod ast;
mod callee;
mod handles;
mod host;
mod parse;
mod run;
mod scan;
mod wrong;

pub(crate) use argument::argument;
pub(crate) use ast::{Action, Body, Call, Case, Expected, Step};
pub(crate) use host::Answers;
pub(crate) use parse::parse;
pub(crate) use run::{Mismatch, Runner, StepReport, WIDTH};
