//! Files as units of work: listed by paths, folders and patterns, and added as they arrive in watched folders.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_schema::SchemaRef;

use super::csv::CsvReader;
use super::drift::{Widened, fits, union};
use super::error::SourceError;
use super::folders::{Arrivals, list};
use super::jsonl::JsonlReader;
use super::parquet::ParquetReader;
use super::past::Past;
use super::units::{BatchReader, Next, OpenUnit, Units};
use crate::columns::schema_difference;
use crate::input::STDIN;
use crate::pipeline::{FileFormat, FileSource, OnDrift};
use crate::rows::Unit;

/// Files, one after the other.
pub(super) struct FileUnits {
    source: FileSource,
    pending: VecDeque<PathBuf>,
    past: Past,
    schema: SchemaRef,
    /// The file that set the columns.
    first: PathBuf,
    arrivals: Option<Arrivals>,
    /// The first file, which is open because its columns were read.
    opened: Option<(PathBuf, Box<dyn BatchReader>)>,
    notices: Vec<String>,
}

impl FileUnits {
    /// Lists the files and opens the first one. If watched folders are empty, this waits for the first file.
    ///
    /// # Errors
    ///
    /// When there is no file, or the first one cannot be opened.
    pub(super) fn open(source: &FileSource, past: Past) -> Result<Self, SourceError> {
        let mut arrivals = source.watch.then(|| Arrivals::watch(source)).transpose()?;
        let mut listed = match &mut arrivals {
            Some(arrivals) => arrivals.first()?,
            None => list(&source.paths)?,
        };
        listed.sort();
        let Some(first) = listed.first().cloned() else {
            return Err(SourceError::NoFiles { paths: source.paths.join(", ") });
        };
        let (mut pending, mut notices) = (VecDeque::new(), Vec::new());
        for path in &listed {
            if is_new(path, &past, &mut notices)? {
                pending.push_back(path.clone());
            }
        }
        let reader = open_file(&source.format, &first, None)?;
        let mut schema = reader.schema();
        let mut opened = (pending.front() == Some(&first)).then_some((first.clone(), reader));
        if source.on_drift == OnDrift::Evolve {
            for path in listed.iter().skip(1) {
                let file = open_file(&source.format, path, None)?.schema();
                schema = union(&schema, &file).ok_or_else(|| drift(path, &first, &schema, &file))?;
            }
            // The first file may not have all columns, so it is opened again with all of them.
            opened = None;
        }
        Ok(Self { source: source.clone(), pending, past, schema, first, arrivals, opened, notices })
    }

    fn open_next(&mut self, path: &Path) -> Result<OpenUnit, SourceError> {
        let unit = unit(path)?;
        let reader = match self.opened.take() {
            Some((opened, reader)) if opened == path => reader,
            _ => open_file(&self.source.format, path, Some(&self.schema))?,
        };
        let own = reader.schema();
        let mut open = OpenUnit { unit, reader, quarantine: None, stage: 0 };
        if own.fields() == self.schema.fields() {
            return Ok(open);
        }
        match self.source.on_drift {
            OnDrift::Evolve if fits(&self.schema, &own) => {
                let schema = Arc::clone(&self.schema);
                open.reader = Box::new(Widened { inner: open.reader, schema });
                Ok(open)
            }
            OnDrift::Quarantine => {
                open.quarantine = schema_difference(&self.schema, &own);
                Ok(open)
            }
            OnDrift::Fail | OnDrift::Evolve => Err(drift(path, &self.first, &self.schema, &own)),
        }
    }
}

impl Units for FileUnits {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn bytes(&self) -> Option<u64> {
        self.pending.iter().map(|path| unit(path).ok()?.size).sum()
    }

    fn next(&mut self) -> Result<Next, SourceError> {
        if let Some(path) = self.pending.pop_front() {
            return Ok(Next::Unit(self.open_next(&path)?));
        }
        let Some(arrivals) = &mut self.arrivals else { return Ok(Next::End) };
        for path in arrivals.more()? {
            if is_new(&path, &self.past, &mut self.notices)? {
                self.pending.push_back(path);
            }
        }
        Ok(Next::Idle)
    }

    fn notices(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notices)
    }
}

/// Whether a file has not been read yet.
fn is_new(path: &Path, past: &Past, notices: &mut Vec<String>) -> Result<bool, SourceError> {
    let now = unit(path)?;
    match past.units.get(&now.id) {
        None => Ok(true),
        Some(done) if *done == now => Ok(false),
        Some(_) if past.strict => Err(SourceError::Changed { path: now.id }),
        Some(_) => {
            notices.push(format!("{} has changed since it was read; it is not read again", now.id));
            Ok(false)
        }
    }
}

fn unit(path: &Path) -> Result<Unit, SourceError> {
    if path == Path::new(STDIN) {
        return Ok(Unit { id: STDIN.to_owned(), size: None, modified_us: None });
    }
    Unit::file(path).map_err(|error| SourceError::Io { path: path.to_owned(), error })
}

fn open_file(
    format: &FileFormat,
    path: &Path,
    known: Option<&SchemaRef>,
) -> Result<Box<dyn BatchReader>, SourceError> {
    Ok(match format {
        FileFormat::Csv(options) => Box::new(CsvReader::open(path, options)?),
        // The first file sets the types: in another file all numbers may be whole by chance.
        FileFormat::Jsonl(options) => Box::new(JsonlReader::open(path, options, known.map(Arc::clone))?),
        FileFormat::Parquet => Box::new(ParquetReader::open(path)?),
    })
}

fn drift(path: &Path, first: &Path, expected: &SchemaRef, found: &SchemaRef) -> SourceError {
    SourceError::Drift {
        path: path.display().to_string(),
        first: first.display().to_string(),
        difference: schema_difference(expected, found).unwrap_or_default(),
    }
}
