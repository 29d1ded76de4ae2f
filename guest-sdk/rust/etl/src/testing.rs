//! Runs a transform natively on rows, in a plugin's unit tests: no component, no pipeline.
//!
//! Rows are a [`Table`], from JSON or from structs. A [`Stage`] is one run of a transform over tables, each of which is a batch.
//! The result of one is [`Processed`]: the output rows with all columns, as a pipeline would see them, and the rejected rows.
//!
//! ```
//! use serde_json::json;
//! use witdock_etl_guest::testing::{Stage, Table};
//! use witdock_etl_guest::{Error, Field};
//! # use witdock_etl_guest::{Reject, Row, RowTransform, OrReject};
//! # #[derive(Row)]
//! # struct Flight<'a> { distance: &'a str }
//! # #[derive(Row)]
//! # struct Miles { distance: i32 }
//! # struct TypeDistance;
//! # #[derive(serde::Deserialize)]
//! # struct Settings {}
//! # impl RowTransform for TypeDistance {
//! #     type Settings = Settings;
//! #     type In = Flight<'static>;
//! #     type Out = Miles;
//! #     fn new(_: Settings) -> Result<Self, Error> { Ok(TypeDistance) }
//! #     fn row(&mut self, flight: Flight<'_>) -> Result<Miles, Reject> {
//! #         Ok(Miles { distance: flight.distance.parse().or_reject("bad-distance", flight.distance)? })
//! #     }
//! # }
//!
//! let fields = [Field::utf8("carrier"), Field::utf8("distance")];
//! let flights = Table::json(&fields, json!([
//!     { "carrier": "UA", "distance": "1400" },
//!     { "carrier": "AA", "distance": "far" },
//! ]))?;
//!
//! let mut stage = Stage::<TypeDistance>::open(&fields, json!({}))?;
//! let processed = stage.process(&flights)?;
//! assert_eq!(processed.json(), json!([{ "carrier": "UA", "distance": 1400 }]));
//! assert_eq!(processed.codes(), [(1, "bad-distance")]);
//!
//! // The same from structs, and to structs.
//! let flights = Table::of([Flight { distance: "200" }]);
//! let processed = Stage::<TypeDistance>::over(&flights, json!({}))?.process(&flights)?;
//! assert_eq!(processed.rows::<Miles>()?[0].distance, 200);
//! # Ok::<(), Error>(())
//! ```
//!
//! A test can also call the row function directly.

mod json;
mod stage;
mod table;

pub use stage::{Processed, Stage};
pub use table::Table;
