//! Keeps the rows that match a condition, and leaves the others out.
//!
//! ```toml
//! [stage.settings]
//! where = "dep_delay > 15 and carrier in ('AA', 'UA') or tailnum like 'N1%' and day >= date '2013-02-01'"
//! ```
//!
//! The condition is an expression of pipelines, as that of `filter` in a stage: the same language, evaluated in the plugin. A row for
//! which it has no value, as after a division by zero, is rejected.

use serde::Deserialize;
use witdock_etl_expression::{Checked, Column, Expression, Row, Type, Value};
use witdock_etl_guest::view::{BooleanView, PrimitiveView, Utf8View};
use witdock_etl_guest::{Batch, Contract, DataType, Error, Output, Rows, Schema, Transform};

/// The condition.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    r#where: String,
}

/// The transform.
#[derive(Debug)]
pub struct Filter {
    condition: Checked,
    /// The columns of the input.
    columns: Vec<(String, DataType)>,
}

witdock_etl_guest::export!(Filter);

impl Filter {
    fn parse(input: &Schema, settings: &Settings) -> Result<Self, Error> {
        let columns: Vec<_> = input
            .fields()
            .iter()
            .map(|field| Column {
                name: field.name.clone(),
                data_type: type_of(field.data_type),
                nullable: field.nullable,
            })
            .collect();
        let condition = Expression::parse(&settings.r#where)
            .and_then(|condition| condition.check_condition(&columns))
            .map_err(|problem| Error::Settings(format!("where: {}", problem.shown(&settings.r#where))))?;
        let columns = input.fields().iter().map(|field| (field.name.clone(), field.data_type)).collect();
        Ok(Self { condition, columns })
    }

    /// The columns that the condition reads.
    fn read(&self) -> impl Iterator<Item = (usize, &str, DataType)> {
        self.condition.columns().iter().filter_map(|index| {
            let (name, data_type) = self.columns.get(*index)?;
            Some((*index, name.as_str(), *data_type))
        })
    }
}

fn type_of(data_type: DataType) -> Type {
    match data_type {
        DataType::Boolean => Type::Boolean,
        DataType::Int32 => Type::Int32,
        DataType::Int64 => Type::Int64,
        DataType::Float64 => Type::Float64,
        DataType::Date32 => Type::Date,
        DataType::TimestampUs => Type::Timestamp,
        DataType::Utf8 => Type::Text,
        _ => Type::Other,
    }
}

enum View<'b> {
    Boolean(BooleanView<'b>),
    Int32(PrimitiveView<'b, i32>),
    Int64(PrimitiveView<'b, i64>),
    Float(PrimitiveView<'b, f64>),
    Date(PrimitiveView<'b, i32>),
    Timestamp(PrimitiveView<'b, i64>),
    Text(Utf8View<'b>),
}

impl<'b> View<'b> {
    fn of(batch: &'b Batch<'_>, name: &str, data_type: DataType) -> Result<Self, Error> {
        Ok(match data_type {
            DataType::Boolean => Self::Boolean(batch.boolean(name)?),
            DataType::Int32 => Self::Int32(batch.int32(name)?),
            DataType::Int64 => Self::Int64(batch.int64(name)?),
            DataType::Float64 => Self::Float(batch.float64(name)?),
            DataType::Date32 => Self::Date(batch.date32(name)?),
            DataType::TimestampUs => Self::Timestamp(batch.timestamp_us(name)?),
            _ => Self::Text(batch.utf8(name)?),
        })
    }

    fn get(&self, row: usize) -> Value<'b> {
        match self {
            Self::Boolean(view) => view.get(row).map_or(Value::Null, Value::Boolean),
            Self::Int32(view) => view.get(row).map_or(Value::Null, |number| Value::Integer(number.into())),
            Self::Int64(view) => view.get(row).map_or(Value::Null, Value::Integer),
            Self::Float(view) => view.get(row).map_or(Value::Null, Value::Float),
            Self::Date(view) => view.get(row).map_or(Value::Null, Value::Date),
            Self::Timestamp(view) => view.get(row).map_or(Value::Null, Value::Timestamp),
            Self::Text(view) => view.get(row).map_or(Value::Null, Value::from),
        }
    }
}

/// A row of a batch: for each column of the input a view, if the condition reads it.
struct BatchRow<'b> {
    views: &'b [Option<View<'b>>],
    row: usize,
}

impl Row for BatchRow<'_> {
    fn value(&self, column: usize) -> Value<'_> {
        let view = self.views.get(column).and_then(Option::as_ref);
        view.map_or(Value::Null, |view| view.get(self.row))
    }
}

impl Transform for Filter {
    type Settings = Settings;

    fn describe(input: &Schema, settings: &Settings) -> Result<Contract, Error> {
        let filter = Self::parse(input, settings)?;
        let contract = Contract::of(input).pass_all();
        filter.read().fold(contract, |contract, (_, name, data_type)| contract.read(name, data_type)).build()
    }

    fn new(input: &Schema, settings: Settings) -> Result<Self, Error> {
        Self::parse(input, &settings)
    }

    fn process(&mut self, batch: Batch<'_>) -> Result<Output, Error> {
        let mut views: Vec<_> = self.columns.iter().map(|_| None).collect();
        for (index, name, data_type) in self.read() {
            if let Some(view) = views.get_mut(index) {
                *view = Some(View::of(&batch, name, data_type)?);
            }
        }
        let mut rows = Rows::of(&batch);
        for row in 0..batch.rows() {
            match self.condition.evaluate(&BatchRow { views: &views, row }) {
                Ok(Value::Boolean(true)) => {}
                Ok(_) => {
                    rows.leave_out(row);
                }
                Err(failure) => rows.reject(row, failure.code, failure.message),
            }
        }
        Ok(rows.output(Vec::new()))
    }
}

#[cfg(test)]
mod tests;
