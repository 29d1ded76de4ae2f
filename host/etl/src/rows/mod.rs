//! Rows on their way through the pipeline: batches with the place in the source that each row came from, records that are no
//! rows, and the units of work that both belong to.

mod batch;
mod origin;
mod record;
mod unit;

pub use self::batch::Rows;
pub use self::origin::{Origin, SourcePlace};
pub use self::record::{BadRecord, Record};
pub use self::unit::{Bookmark, Unit};

/// The name in the place of a stage's, in rejected rows that the source itself rejected.
pub const SOURCE: &str = "source";
