//! Real plugins, from their sources, in an editor without a terminal.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may end with a panic"
)]

#[path = "../common/mod.rs"]
mod common;

mod author;
mod commands;
mod compatible;
mod consent;
mod failures;
mod folders;
mod languages;
#[cfg(unix)]
mod processes;
mod reload;
mod templates;
mod useful;
