//! A source for files with columns of fixed width, as mainframes and statistical offices write them.
//!
//! ```toml
//! [source]
//! format = "plugin"
//! plugin = "plugins/etl/fixed-width"
//! grants = { folders = [{ path = "/data", host = "in", access = "read-only" }] }
//!
//! [source.settings]
//! suffix = ".txt"                                            # of the file names; the default is all files
//! skip_lines = 0
//! columns = [
//!   { name = "station", from = 1, to = 11 },                 # characters, from 1
//!   { name = "celsius", from = 13, to = 18, type = "float64" },  # or "int64", "utf8"
//! ]
//! ```
//!
//! Each file is a unit of work, in the order of the names. Spaces around a value are removed, and a column of spaces is null.
//! A column after the end of its line is null. An invalid number makes the line a bad record.

mod settings;

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::Path;

pub use settings::{Column, Kind, Settings};
use witdock_etl_guest::builder::{Float64Builder, Int64Builder, Utf8Builder};
use witdock_etl_guest::source::{BadRecord, Chunk, Source, Unit};
use witdock_etl_guest::{Error, Field};

witdock_etl_guest::export_source!(FixedWidth);

/// A file being read.
#[derive(Debug)]
pub struct FixedWidth {
    name: String,
    lines: BufReader<File>,
    /// Lines read so far, and rows or bad records.
    line: u64,
    record: u64,
    columns: Vec<Column>,
}

impl Source for FixedWidth {
    type Settings = Settings;

    fn describe(settings: &Settings) -> Result<Vec<Field>, Error> {
        settings.fields()
    }

    fn next_unit(settings: &Settings, after: Option<&str>) -> Result<Option<Unit>, Error> {
        let unreadable = |error: std::io::Error| Error::Data(format!("{}: {error}", settings.folder));
        let mut next: Option<String> = None;
        for entry in fs::read_dir(&settings.folder).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            let wanted = name.ends_with(&settings.suffix)
                && !name.starts_with('.')
                && after.is_none_or(|after| name.as_str() > after)
                && next.as_ref().is_none_or(|next| name < *next);
            if wanted && entry.file_type().map_err(unreadable)?.is_file() {
                next = Some(name);
            }
        }
        let bytes =
            |name: &String| fs::metadata(Path::new(&settings.folder).join(name)).ok().map(|file| file.len());
        Ok(next.map(|id| Unit { bytes: bytes(&id), id }))
    }

    fn open(settings: &Settings, unit: &str) -> Result<Self, Error> {
        let file = File::open(Path::new(&settings.folder).join(unit));
        let file = file.map_err(|error| Error::Data(format!("{unit}: {error}")))?;
        let columns = settings.columns.iter().map(|column| Column { name: column.name.clone(), ..*column });
        let mut source = Self {
            name: unit.to_owned(),
            lines: BufReader::with_capacity(1 << 16, file),
            line: 0,
            record: 0,
            columns: columns.collect(),
        };
        let mut skipped = Vec::new();
        while source.line < settings.skip_lines && source.next_line(&mut skipped)? {}
        Ok(source)
    }

    fn read(&mut self, most: u32) -> Result<Option<Chunk>, Error> {
        let mut rows = Rows::new(&self.columns);
        let (mut numbers, mut bad, mut line) = (Vec::new(), Vec::new(), Vec::new());
        while numbers.len() + bad.len() < most as usize && self.next_line(&mut line)? {
            self.record += 1;
            match std::str::from_utf8(&line) {
                Ok(text) => match rows.push(&self.columns, text) {
                    Ok(()) => numbers.push(self.record),
                    Err(message) => bad.push(self.bad("bad-number", message, text.to_owned())),
                },
                Err(error) => {
                    let message = format!("invalid UTF-8 at byte {} of the line", error.valid_up_to() + 1);
                    bad.push(self.bad("not-utf8", message, String::from_utf8_lossy(&line).into_owned()));
                }
            }
        }
        if numbers.is_empty() && bad.is_empty() {
            return Ok(None);
        }
        let count =
            u32::try_from(numbers.len()).map_err(|_| Error::Data("too many rows at once".to_owned()))?;
        Ok(Some(Chunk::new(count, rows.finish()).with_bad(numbers, bad)))
    }
}

