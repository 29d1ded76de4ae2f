//! Columns of JSON values.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use arrow_array::{ArrayRef, ListArray, StructArray};
use arrow_buffer::{NullBufferBuilder, OffsetBuffer};
use arrow_schema::{ArrowError, DataType, FieldRef, Fields};

use super::value::{Members, Value, items, members};
use crate::values::{TextColumn, type_name};

/// Why a value does not fit its column.
#[derive(Debug)]
pub(super) struct Misfit {
    /// The column, and the place in it if it is nested.
    path: String,
    reason: String,
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "column `{}`: {}", self.path, self.reason)
    }
}

impl Misfit {
    fn within(self, name: &str) -> Self {
        let dot = if self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        Self { path: format!("{name}{dot}{}", self.path), ..self }
    }
}

impl From<String> for Misfit {
    fn from(reason: String) -> Self {
        Self { path: String::new(), reason }
    }
}

/// Named columns: those of a batch, or of an object in one.
pub(super) struct Columns {
    columns: Vec<(String, Column)>,
    places: HashMap<String, usize>,
    /// The number of the last row that has a value in each column, from 1.
    filled: Vec<u64>,
    rows: u64,
}

impl Columns {
    /// Columns of these types. `json` names the columns of text that take lists and objects as well, as they are written.
    ///
    /// # Errors
    ///
    /// When a type is not one that JSON values are read as.
    pub(super) fn new(fields: &Fields, json: &dyn Fn(&str) -> bool) -> Result<Self, ArrowError> {
        let columns = fields
            .iter()
            .map(|field| Ok((field.name().clone(), Column::new(field.data_type(), json(field.name()))?)))
            .collect::<Result<Vec<_>, ArrowError>>()?;
        let places = fields.iter().zip(0..).map(|(field, place)| (field.name().clone(), place)).collect();
        Ok(Self { filled: vec![0; columns.len()], columns, places, rows: 0 })
    }

    /// Adds a row in any case, so that the columns keep the same length. A row with a misfit is not to be used.
    pub(super) fn append(&mut self, object: Option<&Members<'_>>) -> Result<(), Misfit> {
        self.rows += 1;
        let mut result = Ok(());
        for ((key, value), guess) in object.into_iter().flat_map(|object| &object.0).zip(0..) {
            let added = self.member(key, *value, guess);
            result = result.and(added);
        }
        for (filled, (_, column)) in self.filled.iter_mut().zip(&mut self.columns) {
            if *filled < self.rows {
                *filled = self.rows;
                // A null fits every column.
                let _ = column.append(Value::Null);
            }
        }
        result
    }

    /// Adds a member of the current row. Records mostly have the same members in the same order.
    fn member(&mut self, key: &str, value: Value<'_>, guess: usize) -> Result<(), Misfit> {
        let place = match self.columns.get(guess) {
            Some((name, _)) if name == key => Some(guess),
            _ => self.places.get(key).copied(),
        };
        let found = place.and_then(|place| Some((self.columns.get_mut(place)?, self.filled.get_mut(place)?)));
        let Some(((name, column), filled)) = found else {
            return Err(Misfit { path: key.to_owned(), reason: UNKNOWN.to_owned() });
        };
        if *filled == self.rows {
            return Err(Misfit {
                path: key.to_owned(),
                reason: "the record has two values for it, and only one could be kept".to_owned(),
            });
        }
        *filled = self.rows;
        column.append(value).map_err(|misfit| misfit.within(name))
    }

    pub(super) fn finish(&mut self) -> Result<Vec<ArrayRef>, ArrowError> {
        self.filled.fill(0);
        self.rows = 0;
        self.columns.iter_mut().map(|(_, column)| column.finish()).collect()
    }
}

const UNKNOWN: &str = "the first records have no such column";

enum Column {
    Scalar { builder: TextColumn, name: String, json: bool },
    List { field: FieldRef, item: Box<Column>, length: i32, offsets: Vec<i32>, nulls: NullBufferBuilder },
    Struct { fields: Fields, columns: Columns, nulls: NullBufferBuilder },
}

