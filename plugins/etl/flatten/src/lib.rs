//! Makes typed columns from JSON text: each is a path into it, and a type.
//!
//! ```toml
//! [stage.settings]
//! column = "payload"    # the column of JSON text
//! keep = false          # whether to keep that column
//! [stage.settings.columns]
//! user = "user.name"                                                # text
//! user_id = { path = "user.id", type = "int64", required = true }
//! first_tag = "tags[0]"
//! sku = "items[].sku"                                               # one row for each item
//! price = { path = "items[].price", type = "float64" }
//! ```
//!
//! **Paths** are names separated by dots. Names with special characters need quotes: `"user"."e-mail"`. `[0]` is the first element of
//! an array, `[-1]` the last one. `$` is the whole value, and may start a path as in JSONPath.
//!
//! **Arrays.** If a path ends at an array or object, a text column gets its JSON text. `[]` iterates over all elements: there is one
//! output row for each, with the other columns repeated. All paths with `[]` must iterate over the same array. If it is
//! empty or missing, there is one row, with nulls.
//!
//! **Types** are `utf8` (the default), `boolean`, `int32`, `int64`, `float64`, `date32` (`"2013-01-31"`) and `timestamp-us`
//! (`"2013-01-31T23:00:00Z"`). Text that contains a value of the type is accepted too: `"42"` is an `int64`. In a text column, other
//! values become their JSON text.
//!
//! Missing values are null, unless they are `required`. If the JSON text is null, all values are missing.
//!
//! **Rejected** rows have the code `bad-json`, with the position of the error; `wrong-type`, with the path, the value and what was
//! expected; or `missing-value`, if a required value is missing.

mod cell;
mod path;

use cell::{Builder, Cell, CellType};
use path::Path;
use serde::Deserialize;
use serde_json::{Map, Value};
use witdock_etl_guest::{
    Batch, Contract, DataType, Error, Output, OutputRows, Reject, RowError, Schema, Transform, reject,
};

/// The settings: the JSON column, and the columns to make.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    column: String,
    #[serde(default)]
    keep: bool,
    columns: Map<String, Value>,
}

/// A column with all settings.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ColumnSettings {
    path: String,
    #[serde(default)]
    r#type: CellType,
    #[serde(default)]
    required: bool,
}

/// A new column.
#[derive(Debug)]
struct Column {
    name: String,
    path: Path,
    cell_type: CellType,
    required: bool,
}

/// The transform.
#[derive(Debug)]
pub struct Flatten {
    column: String,
    columns: Vec<Column>,
}

witdock_etl_guest::export!(Flatten);

fn columns(settings: &Settings) -> Result<Vec<Column>, Error> {
    if settings.columns.is_empty() {
        return Err(Error::Settings(
            "`columns` must name at least one column, such as user = \"user.name\"".to_owned(),
        ));
    }
    let mut columns = Vec::<Column>::new();
    for (name, setting) in &settings.columns {
        let wrong = |problem: String| Error::Settings(format!("column `{name}`: {problem}"));
        let setting = match setting {
            Value::String(path) => ColumnSettings { path: path.clone(), ..ColumnSettings::default() },
            table => ColumnSettings::deserialize(table).map_err(|error| wrong(error.to_string()))?,
        };
        let path = Path::parse(&setting.path).map_err(wrong)?;
        if let Some(array) = path.array()
            && let Some(other) =
                columns.iter().find(|other| other.path.array().is_some_and(|other| other != array))
        {
            return Err(wrong(format!("`{path}` and `{}` iterate over different arrays", other.path)));
        }
        columns.push(Column {
            name: name.clone(),
            path,
            cell_type: setting.r#type,
            required: setting.required,
        });
    }
    Ok(columns)
}

impl Transform for Flatten {
    type Settings = Settings;

    fn describe(input: &Schema, settings: &Settings) -> Result<Contract, Error> {
        let contract = Contract::of(input).read(&settings.column, DataType::Utf8);
        let mut contract = match settings.keep {
            true => contract.pass_all(),
            false => contract.pass_all_except([settings.column.as_str()]),
        };
        for column in columns(settings)? {
            let field = column.cell_type.field(column.name);
            contract = contract.make(if column.required { field } else { field.nullable() });
        }
        contract.build()
    }

    fn new(_: &Schema, settings: Settings) -> Result<Self, Error> {
        Ok(Flatten { columns: columns(&settings)?, column: settings.column })
    }

    fn process(&mut self, batch: Batch<'_>) -> Result<Output, Error> {
        let text = batch.utf8(&self.column)?;
        let new = |column: &Column| column.cell_type.builder(batch.rows());
        let mut builders: Vec<Builder> = self.columns.iter().map(new).collect();
        let mut rows = Vec::with_capacity(batch.rows());
        let mut rejected = Vec::new();
        for (row, text) in (0..).zip(text.iter()) {
            match self.rows(text) {
                Ok(made) => {
                    for cells in made {
                        builders.iter_mut().zip(cells).for_each(|(builder, cell)| builder.push(cell));
                        rows.push(row);
                    }
                }
                Err(reject) => {
                    let code = reject.code().unwrap_or_default().to_owned();
                    rejected.push(RowError { row, code, message: reject.message().into_owned() });
                }
            }
        }
        let columns = builders.into_iter().map(Builder::finish).collect();
        let every = rows.len() == batch.rows() && rows.iter().zip(0..).all(|(row, number)| *row == number);
        Ok(Output {
            rows: if every { OutputRows::All } else { OutputRows::Selected(rows) },
            columns,
            rejected,
        })
    }
}

impl Flatten {
    /// The rows for one JSON text.
    fn rows(&self, text: Option<&str>) -> Result<Vec<Vec<Cell>>, Reject> {
        let value = match text.map(serde_json::from_str::<Value>) {
            None => Value::Null,
            Some(Ok(value)) => value,
            Some(Err(error)) => reject!("bad-json", "{}: {error}", self.column),
        };
        let through = self.columns.iter().find(|column| column.path.array().is_some());
        let elements = match through.map(|column| (column, column.path.array_in(&value))) {
            None | Some((_, None | Some(Value::Null))) => &[],
            Some((_, Some(Value::Array(elements)))) => elements.as_slice(),
            Some((column, Some(other))) => {
                reject!(
                    "wrong-type",
                    "`{}` iterates over {}, which is not an array",
                    column.path,
                    cell::shown(other)
                )
            }
        };
        let row = |element: Option<&Value>| {
            self.columns.iter().map(|column| column.cell(&value, element)).collect::<Result<Vec<_>, _>>()
        };
        match elements {
            [] => Ok(vec![row(None)?]),
            elements => elements.iter().map(|element| row(Some(element))).collect(),
        }
    }
}

impl Column {
    fn cell(&self, value: &Value, element: Option<&Value>) -> Result<Cell, Reject> {
        match self.path.find(value, element) {
            None | Some(Value::Null) if self.required => {
                reject!("missing-value", "`{}` is required, but missing", self.path)
            }
            None | Some(Value::Null) => Ok(Cell::Null),
            Some(found) => self.cell_type.cell(found).ok_or_else(|| {
                let expected = self.cell_type.name();
                let message = format!("`{}` is {}; expected {expected}", self.path, cell::shown(found));
                Reject::new("wrong-type", message)
            }),
        }
    }
}

#[cfg(test)]
mod tests;
