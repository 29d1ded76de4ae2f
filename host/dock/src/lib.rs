//! A plugin host for any WIT interface: typed bindings, a sandbox with grants and limits, and hot reload.
//!
//! An application describes in WIT what it provides to plugins and what it calls in them, generates bindings with
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
//! How a plugin is loaded: a [`Source`] gives an [`Artifact`]; [`check()`] compares it with the interface's
//! world; its [`Request`](grants::Request) meets the host's [`Policy`]; it is compiled, linked and started under
//! [`Limits`]; [`Plugin::call`] borrows an instance; a failed call gives a typed [`CallError`] and a fresh instance; a changed
//! source makes the next generation, whose start is a transaction: if any step fails, the old
//! generation keeps serving.

pub mod check;
pub mod grants;
pub mod source;
pub mod text;

mod compile;
mod dock;
mod foreign;
mod instance;
mod interface;
mod lock;
mod plugin;
mod sandbox;

pub use check::{Budget, Fit, Misfit, OverBudget, check};
pub use compile::worker;
pub use dock::{Dock, DockBuilder, DockError};
pub use foreign::Digest;
pub use grants::{Access, Capability, Conflict, Granted, NetworkHost, Policy, Refused, Requested};
pub use instance::{
    ContractViolation, Failure, Handover, HostState, Kept, Limits, Location, LogLevel, LogLine, Program,
    Programs, SERVICES, Tracked,
};
pub use interface::Interface;
pub use plugin::{
    CallError, CallErrorKind, Event, Events, ExportStatistics, FailureReport, Instances, LoadError, LogLines,
    Phase, Plugin, PluginBuilder, Reload, ReloadOutcome, ReloadReport, Resident, RestartPolicy, Statistics,
    Status,
};
pub use sandbox::{Sandbox, SandboxError, SandboxInstance};
pub use source::{Artifact, BuildEvent, Builds, Change, Changes, Source, SourceError, WatchError};
pub use text::counted::counted;
pub use text::nearest::nearest;

#[doc(hidden)]
pub use wasmtime;

/// The README's example, compiled as a test.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
