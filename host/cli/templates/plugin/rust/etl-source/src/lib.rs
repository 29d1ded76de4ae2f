//! {{name}}: reads the lines of text files.
//!
//! ```toml
//! [source]
//! format = "plugin"
//! plugin = ".."
//! grants = { folders = [{ path = "/data", host = "in", access = "read-only" }] }
//! settings = { suffix = ".txt" }
//! ```

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Lines};
use std::path::PathBuf;

use serde::Deserialize;
use witdock_etl_guest::builder::Utf8Builder;
use witdock_etl_guest::source::{Chunk, Unit};
use witdock_etl_guest::{Error, Field};

/// The settings of the stage.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The granted folder, by its path in the plugin.
    #[serde(default = "data")]
    folder: PathBuf,
    /// The ending of the files' names.
    suffix: String,
}

fn data() -> PathBuf {
    "/data".into()
}

/// The reader of one file.
#[derive(Debug)]
pub struct {{type}} {
    lines: Lines<BufReader<File>>,
}

witdock_etl_guest::export_source!({{type}});

impl witdock_etl_guest::Source for {{type}} {
    type Settings = Settings;

    fn describe(_settings: &Settings) -> Result<Vec<Field>, Error> {
        Ok(vec![Field::utf8("text")])
    }

    /// Each file is a unit of work. An interrupted run continues after the last committed one.
    fn next_unit(settings: &Settings, after: Option<&str>) -> Result<Option<Unit>, Error> {
        let names = fs::read_dir(&settings.folder).map_err(|error| failed(&settings.folder, &error))?;
        let names = names.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let next = names
            .filter(|name| name.ends_with(&settings.suffix))
            .filter(|name| after.is_none_or(|after| name.as_str() > after))
            .min();
        Ok(next.map(|id| Unit { id, bytes: None }))
    }

    fn open(settings: &Settings, unit: &str) -> Result<Self, Error> {
        let path = settings.folder.join(unit);
        let file = File::open(&path).map_err(|error| failed(&path, &error))?;
        Ok({{type}} { lines: BufReader::new(file).lines() })
    }

    /// `Chunk::with_bad` reports records that are not rows, which the pipeline rejects or fails on.
    fn read(&mut self, most: u32) -> Result<Option<Chunk>, Error> {
        let mut texts = Utf8Builder::with_capacity(0);
        let mut rows = 0;
        while rows < most {
            match self.lines.next() {
                Some(Ok(line)) => texts.push(Some(line.trim_end())),
                Some(Err(error)) => return Err(Error::Data(error.to_string())),
                None => break,
            }
            rows += 1;
        }
        Ok((rows > 0).then(|| Chunk::new(rows, vec![texts.finish()])))
    }
}

fn failed(path: &std::path::Path, error: &std::io::Error) -> Error {
    Error::Data(format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use witdock_etl_guest::source::read_all;

    #[test]
    fn each_file_is_a_unit_and_each_line_a_row() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("b.txt"), "one\ntwo\n").unwrap();
        fs::write(folder.path().join("a.txt"), "zero\n").unwrap();
        fs::write(folder.path().join("c.csv"), "another file\n").unwrap();
        let settings = format!(r#"{{"folder": {:?}, "suffix": ".txt"}}"#, folder.path());
        let units = read_all::<{{type}}>(&settings, 100).unwrap();
        let rows: Vec<_> = units.iter().map(|(unit, chunks)| (unit.id.as_str(), chunks[0].rows.rows)).collect();
        assert_eq!(rows, [("a.txt", 1), ("b.txt", 2)]);
    }
}
