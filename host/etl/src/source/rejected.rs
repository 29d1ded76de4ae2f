//! Rejected rows as a source: each goes to the stage that rejected it.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::{RecordBatch, UInt64Array};
use arrow_json::ReaderBuilder;
use arrow_schema::{ArrowError, Field, Schema, SchemaRef};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::error::SourceError;
use super::units::{BatchReader, Next, OpenUnit, SourceBatch, Units};
use crate::input::Input;
use crate::rows::{Bookmark, Origin, Rows, SOURCE, Unit};
use crate::values::{exact, plain_type};

/// The parts of a line of rejected rows that a retry needs.
#[derive(Deserialize)]
struct RejectedLine {
    stage: String,
    source: Option<String>,
    row: Option<u64>,
    line: Option<u64>,
    /// As they are written, so that every digit of a number is there.
    values: Option<Box<RawValue>>,
}

/// The rejected rows of a pipeline, stage by stage.
pub(crate) struct RejectedUnits {
    path: PathBuf,
    schema: SchemaRef,
    /// Stages with rejected rows: each with its number, its name and its input columns.
    stages: Vec<(usize, String, SchemaRef)>,
    bookmark: Option<Bookmark>,
}

/// Lines that no stage can take: those of the source, and of stages that no longer exist.
pub(crate) type Kept = Vec<String>;

impl RejectedUnits {
    /// Scans the file. `stages` are the pipeline's stages with the input columns of each.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or a line is not a rejected row.
    pub(crate) fn open(
        path: &Path,
        stages: &[(String, SchemaRef)],
        bookmark: Option<Bookmark>,
    ) -> Result<(Self, Kept), SourceError> {
        let mut kept = Vec::new();
        let mut found: BTreeMap<usize, (String, SchemaRef)> = BTreeMap::new();
        for read in lines(path)? {
            let (number, text) = read?;
            let line = parse(path, number, &text)?;
            let place = stages.iter().position(|(stage, _)| *stage == line.stage);
            match place.and_then(|place| Some((place, stages.get(place)?))) {
                Some((place, stage)) if line.stage != SOURCE && line.values.is_some() => {
                    found.entry(place).or_insert_with(|| stage.clone());
                }
                _ => kept.push(text),
            }
        }
        let schema =
            stages.first().map_or_else(|| Arc::new(Schema::empty()), |(_, schema)| Arc::clone(schema));
        let stages = found.into_iter().rev().map(|(place, (name, schema))| (place, name, schema)).collect();
        Ok((Self { path: path.to_owned(), schema, stages, bookmark }, kept))
    }
}

impl Units for RejectedUnits {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn bytes(&self) -> Option<u64> {
        None
    }

    fn next(&mut self) -> Result<Next, SourceError> {
        // The first stage is the last in the list.
        let Some((place, stage, schema)) = self.stages.pop() else { return Ok(Next::End) };
        let id = format!("{} again, by {stage}", self.path.display());
        let lines = Box::new(lines(&self.path)?);
        let reader = RejectedReader { path: self.path.clone(), stage, schema, lines, next: None };
        let unit = Unit::named(id);
        Ok(Next::Unit(OpenUnit { unit, reader: Box::new(reader), quarantine: None, stage: place }))
    }

    fn bookmark(&self) -> Option<Bookmark> {
        self.bookmark.clone()
    }
}

type RejectedLines = Box<dyn Iterator<Item = Result<(u64, String), SourceError>> + Send>;

fn lines(path: &Path) -> Result<RejectedLines, SourceError> {
    let io = {
        let path = path.to_owned();
        move |error| SourceError::Io { path: path.clone(), error }
    };
    let lines = BufReader::new(Input::open(path).map_err(&io)?).lines().zip(1..);
    Ok(Box::new(lines.map(move |(line, number)| Ok((number, line.map_err(&io)?)))))
}

fn parse(path: &Path, number: u64, text: &str) -> Result<RejectedLine, SourceError> {
    serde_json::from_str(text).map_err(|error| SourceError::Json {
        path: path.to_owned(),
        line: number,
        message: format!("not a rejected row: {error}"),
    })
}

/// The rows that one stage rejected.
struct RejectedReader {
    path: PathBuf,
    stage: String,
    schema: SchemaRef,
    lines: RejectedLines,
    /// The first row of the next batch: it has another source than those before it.
    next: Option<(u64, RejectedLine)>,
}

impl RejectedReader {
    fn next_line(&mut self) -> Result<Option<(u64, RejectedLine)>, SourceError> {
        if let Some(next) = self.next.take() {
            return Ok(Some(next));
        }
        for read in &mut self.lines {
            let (number, text) = read?;
            let line = parse(&self.path, number, &text)?;
            if line.stage == self.stage && line.values.is_some() {
                return Ok(Some((number, line)));
            }
        }
        Ok(None)
    }
}

/// The rows of these objects, if each of them is one.
fn decode(schema: &SchemaRef, objects: &[Box<RawValue>]) -> Result<Option<RecordBatch>, ArrowError> {
    let plain = |field: &Arc<Field>| Field::clone(field).with_data_type(plain_type(field.data_type()));
    let plain = Schema::new(schema.fields().iter().map(plain).collect::<Vec<_>>());
    let mut decoder = ReaderBuilder::new(Arc::new(plain))
        .with_batch_size(objects.len())
        .with_strict_mode(true)
        .build_decoder()?;
    for object in objects {
        decoder.decode(object.get().as_bytes())?;
    }
    let Some(batch) = decoder.flush()?.filter(|batch| batch.num_rows() == objects.len()) else {
        return Ok(None);
    };
    let columns = schema.fields().iter().zip(batch.columns());
    let columns = columns.map(|(field, column)| exact(column, field.data_type()));
    Ok(Some(RecordBatch::try_new(Arc::clone(schema), columns.collect::<Result<_, _>>()?)?))
}

impl BatchReader for RejectedReader {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn read(&mut self, most: usize) -> Result<Option<SourceBatch>, SourceError> {
        let (mut values, mut rows, mut numbers) = (Vec::new(), Vec::new(), Vec::new());
        let (mut source, mut first) = (None, 0);
        while values.len() < most {
            let Some((number, line)) = self.next_line()? else { break };
            if values.is_empty() {
                source.clone_from(&line.source);
                first = number;
            } else if line.source != source {
                self.next = Some((number, line));
                break;
            }
            rows.push(line.row.unwrap_or_default());
            numbers.push(line.line);
            values.extend(line.values);
        }
        if values.is_empty() {
            return Ok(None);
        }
        let batch = decode(&self.schema, &values).ok().flatten();
        let Some(batch) = batch else {
            return Err(SourceError::Json {
                path: self.path.clone(),
                line: first,
                message: format!(
                    "a row from here on does not have the columns that stage `{}` takes now: run the pipeline with `--fresh`",
                    self.stage
                ),
            });
        };
        let unit = source.unwrap_or_else(|| self.path.display().to_string());
        let origin = Origin::Source {
            unit: unit.into(),
            rows: UInt64Array::from(rows),
            lines: Some(UInt64Array::from(numbers)),
        };
        Ok(Some(SourceBatch { rows: Rows { batch, origin }, bad: Vec::new(), bytes_read: 0 }))
    }
}
