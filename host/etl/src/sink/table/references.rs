//! Foreign keys of other tables that lead to a target which is replaced.
//!
//! Deleting all of its rows would break those references, or delete the rows that refer to them (`ON DELETE CASCADE`). So rows are found again by the columns
//! that others refer to: a row that stays is updated in its place, and only rows that are gone are deleted.

use super::target::on_conflict;
use crate::pipeline::SinkTable;
use crate::sink::error::SinkError;

/// A foreign key of another table.
pub(super) struct Reference {
    /// The table that refers to the target.
    pub(super) from: String,
    /// The columns of the target that it refers to.
    pub(super) to: Vec<String>,
}

/// The columns by which rows are found again, if other tables refer to the target. `has` tells of a column whether the rows have it.
pub(super) fn key<'r>(
    table: &SinkTable,
    references: &'r [Reference],
    has: impl Fn(&str) -> bool,
) -> Result<Option<&'r [String]>, SinkError> {
    for Reference { from, to } in references {
        if let Some(missing) = to.iter().find(|column| !has(column)) {
            return Err(SinkError::Database {
                database: table.database.name(),
                message: format!(
                    "{from} refers to the column `{missing}` of {}, which the rows do not have: `replace` would break its foreign key. \
                     Give the rows this column, or use mode = \"upsert\"",
                    table.table
                ),
            });
        }
    }
    Ok(references.first().map(|reference| reference.to.as_slice()))
}

/// What a merge of collected rows into their target needs to know. All names are in quotes.
pub(super) struct Merge<'a> {
    pub(super) target: &'a str,
    /// The table with the new rows.
    pub(super) staged: &'a str,
    /// The columns of the rows.
    pub(super) columns: Vec<String>,
    /// Those of them that tell rows apart.
    pub(super) key: Vec<String>,
    /// The target's other columns, with what they become.
    pub(super) defaults: Vec<(String, String)>,
    /// What stands between the columns of `INSERT` and the rows.
    pub(super) overriding: &'static str,
}

impl Merge<'_> {
    /// The statements after which the target has the staged rows, and no others.
    pub(super) fn statements(&self) -> String {
        let Self { target, staged, overriding, .. } = self;
        let same = self.key.iter().map(|key| format!("{target}.{key} = witdock_new.{key}"));
        let same = same.collect::<Vec<_>>().join(" AND ");
        let merge = on_conflict(&self.columns, &self.key, &self.defaults);
        let columns = self.columns.join(", ");
        format!(
            "DELETE FROM {target} WHERE NOT EXISTS (SELECT 1 FROM {staged} AS witdock_new WHERE {same}); \
             INSERT INTO {target} ({columns}) {overriding} SELECT {columns} FROM {staged} WHERE true \
             {merge}; DROP TABLE {staged}"
        )
    }
}

/// The error of a merge that breaks a foreign key, with what to do.
pub(super) fn broken(table: &SinkTable, references: &[Reference], error: &str) -> String {
    let mut from: Vec<_> = references.iter().map(|reference| reference.from.as_str()).collect();
    from.dedup();
    format!(
        "{error}: the new rows of {} lack one that {} refers to. Replace or correct the rows that refer to it first",
        table.table,
        from.join(" or ")
    )
}
