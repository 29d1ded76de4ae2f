//! A sink that is an object, or the objects below a prefix.
//!
//! Rows are written to files of this machine first, by the sinks for files and folders. What these publish by renaming, this one publishes by uploading: an object
//! appears as a whole, and an upload that is repeated after a crash gives the same object.

use std::fs;
use std::path::Path;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;

use super::error::SinkError;
use super::file;
use super::folder::FolderSink;
use super::part_name;
use super::publish::Publish;
use super::refusal::Refusal;
use super::upload::{check, failed, found, parts};
use super::writer::{Commit, Prepared, SinkStart, SinkWriter};
use crate::pipeline::{SinkFile, SinkMode, SinkObject};
use crate::store::{Condition, Found, ObjectUrl, StoreError};

pub(super) struct ObjectSink {
    object: SinkObject,
    run: String,
    /// What the store had when the run began, under the url of an object that is replaced.
    found: Option<Found>,
    /// Writes the files of this machine.
    files: Option<Box<dyn SinkWriter>>,
    /// Whether the last commit is prepared.
    ended: bool,
}

impl ObjectSink {
    pub(super) fn open(
        object: &SinkObject,
        mode: SinkMode,
        schema: &SchemaRef,
        start: &SinkStart<'_>,
    ) -> Result<Self, SinkError> {
        // An error here is better than one after the first million rows.
        check(object)?;
        if mode == SinkMode::Replace && object.url.is_prefix() {
            let own = object.format.of_sink().name();
            let others = parts(&object.url, &object.store)?.into_iter();
            let is_other = |url: &ObjectUrl| part_name::format(url.file_name().as_ref()) != Some(own);
            if let Some(other) = others.into_iter().find(is_other) {
                return Err(SinkError::OtherParts { path: other.to_string().into() });
            }
        }
        let found = (!object.url.is_prefix()).then(|| found(object)).transpose()?;
        let path = object.staging.join(if object.url.is_prefix() { "parts" } else { object.url.file_name() });
        let file = SinkFile { path, format: object.format };
        let files: Box<dyn SinkWriter> = if object.url.is_prefix() {
            Box::new(FolderSink::open(&file, mode, schema, start)?)
        } else {
            file::open(&file, mode, schema, start)?
        };
        Ok(Self {
            object: object.clone(),
            run: start.run.to_owned(),
            found,
            files: Some(files),
            ended: false,
        })
    }

    fn files(&mut self) -> Result<&mut Box<dyn SinkWriter>, SinkError> {
        let url = &self.object.url;
        self.files.as_mut().ok_or_else(|| failed(url, StoreError::closed()))
    }

    /// The same change of what a store has.
    fn to_store(&self, publish: Publish, commit: &Commit) -> Publish {
        let SinkObject { url, store, .. } = &self.object;
        match publish {
            Publish::Rename { from, to } => {
                let to = if url.is_prefix() {
                    url.join(&to.file_name().unwrap_or_default().to_string_lossy())
                } else {
                    url.clone()
                };
                let commit = format!("{}-{}", commit.run, commit.number);
                let condition = self.found.clone().map(|found| Condition { found, commit });
                Publish::Upload { from, to, store: store.clone(), condition }
            }
            Publish::Swap { from, .. } => {
                Publish::UploadParts { from, to: url.clone(), store: store.clone(), run: self.run.clone() }
            }
            other => other,
        }
    }
}

impl SinkWriter for ObjectSink {
    fn offer(&mut self, batch: &RecordBatch) -> Result<Vec<Refusal>, SinkError> {
        self.files()?.offer(batch)
    }

    fn write(&mut self, batch: &RecordBatch) -> Result<(), SinkError> {
        self.files()?.write(batch)
    }

    fn prepare(&mut self, commit: &Commit) -> Result<Prepared, SinkError> {
        // Here nothing is decided yet. The upload has the last word.
        if let Some(before) = self.found.as_ref().filter(|_| commit.last)
            && !before.is_still(&found(&self.object)?)
        {
            return Err(SinkError::Replaced { url: self.object.url.clone(), from: None });
        }
        let Prepared { mark, publish } = self.files()?.prepare(commit)?;
        self.ended = commit.last;
        let publish = publish.into_iter().map(|publish| self.to_store(publish, commit)).collect();
        Ok(Prepared { mark, publish })
    }

    fn commit(&mut self) -> Result<(), SinkError> {
        self.files()?.commit()
    }
}

impl Drop for ObjectSink {
    fn drop(&mut self) {
        self.files = None;
        if !self.ended {
            return;
        }
        // Folders that have something in them stay.
        let folders = [self.object.staging.join("parts"), self.object.staging.clone()];
        let all = self.object.staging.parent().map(Path::to_owned);
        for folder in folders.into_iter().chain(all) {
            let _ = fs::remove_dir(folder);
        }
    }
}
