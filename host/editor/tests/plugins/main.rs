//! Real plugins, from their sources, in an editor without a terminal.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what is unexpected in a test may end it"
)]

#[path = "../common/mod.rs"]
mod common;

mod author;
mod commands;
mod consent;
mod docked;
mod failures;
mod languages;
mod reload;
mod templates;
mod useful;
