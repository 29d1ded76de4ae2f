//! A target's inputs, one after the other.

use std::fmt;
use std::fs::File;
use std::io::{Seek, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use crate::corpus::Corpus;
use crate::mutation::mutated;
use crate::{Outcome, Random, Target};

/// When a campaign is over.
#[derive(Clone, Copy, Debug)]
pub enum End {
    /// After this many inputs.
    Inputs(u64),
    /// After this time.
    Time(Duration),
}

/// Inputs for one target.
#[derive(Clone, Debug)]
pub struct Campaign {
    /// The target.
    pub target: &'static Target,
    /// What the inputs depend on.
    pub seed: u64,
    /// When it is over.
    pub end: End,
    /// A folder with inputs beside those of the target's corpus.
    pub more: Option<PathBuf>,
}

/// What a campaign has done.
#[derive(Clone, Debug)]
pub struct Report {
    target: &'static str,
    inputs: u64,
    taken: u64,
    outcomes: usize,
    slowest: Duration,
    time: Duration,
    processor: Duration,
}

impl Campaign {
    /// Gives the target its inputs.
    ///
    /// # Errors
    ///
    /// When the target panics or takes too long. The message names a file with the input.
    pub fn run(&self) -> anyhow::Result<Report> {
        let Self { target, seed, end, more } = self;
        let (begun, processor) = (Instant::now(), processor_time());
        let mut corpus = Corpus::of(target.name, more.as_deref())
            .with_context(|| format!("the corpus of {}", target.name))?;
        let seeds = corpus.inputs.len() as u64;
        let mut current = Current::of(target.name)?;
        let mut report = Report {
            target: target.name,
            inputs: 0,
            taken: 0,
            outcomes: 0,
            slowest: Duration::ZERO,
            time: Duration::ZERO,
            processor: Duration::ZERO,
        };
        while match *end {
            End::Inputs(count) => report.inputs < count.max(seeds),
            End::Time(time) => begun.elapsed() < time,
        } {
            let mut random = Random::new(*seed, report.inputs);
            let input = match corpus.inputs.get(usize::try_from(report.inputs)?) {
                Some(input) if report.inputs < seeds => input.clone(),
                _ => {
                    let chosen = random.one_of(&corpus.inputs).cloned().unwrap_or_default();
                    mutated(&chosen, &corpus.inputs, &mut random)
                }
            };
            current.write(&input)?;
            let begun = processor_time();
            // What a target keeps between inputs is behind locks, which a panic poisons.
            let Ok(outcome) = catch_unwind(AssertUnwindSafe(|| (target.run)(&input))) else {
                bail!("{} panics; the input is in {}", target.name, current.keep("panic")?.display());
            };
            let took = processor_time().saturating_sub(begun);
            if took > target.longest {
                bail!("{} takes {took:?}; the input is in {}", target.name, current.keep("slow")?.display());
            }
            report.slowest = report.slowest.max(took);
            report.taken += u64::from(matches!(outcome, Outcome::Taken(_)));
            report.inputs += 1;
            corpus.note(&input, &outcome);
        }
        report.outcomes = corpus.outcomes();
        report.time = begun.elapsed();
        report.processor = processor_time().saturating_sub(processor);
        Ok(report)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { target, inputs, taken, outcomes, slowest, time, processor } = self;
        write!(
            f,
            "{target}: {inputs} inputs in {} s ({} s of processor time), {taken} taken, {outcomes} outcomes, the slowest {slowest:.1?}",
            time.as_secs(),
            processor.as_secs()
        )
    }
}

/// The processor time of this thread. An input's time does not depend on what else the machine does.
fn processor_time() -> Duration {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(now.tv_sec.try_into().unwrap_or_default(), now.tv_nsec.try_into().unwrap_or_default())
}

/// The input that is being read, in a file: it is there also if the process ends.
struct Current {
    path: PathBuf,
    file: File,
}

impl Current {
    fn of(target: &str) -> anyhow::Result<Self> {
        let folder = std::env::temp_dir().join("witdock-fuzz");
        std::fs::create_dir_all(&folder)?;
        let path = folder.join(format!("{target}-{}.input", std::process::id()));
        let file = File::create(&path)?;
        Ok(Self { path, file })
    }

    fn write(&mut self, input: &[u8]) -> anyhow::Result<()> {
        self.file.rewind()?;
        self.file.write_all(input)?;
        Ok(self.file.set_len(input.len() as u64)?)
    }

    /// Keeps the input under a name of its own.
    fn keep(&self, why: &str) -> anyhow::Result<PathBuf> {
        let kept = self.path.with_extension(why);
        std::fs::copy(&self.path, &kept)?;
        Ok(kept)
    }
}

impl Drop for Current {
    fn drop(&mut self) {
        // It was read to the end.
        let _ = std::fs::remove_file(&self.path);
    }
}
