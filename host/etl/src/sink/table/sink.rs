use arrow_array::RecordBatch;

use super::target::null_keys;
use crate::pipeline::{SinkMode, SinkTable};
use crate::sink::error::SinkError;
use crate::sink::refusal::Refusal;
use crate::sink::writer::{Commit, Prepared, SinkMark, SinkWriter};

/// What differs between databases. All but [`BEGIN`](Self::BEGIN) happens in a transaction.
pub(super) trait Database: Send {
    /// The statement that begins a transaction.
    const BEGIN: &str;

    /// A batch as the table's columns have it.
    type Columns;

    fn execute(&self, sql: &str) -> Result<(), SinkError>;

    fn failed(&self, message: String) -> SinkError;

    /// The columns, and the rows with a value that its column cannot hold.
    fn columns(&self, batch: &RecordBatch) -> Result<(Self::Columns, Vec<Refusal>), SinkError>;

    /// Inserts or merges the rows, and returns those that the database does not accept. Then it does not matter which others are in the transaction.
    fn insert(&self, columns: &Self::Columns, rows: usize) -> Result<Vec<Refusal>, SinkError>;

    /// Replaces the rows of the target with those that were collected beside it.
    fn replace(&self) -> Result<(), SinkError>;

    /// Notes the commit, and checks all that is checked at the end of the transaction.
    fn note(&self, commit: &Commit) -> Result<(), SinkError>;
}

/// A sink that is a table: its transaction, with a savepoint before the last batch.
pub(super) struct TableSink<D> {
    database: D,
    table: SinkTable,
    /// The name of the table that rows are written to, and that of the target: the database's words about a row name the first one.
    beside: String,
    target: String,
    /// Statements that give the target its new columns, in the next transaction.
    alter: Vec<String>,
    mode: SinkMode,
    /// The last commit of this run that is in the database.
    already: u64,
    /// Whether there is a transaction.
    open: bool,
    /// Whether the transaction has a savepoint, before the last batch.
    savepoint: bool,
    /// Whether the last batch was offered, and is in the transaction.
    offered: bool,
    /// Whether the rows of this commit are in the database already.
    skip: bool,
}

impl<D: Database> TableSink<D> {
    /// `into` is the table that rows are written to. `already` is the last commit of this run that is in the database, and `commits` that of the checkpoint.
    pub(super) fn new(
        database: D,
        table: &SinkTable,
        into: &str,
        mode: SinkMode,
        already: u64,
        commits: u64,
    ) -> Self {
        let name = |table: &str| table.rsplit('.').next().unwrap_or_default().to_owned();
        Self {
            beside: name(into),
            target: name(&table.table),
            database,
            table: table.clone(),
            alter: Vec::new(),
            mode,
            already,
            open: false,
            savepoint: false,
            offered: false,
            skip: already > commits,
        }
    }

    /// With these statements at the start of its first transaction: the target gets its new columns with the first commit.
    pub(super) fn altering(self, alter: Vec<String>) -> Self {
        Self { alter, ..self }
    }

    fn begin(&mut self) -> Result<(), SinkError> {
        if !self.open {
            self.database.execute(D::BEGIN)?;
            self.open = true;
            self.alter.iter().try_for_each(|sql| self.database.execute(sql))?;
        }
        Ok(())
    }
}

impl<D: Database> SinkWriter for TableSink<D> {
    fn offer(&mut self, batch: &RecordBatch) -> Result<Vec<Refusal>, SinkError> {
        let mut refusals = null_keys(&self.table, batch);
        let (columns, misfits) = self.database.columns(batch)?;
        for refusal in misfits {
            refusals.entry(refusal.row).or_insert(refusal);
        }
        if !refusals.is_empty() {
            return Ok(refusals.into_values().collect());
        }
        if self.skip || batch.num_rows() == 0 {
            return Ok(Vec::new());
        }
        self.begin()?;
        if self.savepoint {
            self.database.execute("RELEASE SAVEPOINT witdock")?;
        }
        self.database.execute("SAVEPOINT witdock")?;
        (self.savepoint, self.offered) = (true, true);
        let mut refusals = self.database.insert(&columns, batch.num_rows())?;
        if !refusals.is_empty() {
            self.withdraw()?;
        }
        for refusal in &mut refusals {
            refusal.message = refusal.message.replace(&self.beside, &self.target);
        }
        Ok(refusals)
    }

    fn withdraw(&mut self) -> Result<(), SinkError> {
        if self.offered {
            self.database.execute("ROLLBACK TO SAVEPOINT witdock")?;
            self.offered = false;
        }
        Ok(())
    }

    fn write(&mut self, batch: &RecordBatch) -> Result<(), SinkError> {
        if !self.offered
            && let Some(refusal) = self.offer(batch)?.first()
        {
            let message = format!("row {} of a batch: {}", refusal.row + 1, refusal.message);
            return Err(self.database.failed(message));
        }
        self.offered = false;
        Ok(())
    }

    fn prepare(&mut self, commit: &Commit) -> Result<Prepared, SinkError> {
        let prepared = Prepared { mark: SinkMark::None, publish: Vec::new() };
        self.skip = commit.number < self.already;
        if commit.number <= self.already {
            return Ok(prepared);
        }
        self.begin()?;
        if commit.last && self.mode == SinkMode::Replace {
            self.database.replace()?;
        }
        self.database.note(commit)?;
        Ok(prepared)
    }

    fn commit(&mut self) -> Result<(), SinkError> {
        if self.open {
            self.database.execute("COMMIT")?;
            self.alter.clear();
            (self.open, self.savepoint) = (false, false);
        }
        Ok(())
    }
}
