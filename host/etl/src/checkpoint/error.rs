use std::path::PathBuf;

use thiserror::Error;

use crate::sink::SinkError;

/// Why a run cannot continue, or cannot save its progress.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// The file cannot be read or written.
    #[error("cannot read or write the checkpoint {path}: {error}")]
    Io {
        /// The file.
        path: PathBuf,
        /// The error of the operating system.
        error: std::io::Error,
    },
    /// The file is not a checkpoint.
    #[error(
        "{path} is not a valid checkpoint: {message}; restore it, or remove it and what the pipeline has added to its sinks, and run again"
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        message: String,
    },
    /// The file is the checkpoint of another pipeline.
    #[error("{path} is the checkpoint of {found}: give this pipeline another `path` in [checkpoint]")]
    Foreign {
        /// The file.
        path: PathBuf,
        /// The other pipeline's file name.
        found: String,
    },
    /// The pipeline file was renamed, and several checkpoints may be its own.
    #[error(
        "{pipeline} has no checkpoint, and {one} and {other} are of pipelines that are gone and had the same source, stages and sinks: \
         remove all but the one to continue from, or read everything again with `--fresh`"
    )]
    Several {
        /// The pipeline file.
        pipeline: PathBuf,
        /// One of them.
        one: PathBuf,
        /// Another one.
        other: PathBuf,
    },
    /// Another version of this program has written the file.
    #[error(
        "{path} has the format {found}, and this program reads {}: end the run with the version of witdock-etl that began it",
        super::content::VERSION
    )]
    Version {
        /// The file.
        path: PathBuf,
        /// The format's version.
        found: u32,
    },
    /// The pipeline has other sources, stages or sinks than the interrupted run, which has added rows.
    #[error(
        "the last run was interrupted, and {pipeline} has another source, other stages or other sinks now: restore the file to continue, \
         or take back that run's rows and read them again with `--restart`"
    )]
    PipelineChanged {
        /// The pipeline file.
        pipeline: PathBuf,
    },
    /// Rows of an interrupted run are where they cannot be found again.
    #[error(
        "the interrupted run has added rows to {sink}, which cannot be taken back there: continue that run, with the pipeline file as it was"
    )]
    Stays {
        /// The sink.
        sink: String,
    },
    /// A file that an interrupted run has added rows to has changed since.
    #[error(
        "{path} has changed since the interrupted run added rows to it, so they cannot be taken back: continue that run, with the pipeline file as it was"
    )]
    TargetChanged {
        /// The file.
        path: PathBuf,
    },
    /// The last commit is in one database and not in another, and cannot be made again.
    #[error(
        "the last commit of {pipeline} is in one of its databases and not in another: restore the file if it has changed, and run it \
         without `--restart` and `--fresh`, which completes the commit"
    )]
    HalfMade {
        /// The pipeline file.
        pipeline: PathBuf,
    },
    /// Another run of the pipeline is in progress.
    #[error("another run of {pipeline} is in progress: wait until it ends")]
    Busy {
        /// The pipeline file.
        pipeline: PathBuf,
    },
    /// A trial run over some rows would spoil an interrupted run, or add rows that stay.
    #[error("`--limit` starts a trial run, and {reason}; use `witdock-etl preview`, which writes nothing")]
    NoTry {
        /// What prevents the trial run.
        reason: String,
    },
    /// The result has other columns than that of the interrupted run.
    #[error(
        "the last run was interrupted, and the result would have other columns now ({difference}): restore what has changed to continue, \
         or take back that run's rows and read them again with `--restart`"
    )]
    ColumnsChanged {
        /// The columns before and now.
        difference: String,
    },
    /// A sink cannot be read, or does not commit.
    #[error(transparent)]
    Sink(#[from] SinkError),
}
