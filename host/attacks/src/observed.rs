//! What tests have measured.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::Path;

/// The folder that measurements are written to, if somebody wants them.
pub(crate) const FOLDER: &str = "WITDOCK_OBSERVED";

/// Tells what a test has measured, if the table is being written.
pub fn observed(test: &str, figure: impl Display) {
    if let Some(folder) = std::env::var_os(FOLDER) {
        // The command reports a test without a figure as one that held.
        let _ = std::fs::write(Path::new(&folder).join(test), figure.to_string());
    }
}

/// What tests have measured, by their names.
#[derive(Debug, Default)]
pub struct Observations(BTreeMap<String, String>);

impl Observations {
    /// Reads what tests have told.
    ///
    /// # Errors
    ///
    /// When the folder cannot be read.
    pub fn read(folder: &Path) -> std::io::Result<Self> {
        let mut observations = BTreeMap::new();
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            let test = entry.file_name().to_string_lossy().into_owned();
            observations.insert(test, std::fs::read_to_string(entry.path())?);
        }
        Ok(Self(observations))
    }

    /// What a test that has passed has measured, or that it held.
    pub(crate) fn of(&self, test: &str) -> &str {
        self.0.get(test).map_or("held", String::as_str)
    }
}
