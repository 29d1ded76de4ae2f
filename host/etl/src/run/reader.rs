//! The start of the stream: units from the source, and barriers between them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use super::error::RunError;
use super::options::RunOptions;
use crate::figures::Totals;
use crate::flow::{Barrier, Disconnected, DoneUnit, Flow, RejectedRows, SideRows};
use crate::live::LiveFigures;
use crate::progress::Reporter;
use crate::source::{Next, OpenUnit, SourceBatch, Units};

/// Reads the source into the stream.
pub(super) struct Reader {
    pub(super) units: Box<dyn Units>,
    pub(super) options: RunOptions,
    pub(super) reporter: Reporter,
    pub(super) batch_rows: usize,
    /// The least time between two barriers.
    pub(super) every: Duration,
    /// A commit that must cover as many units as it did before a crash, and whether it is the last.
    pub(super) repeat: Option<(usize, bool)>,
    /// What earlier runs have read.
    pub(super) before: Totals,
    pub(super) live: Arc<LiveFigures>,
    /// Whether a run that is stopped has reached its end, since the source has none.
    pub(super) ends_when_stopped: bool,
    pub(super) waiting: Waiting,
}

/// Since when the source is waited for.
#[derive(Debug, Clone, Default)]
pub(super) struct Waiting(Arc<Mutex<Option<Instant>>>);

impl Waiting {
    fn set(&self, since: Option<Instant>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = since;
    }

    fn begin(&self) -> WaitingGuard {
        self.set(Some(Instant::now()));
        WaitingGuard(self.clone())
    }

    /// For how long.
    pub(super) fn duration(&self) -> Duration {
        let since = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        since.map_or(Duration::ZERO, |since| since.elapsed())
    }
}

struct WaitingGuard(Waiting);

impl Drop for WaitingGuard {
    fn drop(&mut self) {
        self.0.set(None);
    }
}

impl Reader {
    /// Reads until the source ends, or until the run is asked to stop. When the source fails, a barrier still follows the units that ended before
    /// the failure.
    pub(super) fn run(self, output: mpsc::Sender<Flow>) -> Result<ReadEnd, RunError> {
        let mut reading = Reading { reader: self, output, progress: Progress::default() };
        let read = reading.units();
        // Not if rows of the unit that failed are under way: a commit would cover them, and the next run read them again.
        let between = reading.progress.rows == reading.progress.at_unit;
        if read.is_err() && between && reading.reader.repeat.is_none() && !reading.progress.ended.is_empty() {
            let _ = reading.barrier(false);
        }
        read
    }
}

/// How reading has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ReadEnd {
    /// With the last barrier, or because another task failed.
    Passed,
    /// The run was asked to stop, and so many rows came after the last barrier.
    Stopped { rows: u64 },
}

/// How a unit has ended.
enum UnitEnd {
    Whole,
    Cut,
    Disconnected,
}

/// How far the source has been read.
#[derive(Default)]
struct Progress {
    /// Rows of this run.
    rows: u64,
    /// Bytes of this run.
    bytes: u64,
    /// Rows that went to a later stage than the first, by the stage's number.
    late: BTreeMap<usize, u64>,
    /// Units that ended since the last barrier.
    ended: Vec<DoneUnit>,
    /// Rows up to the last barrier.
    at_barrier: u64,
    /// Rows up to the end of the last unit.
    at_unit: u64,
}

/// A reader that has started.
struct Reading {
    reader: Reader,
    output: mpsc::Sender<Flow>,
    progress: Progress,
}

impl Reading {
    fn units(&mut self) -> Result<ReadEnd, RunError> {
        let begun = Instant::now();
        let mut barrier = Instant::now();
        loop {
            if self.stops() {
                return Ok(self.stop_between_units());
            }
            if let Some((units, last)) = self.reader.repeat
                && self.progress.ended.len() >= units
            {
                self.reader.repeat = None;
                if self.barrier(last).is_err() || last {
                    return Ok(ReadEnd::Passed);
                }
                barrier = Instant::now();
            }
            let waiting = self.reader.waiting.begin();
            let next = self.reader.units.next();
            drop(waiting);
            let next = next?;
            for notice in self.reader.units.notices() {
                self.reader.reporter.message(&notice);
            }
            match next {
                Next::Unit(unit) => {
                    if self.wanted() == Some(0) {
                        break;
                    }
                    match self.unit(unit, begun)? {
                        UnitEnd::Whole => {}
                        UnitEnd::Cut => {
                            return Ok(ReadEnd::Stopped {
                                rows: self.progress.rows - self.progress.at_barrier,
                            });
                        }
                        UnitEnd::Disconnected => break,
                    }
                    if self.wanted() == Some(0) {
                        break;
                    }
                }
                Next::Idle if self.output.is_closed() => return Ok(ReadEnd::Passed),
                Next::Idle => {}
                Next::End => break,
            }
            let due = !self.progress.ended.is_empty() && barrier.elapsed() >= self.reader.every;
            if due && self.reader.repeat.is_none() {
                if self.barrier(false).is_err() {
                    return Ok(ReadEnd::Passed);
                }
                barrier = Instant::now();
            }
        }
        let _ = self.barrier(true);
        Ok(ReadEnd::Passed)
    }

