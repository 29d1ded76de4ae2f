use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use super::content::{Begun, Checkpoint};
use super::error::CheckpointError;
use super::file::{lock, prepared, read, remove, replace, with_suffix, write};
use super::paths::Base;
use super::renamed;
use super::settle::{Repeat, Settled, settle};
use super::start::Start;
use super::take_back::{discard, take_back};
use crate::pipeline::{Pipeline, SinkMode, Target};
use crate::sink::{self, SinkError, TargetLock};
use crate::source::Past;

/// The checkpoint of a pipeline, held by one run at a time, with the locks on the pipeline and on its targets.
#[derive(Debug)]
pub struct Ledger {
    path: PathBuf,
    base: Base,
    /// The pipeline's name in databases.
    pub pipeline: String,
    /// The last commit, which the run starts from.
    pub done: Checkpoint,
    /// A commit that only some databases have.
    pub repeat: Option<Repeat>,
    /// Whether the run continues an interrupted one.
    pub resumed: bool,
    /// The last run, with its number of commits, if it has made all of them and died before it removed the checkpoint.
    pub ended: Option<(String, u64)>,
    /// What people should know about how this run starts.
    pub notices: Vec<String>,
    /// Whether each run starts over, so that the checkpoint of a finished run is removed.
    pub replaces: bool,
    /// Whether commits are saved. A trial run saves none.
    pub kept: bool,
    /// Held during the run.
    _targets: Vec<TargetLock>,
    /// Locked during the run.
    _lock: Option<File>,
}

