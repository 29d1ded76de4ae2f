//! The lifecycle alone: rules by example, and thousands of random steps against a model.

mod model;
mod rules;
