//! Maps the fields of a row transform's structs to the columns of a stream.

use super::{Field, Row, RowField};
use crate::{Contract, Error, Schema};

/// Maps the fields of a row transform's structs to the columns of a stream. Return one from
/// [`RowTransform::columns`](super::RowTransform::columns) if settings choose the columns.
///
/// By default a field is the column of its name, and every input column passes through, except those that the struct of
/// the rows that are read [drops](super::Row). A new column replaces one of the same name; the others are added at the
/// end.
///
/// ```
/// use witdock_etl_guest::Columns;
///
/// # struct Settings { column: String, into: String, keep: bool }
/// fn columns(settings: &Settings) -> Columns {
///     let columns = Columns::new().read("line", &settings.column).make("path", &settings.into);
///     if settings.keep { columns } else { columns.drop("line") }
/// }
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use]
pub struct Columns {
    read: Vec<(&'static str, String)>,
    made: Vec<(&'static str, String)>,
    dropped: Vec<&'static str>,
    none_passed: bool,
}

impl Columns {
    /// The default: each field is the column of its name.
    pub fn new() -> Self {
        Self::default()
    }

    /// The input field `field` reads the stream's column `column`.
    pub fn read(mut self, field: &'static str, column: impl Into<String>) -> Self {
        self.read.push((field, column.into()));
        self
    }

    /// The output field `field` becomes the stream's column `column`.
    pub fn make(mut self, field: &'static str, column: impl Into<String>) -> Self {
        self.made.push((field, column.into()));
        self
    }

    /// The column of the input field `field` does not pass through.
    pub fn drop(mut self, field: &'static str) -> Self {
        self.dropped.push(field);
        self
    }

    /// No column passes through: rows have only the new columns, and [`finish`](super::RowTransform::finish) may return some.
    pub fn pass_none(mut self) -> Self {
        self.none_passed = true;
        self
    }

    /// The contract for rows that read `I` and make `M`.
    pub(crate) fn contract<I: Row, M: Row>(&self, input: &Schema) -> Result<Contract, Error> {
        let reads = named(I::FIELDS, &self.read)?;
        let mut made = named(M::FIELDS, &self.made)?.into_iter().enumerate().collect::<Vec<_>>();
        named(I::FIELDS, &self.dropped.iter().map(|field| (*field, String::new())).collect::<Vec<_>>())?;

        let mut contract = Contract::of(input);
        let mut dropped = Vec::new();
        for (index, (field, name)) in reads.iter().enumerate() {
            if let Some((first, _)) = reads.iter().take(index).find(|(_, first)| first == name) {
                let text =
                    format!("`{}` and `{}` are both read from column `{name}`", first.name, field.name);
                return Err(Error::Settings(text));
            }
            contract = contract.read_one_of(name, field.accepts);
            if field.dropped || self.dropped.contains(&field.name) {
                dropped.push(name);
            }
        }
        let passed = if self.none_passed { &[] } else { input.fields() };
        for (index, field) in passed.iter().enumerate() {
            if let Some(place) = made.iter().position(|(_, (_, name))| *name == field.name) {
                let (nth, (row_field, name)) = made.remove(place);
                contract = contract.make_nth(nth, Field { name, ..row_field.field() });
            } else if !dropped.contains(&&field.name) {
                contract = contract.pass_nth(index, field);
            }
        }
        for (nth, (row_field, name)) in made {
            contract = contract.make_nth(nth, Field { name, ..row_field.field() });
        }
        contract.build()
    }
}

/// The fields of a row, each with its column's name in the stream.
fn named(
    fields: &'static [RowField],
    names: &[(&'static str, String)],
) -> Result<Vec<(&'static RowField, String)>, Error> {
    if let Some((unknown, _)) = names.iter().find(|(name, _)| fields.iter().all(|field| field.name != *name))
    {
        let there: Vec<&str> = fields.iter().map(|field| field.name).collect();
        let text = format!(
            "the plugin uses an unknown field `{unknown}` of its row, which has {}",
            there.join(", ")
        );
        return Err(Error::Schema(text));
    }
    let name = |field: &RowField| {
        let given = names.iter().rev().find(|(name, _)| *name == field.name);
        given.map_or_else(|| field.name.to_owned(), |(_, name)| name.clone())
    };
    Ok(fields.iter().map(|field| (field, name(field))).collect())
}