impl Ledger {
    /// Locks the pipeline and its targets, and completes the last commit of an interrupted run.
    ///
    /// # Errors
    ///
    /// When another run is in progress, or the interrupted run can be neither continued nor taken back.
    pub fn open(pipeline: &Pipeline, start: Start) -> Result<Self, CheckpointError> {
        let lock = lock(&pipeline.path)?;
        let targets = pipeline
            .targets()
            .map(TargetLock::take)
            .filter_map(Result::transpose)
            .collect::<Result<_, SinkError>>()?;
        for target in pipeline.targets() {
            if let Target::File(path) = target {
                sink::complete(path)?;
            }
        }
        sink::check_owner(pipeline)?;
        let mut ledger = Self {
            done: Checkpoint::new(pipeline),
            pipeline: pipeline.canonical_path().display().to_string(),
            path: pipeline.checkpoint.path.clone(),
            base: Base::of(pipeline),
            repeat: None,
            resumed: false,
            ended: None,
            notices: Vec::new(),
            replaces: pipeline.replaces(),
            kept: true,
            _targets: targets,
            _lock: lock,
        };
        renamed::take_over(pipeline, &ledger.base)?;
        if let Some(next) = ledger.read(&prepared(&ledger.path), pipeline)? {
            ledger.settle(pipeline, next, start)?;
        }
        if let Some(done) = ledger.read(&ledger.path.clone(), pipeline)? {
            ledger.go_on(pipeline, done, start)?;
        }
        if start == Start::Fresh {
            ledger.forget()?;
            ledger.done = Checkpoint::new(pipeline);
            ledger.ended = None;
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
        let ledger = Self::open(pipeline, Start::Continue)?;
        if ledger.resumed || ledger.repeat.is_some() {
            let reason = "the last run was interrupted and can be continued".to_owned();
            return Err(CheckpointError::NoTry { reason });
        }
        Ok(Self { kept: false, ..ledger })
    }

    fn read(&mut self, path: &Path, pipeline: &Pipeline) -> Result<Option<Checkpoint>, CheckpointError> {
        let Some(mut found) = read(path, &self.base)? else { return Ok(None) };
        if found.file == pipeline.file_name() {
            return Ok(Some(found));
        }
        if !renamed::is_former(&found, pipeline) {
            return Err(CheckpointError::Foreign { path: path.to_owned(), found: found.file });
        }
        let notice = renamed::notice(&found.file, pipeline);
        if !self.notices.contains(&notice) {
            self.notices.push(notice);
        }
        found.file = pipeline.file_name();
        Ok(Some(found))
    }

    fn go_on(
        &mut self,
        pipeline: &Pipeline,
        mut done: Checkpoint,
        start: Start,
    ) -> Result<(), CheckpointError> {
        for publish in &done.publish {
            match publish.carry_out() {
                // They are about to be taken back anyway.
                Err(SinkError::StagedGone { .. } | SinkError::Replaced { .. })
                    if start != Start::Continue => {}
                done => done?,
            }
        }
        if done.complete && self.replaces {
            self.ended = Some((done.run, done.commit));
            return Ok(());
        }
        if !done.publish.is_empty() {
            // What is done is done once: from here on others may move or change these files.
            done.publish.clear();
            self.save(&done)?;
        }
        if !done.complete && self.replaces {
            let changed = done.pipeline.rows != pipeline.fingerprint.rows;
            if start == Start::Continue && !changed {
                self.resumed = true;
                self.done = done;
                return Ok(());
            }
            if changed && start == Start::Continue {
                let path = pipeline.path.display();
                self.notices
                    .push(format!("{path} has changed since the last run was interrupted: starting over"));
            }
            self.done = done;
            return self.start_over(pipeline);
        }
        if !done.complete && start != Start::Continue {
            done = self.take_back(pipeline, done)?;
        }
        if done.complete {
            // The next run adds what is new in the source, and counts from zero.
            let Checkpoint { run, commit, units, bookmark, .. } = done;
            let begun = Begun { commit, units: units.len(), bookmark: bookmark.clone() };
            self.done = Checkpoint { run, commit, units, bookmark, begun, ..Checkpoint::new(pipeline) };
            return Ok(());
        }
        if done.pipeline.shape != pipeline.fingerprint.shape {
            return Err(CheckpointError::PipelineChanged { pipeline: pipeline.path.clone() });
        }
        if done.pipeline.rows != pipeline.fingerprint.rows {
            self.notices.push(format!(
                "{} has changed since the last run was interrupted: rows that are committed stay as they are",
                pipeline.path.display()
            ));
        }
        self.resumed = true;
        self.done = Checkpoint { pipeline: pipeline.fingerprint.clone(), ..done };
        Ok(())
    }

    /// Discards an interrupted run whose rows are nowhere to be seen yet.
    ///
    /// # Errors
    ///
    /// When a file cannot be removed.
    pub fn start_over(&mut self, pipeline: &Pipeline) -> Result<(), CheckpointError> {
        let done = std::mem::replace(&mut self.done, Checkpoint::new(pipeline));
        self.resumed = false;
        self.repeat = None;
        self.forget()?;
        // Without the checkpoint these are nobody's files. If a crash comes here, the next run removes them.
        discard(&done);
        Ok(())
    }

    /// Takes back the rows that an interrupted run has added. The checkpoint of the run before comes first, with what remains to be done.
    fn take_back(&self, pipeline: &Pipeline, done: Checkpoint) -> Result<Checkpoint, CheckpointError> {
        let publish = take_back(pipeline, &done)?;
        let Begun { units: count, bookmark, .. } = done.begun.clone();
        let mut units = done.units;
        units.truncate(count);
        let mut before = Checkpoint {
            run: done.run,
            commit: done.commit,
            complete: true,
            units,
            bookmark,
            begun: done.begun,
            publish,
            ..Checkpoint::new(pipeline)
        };
        self.save(&before)?;
        for publish in &before.publish {
            publish.carry_out()?;
        }
        before.publish.clear();
        self.save(&before)?;
        Ok(before)
    }

    /// A crash came between the two steps of a commit.
    fn settle(&mut self, pipeline: &Pipeline, next: Checkpoint, start: Start) -> Result<(), CheckpointError> {
        let current = self.read(&self.path.clone(), pipeline)?;
        let before = current.as_ref().map_or(0, |done| done.units.len());
        match settle(pipeline, &self.pipeline, &next, before, start)? {
            Settled::Made => replace(&prepared(&self.path), &self.path),
            Settled::Dropped => remove(&prepared(&self.path)),
            // It stays prepared until it is made.
            Settled::Half(repeat) => {
                self.notices
                    .push("a crash came between two databases: the last commit is made again".to_owned());
                self.repeat = Some(repeat);
                if current.is_none() {
                    self.done.run = next.run;
                }
                Ok(())
            }
        }
    }

    /// What the source skips.
    pub fn past(&self) -> Past {
        Past {
            units: self.done.units.iter().map(|done| (done.unit.id.clone(), done.unit.clone())).collect(),
            bookmark: self.done.bookmark.clone(),
            strict: self.resumed && self.replaces,
        }
    }

    /// Notes that units which are done have other names now.
    pub fn rename(&mut self, names: &[(String, String)]) {
        let names: BTreeMap<_, _> = names.iter().map(|(was, now)| (was, now)).collect();
        for done in &mut self.done.units {
            if let Some(now) = names.get(&done.unit.id) {
                done.unit.id = (*now).clone();
            }
        }
    }

    /// Writes the checkpoint of the next commit beside the current one, before databases commit.
    ///
    /// # Errors
    ///
    /// When the disk is full.
    pub fn prepare(&self, next: &Checkpoint) -> Result<(), CheckpointError> {
        write(&prepared(&self.path), next, &self.base)
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
        replace(&prepared(&self.path), &self.path)?;
        self.done = next;
        for publish in &self.done.publish {
            publish.carry_out()?;
        }
        publish()?;
        if self.done.complete {
            self.done.publish.clear();
            let ended = if self.replaces { self.forget() } else { self.save(&self.done) };
            if let Err(error) = ended {
                // The rows are where they belong, and the next run sees that.
                tracing::warn!(%error, "the checkpoint does not say that the run has ended");
            }
        }
        Ok(())
    }

    /// Removes the checkpoint, so that the next run starts over.
    ///
    /// # Errors
    ///
    /// When the file cannot be removed.
    pub fn forget(&self) -> Result<(), CheckpointError> {
        remove(&prepared(&self.path))?;
        remove(&self.path)
    }

    /// Replaces the checkpoint in one step, outside a commit.
    fn save(&self, checkpoint: &Checkpoint) -> Result<(), CheckpointError> {
        let path = with_suffix(&self.path, ".saved");
        write(&path, checkpoint, &self.base)?;
        replace(&path, &self.path)
    }
}
