//! The expressions of pipelines: `delay > 10 and origin in ('SEA', 'SFO')`.
//!
//! An [`Expression`] is parsed from text, and [checked](Expression::check) against the columns of its input: names, types and
//! arguments are right before the first row, or a [`Problem`] says where and why not. The [`Checked`] expression is evaluated
//! for one [`Row`] after the other.
//!
//! A value is exact or it is none: an overflow, a division by zero or a text that is no number is a [`Failure`], and never a null
//! or a rounded value. Null is what it is in SQL.
//!
//! ```
//! use witdock_etl_expression::{Column, Expression, Type, Value};
//!
//! let columns = [Column::new("delay", Type::Int32), Column::new("origin", Type::Text)];
//! let late = Expression::parse("delay > 10 and origin in ('SEA', 'SFO')")?.check_condition(&columns)?;
//! let row = [Value::Integer(12), Value::from("SEA")];
//! assert_eq!(late.evaluate(&row[..]), Ok(Value::Boolean(true)));
//! # Ok::<(), witdock_etl_expression::Problem>(())
//! ```
//!
//! Hosts that evaluate whole columns at once walk the [`Node`]s themselves. What they compute must be what
//! [`Checked::evaluate`] gives for each row.

mod arithmetic;
mod calendar;
mod call;
mod cast;
mod check;
mod data_type;
mod evaluate;
mod function;
mod like;
mod nearest;
mod node;
mod number;
mod parser;
mod pattern;
mod problem;
mod syntax;
mod text;
mod token;
mod value;

pub use arithmetic::Operator;
pub use data_type::{Column, Type};
pub use evaluate::Row;
pub use function::{Function, Group};
pub use node::{Checked, Kind, Node};
pub use number::Number;
pub use pattern::Pattern;
pub use problem::{Failure, Problem};
pub use syntax::{Comparison, Expression};
pub use text::FromText;
pub use value::Value;
