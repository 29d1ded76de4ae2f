//! A sink that fails where its settings say, and logs its calls otherwise.
//!
//! `settings = { fault = "prepare", kind = "panic" }`.

use serde::Deserialize;
use witdock_etl_guest::sink::{Commit, Mode, Sink, Start};
use witdock_etl_guest::{Batch, Error, RowError, Schema, log};

witdock_etl_guest::export_sink!(Faulty);

/// One run.
#[derive(Debug)]
pub struct Faulty(Settings);

/// The settings.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    fault: Step,
    kind: Kind,
}

/// The step that fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Step {
    None,
    Check,
    Open,
    Offer,
    Write,
    Prepare,
    Publish,
}

/// The kind of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Kind {
    Error,
    Panic,
    Loop,
    /// Refuses a row that there is not.
    Lie,
}

impl Settings {
    fn at(&self, step: Step) -> Result<(), Error> {
        log::info!("{step:?}");
        match self.kind {
            _ if self.fault != step => Ok(()),
            Kind::Error => Err(Error::Data("the tape is torn".to_owned())),
            #[allow(clippy::panic, reason = "that is the fault")]
            Kind::Panic => panic!("the tape caught fire"),
            Kind::Lie => Ok(()),
            Kind::Loop => loop {
                std::hint::spin_loop();
            },
        }
    }
}

impl Sink for Faulty {
    type Settings = Settings;

    fn check(_input: &Schema, settings: &Settings, _mode: Mode) -> Result<(), Error> {
        settings.at(Step::Check)
    }

    fn open(_input: &Schema, settings: Settings, _start: Start) -> Result<Self, Error> {
        settings.at(Step::Open)?;
        Ok(Self(settings))
    }

    fn refuse(&mut self, rows: &Batch<'_>) -> Result<Vec<RowError>, Error> {
        self.0.at(Step::Offer)?;
        let lies = self.0.fault == Step::Offer && self.0.kind == Kind::Lie;
        let row = u32::try_from(rows.rows()).unwrap_or(u32::MAX);
        Ok(lies
            .then(|| RowError { row, code: "lie".to_owned(), message: String::new() })
            .into_iter()
            .collect())
    }

    fn write(&mut self, _rows: &Batch<'_>) -> Result<(), Error> {
        self.0.at(Step::Write)
    }

    fn prepare(&mut self, _commit: Commit) -> Result<(), Error> {
        self.0.at(Step::Prepare)
    }

    fn publish(&mut self, _commit: Commit) -> Result<(), Error> {
        self.0.at(Step::Publish)
    }
}
