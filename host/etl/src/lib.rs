//! A data pipeline whose stages are sandboxed, hot-reloading WebAssembly plugins.
//!
//! A [`Pipeline`](pipeline::Pipeline) file says where rows come from, which plugins they pass through and where they go. The
//! [`Engine`](engine::Engine) loads the plugins and runs it: a bounded stream of Arrow batches, so that memory stays flat however
//! long the input is.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use witdock_etl::engine::{Engine, RunOptions};
//! use witdock_etl::pipeline::Pipeline;
//! use witdock_etl::progress::Reporter;
//!
//! let pipeline = Pipeline::open("flights.toml".as_ref())?;
//! let engine = Engine::load(pipeline, Reporter::new()).await?;
//! let outcome = engine.run(RunOptions::default()).await?;
//! println!("{}", outcome.summary.lines(100).join("\n"));
//! # Ok(())
//! # }
//! ```
//!
//! The way of a batch: [`source`] reads it; for each stage, its [`contract`] picks the [`columns`] that cross the boundary to the
//! plugin, and makes rows of what comes back; [`sink`] writes it. Rows that leave this way are in [`side_stream`].

#[expect(missing_docs, reason = "generated from wit/etl, where the documentation is")]
pub mod bindings;
pub mod checkpoint;
pub mod columns;
pub mod contract;
pub mod engine;
pub mod exporter;
pub mod flow;
pub mod interface;
pub mod live;
pub mod lookup;
pub mod metrics;
pub mod pipeline;
pub mod plugin_events;
pub mod postgres;
pub mod preview;
pub mod progress;
pub mod rows;
pub mod side_stream;
pub mod sink;
pub mod source;
pub mod stage;
pub mod summary;
pub mod table;

mod diagnostics;
mod held;
mod reader;
mod writer;
