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
//! Sums of whole numbers are exact, in 64 bits; an overflow fails the batch. Nulls and numbers that are not finite are ignored; the aggregate of no values is
//! null. Rows whose key is null are one group, as in SQL's `GROUP BY`. Groups are sorted by key. The state survives a reload and an interrupted run.

mod sum;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use witdock_etl_guest::builder::{Float64Builder, Int64Builder, Utf8Builder};
use witdock_etl_guest::view::{PrimitiveView, Utf8View};
use witdock_etl_guest::{Batch, Contract, DataType, Error, Field, Output, Schema, Stateful, Transform};

use sum::{Number, Sum};

/// The settings: the key, and the columns of the result.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    by: Vec<String>,
    columns: BTreeMap<String, Measure>,
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
}

#[derive(Debug)]
struct Plan {
    by: Vec<(String, DataType)>,
    /// Each column of the result, and whether its values are whole numbers.
    made: Vec<(String, Measure, bool)>,
    /// The aggregated columns, each once.
    summed: Vec<(String, DataType)>,
}

/// The state: the aggregates so far.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Groups {
    /// Describes the aggregation: another one cannot use this state.
    of: Vec<String>,
    #[serde(with = "pairs")]
    groups: BTreeMap<Vec<Key>, Group>,
}

/// One group.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Group {
    rows: u64,
    /// The sums of each aggregated column.
    sums: Vec<Sum>,
}

/// Serialized as a list, because JSON keys are strings.
mod pairs {
    use super::{BTreeMap, Group, Key};
    use serde::{Deserialize, Deserializer, Serializer};

    type Groups = BTreeMap<Vec<Key>, Group>;

    pub(super) fn serialize<S: Serializer>(groups: &Groups, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(groups)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Groups, D::Error> {
        Ok(Vec::deserialize(deserializer)?.into_iter().collect())
    }
}

/// A part of a group's key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Key {
    /// Null.
    Null(()),
    /// A whole number.
    Whole(i64),
    /// Text.
    Text(String),
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
        let by = self.by.iter().map(|(name, _)| format!("by {name}"));
        let summed = self.summed.iter().map(|(name, data_type)| format!("{name}: {}", data_type.name()));
        by.chain(summed).collect()
    }
}

enum Keys<'b> {
    Int32(PrimitiveView<'b, i32>),
    Int64(PrimitiveView<'b, i64>),
    Text(Utf8View<'b>),
}

impl Keys<'_> {
    fn get(&self, row: usize) -> Key {
        match self {
            Self::Int32(view) => view.get(row).map_or(Key::Null(()), |number| Key::Whole(number.into())),
            Self::Int64(view) => view.get(row).map_or(Key::Null(()), Key::Whole),
            Self::Text(view) => view.get(row).map_or(Key::Null(()), |text| Key::Text(text.to_owned())),
        }
    }
}

enum Numbers<'b> {
    Int32(PrimitiveView<'b, i32>),
    Int64(PrimitiveView<'b, i64>),
    Real(PrimitiveView<'b, f64>),
}

impl Numbers<'_> {
    fn get(&self, row: usize) -> Option<Number> {
        match self {
            Self::Int32(view) => view.get(row).map(|number| Number::Whole(number.into())),
            Self::Int64(view) => view.get(row).map(Number::Whole),
            Self::Real(view) => view.get(row).map(Number::Real),
        }
    }
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
        let groups = Groups { of: plan.of(), ..Groups::default() };
        Ok(Self { plan, groups })
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
        for row in 0..batch.rows() {
            let key = keys.iter().map(|keys| keys.get(row)).collect();
            let empty = || Group { rows: 0, sums: vec![Sum::default(); numbers.len()] };
            let group = self.groups.groups.entry(key).or_insert_with(empty);
            group.rows += 1;
            for (sum, numbers) in group.sums.iter_mut().zip(&numbers) {
                if let Some(number) = numbers.get(row).filter(|number| number.real().is_finite()) {
                    sum.add(number)?;
                }
            }
        }
        // There is no output before the end.
        self.output(&BTreeMap::new())
    }

    fn finish(&mut self) -> Result<Output, Error> {
        self.output(&self.groups.groups)
    }
}

impl Aggregate {
    /// Returns a row for each group.
    fn output(&self, groups: &BTreeMap<Vec<Key>, Group>) -> Result<Output, Error> {
        let count = groups.len();
        let groups = || groups.iter();
        let mut columns = Vec::new();
        for (part, (_, data_type)) in self.plan.by.iter().enumerate() {
            let whole = || {
                groups().map(move |(key, _)| match key.get(part) {
                    Some(Key::Whole(number)) => Some(*number),
                    _ => None,
                })
            };
            columns.push(match data_type {
                DataType::Int32 => whole()
                    .map(|number| number.and_then(|number| i32::try_from(number).ok()))
                    .collect::<witdock_etl_guest::builder::Int32Builder>()
                    .finish(),
                DataType::Int64 => whole().collect::<Int64Builder>().finish(),
                _ => groups()
                    .map(|(key, _)| match key.get(part) {
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
            let numbers =
                groups().map(|(_, group)| match (measure, place.and_then(|place| group.sums.get(place))) {
                    (Measure::Count, _) => Some(Number::Whole(i64::try_from(group.rows).unwrap_or(i64::MAX))),
                    (Measure::Sum(_), Some(sum)) => sum.sum(),
                    (Measure::Mean(_), Some(sum)) => sum.mean(),
                    (Measure::Min(_), Some(sum)) => sum.min(),
                    (Measure::Max(_), Some(sum)) => sum.max(),
                    (_, None) => None,
                });
            columns.push(if *whole {
                numbers.map(|number| number.map(Number::whole)).collect::<Int64Builder>().finish()
            } else {
                numbers.map(|number| number.map(Number::real)).collect::<Float64Builder>().finish()
            });
        }
        let rows = u32::try_from(count)
            .map_err(|_| Error::Data(format!("{count} groups are too many for one result")))?;
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
        self.groups = groups;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
