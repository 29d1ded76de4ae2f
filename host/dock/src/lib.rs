//! A plugin host for any WIT interface: typed bindings, a sandbox with grants and limits, and hot reload.
//!
//! An application describes in WIT what it lends to plugins and what it calls in them, generates bindings with
//! `wasmtime::component::bindgen!`, and implements [`Interface`] for them with the [`interface!`] macro. A
//! [`Dock`] then loads plugins, which are components in any language, from a file or from a project folder
//! that is built on demand:
//!
//! ```no_run
//! # async fn example<I: witdock::Interface<State = ()>>() -> Result<(), Box<dyn std::error::Error>> {
//! use witdock::{Dock, Policy, Source};
//!
//! let dock = Dock::new()?;
//! let plugin = dock.plugin::<I>(Source::open("plugins/greeter")?).policy(Policy::new()).load(|| ()).await?;
//! plugin.watch()?;
//! # Ok(())
//! # }
//! ```
//!
//! The way of a plugin: a [`Source`] gives an [`Artifact`]; [`check()`] compares it with the interface's
//! world; its [`Request`](grants::Request) meets the host's [`Policy`]; it is compiled, linked and started under
//! [`Limits`]; [`Plugin::call`] borrows an instance; a failed call gives a typed [`CallError`] and a fresh instance; a changed
//! source makes the next generation, whose start is a transaction: whatever fails, the old one serves on.

pub mod check;
pub mod grants;
pub mod source;

mod blame;
mod builder;
mod cache;
mod call;
mod candidate;
mod changes;
mod core;
mod dock;
mod error;
mod event;
mod failure;
mod generation;
mod host_state;
mod instance;
mod interface;
mod limiter;
mod limits;
mod linked;
mod lock;
mod log;
mod log_sink;
mod nearest;
mod plugin;
mod probation;
mod reload;
mod sandbox;
mod services;
mod settings;
mod state;
mod statistics;
mod status;
mod stdio;
mod supervisor;
mod task;
mod tracked;
mod watch;

pub use builder::PluginBuilder;
pub use changes::{Change, Changes, WatchError};
pub use check::{Fit, Misfit, check};
pub use dock::{Dock, DockBuilder, DockError};
pub use error::{CallError, CallErrorKind, LoadError};
pub use event::{Event, Handover};
pub use failure::{ContractViolation, Failure, Location};
pub use grants::{Access, Policy, Refused, Wanted};
pub use host_state::HostState;
pub use interface::Interface;
pub use limits::Limits;
pub use log::{LogLevel, LogLine};
pub use nearest::nearest;
pub use plugin::Plugin;
pub use reload::Reload;
pub use sandbox::{Sandbox, SandboxError, SandboxInstance};
pub use settings::Instances;
pub use source::{Artifact, BuildEvent, Digest, Source, SourceError};
pub use statistics::{ExportStatistics, Statistics};
pub use status::{FailureReport, Phase, ReloadOutcome, ReloadReport, Status};
pub use supervisor::RestartPolicy;
pub use tracked::Tracked;

#[doc(hidden)]
pub use wasmtime;

/// The README's example, compiled as a test.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
