//! How a row transform's structs meet the columns of a stream.

use super::{Field, Row, RowField};
use crate::{Contract, Error, Schema};

/// How a row transform's structs meet the columns of a stream: [`RowTransform::columns`](super::RowTransform::columns) says it,
/// where settings have a word in it.
///
/// By itself a field is the column of its name, and every column of the input is passed on, but those that the struct of
/// rows that are read [drops](super::Row). A column that is made takes the place of one of the same name; the others stand
/// at the end.
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
    /// Each field is the column of its name.
    pub fn new() -> Self {
        Self::default()
    }

    /// The column `field` of the rows that are read is the stream's `column`.
    pub fn read(mut self, field: &'static str, column: impl Into<String>) -> Self {
        self.read.push((field, column.into()));
        self
    }

    /// The column `field` of the rows that are made is called `column` in the stream.
    pub fn make(mut self, field: &'static str, column: impl Into<String>) -> Self {
        self.made.push((field, column.into()));
        self
    }

    /// The column `field` of the rows that are read is not passed on.
    pub fn drop(mut self, field: &'static str) -> Self {
        self.dropped.push(field);
        self
    }

    /// No column is passed on: rows have only what is made, and [`finish`](super::RowTransform::finish) may have some.
    pub fn pass_none(mut self) -> Self {
        self.none_passed = true;
        self
    }

    /// What rows of `I` become, with columns of `M`.
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

/// The fields of a row, each with the name that its column has in the stream.
fn named(
    fields: &'static [RowField],
    names: &[(&'static str, String)],
) -> Result<Vec<(&'static RowField, String)>, Error> {
    if let Some((unknown, _)) = names.iter().find(|(name, _)| fields.iter().all(|field| field.name != *name))
    {
        let there: Vec<&str> = fields.iter().map(|field| field.name).collect();
        let text =
            format!("the plugin names a column `{unknown}` of its row, which has {}", there.join(", "));
        return Err(Error::Schema(text));
    }
    let name = |field: &RowField| {
        let given = names.iter().rev().find(|(name, _)| *name == field.name);
        given.map_or_else(|| field.name.to_owned(), |(_, name)| name.clone())
    };
    Ok(fields.iter().map(|field| (field, name(field))).collect())
}
