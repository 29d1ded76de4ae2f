//! Scripts: calls of a plugin as readable text, with the host calls that are expected of it, their answers and the results.
//!
//! `docs/testing-plugins.md` describes the notation for users.

#![allow(clippy::indexing_slicing, reason = "the arenas of a WIT package are indexed by their own ids")]

mod argument;
mod ast;
mod callee;
mod handles;
mod mismatch;
mod parse;
mod run;
mod scan;
mod scripted_host;
mod syntax_error;

pub(crate) use argument::argument;
pub(crate) use ast::{Action, Body, Call, Case, Expected, Step};
pub(crate) use mismatch::{Mismatch, StepReport, WIDTH};
pub(crate) use parse::parse;
pub(crate) use run::Runner;
pub(crate) use scripted_host::Answers;
