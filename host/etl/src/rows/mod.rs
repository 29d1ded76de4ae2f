//! The data of the stream: batches of rows with the place in the source that each came from, records that are no rows, and the
//! units of work that both belong to.

mod batch;
mod origin;
mod record;
mod unit;

pub use self::batch::Rows;
pub use self::origin::{Origin, SourcePlace};
pub use self::record::{BadRecord, Record};
pub(crate) use self::unit::unit_name;
pub use self::unit::{Bookmark, Unit};

/// The stage's name in rows that the source itself rejected.
pub const SOURCE: &str = "source";

/// The stage's name in rows that a sink did not take.
pub const SINK: &str = "sink";
