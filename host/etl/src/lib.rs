//! A data pipeline whose stages are sandboxed, hot-reloading WebAssembly plugins.
//!
//! A [`Pipeline`](pipeline::Pipeline) file says where rows come from, which plugins they pass through and where they go. The
//! [`Engine`](engine::Engine) loads the plugins and runs it: a bounded stream of Arrow batches, so that memory stays flat however
//! long the input is.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use witdock_etl::engine::Engine;
//! use witdock_etl::pipeline::Pipeline;
//! use witdock_etl::progress::Reporter;
//! use witdock_etl::run::RunOptions;
//!
//! let pipeline = Pipeline::open("flights.toml".as_ref())?;
//! let mut engine = Engine::load(pipeline, Reporter::new()).await?;
//! let outcome = engine.run(RunOptions::default()).await?;
//! println!("{}", outcome.summary.lines(100).join("\n"));
//! # Ok(())
//! # }
//! ```
//!
//! A batch passes through three parts: [`source`] reads it; for each stage, the [`contract`] selects the [`columns`] that the plugin
//! gets, and makes rows of its answer; [`sink`] writes it. What flows between them is in
//! [`flow`]. Modules depend only on those below them: [`rows`], [`columns`], [`figures`] and [`store`] are at the bottom, then come [`pipeline`],
//! [`source`] and [`sink`], then [`stage`] and [`checkpoint`], and on top [`run`] and [`engine`].

#[expect(missing_docs, reason = "generated from wit/etl, where the documentation is")]
pub mod bindings;
pub mod checkpoint;
pub mod columns;
pub mod contract;
pub mod engine;
pub mod exporter;
pub mod figures;
pub mod flow;
pub mod live;
pub mod lookup;
pub mod metrics;
pub mod pipeline;
pub mod postgres;
pub mod preview;
pub mod progress;
pub mod rows;
pub mod run;
pub mod sink;
pub mod source;
pub mod stage;
pub mod store;
pub mod table;
pub mod trust;

mod file_id;
mod input;
mod own_file;
mod plugin_events;
mod steps;
mod values;
