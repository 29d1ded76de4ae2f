//! The settings.

use serde::Deserialize;
use witdock_etl_guest::{DataType, Error, Field};

/// The settings.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The granted folder, as the plugin sees it.
    #[serde(default = "data")]
    pub folder: String,
    /// The suffix of the file names; without it, all files are read.
    #[serde(default)]
    pub suffix: String,
    /// The number of lines to skip at the start of each file.
    #[serde(default)]
    pub skip_lines: u64,
    /// The columns, in any order.
    pub columns: Vec<Column>,
}

fn data() -> String {
    "/data".to_owned()
}

/// A column.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its first character in the line, from 1.
    pub from: usize,
    /// Its last character.
    pub to: usize,
    /// Its type.
    #[serde(rename = "type", default)]
    pub kind: Kind,
}

/// The type of a column. Spaces around a value are removed, and a value of only spaces is null.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Text.
    #[default]
    Utf8,
    /// A whole number of 64 bits.
    Int64,
    /// A floating-point number.
    Float64,
}

impl Column {
    pub(crate) fn field(&self) -> Field {
        let data_type = match self.kind {
            Kind::Utf8 => DataType::Utf8,
            Kind::Int64 => DataType::Int64,
            Kind::Float64 => DataType::Float64,
        };
        Field::new(&self.name, data_type).nullable()
    }
}

impl Settings {
    pub(crate) fn fields(&self) -> Result<Vec<Field>, Error> {
        if self.columns.is_empty() {
            return Err(Error::Settings("`columns` is empty; name at least one column".to_owned()));
        }
        for column in &self.columns {
            if column.from == 0 || column.to < column.from {
                return Err(Error::Settings(format!(
                    "column `{}` goes from {} to {}: the first character of a line is 1, and `to` must not be less than `from`",
                    column.name, column.from, column.to
                )));
            }
        }
        Ok(self.columns.iter().map(Column::field).collect())
    }
}
