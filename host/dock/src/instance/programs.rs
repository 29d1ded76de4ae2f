//! The programs of the system that an instance may run.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::grants::{Granted, Uses};

/// The programs of the system that an instance may run, for host functions that run them: the dock runs none. The default has none.
#[derive(Debug, Default)]
pub struct Programs {
    granted: BTreeMap<String, Option<PathBuf>>,
    environment: Vec<(String, String)>,
    uses: Arc<Uses>,
}

/// A program that was granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program<'a> {
    /// It is this file.
    At(&'a Path),
    /// It is not on this machine.
    Missing,
}

impl Programs {
    pub(crate) fn new(granted: &Granted, uses: Arc<Uses>) -> Self {
        let environment = granted.environment().map(|(name, value)| (name.to_owned(), value.to_owned()));
        let programs = granted.programs().map(|(name, path)| (name.to_owned(), path.map(Path::to_owned)));
        Self { granted: programs.collect(), environment: environment.collect(), uses }
    }

    /// The program of this name. `None` if it is not granted.
    pub fn find(&self, name: &str) -> Option<Program<'_>> {
        let path = self.granted.get(name)?;
        Some(path.as_deref().map_or(Program::Missing, Program::At))
    }

    /// The environment variables that the plugin was granted, with the host's values: its programs may have them too.
    pub fn environment(&self) -> &[(String, String)] {
        &self.environment
    }

    /// Counts a start of this program as a use of its grant.
    pub fn count(&self, name: &str) {
        self.uses.count_program(name);
    }
}
