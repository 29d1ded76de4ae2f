use std::fs::{self, File};
use std::io::Write;
use std::path::PathBuf;

use super::content::Checkpoint;
use super::error::CheckpointError;
use super::file::{lock, read, remove, replace};
use crate::pipeline::{Pipeline, SinkKind, SinkMode};
use crate::sink::{self, SinkError, SinkStart};
use crate::source::Past;

/// The checkpoint of a pipeline, held by one run at a time.
#[derive(Debug)]
pub struct Ledger {
    path: PathBuf,
    /// What databases know the pipeline by.
    pub pipeline: String,
    /// What is done, and what the run starts from.
    pub done: Checkpoint,
    /// A commit of which some databases have their part and others not: it has to be made again with the same units.
    pub repeat: Option<usize>,
    /// Whether the run goes on from one that was cut.
    pub resumed: bool,
    /// A run before that had all its commits, and died before it forgot them.
    pub ended: Option<(String, u64)>,
    /// Nothing has to be known of a run that has ended: the next one starts over.
    replaces: bool,
    /// Whether commits are noted. A try over some rows leaves no trace to go on from.
    pub kept: bool,
    /// Locked while the run goes on.
    _lock: Option<File>,
}

impl Ledger {
    /// Locks the pipeline, and brings what a run that was cut has committed to its end.
    ///
    /// # Errors
    ///
    /// When another run goes on, or what was cut cannot go on.
    pub fn open(pipeline: &Pipeline, fresh: bool) -> Result<Self, CheckpointError> {
        let lock = lock(&pipeline.path)?;
        let path = pipeline.checkpoint.path.clone();
        let name =
            pipeline.path.canonicalize().unwrap_or_else(|_| pipeline.path.clone()).display().to_string();
        let mut ledger = Self {
            done: Checkpoint::new(pipeline),
            pipeline: name,
            path,
            repeat: None,
            resumed: false,
            ended: None,
            replaces: pipeline.replaces(),
            kept: true,
            _lock: lock,
        };
        if fresh {
            ledger.forget()?;
            return Ok(ledger);
        }
        if let Some(prepared) = read(&ledger.prepared_path())? {
            ledger.settle(pipeline, prepared)?;
        }
        if let Some(done) = read(&ledger.path)? {
            ledger.go_on(pipeline, done)?;
        }
        Ok(ledger)
    }

    /// The same for a try over some rows, whose commit is not noted.
    ///
    /// # Errors
    ///
    /// Those of [`Ledger::open`], and when there is something that the try would spoil.
    pub fn open_for_try(pipeline: &Pipeline) -> Result<Self, CheckpointError> {
        let spoils = pipeline.sinks.iter().find(|sink| sink.mode != SinkMode::Replace);
        if let Some(sink) = spoils {
            return Err(CheckpointError::NoTry { reason: format!("its rows would stay in {}", sink.name()) });
        }
        let ledger = Self::open(pipeline, false)?;
        if ledger.resumed {
            let reason = "a run of this pipeline was cut and waits to go on".to_owned();
            return Err(CheckpointError::NoTry { reason });
        }
        Ok(Self { kept: false, ..ledger })
    }

    fn go_on(&mut self, pipeline: &Pipeline, done: Checkpoint) -> Result<(), CheckpointError> {
        for publish in &done.publish {
            publish.carry_out()?;
        }
        if done.complete && pipeline.replaces() {
            self.ended = Some((done.run, done.commit));
            return Ok(());
        }
        if done.complete {
            // What is new in the source is added, by a run with numbers of its own.
            let Checkpoint { run, commit, units, bookmark, .. } = done;
            self.done = Checkpoint { run, commit, units, bookmark, ..Checkpoint::new(pipeline) };
            return Ok(());
        }
        if done.pipeline_sha256 != pipeline.sha256 {
            return Err(CheckpointError::PipelineChanged { pipeline: pipeline.path.clone() });
        }
        self.resumed = true;
        self.done = done;
        Ok(())
    }

    /// A crash came between the two steps of a commit: the databases know which of the two it is.
    fn settle(&mut self, pipeline: &Pipeline, prepared: Checkpoint) -> Result<(), CheckpointError> {
        let mut have = Vec::new();
        for (index, sink) in pipeline.sinks.iter().enumerate() {
            let start =
                SinkStart { run: &prepared.run, pipeline: &self.pipeline, index, commits: 0, mark: None };
            if matches!(sink.kind, SinkKind::Table(_)) {
                let committed = sink::committed(sink, &start)?;
                have.push(committed == Some((prepared.run.clone(), prepared.commit)));
            }
        }
        if have.iter().all(|have| *have) && !have.is_empty() {
            replace(&self.prepared_path(), &self.path)?;
        } else {
            if have.iter().any(|have| *have) {
                let before = read(&self.path)?.map_or(0, |done| done.units.len());
                self.repeat = Some(prepared.units.len().saturating_sub(before));
            }
            remove(&self.prepared_path())?;
        }
        Ok(())
    }

    /// What the source need not read again.
    pub fn past(&self) -> Past {
        Past {
            units: self.done.units.iter().map(|done| (done.unit.id.clone(), done.unit.clone())).collect(),
            bookmark: self.done.bookmark.clone(),
            strict: self.resumed,
        }
    }

    /// Writes what the next commit will be, before databases take their part.
    ///
    /// # Errors
    ///
    /// When the disk takes no more.
    pub fn prepare(&self, next: &Checkpoint) -> Result<(), CheckpointError> {
        let path = self.prepared_path();
        let failed = |error| CheckpointError::Io { path: path.clone(), error };
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            fs::create_dir_all(folder).map_err(failed)?;
        }
        let text = serde_json::to_vec(next).map_err(|error| failed(error.into()))?;
        let mut file = File::create(&path).map_err(failed)?;
        file.write_all(&text).and_then(|()| file.sync_all()).map_err(failed)
    }

    /// Makes the prepared checkpoint the one that holds, and does with files what it says; `publish` does the same with plugins.
    ///
    /// # Errors
    ///
    /// When the file cannot be replaced. What a file is to become is done by the next run then.
    pub fn commit(
        &mut self,
        next: Checkpoint,
        publish: impl FnOnce() -> Result<(), SinkError>,
    ) -> Result<(), CheckpointError> {
        replace(&self.prepared_path(), &self.path)?;
        self.done = next;
        for publish in &self.done.publish {
            publish.carry_out()?;
        }
        publish()?;
        if self.done.complete && self.replaces { self.forget() } else { Ok(()) }
    }

    /// Forgets what is done: nothing is left to go on with.
    ///
    /// # Errors
    ///
    /// When the file cannot be removed.
    pub fn forget(&self) -> Result<(), CheckpointError> {
        remove(&self.prepared_path())?;
        remove(&self.path)
    }

    fn prepared_path(&self) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(".next");
        name.into()
    }
}
