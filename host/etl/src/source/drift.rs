//! Files whose columns differ from those of the first file.

use std::sync::Arc;

use arrow_array::new_null_array;
use arrow_schema::{Field, FieldRef, Schema, SchemaRef};

use super::error::SourceError;
use super::types::{common, reads_as};
use super::units::{BatchReader, SourceBatch};
use crate::values::{exact, type_name};

/// What may differ between the columns of two files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Allowed {
    /// Only how values are stored, and the order of the columns.
    Storage,
    /// A file may also lack columns, and have narrower types.
    Less,
}

/// The columns of both schemas, those of the first one first. `text` says that the files hold values as text, so that all scalars
/// have a type in common. `None` when a column has two types.
pub(super) fn union(one: &SchemaRef, other: &SchemaRef, text: bool) -> Option<SchemaRef> {
    let mut fields: Vec<FieldRef> = Vec::new();
    for field in one.fields() {
        let both = match other.field_with_name(field.name()) {
            Ok(found) => {
                let data_type = common(field.data_type(), found.data_type(), text)?;
                let nullable = field.is_nullable() || found.is_nullable();
                Field::clone(field).with_data_type(data_type).with_nullable(nullable)
            }
            Err(_) => Field::clone(field).with_nullable(true),
        };
        fields.push(Arc::new(both));
    }
    for field in other.fields().iter().filter(|field| one.field_with_name(field.name()).is_err()) {
        fields.push(Arc::new(Field::clone(field).with_nullable(true)));
    }
    Some(Arc::new(Schema::new(fields)))
}

/// The first reason in words why a file with these columns cannot be read with those of a schema.
pub(super) fn difference(schema: &SchemaRef, file: &SchemaRef, allowed: Allowed) -> Option<String> {
    let less = allowed == Allowed::Less;
    let of_known = schema.fields().iter().find_map(|field| {
        let name = field.name();
        match file.field_with_name(name) {
            Err(_) if less && field.is_nullable() => None,
            Err(_) => Some(format!("column `{name}` is missing")),
            Ok(found) if !reads_as(found.data_type(), field.data_type(), less) => {
                let (found, known) = (type_name(found.data_type()), type_name(field.data_type()));
                Some(if found == known {
                    format!("the nulls within column `{name}` ({known}) are not allowed there")
                } else {
                    format!("column `{name}` was {known} and is {found}")
                })
            }
            Ok(found) if found.is_nullable() && !field.is_nullable() => {
                Some(format!("column `{name}` was never null and can be null"))
            }
            Ok(_) => None,
        }
    });
    of_known.or_else(|| {
        let new = file.fields().iter().find(|field| schema.field_with_name(field.name()).is_err())?;
        Some(format!("column `{}` ({}) is new", new.name(), type_name(new.data_type())))
    })
}

/// Reads a file with the columns of a schema, which differ in no way that matters. A column that the file does not have is null.
pub(super) struct Adapted {
    pub(super) inner: Box<dyn BatchReader>,
    pub(super) schema: SchemaRef,
}

impl BatchReader for Adapted {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn read(&mut self, most: usize) -> Result<Option<SourceBatch>, SourceError> {
        let Some(read) = self.inner.read(most)? else { return Ok(None) };
        let adapted = read.with_columns(&self.schema, |batch| {
            let column = |field: &FieldRef| match batch.column_by_name(field.name()) {
                Some(column) => exact(column, field.data_type()),
                None => Ok(new_null_array(field.data_type(), batch.num_rows())),
            };
            self.schema.fields().iter().map(column).collect()
        });
        adapted.map(Some)
    }
}

/// A file without anything in it: no rows, of whatever columns.
pub(super) struct Empty(pub(super) SchemaRef);

impl BatchReader for Empty {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.0)
    }

    fn read(&mut self, _: usize) -> Result<Option<SourceBatch>, SourceError> {
        Ok(None)
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
        let one = schema(&[("a", DataType::Int32, false), ("b", DataType::Utf8, false)]);
        let other = schema(&[("c", DataType::Int64, false), ("a", DataType::Int64, false)]);
        let both = schema(&[
            ("a", DataType::Int64, false),
            ("b", DataType::Utf8, true),
            ("c", DataType::Int64, true),
        ]);
        assert_eq!(union(&one, &other, false).unwrap(), both);
        for file in [&one, &other] {
            assert_eq!(difference(&both, file, Allowed::Less), None);
        }
        assert!(union(&one, &schema(&[("a", DataType::Utf8, true)]), false).is_none());
    }

    #[test]
    fn a_difference_is_one_of_meaning_and_never_shows_the_same_type_twice() {
        let known = schema(&[("a", DataType::Utf8, true), ("b", DataType::Int32, false)]);
        let told = |fields: &[(&str, DataType, bool)], allowed| difference(&known, &schema(fields), allowed);
        let same = [("b", DataType::Int32, false), ("a", DataType::LargeUtf8, false)];
        assert_eq!(told(&same, Allowed::Storage), None);
        let wide = [("a", DataType::Utf8, true), ("b", DataType::Int64, false)];
        assert_eq!(told(&wide, Allowed::Less).unwrap(), "column `b` was int32 and is int64");
        let narrow = [("a", DataType::Null, true), ("b", DataType::Int16, false)];
        assert_eq!(told(&narrow, Allowed::Less), None);
        assert_eq!(told(&narrow, Allowed::Storage).unwrap(), "column `b` was int32 and is int16");
        let null = [("a", DataType::Utf8, true), ("b", DataType::Int32, true)];
        assert_eq!(told(&null, Allowed::Less).unwrap(), "column `b` was never null and can be null");
        let more = [("a", DataType::Utf8, true), ("b", DataType::Int32, false), ("c", DataType::Utf8, true)];
        assert_eq!(told(&more, Allowed::Less).unwrap(), "column `c` (utf8) is new");
        assert_eq!(told(&more[1..], Allowed::Storage).unwrap(), "column `a` is missing");
    }
}
