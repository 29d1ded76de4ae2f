//! Real filters in the proxy, between raw clients and servers.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod candidates;
mod cases;
mod chain;
mod connections;
mod failures;
mod plugins;
mod reload;
#[path = "../proxy/support/mod.rs"]
mod support;
