//! Aggregates rows by key: returns one row for each key at the end of the input.
//!
//! ```toml
//! [stage.settings]
//! by = ["carrier"]          # columns of text or whole numbers
//! [stage.settings.columns]
//! flights = "count"
//! late = { sum = "dep_delay" }      # or mean, min, max of a column of numbers
//! ```
//!
//! The result has the columns of `by` and then these, in this order. Sums of whole numbers are exact, in 64 bits; an overflow fails the batch. Nulls and numbers that are not finite are ignored; the aggregate of no values is
//! null. Rows whose key is null are one group, as in SQL's `GROUP BY`. Groups are sorted by key. The state survives a reload and an interrupted run.

mod groups;
mod sum;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use witdock_etl_guest::builder::{Float64Builder, Int32Builder, Int64Builder, Utf8Builder};
use witdock_etl_guest::view::PrimitiveView;
use witdock_etl_guest::{Batch, Contract, DataType, Error, Field, Output, Schema, Stateful, Transform};

pub use groups::{Groups, Key};
use groups::{Index, Keys};
use sum::{Number, Part, Real, Sums, Whole};

/// The settings: the key, and the columns of the result.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    by: Vec<String>,
    columns: IndexMap<String, Measure>,
}

/// A column of the result.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// The number of rows in the group.
    Count,
    /// The sum of a column.
    Sum(String),
    /// The mean of a column.
    Mean(String),
    /// The least value of a column.
    Min(String),
    /// The greatest value of a column.
    Max(String),
}

impl Measure {
    fn column(&self) -> Option<&str> {
        match self {
            Self::Count => None,
            Self::Sum(column) | Self::Mean(column) | Self::Min(column) | Self::Max(column) => Some(column),
        }
    }
}

/// The transform.
#[derive(Debug)]
pub struct Aggregate {
    plan: Plan,
    groups: Groups,
    index: Index,
    /// The group of each row of a batch.
    numbers: Vec<usize>,
}

#[derive(Debug)]
struct Plan {
    by: Vec<(String, DataType)>,
    /// Each column of the result, and whether its values are whole numbers.
    made: Vec<(String, Measure, bool)>,
    /// The aggregated columns, each once.
    summed: Vec<(String, DataType)>,
}

witdock_etl_guest::export!(Aggregate, state);

impl Plan {
    fn new(input: &Schema, settings: &Settings) -> Result<Self, Error> {
        if settings.columns.is_empty() {
            return Err(Error::Settings(
                "`columns` must name at least one column, for example rows = \"count\"".to_owned(),
            ));
        }
        let mut by = Vec::new();
        for name in &settings.by {
            let (_, field) = input.find(name)?;
            if !matches!(field.data_type, DataType::Utf8 | DataType::Int32 | DataType::Int64) {
                return Err(Error::Schema(format!(
                    "the column `{name}` is {}; rows can be grouped by text or whole numbers",
                    field.data_type.name()
                )));
            }
            by.push((name.clone(), field.data_type));
        }
        let mut summed: Vec<(String, DataType)> = Vec::new();
        let mut made = Vec::new();
        for (name, measure) in &settings.columns {
            let mut whole = true;
            if let Some(column) = measure.column() {
                let (_, field) = input.find(column)?;
                match field.data_type {
                    DataType::Int32 | DataType::Int64 => whole = !matches!(measure, Measure::Mean(_)),
                    DataType::Float64 => whole = false,
                    other => {
                        return Err(Error::Schema(format!(
                            "the column `{column}` is {}; only numbers can be aggregated",
                            other.name()
                        )));
                    }
                }
                if !summed.iter().any(|(known, _)| known == column) {
                    summed.push((column.to_owned(), field.data_type));
                }
            }
            made.push((name.clone(), measure.clone(), whole));
        }
        Ok(Self { by, made, summed })
    }

    /// Describes the aggregation, for messages.
    fn of(&self) -> Vec<String> {
        let by = self.by.iter().map(|(name, data_type)| format!("by {name}: {}", data_type.name()));
        let summed = self.summed.iter().map(|(name, data_type)| format!("{name}: {}", data_type.name()));
        by.chain(summed).collect()
    }
}

