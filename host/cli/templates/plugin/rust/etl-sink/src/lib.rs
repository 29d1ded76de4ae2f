//! {{name}}: writes rows as lines of text, one file for each commit.
//!
//! ```toml
//! [[sink]]
//! format = "plugin"
//! plugin = ".."
//! mode = "append"
//! grants = { folders = [{ path = "/out", host = "out", access = "read-write" }] }
//! settings = { column = "name" }
//! ```

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::PathBuf;

use serde::Deserialize;
use witdock_etl_guest::sink::{Commit, Mode, Start};
use witdock_etl_guest::{Batch, DataType, Error, Schema};

/// The settings of the stage.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The granted folder, by its path in the plugin.
    #[serde(default = "out")]
    folder: PathBuf,
    /// The column to write.
    column: String,
}

fn out() -> PathBuf {
    "/out".into()
}

/// The sink of one run.
#[derive(Debug)]
pub struct {{type}} {
    settings: Settings,
    run: String,
    /// The number of the commit that rows are written for.
    number: u64,
}

witdock_etl_guest::export_sink!({{type}});

impl witdock_etl_guest::Sink for {{type}} {
    type Settings = Settings;

    fn check(input: &Schema, settings: &Settings, mode: Mode) -> Result<(), Error> {
        if mode != Mode::Append {
            return Err(Error::Settings("this sink only appends rows; set mode = \"append\"".to_owned()));
        }
        let (_, field) = input.find(&settings.column)?;
        match field.data_type {
            DataType::Utf8 => Ok(()),
            other => Err(Error::Schema(format!("`{}` is {}, not text", settings.column, other.name()))),
        }
    }

    /// Completes what a crash has left: publishes the commits that count, and removes the rows after them.
    fn open(_input: &Schema, settings: Settings, start: Start) -> Result<Self, Error> {
        let sink = {{type}} { settings, run: start.run, number: start.commits + 1 };
        (1..=start.commits).try_for_each(|number| sink.show(number))?;
        match fs::remove_file(sink.staged(sink.number)) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(failed(&error)),
            _ => Ok(sink),
        }
    }

    fn write(&mut self, rows: &Batch<'_>) -> Result<(), Error> {
        let mut lines = String::new();
        for text in rows.utf8(&self.settings.column)?.iter() {
            lines.push_str(text.unwrap_or_default());
            lines.push('\n');
        }
        let file = OpenOptions::new().create(true).append(true).open(self.staged(self.number));
        file.and_then(|mut file| file.write_all(lines.as_bytes())).map_err(|error| failed(&error))
    }

    fn prepare(&mut self, commit: Commit) -> Result<(), Error> {
        self.number = commit.number + 1;
        match File::open(self.staged(commit.number)).and_then(|file| file.sync_all()) {
            // The commit has no rows.
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            written => written.map_err(|error| failed(&error)),
        }
    }

    fn publish(&mut self, commit: Commit) -> Result<(), Error> {
        self.show(commit.number)
    }
}

impl {{type}} {
    /// The hidden file that collects a commit's rows.
    fn staged(&self, number: u64) -> PathBuf {
        self.settings.folder.join(format!(".{}-{number}", self.run))
    }

    /// Makes the rows of a commit visible. Repeating it changes nothing.
    fn show(&self, number: u64) -> Result<(), Error> {
        let shown = self.settings.folder.join(format!("{}-{number}.txt", self.run));
        match fs::rename(self.staged(number), shown) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(failed(&error)),
            _ => Ok(()),
        }
    }
}

fn failed(error: &std::io::Error) -> Error {
    Error::Data(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use witdock_etl_guest::Field;
    use witdock_etl_guest::builder::Utf8Builder;
    use witdock_etl_guest::sink::Session;

    #[test]
    fn rows_become_visible_with_their_commit() {
        let folder = tempfile::tempdir().unwrap();
        let settings = format!(r#"{{"folder": {:?}, "column": "name"}}"#, folder.path());
        let start = Start { run: "run".to_owned(), commits: 0, mode: Mode::Append, key: vec![] };
        let mut session = Session::<{{type}}>::open(vec![Field::utf8("name")], &settings, start).unwrap();
        let names = ["Ada", "Grace"].into_iter().collect::<Utf8Builder>().finish();
        session.write(2, vec![names]).unwrap();
        let shown = folder.path().join("run-1.txt");
        assert!(!shown.exists());
        session.commit(Commit { number: 1, last: true }).unwrap();
        assert_eq!(fs::read_to_string(shown).unwrap(), "Ada\nGrace\n");
    }
}
