//! The inputs that a campaign begins with, and what it has found.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use crate::Outcome;

/// Found inputs that are kept.
const MOST_FOUND: usize = 2_000;

/// Inputs, and the kinds of outcomes that they have had.
#[derive(Debug, Default)]
pub(crate) struct Corpus {
    pub(crate) inputs: Vec<Vec<u8>>,
    outcomes: HashSet<u64>,
}

impl Corpus {
    /// The files of a target's folder, and of another one. Text in WAT becomes the component that it stands for.
    ///
    /// # Errors
    ///
    /// When a folder cannot be read.
    pub(crate) fn of(target: &str, more: Option<&Path>) -> anyhow::Result<Self> {
        let mut paths = Vec::new();
        for folder in [folder(target).as_path()].into_iter().chain(more) {
            for entry in std::fs::read_dir(folder)? {
                paths.push(entry?.path());
            }
        }
        paths.sort();
        let mut inputs = Vec::new();
        for path in paths {
            let is_wat = path.extension().is_some_and(|extension| extension == "wat");
            inputs.push(if is_wat { wat::parse_file(&path)? } else { std::fs::read(&path)? });
        }
        Ok(Self { inputs, outcomes: HashSet::new() })
    }

    /// Notes an outcome. An input that has one of its own is kept.
    pub(crate) fn note(&mut self, input: &[u8], outcome: &Outcome) {
        if self.outcomes.insert(outcome.kind()) && self.inputs.len() < MOST_FOUND {
            self.inputs.push(input.to_vec());
        }
    }

    pub(crate) fn outcomes(&self) -> usize {
        self.outcomes.len()
    }
}

/// The folder with a target's corpus.
fn folder(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target)
}