    fn stops(&self) -> bool {
        self.reader.options.stop.is_requested()
    }

    /// Nothing is lost here: what has been read is committed. For a source that is watched this is the end.
    fn stop_between_units(&mut self) -> ReadEnd {
        let rows = self.progress.rows - self.progress.at_barrier;
        let whole = self.reader.repeat.is_none();
        if !whole || self.reader.options.retry || self.reader.options.limit.is_some() {
            return ReadEnd::Stopped { rows };
        }
        if self.reader.ends_when_stopped {
            let _ = self.barrier(true);
            return ReadEnd::Passed;
        }
        if !self.progress.ended.is_empty() && self.barrier(false).is_err() {
            return ReadEnd::Passed;
        }
        ReadEnd::Stopped { rows: self.progress.rows - self.progress.at_barrier }
    }

    /// Rows that may still be read.
    fn wanted(&self) -> Option<u64> {
        self.reader.options.limit.map(|limit| limit.saturating_sub(self.progress.rows))
    }

    fn unit(&mut self, mut open: OpenUnit, begun: Instant) -> Result<UnitEnd, RunError> {
        let (rows_before, bytes_before) = (self.progress.rows, self.progress.bytes);
        let unit: Arc<str> = open.unit.id.clone().into();
        loop {
            let mut most = self.wanted().unwrap_or(u64::MAX).min(self.reader.batch_rows as u64);
            if let Some(throttle) = self.reader.options.throttle {
                // Small batches, so that a slow run moves steadily.
                most = most.min(throttle.div_ceil(4));
            }
            if most == 0 {
                break;
            }
            if self.stops() {
                return Ok(UnitEnd::Cut);
            }
            let waiting = self.reader.waiting.begin();
            let read = open.reader.read(usize::try_from(most).unwrap_or(usize::MAX));
            drop(waiting);
            let Some(SourceBatch { rows, bad, bytes_read }) = read? else { break };
            // A reader may give more rows than requested.
            let rows = rows.slice(0, usize::try_from(most).unwrap_or(usize::MAX));
            self.progress.rows += (rows.len() + bad.len()) as u64;
            self.progress.bytes = bytes_before + bytes_read;
            let (rows_read, bytes_read) = (
                self.reader.before.rows_read + self.progress.rows,
                self.reader.before.bytes_read + self.progress.bytes,
            );
            self.reader.live.read(rows_read, bytes_read);
            self.reader
                .reporter
                .advance(self.progress.rows, self.progress.bytes, || self.reader.live.shares());
            if !bad.is_empty() {
                let bad = SideRows::Bad { unit: Arc::clone(&unit), records: bad };
                if self.send(Flow::Side(bad)).is_err() {
                    return Ok(UnitEnd::Disconnected);
                }
            }
            let flow = match &open.quarantine {
                _ if rows.is_empty() => continue,
                None if open.stage == 0 => Flow::Rows(rows),
                None => {
                    *self.progress.late.entry(open.stage).or_default() += rows.len() as u64;
                    Flow::Late(open.stage, rows)
                }
                Some(difference) => {
                    let message =
                        format!("the file's columns differ from those of the first file: {difference}");
                    let rows = RejectedRows::put_aside(rows, "schema", &message);
                    Flow::Side(SideRows::Rejected(Box::new(rows)))
                }
            };
            if self.send(flow).is_err() {
                return Ok(UnitEnd::Disconnected);
            }
            self.wait(begun);
        }
        let rows = self.progress.rows - rows_before;
        if let Some(size) = open.unit.size {
            self.progress.bytes = bytes_before + size;
        }
        self.reader.units.unchanged(&open.unit)?;
        self.progress.at_unit = self.progress.rows;
        self.progress.ended.push(DoneUnit { unit: open.unit, rows, plugins: Default::default() });
        Ok(UnitEnd::Whole)
    }

    /// Delays a throttled run.
    fn wait(&self, begun: Instant) {
        let Some(throttle) = self.reader.options.throttle else { return };
        let due = Duration::from_secs_f64(self.progress.rows as f64 / throttle as f64);
        while begun.elapsed() < due && !self.output.is_closed() && !self.stops() {
            std::thread::sleep(due.saturating_sub(begun.elapsed()).min(Duration::from_millis(100)));
        }
    }

    fn barrier(&mut self, last: bool) -> Result<(), Disconnected> {
        self.progress.at_barrier = self.progress.rows;
        let barrier = Barrier {
            units: std::mem::take(&mut self.progress.ended),
            bookmark: self.reader.units.bookmark(),
            rows_read: self.reader.before.rows_read + self.progress.rows,
            bytes_read: self.reader.before.bytes_read + self.progress.bytes,
            late: self.progress.late.clone(),
            stages: Vec::new(),
            plugins: Default::default(),
            held: None,
            last,
        };
        self.send(Flow::Barrier(Box::new(barrier)))
    }

    fn send(&self, flow: Flow) -> Result<(), Disconnected> {
        self.output.blocking_send(flow).map_err(|_| Disconnected)
    }
}
