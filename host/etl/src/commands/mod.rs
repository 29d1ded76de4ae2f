//! The commands: one file for each.

pub(crate) mod doctor;
pub(crate) mod lock;
pub(crate) mod plan;
pub(crate) mod preview;
pub(crate) mod run;
pub(crate) mod schema;
pub(crate) mod test;
