//! The dock with real components: calls, limits, supervision, reload.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(unreachable_pub, reason = "one binary: `pub` marks what its modules share")]

mod blame;
mod calls;
mod generations;
mod grants;
mod guest;
mod hostile;
mod kept;
mod limits;
mod load;
mod network;
mod optional;
mod protected;
mod reload;
mod residents;
mod revoking;
mod sandbox;
mod sequences;
mod signing;
#[cfg(all(feature = "config", feature = "http", feature = "keyvalue"))]
mod standard;
mod stopping;
mod supervision;
mod synchronous;
mod uses;
mod wait;
mod watching;
