//! Files as units of work: listed by paths, folders and patterns, and added as they arrive in watched folders.

use std::collections::VecDeque;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_schema::{Schema, SchemaRef};
use indexmap::IndexMap;

use super::csv::CsvReader;
use super::drift::{Adapted, Allowed, Empty, difference, union};
use super::error::SourceError;
use super::folders::{Arrivals, list_files};
use super::jsonl::JsonlReader;
use super::moved::Moved;
use super::parquet::ParquetReader;
use super::partitions::Partitioned;
use super::past::Past;
use super::units::{BatchReader, Next, OpenUnit, Units};
use crate::input::InputFile;
use crate::pipeline::{ColumnType, FileFormat, FileSource, OnDrift};
use crate::rows::Unit;

/// Files, one after the other.
pub(super) struct FileUnits {
    source: FileSource,
    pending: VecDeque<InputFile>,
    past: Past,
    moved: Moved,
    schema: SchemaRef,
    /// The file that set the columns.
    first: PathBuf,
    arrivals: Option<Arrivals>,
    /// The file that is being read.
    current: InputFile,
    /// The first file, which is open because its columns were read.
    opened: Option<OpenFile>,
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
            Some(arrivals) => local(arrivals.first()?),
            None => list_files(source)?,
        };
        let (mut pending, mut notices) = (VecDeque::new(), Vec::new());
        let (first, reader) = loop {
            if listed.is_empty() {
                return Err(SourceError::NoFiles { paths: source.names() });
            }
            // Empty files say nothing of the columns.
            match first_with_columns(source, &listed)? {
                Some(found) => break found,
                None => match &mut arrivals {
                    Some(arrivals) => listed.extend(local(arrivals.first()?)),
                    None => return Err(SourceError::Empty { paths: source.names() }),
                },
            }
        };
        let mut moved = Moved::new(&past);
        let mut known = false;
        for file in &listed {
            match standing(file, &past, &mut moved, &mut notices)? {
                Standing::New => pending.push_back(file.clone()),
                Standing::Moved => {}
                Standing::Known => known = true,
            }
        }
        notices.extend(moved.notices(known));
        let first = first.path().to_owned();
        let mut schema = reader.schema();
        let mut opened =
            pending.front().filter(|file| file.path() == first).map(|file| (file.clone(), reader));
        if source.on_drift == OnDrift::Evolve {
            let text = !matches!(source.format, FileFormat::Parquet(_));
            for file in listed.iter().filter(|file| file.path() != first) {
                let Some(reader) = open_file(source, file, None)? else { continue };
                let own = reader.schema();
                let both = union(&schema, &own, text);
                schema = both.ok_or_else(|| drift(file.path(), &first, &schema, &own, Allowed::Less))?;
            }
            // If the first file does not have all columns, it is opened again with all of them. Standard input opens only once.
            opened = opened.filter(|(_, reader)| reader.schema() == schema);
        }
        check_declared(&source.format, &first, &schema)?;
        Ok(Self {
            source: source.clone(),
            pending,
            past,
            moved,
            schema,
            first,
            arrivals,
            current: InputFile::Local(PathBuf::new()),
            opened,
            notices,
        })
    }

    fn open_next(&mut self, file: &InputFile) -> Result<OpenUnit, SourceError> {
        let opened = self.opened.take().filter(|(opened, _)| opened.path() == file.path());
        let file = match &opened {
            Some((opened, _)) => opened.clone(),
            None => file.now().map_err(|error| failed(file, error))?,
        };
        let (unit, path) = (unit(&file)?, file.path());
        let reader = match opened {
            Some((_, reader)) => Some(reader),
            None => open_file(&self.source, &file, Some(&self.schema))?,
        };
        let reader = reader.unwrap_or_else(|| Box::new(Empty(Arc::clone(&self.schema))));
        let own = reader.schema();
        let mut open = OpenUnit { unit, reader, quarantine: None, stage: 0 };
        if own == self.schema {
            self.current = file;
            return Ok(open);
        }
        let allowed = match self.source.on_drift {
            OnDrift::Evolve => Allowed::Less,
            OnDrift::Fail | OnDrift::Quarantine => Allowed::Storage,
        };
        match difference(&self.schema, &own, allowed) {
            None => {
                let schema = Arc::clone(&self.schema);
                open.reader = Box::new(Adapted { inner: open.reader, schema });
            }
            Some(difference) if self.source.on_drift == OnDrift::Quarantine => {
                open.quarantine = Some(difference);
            }
            Some(_) => return Err(drift(path, &self.first, &self.schema, &own, allowed)),
        }
        self.current = file;
        Ok(open)
    }
}

impl Units for FileUnits {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn bytes(&self) -> Option<u64> {
        self.pending.iter().map(|file| unit(file).ok()?.size).sum()
    }

    fn next(&mut self) -> Result<Next, SourceError> {
        if let Some(file) = self.pending.pop_front() {
            return Ok(Next::Unit(self.open_next(&file)?));
        }
        let Some(arrivals) = &mut self.arrivals else { return Ok(Next::End) };
        for file in local(arrivals.more()?) {
            let standing = standing(&file, &self.past, &mut self.moved, &mut self.notices)?;
            if standing == Standing::New {
                self.pending.push_back(file);
            }
        }
        self.notices.extend(self.moved.notices(true));
        Ok(Next::Idle)
    }

