//! Tables for tests.

use super::json;
use crate::bindings::witdock::etl::types::{Column, Field};
use crate::input::Input;
use crate::{Error, Row, Schema};
use serde_json::{Map, Value};

/// Rows with the same columns.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    pub(super) fields: Vec<Field>,
    pub(super) rows: usize,
    pub(super) columns: Vec<Column>,
}

impl Table {
    /// A table from JSON: an array of objects, one for each row. A column that is missing in an object is null.
    ///
    /// Dates are strings like 2013-01-31, instants like 2013-01-31T23:00:00Z, and bytes are hexadecimal strings.
    ///
    /// # Errors
    ///
    /// [`Error::Data`], which says what is wrong in which row.
    pub fn json(fields: &[Field], rows: Value) -> Result<Self, Error> {
        let wrong = |text: String| Err(Error::Data(format!("the test's table: {text}")));
        let Value::Array(rows) = rows else { return wrong(format!("{rows} is not an array of rows")) };
        let mut objects = Vec::with_capacity(rows.len());
        for (number, row) in rows.into_iter().enumerate() {
            let Value::Object(row) = row else {
                return wrong(format!("row {number} is {row}; expected an object"));
            };
            if let Some(unknown) = row.keys().find(|key| fields.iter().all(|field| field.name != **key)) {
                return wrong(format!("row {number} has an unknown column `{unknown}`"));
            }
            objects.push(row);
        }
        let column = |field: &Field| {
            let values = objects.iter().map(|row| row.get(&field.name).unwrap_or(&Value::Null));
            json::column(field, values)
        };
        match fields.iter().map(column).collect() {
            Ok(columns) => Ok(Self { fields: fields.to_vec(), rows: objects.len(), columns }),
            Err(text) => wrong(text),
        }
    }

    /// A table from structs.
    pub fn of<R: Row>(rows: impl IntoIterator<Item = R>) -> Self {
        let mut writer = R::writer(0);
        let mut count = 0;
        for row in rows {
            row.write(&mut writer);
            count += 1;
        }
        Self { fields: R::fields(), rows: count, columns: R::finish(writer) }
    }

    /// The columns' names and types.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// The rows as JSON, in the form that [`json`](Self::json) takes. Numbers that are not finite become null.
    pub fn to_json(&self) -> Value {
        let mut rows = vec![Map::new(); self.rows];
        for (field, column) in self.fields.iter().zip(&self.columns) {
            for (index, row) in rows.iter_mut().enumerate() {
                row.insert(field.name.clone(), json::value(column, index));
            }
        }
        Value::Array(rows.into_iter().map(Value::Object).collect())
    }

    /// The rows as structs, which may have only some of the columns.
    ///
    /// # Errors
    ///
    /// [`Error::Schema`] for a column that is missing or has another type, [`Error::Data`] for a row that does not match the
    /// struct.
    pub fn rows<R: Row>(&self) -> Result<Vec<R::At<'_>>, Error> {
        let schema = Schema::new(self.fields.clone());
        // The contract checks the names and the types.
        crate::Columns::new().contract::<R, ()>(&schema)?;
        let mut inputs = Vec::new();
        for row_field in R::FIELDS {
            let (index, _) = schema.find(row_field.name)?;
            if let Some(column) = self.columns.get(index) {
                inputs.push(Input { name: row_field.name, column, rows: self.rows });
            }
        }
        let reader = R::reader(&inputs)?;
        let told = |row, reject| Error::Data(format!("row {row} of the test's table: {reject}"));
        (0..self.rows)
            .map(|row| R::read(&reader, row).map_err(|unread| told(row, unread.reject(&inputs))))
            .collect()
    }
}