impl FixedWidth {
    /// Reads the next line, without its end. Returns whether there was one.
    fn next_line(&mut self, line: &mut Vec<u8>) -> Result<bool, Error> {
        line.clear();
        let read = self.lines.read_until(b'\n', line);
        if read.map_err(|error| Error::Data(format!("{}, line {}: {error}", self.name, self.line + 1)))? == 0
        {
            return Ok(false);
        }
        self.line += 1;
        while line.last().is_some_and(|byte| matches!(byte, b'\n' | b'\r')) {
            line.pop();
        }
        Ok(true)
    }

    fn bad(&self, code: &str, message: String, text: String) -> BadRecord {
        BadRecord { number: self.record, line: Some(self.line), code: code.to_owned(), message, text }
    }
}

/// Columns under construction.
struct Rows(Vec<Builder>);

enum Builder {
    Utf8(Utf8Builder),
    Int64(Int64Builder),
    Float64(Float64Builder),
}

/// A value, kept until the whole line is valid.
enum Value<'a> {
    Utf8(Option<&'a str>),
    Int64(Option<i64>),
    Float64(Option<f64>),
}

impl Rows {
    fn new(columns: &[Column]) -> Self {
        let builder = |column: &Column| match column.kind {
            Kind::Utf8 => Builder::Utf8(Utf8Builder::with_capacity(0)),
            Kind::Int64 => Builder::Int64(Int64Builder::with_capacity(0)),
            Kind::Float64 => Builder::Float64(Float64Builder::with_capacity(0)),
        };
        Self(columns.iter().map(builder).collect())
    }

    fn push(&mut self, columns: &[Column], line: &str) -> Result<(), String> {
        let values = columns.iter().map(|column| value(column, line)).collect::<Result<Vec<_>, _>>()?;
        for (builder, value) in self.0.iter_mut().zip(values) {
            match (builder, value) {
                (Builder::Utf8(builder), Value::Utf8(value)) => builder.push(value),
                (Builder::Int64(builder), Value::Int64(value)) => builder.push(value),
                (Builder::Float64(builder), Value::Float64(value)) => builder.push(value),
                // Builders and values come from the same columns.
                _ => return Err("the columns have changed".to_owned()),
            }
        }
        Ok(())
    }

    fn finish(self) -> Vec<witdock_etl_guest::Column> {
        let finish = |builder| match builder {
            Builder::Utf8(builder) => builder.finish(),
            Builder::Int64(builder) => builder.finish(),
            Builder::Float64(builder) => builder.finish(),
        };
        self.0.into_iter().map(finish).collect()
    }
}

fn value<'a>(column: &Column, line: &'a str) -> Result<Value<'a>, String> {
    let text = Some(characters(line, column.from, column.to).trim()).filter(|text| !text.is_empty());
    let wrong = |text: &str, expected: &str| format!("column `{}`: `{text}` is not {expected}", column.name);
    Ok(match (column.kind, text) {
        (Kind::Utf8, text) => Value::Utf8(text),
        (Kind::Int64, None) => Value::Int64(None),
        (Kind::Float64, None) => Value::Float64(None),
        (Kind::Int64, Some(text)) => {
            Value::Int64(Some(text.parse().map_err(|_| wrong(text, "a whole number of 64 bits"))?))
        }
        (Kind::Float64, Some(text)) => {
            Value::Float64(Some(text.parse().map_err(|_| wrong(text, "a number"))?))
        }
    })
}

/// The characters from one position to another, both counted from 1 and included; fewer if the line ends before.
fn characters(line: &str, from: usize, to: usize) -> &str {
    // In ASCII lines, positions are bytes.
    if line.is_ascii() {
        return line.get(from.saturating_sub(1)..to.min(line.len())).unwrap_or_default();
    }
    let at = |place: usize| line.char_indices().nth(place).map_or(line.len(), |(byte, _)| byte);
    line.get(at(from.saturating_sub(1))..at(to)).unwrap_or_default()
}

#[cfg(test)]
mod tests;