impl Column {
    fn new(data_type: &DataType, json: bool) -> Result<Self, ArrowError> {
        Ok(match data_type {
            DataType::List(field) => Self::List {
                field: Arc::clone(field),
                item: Box::new(Self::new(field.data_type(), false)?),
                length: 0,
                offsets: vec![0],
                nulls: NullBufferBuilder::new(0),
            },
            DataType::Struct(fields) => Self::Struct {
                fields: fields.clone(),
                columns: Columns::new(fields, &|_| false)?,
                nulls: NullBufferBuilder::new(0),
            },
            other => {
                let name = type_name(other);
                let builder = TextColumn::new(other, 0, 0)
                    .ok_or_else(|| ArrowError::NotYetImplemented(format!("JSON values as {name}")))?;
                Self::Scalar { builder, name, json: json && *other == DataType::Utf8 }
            }
        })
    }

    /// Adds one value, or a null if it does not fit.
    fn append(&mut self, value: Value<'_>) -> Result<(), Misfit> {
        match self {
            Self::Scalar { builder, name, json } => {
                let text = match value {
                    Value::Null => None,
                    Value::Object(text) | Value::List(text) if *json => Some(Ok(text.into())),
                    _ => Some(value.scalar().unwrap_or_else(|| Err(is_no(value, name)))),
                };
                let (text, result) = split(text);
                let fits = builder.append(text.as_deref());
                result.and_then(|()| if fits { Ok(()) } else { Err(is_no(value, name).into()) })
            }
            Self::List { item, length, offsets, nulls, .. } => {
                let (items, mut result) = match value {
                    Value::Null => (None, Ok(())),
                    Value::List(text) => split(Some(items(text))),
                    _ => split(Some(Err(is_no(value, "list")))),
                };
                nulls.append(items.is_some());
                for (item_value, number) in items.unwrap_or_default().into_iter().zip(0..) {
                    let added = item.append(Value::of(item_value));
                    let added = added.map_err(|misfit| misfit.within(&format!("[{number}]")));
                    *length = length.saturating_add(1);
                    result = result.and(added);
                }
                offsets.push(*length);
                result
            }
            Self::Struct { columns, nulls, .. } => {
                let (object, result) = match value {
                    Value::Null => (None, Ok(())),
                    Value::Object(text) => split(Some(members(text))),
                    _ => split(Some(Err(is_no(value, "struct")))),
                };
                nulls.append(object.is_some());
                let added = columns.append(object.as_ref());
                result.and(added)
            }
        }
    }

    fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        Ok(match self {
            Self::Scalar { builder, .. } => builder.finish(),
            Self::List { field, item, length, offsets, nulls } => {
                *length = 0;
                let offsets = OffsetBuffer::new(std::mem::replace(offsets, vec![0]).into());
                Arc::new(ListArray::try_new(Arc::clone(field), offsets, item.finish()?, nulls.finish())?)
            }
            Self::Struct { fields, columns, nulls } => {
                let rows = nulls.len();
                let (columns, nulls) = (columns.finish()?, nulls.finish());
                Arc::new(StructArray::try_new_with_length(fields.clone(), columns, nulls, rows)?)
            }
        })
    }
}

/// A value if there is one, and why there is none.
fn split<T>(value: Option<Result<T, String>>) -> (Option<T>, Result<(), Misfit>) {
    match value {
        None => (None, Ok(())),
        Some(Ok(value)) => (Some(value), Ok(())),
        Some(Err(reason)) => (None, Err(reason.into())),
    }
}

/// The longest value that a message shows.
const SHOWN: usize = 60;

fn is_no(value: Value<'_>, name: &str) -> String {
    let raw = value.raw();
    match value {
        Value::Object(_) | Value::List(_) => {
            format!("the value is {}, and the column is {name}", value.kind())
        }
        _ if raw.len() > SHOWN => {
            let shown: String = raw.chars().take(SHOWN).collect();
            format!("`{shown}…` is not {name}")
        }
        _ => format!("`{raw}` is not {name}"),
    }
}
