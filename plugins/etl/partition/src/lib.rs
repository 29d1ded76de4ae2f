//! A sink: JSON Lines in a folder for each value of some columns, as Hive, Spark and DuckDB read them.
//!
//! ```toml
//! [[sink]]
//! format = "plugin"
//! plugin = "plugins/etl/partition"
//! mode = "append"                                   # or "replace"
//! grants = { folders = [{ path = "/out", host = "lake/flights", access = "read-write" }] }
//! settings = { by = ["carrier"] }                   # text, whole numbers, dates or booleans
//! ```
//!
//! Rows of a commit are in `carrier=UA/part-RUN-COMMIT.jsonl`, without the columns that are in the folder names. They are collected
//! below `.staged` and moved when the commit is decided. With `replace`, the parts of earlier runs are deleted after the
//! run's last commit; other files in the folder stay.

mod json;
mod place;
mod staged;

use std::collections::BTreeMap;
use std::path::Path;

use json::Cells;
use serde::Deserialize;
use staged::Staged;
use witdock_etl_guest::sink::{Commit, Mode, Sink, Start};
use witdock_etl_guest::{Batch, DataType, Error, Field, RowError, Schema};

witdock_etl_guest::export_sink!(Partition);

/// The settings.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The granted folder, as the plugin sees it.
    #[serde(default = "out")]
    folder: String,
    /// The columns to partition by.
    by: Vec<String>,
}

fn out() -> String {
    "/out".to_owned()
}

/// One run.
#[derive(Debug)]
pub struct Partition {
    by: Vec<Field>,
    rest: Vec<Field>,
    staged: Staged,
    mode: Mode,
}

impl Sink for Partition {
    type Settings = Settings;

    fn check(input: &Schema, settings: &Settings, mode: Mode) -> Result<(), Error> {
        if mode == Mode::Upsert {
            return Err(Error::Settings(
                "files do not support upsert; use mode \"append\" or \"replace\"".to_owned(),
            ));
        }
        if settings.by.is_empty() {
            return Err(Error::Settings("`by` is empty; name at least one column".to_owned()));
        }
        for name in &settings.by {
            let (_, field) = input.find(name)?;
            if !place::can_name_a_folder(field.data_type) {
                let kind = field.data_type.name();
                return Err(Error::Schema(format!(
                    "rows cannot be partitioned by `{name}`, which is {kind}"
                )));
            }
        }
        let unwritable = |field: &&Field| matches!(field.data_type, DataType::Binary | DataType::Ipc);
        if let Some(field) = input.fields().iter().find(unwritable) {
            let kind = field.data_type.name();
            return Err(Error::Schema(format!(
                "column `{}` is {kind}, which JSON does not support",
                field.name
            )));
        }
        if input.fields().iter().all(|field| settings.by.contains(&field.name)) {
            return Err(Error::Schema("no column is left for the files; all are in `by`".to_owned()));
        }
        Ok(())
    }

    fn open(input: &Schema, settings: Settings, start: Start) -> Result<Self, Error> {
        let by = settings.by.iter().map(|name| input.find(name).map(|(_, field)| field.clone()));
        let rest = input.fields().iter().filter(|field| !settings.by.contains(&field.name));
        let staged = Staged::open(Path::new(&settings.folder), &start)?;
        Ok(Self {
            by: by.collect::<Result<_, _>>()?,
            rest: rest.cloned().collect(),
            staged,
            mode: start.mode,
        })
    }

    fn refuse(&mut self, rows: &Batch<'_>) -> Result<Vec<RowError>, Error> {
        let fields = || self.by.iter().chain(&self.rest);
        let columns = fields().map(|field| Cells::of(rows, field)).collect::<Result<Vec<_>, _>>()?;
        let reason = |row: usize| {
            let mut cells = fields().zip(&columns);
            let (field, problem) = cells.find_map(|(field, cells)| Some((field, cells.unsayable(row)?)))?;
            let message = format!("the column `{}`: {problem}", field.name);
            Some(RowError { row: u32::try_from(row).ok()?, code: "value".to_owned(), message })
        };
        Ok((0..rows.rows()).filter_map(reason).collect())
    }

    fn write(&mut self, rows: &Batch<'_>) -> Result<(), Error> {
        let by = self.by.iter().map(|field| Cells::of(rows, field)).collect::<Result<Vec<_>, _>>()?;
        let rest = self.rest.iter().map(|field| Cells::of(rows, field)).collect::<Result<Vec<_>, _>>()?;
        let mut texts: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        for row in 0..rows.rows() {
            let text = texts.entry(place::of(&self.by, &by, row)).or_default();
            json::line(text, &self.rest, &rest, row);
        }
        texts.iter().try_for_each(|(place, text)| self.staged.add(place, text))
    }

    fn prepare(&mut self, commit: Commit) -> Result<(), Error> {
        self.staged.prepare(commit)
    }

    fn publish(&mut self, commit: Commit) -> Result<(), Error> {
        match self.mode {
            Mode::Replace if !commit.last => Ok(()),
            Mode::Replace => self.staged.replace(commit.number),
            Mode::Append | Mode::Upsert => self.staged.publish(commit.number),
        }
    }
}

#[cfg(test)]
mod tests;
