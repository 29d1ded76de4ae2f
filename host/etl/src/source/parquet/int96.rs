//! Times in the old format INT96, as Spark, Hive and Impala write them.
//!
//! Such a time has nanoseconds and any year. Arrow reads it as nanoseconds since 1970 in 64 bits, in which a time after 2262 is silently
//! one of another century. Here it is read in microseconds, which hold every year, and its nanoseconds are compared.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{TimestampMicrosecondType, TimestampNanosecondType};
use arrow_array::{Array, ArrayRef, RecordBatch, StructArray};
use arrow_schema::{DataType, Field, Fields, Schema, SchemaRef, TimeUnit};
use parquet::basic::Type;
use parquet::schema::types::SchemaDescriptor;

/// The columns of a file with times in INT96.
pub(super) struct Int96Columns {
    /// The file's columns, with these times in microseconds.
    pub(super) schema: SchemaRef,
    /// The numbers of the leaves that are such times.
    pub(super) leaves: Vec<usize>,
}

impl Int96Columns {
    /// `None` for a file without such times.
    pub(super) fn of(file: &SchemaDescriptor, schema: &SchemaRef) -> Option<Self> {
        let mut found = Self { schema: Arc::clone(schema), leaves: Vec::new() };
        let mut search = Search { file, leaf: 0, found: &mut found.leaves };
        let fields = search.fields(schema.fields());
        if found.leaves.is_empty() {
            return None;
        }
        found.schema = Arc::new(Schema::new(fields));
        Some(found)
    }

    /// For each row whether it has a time that microseconds do not hold. `batch` has the columns in microseconds, and `exact` only the
    /// leaves, in nanoseconds.
    pub(super) fn cut(&self, batch: &RecordBatch, exact: &RecordBatch) -> Vec<bool> {
        let mut nanoseconds = Vec::new();
        exact.columns().iter().for_each(|column| leaves(column, &mut nanoseconds));
        let mut compare = Compare { times: &self.leaves, leaf: 0, nanoseconds: nanoseconds.into_iter() };
        let columns = batch.columns().iter().map(|column| compare.column(column)).collect();
        any(columns, batch.num_rows())
    }
}

/// Compares the times of a batch in both units, leaf by leaf.
struct Compare<'a> {
    /// The numbers of the leaves that are times in INT96.
    times: &'a [usize],
    /// The number of the next leaf.
    leaf: usize,
    nanoseconds: std::vec::IntoIter<&'a dyn Array>,
}

impl Compare<'_> {
    /// For each row of a column whether microseconds do not hold a time in it.
    fn column(&mut self, column: &ArrayRef) -> Vec<bool> {
        match column.data_type() {
            DataType::Struct(_) => self.fields(column.as_struct()),
            DataType::Map(..) => {
                let map = column.as_map();
                let cut = self.fields(map.entries());
                in_ranges(map.offsets().iter().map(|offset| usize::try_from(*offset)), &cut)
            }
            DataType::List(_) => {
                let list = column.as_list::<i32>();
                let cut = self.column(list.values());
                in_ranges(list.offsets().iter().map(|offset| usize::try_from(*offset)), &cut)
            }
            DataType::LargeList(_) => {
                let list = column.as_list::<i64>();
                let cut = self.column(list.values());
                in_ranges(list.offsets().iter().map(|offset| usize::try_from(*offset)), &cut)
            }
            DataType::FixedSizeList(_, length) => {
                let cut = self.column(column.as_fixed_size_list().values());
                let length = usize::try_from(*length).unwrap_or_default();
                in_ranges(
                    (0..=column.len()).map(|row| Ok::<_, std::num::TryFromIntError>(row * length)),
                    &cut,
                )
            }
            _ => self.leaf(column),
        }
    }

    fn fields(&mut self, fields: &StructArray) -> Vec<bool> {
        any(fields.columns().iter().map(|column| self.column(column)).collect(), fields.len())
    }

    fn leaf(&mut self, column: &ArrayRef) -> Vec<bool> {
        let number = self.leaf;
        self.leaf += 1;
        let nanoseconds = if self.times.contains(&number) { self.nanoseconds.next() } else { None };
        let nanoseconds = nanoseconds.and_then(|array| array.as_primitive_opt::<TimestampNanosecondType>());
        match (column.as_primitive_opt::<TimestampMicrosecondType>(), nanoseconds) {
            (Some(microseconds), Some(nanoseconds)) => {
                // Both may have wrapped, and their difference has not.
                let rest = |(us, ns): (i64, i64)| ns.wrapping_sub(us.wrapping_mul(1000));
                let pairs = microseconds.iter().zip(nanoseconds);
                pairs.map(|(us, ns)| us.zip(ns).is_some_and(|pair| rest(pair) != 0)).collect()
            }
            _ => vec![false; column.len()],
        }
    }
}