    fn unchanged(&self, was: &Unit) -> Result<(), SourceError> {
        // Each request for an object names the version.
        let now = match &self.current {
            InputFile::Object(object) if object.version().is_some() => return Ok(()),
            InputFile::Object(object) => object.now().map(InputFile::from),
            InputFile::Local(_) => Ok(self.current.clone()),
        };
        // A name for the file may be gone, as after the rotation of a log: what was opened has been read to its end.
        match now.map_err(|error| failed(&self.current, error.into())).and_then(|now| unit(&now)) {
            Ok(now) if now != *was && now.id == was.id => Err(SourceError::Unsettled { path: now.id }),
            _ => Ok(()),
        }
    }

    fn renamed(&self) -> &[(String, String)] {
        self.moved.names()
    }

    fn notices(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notices)
    }
}

/// What earlier runs have done with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    New,
    /// It was read at another place.
    Moved,
    /// It was read where it is.
    Known,
}

fn standing(
    file: &InputFile,
    past: &Past,
    moved: &mut Moved,
    notices: &mut Vec<String>,
) -> Result<Standing, SourceError> {
    let now = unit(file)?;
    match past.units.get(&now.id) {
        None if moved.is_moved(&now, past) => return Ok(Standing::Moved),
        None => return Ok(Standing::New),
        Some(done) if *done == now => {}
        Some(_) if past.strict => return Err(SourceError::Changed { path: now.id }),
        Some(_) => notices.push(format!("{} has changed since it was read; it is not read again", now.id)),
    }
    Ok(Standing::Known)
}

fn unit(file: &InputFile) -> Result<Unit, SourceError> {
    file.unit().map_err(|error| failed(file, error))
}

fn failed(file: &InputFile, error: io::Error) -> SourceError {
    SourceError::Io { path: file.path().to_owned(), error }
}

fn local(paths: Vec<PathBuf>) -> Vec<InputFile> {
    paths.into_iter().map(InputFile::Local).collect()
}

/// A file with its rows.
type OpenFile = (InputFile, Box<dyn BatchReader>);

/// The first file that has columns, open.
fn first_with_columns(source: &FileSource, files: &[InputFile]) -> Result<Option<OpenFile>, SourceError> {
    for file in files {
        if let Some(reader) = open_file(source, file, None)? {
            return Ok(Some((file.clone(), reader)));
        }
    }
    Ok(None)
}

/// Opens a file. `None` if it is empty.
fn open_file(
    source: &FileSource,
    file: &InputFile,
    known: Option<&SchemaRef>,
) -> Result<Option<Box<dyn BatchReader>>, SourceError> {
    fn boxed<R: BatchReader + 'static>(reader: R) -> Box<dyn BatchReader> {
        Box::new(reader)
    }
    let reader = match &source.format {
        FileFormat::Csv(options) => CsvReader::open(file, options)?.map(boxed),
        FileFormat::Jsonl(options) => {
            // The first file sets the types: in another file all numbers may be whole by chance.
            let known = known.map(|schema| own_columns(schema, &source.partitions));
            JsonlReader::open(file, options, known)?.map(boxed)
        }
        FileFormat::Parquet(on_bad) => ParquetReader::open(file, *on_bad)?.map(boxed),
    };
    match reader {
        Some(reader) if !source.partitions.is_empty() => {
            Ok(Some(Box::new(Partitioned::new(reader, file.path(), &source.partitions)?)))
        }
        reader => Ok(reader),
    }
}

/// The columns that are in the files themselves.
fn own_columns(schema: &SchemaRef, partitions: &IndexMap<String, ColumnType>) -> SchemaRef {
    let own = schema.fields().iter().filter(|field| !partitions.contains_key(field.name()));
    Arc::new(Schema::new(own.cloned().collect::<Vec<_>>()))
}

/// Refuses a type for a column that no file has: its name is probably misspelled.
fn check_declared(format: &FileFormat, path: &Path, schema: &SchemaRef) -> Result<(), SourceError> {
    let FileFormat::Csv(options) = format else { return Ok(()) };
    let missing = options.columns.keys().find(|name| schema.field_with_name(name).is_err());
    missing.map_or(Ok(()), |name| {
        let known: Vec<_> = schema.fields().iter().map(|field| field.name().as_str()).collect();
        Err(SourceError::NoSuchColumn {
            path: path.display().to_string(),
            name: name.clone(),
            known: known.join(", "),
        })
    })
}

fn drift(
    path: &Path,
    first: &Path,
    expected: &SchemaRef,
    found: &SchemaRef,
    allowed: Allowed,
) -> SourceError {
    SourceError::Drift {
        path: path.display().to_string(),
        first: first.display().to_string(),
        difference: difference(expected, found, allowed).unwrap_or_default(),
        help: match allowed {
            Allowed::Storage => {
                "fix the file, or set `on_drift` of the source to \"quarantine\" or \"evolve\""
            }
            Allowed::Less => {
                "no type holds the values of both: fix one of the files, or set `on_drift` to \"quarantine\""
            }
        },
    }
}
