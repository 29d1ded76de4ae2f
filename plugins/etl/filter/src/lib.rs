//! Keeps the rows that match a condition, and leaves the others out.
//!
//! ```toml
//! [stage.settings]
//! where = "dep_delay > 15 and carrier in ('AA', 'UA') or tailnum like 'N1%' and dest is not null"
//! ```
//!
//! `and`, `or`, `not`, parentheses; `=`, `!=`, `<`, `<=`, `>`, `>=`; `in (…)`, `like` with `%` and `_`, `is null`, each also with `not`; `+`, `-`, `*`, `/`
//! for numbers; strings in `'…'`; columns by name, or in `"…"`. Null works as in SQL.

mod expression;
mod token;
mod value;

use serde::Deserialize;
use witdock_etl_guest::view::{BooleanView, PrimitiveView, Utf8View};
use witdock_etl_guest::{Batch, Contract, DataType, Error, Output, Rows, Schema, Transform};

pub use expression::Expression;
pub use token::Problem;
pub use value::{Type, Value};

/// The condition.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    r#where: String,
}

/// The transform.
#[derive(Debug)]
pub struct Filter {
    condition: Expression,
    columns: Vec<(String, DataType)>,
}

witdock_etl_guest::export!(Filter);

impl Filter {
    fn parse(input: &Schema, settings: &Settings) -> Result<Self, Error> {
        let told = |problem: Problem| Error::Settings(format!("where: {}", problem.shown(&settings.r#where)));
        let condition = Expression::parse(&settings.r#where).map_err(told)?;
        let mut columns = Vec::new();
        for name in condition.columns() {
            let (_, field) = input.find(name)?;
            if type_of(field.data_type).is_none() {
                return Err(Error::Schema(format!(
                    "the column `{name}` is {}; conditions support text, numbers and booleans",
                    field.data_type.name()
                )));
            }
            columns.push((name.to_owned(), field.data_type));
        }
        condition
            .check(&|name| {
                let column = columns.iter().find(|(column, _)| column == name);
                column.and_then(|(_, data_type)| type_of(*data_type)).unwrap_or(Type::Null)
            })
            .map_err(told)?;
        Ok(Self { condition, columns })
    }
}

fn type_of(data_type: DataType) -> Option<Type> {
    match data_type {
        DataType::Boolean => Some(Type::Truth),
        DataType::Int32 | DataType::Int64 | DataType::Float64 => Some(Type::Number),
        DataType::Utf8 => Some(Type::Text),
        _ => None,
    }
}

enum View<'b> {
    Truth(BooleanView<'b>),
    Int32(PrimitiveView<'b, i32>),
    Int64(PrimitiveView<'b, i64>),
    Real(PrimitiveView<'b, f64>),
    Text(Utf8View<'b>),
}

impl<'b> View<'b> {
    fn of(batch: &'b Batch<'_>, name: &str, data_type: DataType) -> Result<Self, Error> {
        Ok(match data_type {
            DataType::Boolean => Self::Truth(batch.boolean(name)?),
            DataType::Int32 => Self::Int32(batch.int32(name)?),
            DataType::Int64 => Self::Int64(batch.int64(name)?),
            DataType::Float64 => Self::Real(batch.float64(name)?),
            _ => Self::Text(batch.utf8(name)?),
        })
    }

    fn get(&self, row: usize) -> Value<'b> {
        match self {
            Self::Truth(view) => view.get(row).map_or(Value::Null, Value::Truth),
            Self::Int32(view) => view.get(row).map_or(Value::Null, |number| Value::Whole(number.into())),
            Self::Int64(view) => view.get(row).map_or(Value::Null, Value::Whole),
            Self::Real(view) => view.get(row).map_or(Value::Null, Value::Real),
            Self::Text(view) => view.get(row).map_or(Value::Null, Value::Text),
        }
    }
}

impl Transform for Filter {
    type Settings = Settings;

    fn describe(input: &Schema, settings: &Settings) -> Result<Contract, Error> {
        let filter = Self::parse(input, settings)?;
        let contract = Contract::of(input).pass_all();
        filter
            .columns
            .iter()
            .fold(contract, |contract, (name, data_type)| contract.read(name, *data_type))
            .build()
    }

    fn new(input: &Schema, settings: Settings) -> Result<Self, Error> {
        Self::parse(input, &settings)
    }

    fn process(&mut self, batch: Batch<'_>) -> Result<Output, Error> {
        let views = self
            .columns
            .iter()
            .map(|(name, data_type)| Ok((name.as_str(), View::of(&batch, name, *data_type)?)))
            .collect::<Result<Vec<_>, Error>>()?;
        let mut rows = Rows::of(&batch);
        for row in 0..batch.rows() {
            let column = |name: &str| {
                let view = views.iter().find(|(column, _)| *column == name);
                view.map_or(Value::Null, |(_, view)| view.get(row))
            };
            if self.condition.value(&column) != Value::Truth(true) {
                rows.leave_out(row);
            }
        }
        Ok(rows.output(Vec::new()))
    }
}

#[cfg(test)]
mod tests;
