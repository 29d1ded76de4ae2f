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
    /// The pipeline's name in databases.
    pub pipeline: String,
    /// The last commit, which the run starts from.
    pub done: Checkpoint,
    /// The number of units of a commit that only some databases have. It is repeated with the same units.
    pub repeat: Option<usize>,
    /// Whether the run continues an interrupted one.
    pub resumed: bool,
    /// The last run, with its number of commits, if it has made all of them and died before it removed the checkpoint.
    pub ended: Option<(String, u64)>,
    /// Whether each run starts over, so that the checkpoint of a finished run is removed.
    replaces: bool,
    /// Whether commits are saved. A trial run saves none.
    pub kept: bool,
    /// Locked during the run.
    _lock: Option<File>,
}

impl Ledger {
    /// Locks the pipeline, and completes the last commit of an interrupted run.
    ///
    /// # Errors
    ///
    /// When another run is in progress, or the interrupted run cannot be continued.
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

    /// The same for a trial run over some rows, whose commit is not saved.
    ///
    /// # Errors
    ///
    /// Those of [`Ledger::open`], and when the trial run would spoil an interrupted run or add rows that stay.
    pub fn open_for_try(pipeline: &Pipeline) -> Result<Self, CheckpointError> {
        let spoils = pipeline.sinks.iter().find(|sink| sink.mode != SinkMode::Replace);
        if let Some(sink) = spoils {
            return Err(CheckpointError::NoTry { reason: format!("its rows would stay in {}", sink.name()) });
        }
        let ledger = Self::open(pipeline, false)?;
        if ledger.resumed {
            let reason = "the last run was interrupted and can be continued".to_owned();
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
            // The next run adds what is new in the source, and counts from zero.
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

    /// A crash came between the two steps of a commit. The databases tell whether it counts.
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

    /// What the source skips.
    pub fn past(&self) -> Past {
        Past {
            units: self.done.units.iter().map(|done| (done.unit.id.clone(), done.unit.clone())).collect(),
            bookmark: self.done.bookmark.clone(),
            strict: self.resumed,
        }
    }

    /// Writes the checkpoint of the next commit beside the current one, before databases commit.
    ///
    /// # Errors
    ///
    /// When the disk is full.
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

    /// Makes the prepared checkpoint the current one and publishes its files. `publish` does the same for plugins.
    ///
    /// # Errors
    ///
    /// When a file cannot be replaced. The next run then completes the commit.
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

    /// Removes the checkpoint, so that the next run starts over.
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
