//! The `witdock:etl` interface as a Rust trait: a [`Transform`] becomes a stage of a pipeline.
//!
//! ```
//! use serde::Deserialize;
//! use witdock_etl_guest::builder::Float64Builder;
//! use witdock_etl_guest::{Batch, Contract, DataType, Error, Field, Output, Rows, Schema, Transform, log};
//!
//! /// Adds how fast a flight was, in miles per hour.
//! struct Speed;
//!
//! #[derive(Deserialize)]
//! #[serde(deny_unknown_fields)]
//! struct Settings {
//!     #[serde(default)]
//!     above: f64,
//! }
//!
//! impl Transform for Speed {
//!     type Settings = Settings;
//!
//!     fn describe(input: &Schema, settings: &Settings) -> Result<Contract, Error> {
//!         if settings.above < 0.0 {
//!             return Err(Error::Settings("`above` is a speed, 0 or more".to_owned()));
//!         }
//!         Contract::of(input)
//!             .read("distance", DataType::Int32)
//!             .read("air_time", DataType::Int32)
//!             .pass_all()
//!             .make(Field::float64("speed").nullable())
//!             .build()
//!     }
//!
//!     fn new(_input: &Schema, _settings: Settings) -> Result<Self, Error> {
//!         Ok(Speed)
//!     }
//!
//!     fn process(&mut self, batch: Batch<'_>) -> Result<Output, Error> {
//!         let (miles, minutes) = (batch.int32("distance")?, batch.int32("air_time")?);
//!         let speed = miles.iter().zip(minutes.iter()).map(|(miles, minutes)| {
//!             Some(f64::from(miles?) * 60.0 / f64::from(minutes?))
//!         });
//!         log::debug!("{} rows", batch.rows());
//!         Ok(Rows::of(&batch).output(vec![speed.collect::<Float64Builder>().finish()]))
//!     }
//! }
//!
//! witdock_etl_guest::export!(Speed);
//! # fn main() {}
//! ```
//!
//! Only the columns that the [`Contract`] reads come to the plugin, and only those that it makes go back. They
//! are read through borrowed [views](view) and made with [builders](builder); [`Rows`] keeps account of the
//! rows that are rejected. A transform that holds something between batches and wants to keep it when the plugin is
//! reloaded is [`Stateful`].
//!
//! `plugin.toml` beside `Cargo.toml` names the plugin and asks for what it imports: [`lookup`], [`metrics`],
//! [`side_output`]. The [`log`] macros need no asking. [`Session`] runs a transform natively, in unit tests.

mod batch;
pub mod bindings;
mod bitmap;
pub mod builder;
mod column;
mod contract;
mod export;
pub mod lookup;
pub mod metrics;
mod output;
mod schema;
mod session;
pub mod side_output;
mod transform;
pub mod view;

pub use batch::Batch;
pub use bindings::witdock::etl::types::{
    BytesColumn, Column, DataType, Error, Field, Output, OutputRows, RowError, Values,
};
pub use contract::{Contract, ContractBuilder};
pub use output::Rows;
pub use schema::Schema;
pub use session::Session;
pub use transform::{Stateful, Transform};
pub use witdock_guest::{self, log};

#[doc(hidden)]
pub use export::{Component, Kept, Slot, Stateless};
