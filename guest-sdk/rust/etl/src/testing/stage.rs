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

/// What came of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Processed {
    /// The rows that came out, with all of their columns.
    pub table: Table,
    /// The rows that were rejected, by their place in the table.
    pub rejected: Vec<RowError>,
}

impl Processed {
    /// The rows that came out, as JSON.
    pub fn json(&self) -> Value {
        self.table.to_json()
    }

    /// The rows that came out, as structs.
    ///
    /// # Errors
    ///
    /// As [`Table::rows`].
    pub fn rows<R: Row>(&self) -> Result<Vec<R::At<'_>>, Error> {
        self.table.rows::<R>()
    }

    /// The rows that were rejected, each with its code.
    pub fn codes(&self) -> Vec<(u32, &str)> {
        self.rejected.iter().map(|error| (error.row, error.code.as_str())).collect()
    }

    /// What was said of the rows that were rejected.
    pub fn messages(&self) -> Vec<&str> {
        self.rejected.iter().map(|error| error.message.as_str()).collect()
    }
}

impl<T: Transform> Stage<T> {
    /// Starts a run over tables of these columns. Settings are an object, as the pipeline has them.
    ///
    /// # Errors
    ///
    /// What the transform says of the columns or the settings.
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

    /// The columns of what comes out.
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
    /// What the transform says of the batch, an output that its contract does not allow, and a table of other columns.
    pub fn process(&mut self, table: &Table) -> Result<Processed, Error> {
        if table.fields != self.input {
            return Err(Error::Schema(
                "the table's columns are not those that the stage was opened with".to_owned(),
            ));
        }
        let reads = self.contract().reads().iter();
        let columns = reads.filter_map(|read| table.columns.get(read.index as usize).cloned()).collect();
        let rows =
            u32::try_from(table.rows).map_err(|_| Error::Data("the table has too many rows".to_owned()))?;
        let output = self.session.process(rows, columns)?;
        self.processed(table, output)
    }

    /// Ends the stream: the rows that were still held.
    ///
    /// # Errors
    ///
    /// What the transform says, and an output that its contract does not allow.
    pub fn finish(mut self) -> Result<Table, Error> {
        let output = self.session.finish()?;
        let columns = self.input.iter().map(|field| Column::empty(field.data_type)).collect();
        let nothing = Table { fields: self.input.clone(), rows: 0, columns };
        Ok(self.processed(&nothing, output)?.table)
    }

    fn contract(&self) -> &Contract {
        self.session.contract()
    }

    /// The whole output, as the host puts it together.
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
                column.ok_or_else(|| Error::Data("an ipc column cannot be passed on here".to_owned()))?,
            );
        }
        let rows = fresh.unwrap_or(taken.len());
        let table = Table { fields: self.output().to_vec(), rows, columns };
        Ok(Processed { table, rejected: output.rejected })
    }
}

impl<T: Stateful> Stage<T> {
    /// Reloads the plugin: a new run, which is given the state of the old one.
    ///
    /// # Errors
    ///
    /// [`Error::Data`] with what the transform says.
    pub fn reload(self) -> Result<Self, Error> {
        let saved = self.session.save().map_err(Error::Data)?;
        let mut session = Session::open(self.input.clone(), &self.settings)?;
        session.restore(&saved).map_err(Error::Data)?;
        Ok(Self { session, ..self })
    }
}
