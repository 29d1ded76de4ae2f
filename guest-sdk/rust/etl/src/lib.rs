//! The guest SDK for `witdock:etl`: implement a trait to make a pipeline stage, a source or a sink.
//!
//! **Row by row**, a [`RowTransform`] is a function from struct to struct. A [`Row`] has a field for each column that it
//! reads or makes; other columns pass through. `?` rejects the row, with a code and a message:
//!
//! ```
//! use serde::Deserialize;
//! use witdock_etl_guest::{Error, OrReject, Reject, Row, RowTransform, reject};
//!
//! #[derive(Row)]
//! struct Flight<'a> {
//!     #[row(convert)] // a number, or text that is parsed as one
//!     distance: f64,
//!     dep_time: &'a str,
//!     air_time: Option<i32>,
//! }
//!
//! #[derive(Row)]
//! struct Speed {
//!     dep_hour: i32,
//!     speed: Option<f64>,
//! }
//!
//! /// Adds the hour of departure, and how fast a flight was, in miles per hour.
//! struct AddSpeed;
//!
//! #[derive(Deserialize)]
//! #[serde(deny_unknown_fields)]
//! struct Settings {}
//!
//! impl RowTransform for AddSpeed {
//!     type Settings = Settings;
//!     type In = Flight<'static>;
//!     type Out = Speed;
//!
//!     fn new(_settings: Settings) -> Result<Self, Error> {
//!         Ok(AddSpeed)
//!     }
//!
//!     fn row(&mut self, flight: Flight<'_>) -> Result<Speed, Reject> {
//!         let time: i32 = flight.dep_time.parse().or_reject("bad-time", format_args!("dep_time `{}`", flight.dep_time))?;
//!         if flight.air_time == Some(0) {
//!             reject!("bad-air-time", "air_time is 0");
//!         }
//!         let speed = flight.air_time.map(|minutes| flight.distance * 60.0 / f64::from(minutes));
//!         Ok(Speed { dep_hour: time / 100, speed })
//!     }
//! }
//!
//! witdock_etl_guest::export!(AddSpeed);
//!
//! // A unit test calls it directly, or runs it over whole tables: see `testing`.
//! let flight = Flight { distance: 1400.0, dep_time: "517", air_time: Some(240) };
//! assert_eq!(AddSpeed.row(flight).unwrap().speed, Some(350.0));
//! ```
//!
//! **Column by column**, a [`Transform`] transforms whole batches. That is some nanoseconds a row faster, and needed if all
//! columns come from settings:
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
//!             return Err(Error::Settings("`above` must be 0 or more".to_owned()));
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
//! Only the columns that the [`Contract`] reads are passed to the plugin, and only those that it makes are passed back. They
//! are read through borrowed [views](view), those of other types through [`ipc`], and made with [builders](builder); [`Rows`] records the
//! rejected rows. A transform that keeps state across reloads implements [`Stateful`].
//!
//! `plugin.toml` beside `Cargo.toml` names the plugin and requests its imports: [`lookup`], [`metrics`],
//! [`side_output`]. The [`log`] macros need no grant. [`testing`] runs a transform of either kind natively, in unit tests.
//!
//! A plugin can also be a pipeline's [`source`] or one of its [sinks](sink).

// Derived code uses the crate's name, inside this crate too.
extern crate self as witdock_etl_guest;

mod batch;
pub mod bindings;
mod bitmap;
pub mod builder;
mod column;
mod contract;
mod export;
mod input;
pub mod ipc;
pub mod lookup;
pub mod metrics;
mod output;
pub mod row;
mod schema;
mod session;
mod settings;
pub mod side_output;
pub mod sink;
pub mod source;
pub mod testing;
mod time;
mod transform;
pub mod view;

pub use batch::Batch;
pub use bindings::witdock::etl::types::{
    BytesColumn, Column, DataType, Error, Field, Output, OutputRows, RowError, Values,
};
pub use contract::{Contract, ContractBuilder};
pub use output::Rows;
pub use row::{Columns, OrReject, Outcome, Reject, Row, RowTransform};
pub use schema::Schema;
pub use session::Session;
pub use sink::Sink;
pub use source::Source;
pub use time::{Date, TimeError, Timestamp};
pub use transform::{Stateful, Transform};
pub use witdock_etl_guest_derive::Row;
pub use witdock_guest::{self, log};

#[doc(hidden)]
pub use export::{Component, Kept, Slot, Stateless};
