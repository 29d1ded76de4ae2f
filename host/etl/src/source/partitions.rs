//! Columns that are in the names of folders, as Hive, Spark, DuckDB and polars write them: `year=2013/carrier=UA/part-1.csv`.

use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, UInt32Array};
use arrow_schema::{Field, Schema, SchemaRef};
use arrow_select::take::take;
use indexmap::IndexMap;

use super::error::SourceError;
use super::units::{BatchReader, SourceBatch};
use crate::pipeline::ColumnType;
use crate::values::{TextColumn, type_name};

/// The folder for rows without a value.
const NULL: &str = "__HIVE_DEFAULT_PARTITION__";

/// A file's rows, with the columns that are in its path behind their own.
pub(super) struct Partitioned {
    inner: Box<dyn BatchReader>,
    schema: SchemaRef,
    /// One value of each column.
    values: Vec<ArrayRef>,
}

impl Partitioned {
    /// # Errors
    ///
    /// When a column is not in the path, is one of the file too, or has a value of another type.
    pub(super) fn new(
        inner: Box<dyn BatchReader>,
        path: &Path,
        columns: &IndexMap<String, ColumnType>,
    ) -> Result<Self, SourceError> {
        let failed = |message: String| SourceError::Partition { path: path.display().to_string(), message };
        let mut fields: Vec<_> = inner.schema().fields().iter().cloned().collect();
        let mut values = Vec::new();
        for (name, column_type) in columns {
            if fields.iter().any(|field| field.name() == name) {
                return Err(failed(format!("the file has a column `{name}` too, which `partitions` names")));
            }
            let text = value(path, name)
                .ok_or_else(|| failed(format!("no folder of its path is named `{name}=…`")))?;
            let data_type = column_type.data_type();
            let mut column = TextColumn::new(&data_type, 1, 0)
                .ok_or_else(|| failed(format!("`{name}` cannot be {}", type_name(&data_type))))?;
            if !column.append(text.as_deref()) {
                let text = text.unwrap_or_default();
                return Err(failed(format!("`{name}={text}` is no {}", type_name(&data_type))));
            }
            values.push(column.finish());
            fields.push(Arc::new(Field::new(name, data_type, true)));
        }
        Ok(Self { inner, schema: Arc::new(Schema::new(fields)), values })
    }
}

/// The value of a column in a path: that of the innermost folder with its name. The inner option is null.
fn value(path: &Path, name: &str) -> Option<Option<String>> {
    let folders = path.parent()?.components().rev();
    let mut named = folders.filter_map(|folder| {
        let (key, value) = folder.as_os_str().to_str()?.split_once('=')?;
        (decode(key) == name).then(|| decode(value))
    });
    named.next().map(|value| (value != NULL).then_some(value))
}

/// Replaces `%41` and the like by the bytes that they stand for.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let digits =
            behind.get(..2).filter(|_| *first == b'%').and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = behind.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = behind;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

impl BatchReader for Partitioned {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn read(&mut self, most: usize) -> Result<Option<SourceBatch>, SourceError> {
        let Some(read) = self.inner.read(most)? else { return Ok(None) };
        let whole = read.with_columns(&self.schema, |batch| {
            let repeated = UInt32Array::from(vec![0; batch.num_rows()]);
            let own = batch.columns().iter().map(|column| Ok(Arc::clone(column)));
            own.chain(self.values.iter().map(|value| take(value, &repeated, None))).collect()
        });
        whole.map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_folder_of_a_name_has_the_value() {
        let path = Path::new("/lake/a=0/year=2013/a=x%2Fy%25/b=__HIVE_DEFAULT_PARTITION__/c=/d=5.csv");
        let of = |name| value(path, name);
        assert_eq!(of("a"), Some(Some("x/y%".to_owned())));
        assert_eq!(of("year"), Some(Some("2013".to_owned())));
        assert_eq!(of("b"), Some(None));
        assert_eq!(of("c"), Some(Some(String::new())));
        assert_eq!(of("d"), None, "a file is no folder");
        assert_eq!(decode("100%"), "100%");
    }
}
