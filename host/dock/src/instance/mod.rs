//! One instance: its store with limits and log, the services that every plugin may import, and the classification of
//! failures.

mod blame;
mod call_clock;
mod classification;
#[cfg(feature = "config")]
mod config;
mod counted;
mod descriptors;
mod failure;
mod folders;
mod handover;
mod host_state;
#[cfg(feature = "http")]
mod http;
mod io_error;
#[cfg(feature = "keyvalue")]
mod keyvalue;
mod ledger;
mod limiter;
mod limits;
mod log;
mod log_sink;
mod name_lookup;
mod names;
mod open_folders;
mod programs;
mod services;
mod stdio;
mod stepping;
mod stop;
mod store;
mod sync_io;
mod tracked;
mod wasi;
mod wasi_version;

pub use failure::{ContractViolation, Failure, Location};
pub use handover::Handover;
pub use host_state::HostState;
pub use ledger::Kept;
pub use limits::Limits;
pub use log::{LogLevel, LogLine};
pub use programs::{Program, Programs};
pub use services::SERVICES;
pub use tracked::Tracked;

pub(crate) use call_clock::{CallTime, EPOCH_TICK, Timing};
pub(crate) use classification::{Place, Places, offsets};
#[cfg(feature = "keyvalue")]
pub(crate) use keyvalue::{Files, OpenStores, Stores};
pub(crate) use ledger::Ledger;
pub(crate) use log_sink::LogSink;
pub(crate) use services::{STATE_INTERFACE, Stateful, link as link_services};
pub(crate) use stepping::Stepping;
pub(crate) use stop::{NextStop, StopMark, StopSignal, Stopped};
pub(crate) use store::{Parts, store, within_limits, within_limits_sync};
pub(crate) use wasi::link as link_wasi;
