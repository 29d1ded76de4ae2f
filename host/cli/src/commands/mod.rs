//! The commands, one module each: its arguments and its `run`.

pub(crate) mod adapt;
pub(crate) mod bindings;
pub(crate) mod build;
pub(crate) mod call;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod dev;
pub(crate) mod docs;
pub(crate) mod doctor;
pub(crate) mod grants;
pub(crate) mod inspect;
pub(crate) mod keygen;
pub(crate) mod man;
pub(crate) mod new;
pub(crate) mod sign;
pub(crate) mod test;
pub(crate) mod verify;