/// For each row whether one of the columns has it.
fn any(columns: Vec<Vec<bool>>, rows: usize) -> Vec<bool> {
    (0..rows).map(|row| columns.iter().any(|column| column.get(row) == Some(&true))).collect()
}

/// For each row whether one of its items is cut.
fn in_ranges<E>(offsets: impl Iterator<Item = Result<usize, E>> + Clone, cut: &[bool]) -> Vec<bool> {
    let ranges = offsets.clone().zip(offsets.skip(1));
    let items = ranges.map(|(from, to)| cut.get(from.ok()?..to.ok()?));
    items.map(|items| items.is_some_and(|items| items.contains(&true))).collect()
}

/// Looks for times in INT96, leaf by leaf.
struct Search<'a> {
    file: &'a SchemaDescriptor,
    /// The number of the next leaf.
    leaf: usize,
    found: &'a mut Vec<usize>,
}

impl Search<'_> {
    /// The fields with these times in microseconds.
    fn fields(&mut self, fields: &Fields) -> Fields {
        fields.iter().map(|field| self.field(field)).collect()
    }

    fn field(&mut self, field: &Arc<Field>) -> Arc<Field> {
        let data_type = self.data_type(field.data_type());
        Arc::new(Field::clone(field).with_data_type(data_type))
    }

    fn data_type(&mut self, data_type: &DataType) -> DataType {
        match data_type {
            DataType::List(field) => DataType::List(self.field(field)),
            DataType::LargeList(field) => DataType::LargeList(self.field(field)),
            DataType::FixedSizeList(field, length) => DataType::FixedSizeList(self.field(field), *length),
            DataType::Map(field, sorted) => DataType::Map(self.field(field), *sorted),
            DataType::Struct(fields) => DataType::Struct(self.fields(fields)),
            leaf => {
                let number = self.leaf;
                self.leaf += 1;
                let column = self.file.columns().get(number);
                let int96 = column.is_some_and(|column| column.physical_type() == Type::INT96);
                match leaf {
                    DataType::Timestamp(TimeUnit::Nanosecond, zone) if int96 => {
                        self.found.push(number);
                        DataType::Timestamp(TimeUnit::Microsecond, zone.clone())
                    }
                    other => other.clone(),
                }
            }
        }
    }
}

/// The leaves of a column, in the order in which a file has them.
fn leaves<'a>(column: &'a ArrayRef, found: &mut Vec<&'a dyn Array>) {
    match column.data_type() {
        DataType::List(_) => leaves(column.as_list::<i32>().values(), found),
        DataType::LargeList(_) => leaves(column.as_list::<i64>().values(), found),
        DataType::FixedSizeList(..) => leaves(column.as_fixed_size_list().values(), found),
        DataType::Map(..) => {
            column.as_map().entries().columns().iter().for_each(|column| leaves(column, found));
        }
        DataType::Struct(_) => {
            column.as_struct().columns().iter().for_each(|column| leaves(column, found));
        }
        _ => found.push(column.as_ref()),
    }
}
