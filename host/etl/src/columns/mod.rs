//! Between Arrow and the plain WIT types of `wit/etl/types.wit`, both ways.
//!
//! A plugin knows a few types. Values of other ones arrive in the type that holds them, and the rest as Arrow IPC. What goes to a
//! plugin is copied once. What comes back is checked before it becomes Arrow, and its vectors become
//! Arrow's buffers without a copy.

mod batch;
mod error;
mod fields;
mod from_arrow;
mod ipc;
mod schema;
mod to_arrow;
mod view;

pub(crate) use batch::{batch_from_guest, batch_to_guest};
pub use error::ColumnError;
pub use fields::field_from_guest;
pub(crate) use fields::timestamp_us;
pub use from_arrow::{column_to_guest, field_to_guest};
pub(crate) use schema::schema_difference;
pub use to_arrow::{MAX_ROWS, column_from_guest};
pub(crate) use view::{unseen, view_type};

#[cfg(test)]
mod tests;
