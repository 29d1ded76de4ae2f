//! The numbers of a run in progress, for the progress bar and for Prometheus.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::figures::{StageFigures, Totals};

/// The numbers of the current run, or of the last one.
#[derive(Debug, Default)]
pub struct LiveFigures {
    rows_read: AtomicU64,
    bytes_read: AtomicU64,
    rows_out: AtomicU64,
    rejected: AtomicU64,
    commits: AtomicU64,
    stages: Vec<(String, Mutex<StageFigures>)>,
}

/// The numbers of the whole pipeline at one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Rows of the source.
    pub rows_read: u64,
    /// Bytes of the source.
    pub bytes_read: u64,
    /// Rows in each sink, committed or not.
    pub rows_out: u64,
    /// Rows that the source or a stage rejected.
    pub rejected: u64,
    /// The number of commits.
    pub commits: u64,
}

impl LiveFigures {
    /// The numbers of a pipeline with these stages, all zero.
    pub(crate) fn new(stages: impl Iterator<Item = String>) -> Self {
        Self { stages: stages.map(|name| (name, Mutex::default())).collect(), ..Self::default() }
    }

    /// Starts a run that continues from these numbers.
    pub(crate) fn begin(&self, before: &Totals, commits: u64) {
        self.read(before.rows_read, before.bytes_read);
        self.written(before.rows_out, before.side.rejected);
        self.committed(commits);
        for (_, figures) in &self.stages {
            *figures.lock().unwrap_or_else(PoisonError::into_inner) = StageFigures::default();
        }
    }

    pub(crate) fn read(&self, rows: u64, bytes: u64) {
        self.rows_read.store(rows, Ordering::Relaxed);
        self.bytes_read.store(bytes, Ordering::Relaxed);
    }

    pub(crate) fn written(&self, rows: u64, rejected: u64) {
        self.rows_out.store(rows, Ordering::Relaxed);
        self.rejected.store(rejected, Ordering::Relaxed);
    }

    pub(crate) fn committed(&self, commits: u64) {
        self.commits.store(commits, Ordering::Relaxed);
    }

    pub(crate) fn stage(&self, name: &str, figures: &StageFigures) {
        if let Some((_, stage)) = self.stages.iter().find(|(stage, _)| stage == name) {
            stage.lock().unwrap_or_else(PoisonError::into_inner).clone_from(figures);
        }
    }

    /// The numbers of the whole pipeline.
    pub fn counts(&self) -> Counts {
        Counts {
            rows_read: self.rows_read.load(Ordering::Relaxed),
            bytes_read: self.bytes_read.load(Ordering::Relaxed),
            rows_out: self.rows_out.load(Ordering::Relaxed),
            rejected: self.rejected.load(Ordering::Relaxed),
            commits: self.commits.load(Ordering::Relaxed),
        }
    }

    /// Each stage with its numbers.
    pub fn stages(&self) -> Vec<(String, StageFigures)> {
        let figures =
            |stage: &Mutex<StageFigures>| stage.lock().unwrap_or_else(PoisonError::into_inner).clone();
        self.stages.iter().map(|(name, stage)| (name.clone(), figures(stage))).collect()
    }

    /// Each stage's share of the time in plugins: "clean 61 %, enrich 39 %". Empty for less than two stages.
    pub fn shares(&self) -> String {
        let stages = self.stages();
        let all: Duration = stages.iter().map(|(_, figures)| figures.busy).sum();
        if stages.len() < 2 || all.is_zero() {
            return String::new();
        }
        let share = |busy: Duration| busy.as_secs_f64() / all.as_secs_f64() * 100.0;
        let shares = stages.iter().map(|(name, figures)| format!("{name} {:.0} %", share(figures.busy)));
        shares.collect::<Vec<_>>().join(", ")
    }
}
