//! The steps of a stage without a plugin: filter, select, drop, cast, rename and derive, over Arrow's columns.
//!
//! [`Steps`] are planned once the columns before the stage are known: every name and type is right before the first row. A row for which an
//! expression has no exact value is rejected with the reason.

mod apply;
mod build;
mod evaluate;
mod kernels;
mod plan;
mod view;

pub(crate) use self::apply::Passed;
pub(crate) use self::plan::Steps;

#[cfg(test)]
mod tests;
