//! Tries to reach the machine through WASI, one way a run, and reports what it got in the column `got`: `ok: …`, or
//! `error: …` with the system's message.
//!
//! ```toml
//! [stage.settings]
//! probe = { read-file = "/data/hello.txt" }
//! ```

mod probe;

use probe::Probe;
use serde::Deserialize;
use witdock_etl_guest::builder::Utf8Builder;
use witdock_etl_guest::{Batch, Contract, Error, Field, Output, Rows, Schema, Transform};

/// The settings: one attempt for each batch.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    probe: Probe,
}

/// The transform.
#[derive(Debug)]
pub struct WasiProbe {
    probe: Probe,
}

witdock_etl_guest::export!(WasiProbe);

impl Transform for WasiProbe {
    type Settings = Settings;

    fn describe(input: &Schema, _settings: &Settings) -> Result<Contract, Error> {
        Contract::of(input).pass_all().make(Field::utf8("got")).build()
    }

    fn new(_input: &Schema, settings: Settings) -> Result<Self, Error> {
        Ok(WasiProbe { probe: settings.probe })
    }

    fn process(&mut self, batch: Batch<'_>) -> Result<Output, Error> {
        let got = match self.probe.reach() {
            Ok(got) => format!("ok: {got}"),
            Err(error) => format!("error: {error}"),
        };
        let column = (0..batch.rows()).map(|_| got.as_str()).collect::<Utf8Builder>();
        Ok(Rows::of(&batch).output(vec![column.finish()]))
    }
}
