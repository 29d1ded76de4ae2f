//! What the command line does: one file for each command.

pub(crate) mod doctor;
pub(crate) mod plan;
pub(crate) mod preview;
pub(crate) mod run;
pub(crate) mod test;
