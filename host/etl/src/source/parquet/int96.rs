//! Times in the old format INT96, as Spark, Hive and Impala write them.
//!
//! Such a time has nanoseconds and any year. Arrow reads it as nanoseconds since 1970 in 64 bits, in which a time after 2262 is silently
//! one of another century. Here it is read in microseconds, which hold every year, and its nanoseconds are compared.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{TimestampMicrosecondType, TimestampNanosecondType};
use arrow_array::{Array, ArrayRef, RecordBatch};
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

    /// The first row with a time that microseconds do not hold, if there is one. `batch` has the columns in microseconds, and `exact` only
    /// the leaves, in nanoseconds.
    pub(super) fn first_cut(&self, batch: &RecordBatch, exact: &RecordBatch) -> Option<usize> {
        let (mut read, mut nanoseconds) = (Vec::new(), Vec::new());
        batch.columns().iter().for_each(|column| leaves(column, &mut read));
        exact.columns().iter().for_each(|column| leaves(column, &mut nanoseconds));
        let cut = self.leaves.iter().zip(nanoseconds).filter_map(|(leaf, nanoseconds)| {
            let microseconds = read.get(*leaf)?.as_primitive_opt::<TimestampMicrosecondType>()?;
            let nanoseconds = nanoseconds.as_primitive_opt::<TimestampNanosecondType>()?;
            // Both may have wrapped, and their difference has not.
            let rest = |(us, ns): (i64, i64)| ns.wrapping_sub(us.wrapping_mul(1000));
            let pairs = microseconds.iter().zip(nanoseconds);
            pairs.into_iter().position(|(us, ns)| us.zip(ns).is_some_and(|pair| rest(pair) != 0))
        });
        cut.min()
    }
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
