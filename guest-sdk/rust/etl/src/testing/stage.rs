//! One run of a transform over tables.

use super::Table;
use crate::bindings::witdock::etl::types::{Column, Field, Output, OutputField, OutputRows, RowError};
use crate::{Contract, Error, Row, Session, Stateful, Transform};
use serde_json::Value;

/// One run of a transform, natively: see [`testing`](super).
#[derive(Debug)]
pub struct Stage<T> {
    session: Session<T>,
    input: Vec<Field>,
    settings: String,
}

/// The result of processing a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Processed {
    /// The output rows, with all columns.
    pub table: Table,
    /// The rejected rows, with their index in the table.
    pub rejected: Vec<RowError>,
}

impl Processed {
    /// The output rows as JSON.
    pub fn json(&self) -> Value {
        self.table.to_json()
    }

    /// The output rows as structs.
    ///
    /// # Errors
    ///
    /// As [`Table::rows`].
    pub fn rows<R: Row>(&self) -> Result<Vec<R::At<'_>>, Error> {
        self.table.rows::<R>()
    }

    /// The rejected rows, each with its code.
    pub fn codes(&self) -> Vec<(u32, &str)> {
        self.rejected.iter().map(|error| (error.row, error.code.as_str())).collect()
    }

    /// The messages of the rejected rows.
    pub fn messages(&self) -> Vec<&str> {
        self.rejected.iter().map(|error| error.message.as_str()).collect()
    }
}

impl<T: Transform> Stage<T> {
    /// Starts a run over tables with these columns. Settings are an object, as in the pipeline file.
    ///
    /// # Errors
    ///
    /// The transform's error about the columns or the settings.
    pub fn open(input: &[Field], settings: Value) -> Result<Self, Error> {
        let settings = settings.to_string();
        let session = Session::open(input.to_vec(), &settings)?;
        Ok(Self { session, input: input.to_vec(), settings })
    }

    /// Starts a run over tables like this one.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub fn over(table: &Table, settings: Value) -> Result<Self, Error> {
        Self::open(table.fields(), settings)
    }

    /// The columns of the output.
    pub fn output(&self) -> &[Field] {
        self.contract().output()
    }

    /// The transform itself.
    pub fn transform(&self) -> &T {
        self.session.transform()
    }

    /// Transforms one batch.
    ///
    /// # Errors
    ///
    /// The transform's error, an output that does not match its contract, or a table with other columns.
    pub fn process(&mut self, table: &Table) -> Result<Processed, Error> {
        if table.fields != self.input {
            return Err(Error::Schema(
                "the table's columns differ from those with which the stage was opened".to_owned(),
            ));
        }
        let reads = self.contract().reads().iter();
        let columns = reads.filter_map(|read| table.columns.get(read.index as usize).cloned()).collect();
        let rows =
            u32::try_from(table.rows).map_err(|_| Error::Data("the table has too many rows".to_owned()))?;
        let output = self.session.process(rows, columns)?;
        self.processed(table, output)
    }

    /// Ends the stream and returns the rows that were still held.
    ///
    /// # Errors
    ///
    /// The transform's error, or an output that does not match its contract.
    pub fn finish(mut self) -> Result<Table, Error> {
        let output = self.session.finish()?;
        let columns = self.input.iter().map(|field| Column::empty(field.data_type)).collect();
        let nothing = Table { fields: self.input.clone(), rows: 0, columns };
        Ok(self.processed(&nothing, output)?.table)
    }

    fn contract(&self) -> &Contract {
        self.session.contract()
    }

    /// The whole output, as the host assembles it.
    fn processed(&self, input: &Table, output: Output) -> Result<Processed, Error> {
        let mut made = output.columns.into_iter();
        let (fresh, taken) = match output.rows {
            OutputRows::All => (None, (0..input.rows).collect()),
            OutputRows::Selected(rows) => (None, rows.into_iter().map(|row| row as usize).collect()),
            OutputRows::Fresh(rows) => (Some(rows as usize), Vec::new()),
        };
        let mut columns = Vec::new();
        for field in self.contract().output_columns() {
            let column = match field {
                OutputField::Same(index) if fresh.is_none() => {
                    let column = input.columns.get(*index as usize);
                    column.and_then(|column| column.take(&taken))
                }
                _ => made.next(),
            };
            columns.push(
                column.ok_or_else(|| {
                    Error::Data("an ipc column cannot pass through a test table".to_owned())
                })?,
            );
        }
        let rows = fresh.unwrap_or(taken.len());
        let table = Table { fields: self.output().to_vec(), rows, columns };
        Ok(Processed { table, rejected: output.rejected })
    }
}

impl<T: Stateful> Stage<T> {
    /// Reloads the plugin: starts a new run with the state of the old one.
    ///
    /// # Errors
    ///
    /// [`Error::Data`] with the transform's text.
    pub fn reload(self) -> Result<Self, Error> {
        let saved = self.session.save().map_err(Error::Data)?;
        let mut session = Session::open(self.input.clone(), &self.settings)?;
        session.restore(&saved).map_err(Error::Data)?;
        Ok(Self { session, ..self })
    }
}