enum Numbers<'b> {
    Int32(PrimitiveView<'b, i32>),
    Int64(PrimitiveView<'b, i64>),
    Real(PrimitiveView<'b, f64>),
}

impl Transform for Aggregate {
    type Settings = Settings;

    fn describe(input: &Schema, settings: &Settings) -> Result<Contract, Error> {
        let plan = Plan::new(input, settings)?;
        let mut contract = Contract::of(input);
        for (name, data_type) in &plan.by {
            contract = contract.read(name, *data_type).make(Field::new(name, *data_type).nullable());
        }
        for (name, data_type) in
            plan.summed.iter().filter(|(name, _)| !plan.by.iter().any(|(by, _)| by == name))
        {
            contract = contract.read(name, *data_type);
        }
        for (name, measure, whole) in &plan.made {
            let field = if *whole { Field::int64(name) } else { Field::float64(name) };
            contract = contract.make(if *measure == Measure::Count { field } else { field.nullable() });
        }
        contract.build()
    }

    fn new(input: &Schema, settings: Settings) -> Result<Self, Error> {
        let plan = Plan::new(input, &settings)?;
        let sums = plan.summed.iter().map(|(_, data_type)| match data_type {
            DataType::Float64 => Sums::Real(Vec::new()),
            _ => Sums::Whole(Vec::new()),
        });
        let groups = Groups { of: plan.of(), sums: sums.collect(), ..Groups::default() };
        Ok(Self { plan, groups, index: Index::default(), numbers: Vec::new() })
    }

    fn process(&mut self, batch: Batch<'_>) -> Result<Output, Error> {
        let keys = self.plan.by.iter().map(|(name, data_type)| {
            Ok(match data_type {
                DataType::Int32 => Keys::Int32(batch.int32(name)?),
                DataType::Int64 => Keys::Int64(batch.int64(name)?),
                _ => Keys::Text(batch.utf8(name)?),
            })
        });
        let keys = keys.collect::<Result<Vec<_>, Error>>()?;
        let numbers = self.plan.summed.iter().map(|(name, data_type)| {
            Ok(match data_type {
                DataType::Int32 => Numbers::Int32(batch.int32(name)?),
                DataType::Int64 => Numbers::Int64(batch.int64(name)?),
                _ => Numbers::Real(batch.float64(name)?),
            })
        });
        let numbers = numbers.collect::<Result<Vec<_>, Error>>()?;
        let Self { groups, index, numbers: of, .. } = self;
        index.number(&keys, batch.rows(), groups, of);
        groups.rows.resize(groups.keys.len(), 0);
        for number in of.iter() {
            if let Some(rows) = groups.rows.get_mut(*number) {
                *rows += 1;
            }
        }
        for (sums, numbers) in groups.sums.iter_mut().zip(numbers) {
            sums.grow(groups.keys.len());
            match (sums, numbers) {
                (Sums::Whole(sums), Numbers::Int32(view)) => {
                    add_whole(sums, of, view.iter().map(|number| number.map(i64::from)))?;
                }
                (Sums::Whole(sums), Numbers::Int64(view)) if view.has_nulls() => {
                    add_whole(sums, of, view.iter())?;
                }
                (Sums::Whole(sums), Numbers::Int64(view)) => {
                    add_whole(sums, of, view.values().iter().map(|number| Some(*number)))?;
                }
                (Sums::Real(sums), Numbers::Real(view)) => add_real(sums, of, view.iter()),
                _ => return Err(Error::Data("a column has another type than at the begin".to_owned())),
            }
        }
        // There is no output before the end.
        self.output(&[])
    }

    fn finish(&mut self) -> Result<Output, Error> {
        let mut order: Vec<_> = (0..self.groups.keys.len()).collect();
        order.sort_by(|one, other| self.groups.keys.get(*one).cmp(&self.groups.keys.get(*other)));
        self.output(&order)
    }
}

/// Adds the values of a column to the sums of their rows' groups.
fn add_whole(
    sums: &mut [Whole],
    of: &[usize],
    values: impl Iterator<Item = Option<i64>>,
) -> Result<(), Error> {
    for (number, value) in of.iter().zip(values) {
        if let (Some(sum), Some(value)) = (sums.get_mut(*number), value) {
            sum.add(value)?;
        }
    }
    Ok(())
}

fn add_real(sums: &mut [Real], of: &[usize], values: impl Iterator<Item = Option<f64>>) {
    for (number, value) in of.iter().zip(values) {
        if let (Some(sum), Some(value)) = (sums.get_mut(*number), value.filter(|value| value.is_finite())) {
            sum.add(value);
        }
    }
}

impl Aggregate {
    /// Returns a row for each of these groups.
    fn output(&self, groups: &[usize]) -> Result<Output, Error> {
        let mut columns = Vec::new();
        for (part, (_, data_type)) in self.plan.by.iter().enumerate() {
            let keys = || groups.iter().map(|group| self.groups.keys.get(*group)?.get(part));
            let whole = || {
                keys().map(|key| match key {
                    Some(Key::Whole(number)) => Some(*number),
                    _ => None,
                })
            };
            columns.push(match data_type {
                DataType::Int32 => whole()
                    .map(|number| number.and_then(|number| i32::try_from(number).ok()))
                    .collect::<Int32Builder>()
                    .finish(),
                DataType::Int64 => whole().collect::<Int64Builder>().finish(),
                _ => keys()
                    .map(|key| match key {
                        Some(Key::Text(text)) => Some(text.as_str()),
                        _ => None,
                    })
                    .collect::<Utf8Builder>()
                    .finish(),
            });
        }
        for (_, measure, whole) in &self.plan.made {
            let place = measure
                .column()
                .and_then(|name| self.plan.summed.iter().position(|(known, _)| known == name));
            let sums = place.and_then(|place| self.groups.sums.get(place));
            let rows = |group: usize| {
                let rows = self.groups.rows.get(group).copied().unwrap_or_default();
                Some(Number::Whole(i64::try_from(rows).unwrap_or(i64::MAX)))
            };
            let numbers = groups.iter().map(|group| match measure {
                Measure::Count => rows(*group),
                Measure::Sum(_) => sums?.get(*group, Part::Sum),
                Measure::Mean(_) => sums?.get(*group, Part::Mean),
                Measure::Min(_) => sums?.get(*group, Part::Least),
                Measure::Max(_) => sums?.get(*group, Part::Most),
            });
            columns.push(if *whole {
                numbers.map(|number| number.map(Number::whole)).collect::<Int64Builder>().finish()
            } else {
                numbers.map(|number| number.map(Number::real)).collect::<Float64Builder>().finish()
            });
        }
        let rows = u32::try_from(groups.len())
            .map_err(|_| Error::Data(format!("{} groups are too many for one result", groups.len())))?;
        Ok(Output::fresh(rows, columns))
    }
}

impl Stateful for Aggregate {
    type State = Groups;

    fn state(&self) -> &Groups {
        &self.groups
    }

    fn restore(&mut self, groups: Groups) -> Result<(), String> {
        if groups.of != self.groups.of {
            let words = |of: &[String]| of.join(", ");
            return Err(format!(
                "the saved aggregates are of {}, but this run's are of {}",
                words(&groups.of),
                words(&self.groups.of)
            ));
        }
        self.index = Index::of(&groups);
        self.groups = groups;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
