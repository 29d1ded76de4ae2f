//! The proxy between real sockets: raw bytes or hyper as clients, raw bytes or hyper as servers.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod applications;
mod failures;
mod forwarding;
mod frames;
mod limits;
mod operation;
mod protocols;
mod responses;
mod smuggling;
mod support;
