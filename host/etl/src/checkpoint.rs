//! What a run has done, in a file that is replaced with each commit: after a crash the run goes on from there.
//!
//! Rows, what the plugins hold and how far the source was read are committed together. The file is the moment of the commit. Where
//! a database takes rows, it ends its own transaction; so the checkpoint is first written beside the file ("prepared"), then
//! the database commits, then the file is replaced. After a crash between the two the database says whether it has the commit.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

use crate::pipeline::{Pipeline, SinkKind, SinkMode};
use crate::side_stream::SideFigures;
use crate::sink::{self, Publish, SinkError, SinkMark, Start};
use crate::source::{Bookmark, Past, Unit};
use crate::stage::StageFigures;

/// Why a run cannot go on, or note what it has done.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// The file cannot be read or written.
    #[error("cannot keep the checkpoint {path}: {error}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// The file is no checkpoint.
    #[error("{path} is no checkpoint that this program can read: {message}; start over with `--fresh`")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Why not.
        message: String,
    },
    /// The pipeline has changed since the run that was cut.
    #[error(
        "a run of this pipeline was cut, and {pipeline} has changed since: put it back to go on, or start over with `--fresh`"
    )]
    PipelineChanged {
        /// The pipeline file.
        pipeline: PathBuf,
    },
    /// Another run of the pipeline goes on.
    #[error("another run of {pipeline} goes on: wait for its end")]
    Busy {
        /// The pipeline file.
        pipeline: PathBuf,
    },
    /// A try over some rows would be in the way of a run that was cut, or of rows that are kept.
    #[error("`--limit` is a try, and {reason}: `witdock-etl preview` shows rows and writes nothing")]
    NoTry {
        /// What is in the way.
        reason: String,
    },
    /// The rows have other columns than before the cut.
    #[error(
        "a run of this pipeline was cut, and its result would have other columns now ({difference}): start over with `--fresh`"
    )]
    ColumnsChanged {
        /// What is different.
        difference: String,
    },
    /// A sink cannot be asked or does not commit.
    #[error(transparent)]
    Sink(#[from] SinkError),
}

/// What is done.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Checkpoint {
    pub(crate) version: u32,
    /// The pipeline file's digest.
    pub(crate) pipeline_sha256: String,
    /// Tells runs apart: another one after `--fresh`.
    pub run: String,
    /// Commits so far.
    pub commit: u64,
    /// Whether the input has ended.
    pub complete: bool,
    /// The units that are done.
    pub units: Vec<DoneUnit>,
    /// How far a query has been read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bookmark: Option<Bookmark>,
    /// The stages, in order.
    pub stages: Vec<StageMark>,
    /// The sinks, in order.
    pub sinks: Vec<SinkMark>,
    /// The rejected rows' file and the side outputs.
    pub side: Vec<SinkMark>,
    /// The columns of the result.
    pub columns: String,
    /// The numbers so far.
    pub figures: Figures,
    /// What is to be done with files.
    pub publish: Vec<Publish>,
}

/// A unit that is done.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DoneUnit {
    /// Which.
    #[serde(flatten)]
    pub unit: Unit,
    /// Its rows, those that were none included.
    pub rows: u64,
    /// The SHA-256 of the plugins that had rows of it, by stage.
    pub plugins: BTreeMap<String, Vec<String>>,
}

/// A stage at a commit.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StageMark {
    /// Its name.
    pub name: String,
    /// What its plugin would hand over.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        serialize_with = "to_base64",
        deserialize_with = "from_base64"
    )]
    pub state: Option<Vec<u8>>,
    /// Its numbers.
    pub figures: StageFigures,
}

/// The numbers of a run at a commit.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Figures {
    /// Rows of the source, those that were none included.
    pub rows_read: u64,
    /// Bytes of the source.
    pub bytes_read: u64,
    /// Rows in each sink.
    pub rows_out: u64,
    /// What the side stream has taken.
    pub side: SideFigures,
}

fn to_base64<S: Serializer>(state: &Option<Vec<u8>>, serializer: S) -> Result<S::Ok, S::Error> {
    match state {
        Some(state) => serializer.serialize_some(&base64::engine::general_purpose::STANDARD.encode(state)),
        None => serializer.serialize_none(),
    }
}

fn from_base64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<u8>>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    let decode = |text: String| base64::engine::general_purpose::STANDARD.decode(text);
    text.map(decode).transpose().map_err(serde::de::Error::custom)
}

const VERSION: u32 = 1;

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
            let start = Start {
                run: &prepared.run,
                pipeline: &self.pipeline,
                index,
                commits: 0,
                mark: None,
                plugin: None,
            };
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

impl Checkpoint {
    /// Nothing is done.
    pub(crate) fn new(pipeline: &Pipeline) -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self {
            version: VERSION,
            pipeline_sha256: pipeline.sha256.clone(),
            run: format!("{:x}-{:x}", since.as_micros(), std::process::id()),
            commit: 0,
            complete: false,
            units: Vec::new(),
            bookmark: None,
            stages: Vec::new(),
            sinks: Vec::new(),
            side: Vec::new(),
            columns: String::new(),
            figures: Figures::default(),
            publish: Vec::new(),
        }
    }
}

/// Holds the pipeline file while a run goes on. Where the file system has no locks, nothing is held.
fn lock(pipeline: &Path) -> Result<Option<File>, CheckpointError> {
    let file = match File::open(pipeline) {
        // A pipeline that stands in no file is known to nobody else.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        opened => opened.map_err(|error| CheckpointError::Io { path: pipeline.to_owned(), error })?,
    };
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(fs::TryLockError::WouldBlock) => Err(CheckpointError::Busy { pipeline: pipeline.to_owned() }),
        Err(fs::TryLockError::Error(error)) => {
            tracing::debug!(pipeline = %pipeline.display(), %error, "cannot be locked");
            Ok(None)
        }
    }
}

fn read(path: &Path) -> Result<Option<Checkpoint>, CheckpointError> {
    let bytes = match fs::read(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        read => read.map_err(|error| CheckpointError::Io { path: path.to_owned(), error })?,
    };
    match serde_json::from_slice::<Checkpoint>(&bytes) {
        Ok(checkpoint) if checkpoint.version == VERSION => Ok(Some(checkpoint)),
        Ok(checkpoint) => Err(CheckpointError::Damaged {
            path: path.to_owned(),
            message: format!("it has the version {}", checkpoint.version),
        }),
        // A prepared one that a crash has cut was never the truth.
        Err(_) if path.extension().is_some_and(|extension| extension == "next") => Ok(None),
        Err(error) => Err(CheckpointError::Damaged { path: path.to_owned(), message: error.to_string() }),
    }
}

fn replace(from: &Path, to: &Path) -> Result<(), CheckpointError> {
    fs::rename(from, to).map_err(|error| CheckpointError::Io { path: to.to_owned(), error })?;
    sink::sync_folder(to);
    Ok(())
}

fn remove(path: &Path) -> Result<(), CheckpointError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(CheckpointError::Io { path: path.to_owned(), error })
        }
        _ => Ok(()),
    }
}
