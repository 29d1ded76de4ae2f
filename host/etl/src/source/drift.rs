//! Files whose columns differ from those of the first file.

use std::sync::Arc;

use arrow_array::{RecordBatch, RecordBatchOptions, new_null_array};
use arrow_schema::{Field, FieldRef, Schema, SchemaRef};

use super::error::SourceError;
use super::units::{BatchReader, SourceBatch};
use crate::rows::Rows;

/// The columns of both schemas, those of the first one first. `None` when a column has two types.
pub(super) fn union(one: &SchemaRef, other: &SchemaRef) -> Option<SchemaRef> {
    let mut fields: Vec<FieldRef> = one.fields().iter().map(Arc::clone).collect();
    for field in other.fields() {
        match one.field_with_name(field.name()) {
            Ok(known) if known.data_type() == field.data_type() => {}
            Ok(_) => return None,
            Err(_) => fields.push(Arc::clone(field)),
        }
    }
    let nullable = |field: &FieldRef| {
        let everywhere = [one, other]
            .iter()
            .all(|schema| schema.field_with_name(field.name()).is_ok_and(|field| !field.is_nullable()));
        Field::clone(field).with_nullable(!everywhere)
    };
    Some(Arc::new(Schema::new(fields.iter().map(nullable).collect::<Vec<_>>())))
}

/// Whether a file can be read with the columns of a schema: it has no others, and only nullable ones are missing.
pub(super) fn fits(schema: &SchemaRef, file: &SchemaRef) -> bool {
    union(schema, file).is_some_and(|union| union.fields().len() == schema.fields().len())
        && schema
            .fields()
            .iter()
            .all(|field| field.is_nullable() || file.field_with_name(field.name()).is_ok())
}

/// Reads a file with the columns of a schema. A column that the file does not have is null.
pub(super) struct Widened {
    pub(super) inner: Box<dyn BatchReader>,
    pub(super) schema: SchemaRef,
}

impl BatchReader for Widened {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn read(&mut self, most: usize) -> Result<Option<SourceBatch>, SourceError> {
        let Some(read) = self.inner.read(most)? else { return Ok(None) };
        let Rows { batch, origin } = read.rows;
        let rows = batch.num_rows();
        let columns = self.schema.fields().iter().map(|field| match batch.column_by_name(field.name()) {
            Some(column) => Arc::clone(column),
            None => new_null_array(field.data_type(), rows),
        });
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        let batch = RecordBatch::try_new_with_options(Arc::clone(&self.schema), columns.collect(), &options)
            .map_err(|error| SourceError::Arrow { path: "the source".to_owned(), error })?;
        Ok(Some(SourceBatch { rows: Rows { batch, origin }, ..read }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_schema::DataType;

    fn schema(fields: &[(&str, DataType, bool)]) -> SchemaRef {
        let fields: Vec<_> = fields
            .iter()
            .map(|(name, data_type, null)| Field::new(*name, data_type.clone(), *null))
            .collect();
        Arc::new(Schema::new(fields))
    }

    #[test]
    fn a_union_has_all_columns_and_nulls_where_one_is_missing() {
        let one = schema(&[("a", DataType::Utf8, false), ("b", DataType::Utf8, false)]);
        let other = schema(&[("c", DataType::Int64, false), ("a", DataType::Utf8, false)]);
        let both = schema(&[
            ("a", DataType::Utf8, false),
            ("b", DataType::Utf8, true),
            ("c", DataType::Int64, true),
        ]);
        assert_eq!(union(&one, &other).unwrap(), both);
        assert!(fits(&both, &one) && fits(&both, &other) && !fits(&one, &other));
        assert!(union(&one, &schema(&[("a", DataType::Int64, true)])).is_none());
    }
}
