//! Changes of what a store has, in steps that a crash may cut anywhere.

use std::fs;
use std::path::Path;

use super::disk::remove;
use super::error::SinkError;
use super::part_name::{is_part, of_run};
use super::swap::list_name;
use crate::pipeline::SinkObject;
use crate::store::{Condition, Found, ObjectUrl, Store, StoreError, StoreOptions};

/// Checks that an object can be written, without a trace of it.
///
/// # Errors
///
/// When the store cannot be reached, or does not allow it.
pub fn check(object: &SinkObject) -> Result<(), SinkError> {
    let SinkObject { url, store, .. } = object;
    let key = if url.is_prefix() { url.join("part") } else { url.clone() };
    Store::of(url, store).and_then(|store| store.check_write(key.key())).map_err(|error| failed(url, error))
}

pub(super) fn failed(url: &ObjectUrl, error: StoreError) -> SinkError {
    SinkError::Store { url: url.clone(), error }
}

/// Puts a file under a url, and removes the file.
pub(super) fn upload(
    from: &Path,
    to: &ObjectUrl,
    options: &StoreOptions,
    condition: Option<&Condition>,
) -> Result<(), SinkError> {
    let store = Store::of(to, options).map_err(|error| failed(to, error))?;
    if from.exists() {
        send(&store, from, to, condition)?;
        return remove(from);
    }
    match store.head(to.key()) {
        Ok(_) => Ok(()),
        // The file goes only after the upload. So the object was there, and somebody has taken it away since.
        Err(error) if error.is_missing() && from.parent().is_some_and(Path::exists) => Ok(()),
        Err(error) if error.is_missing() => Err(SinkError::StagedGone { path: from.to_owned() }),
        Err(error) => Err(failed(to, error)),
    }
}

/// What is under the url of a target that is replaced.
pub(super) fn found(object: &SinkObject) -> Result<Found, SinkError> {
    let SinkObject { url, store, .. } = object;
    Store::of(url, store).and_then(|store| store.found(url.key())).map_err(|error| failed(url, error))
}

fn send(store: &Store, from: &Path, to: &ObjectUrl, condition: Option<&Condition>) -> Result<(), SinkError> {
    store.upload(from, to.key(), condition).map_err(|error| match error.is_replaced() {
        true => SinkError::Replaced { url: to.clone(), from: Some(from.to_owned()) },
        false => SinkError::Upload { from: from.to_owned(), url: to.to_string(), error },
    })
}

/// Puts the part files of a complete folder below a prefix, then removes the part files that were there before, then the folder.
pub(super) fn upload_parts(
    from: &Path,
    to: &ObjectUrl,
    options: &StoreOptions,
    run: &str,
) -> Result<(), SinkError> {
    let list = from.join(list_name(from));
    if list.exists() {
        let names = fs::read_to_string(&list).map_err(|error| SinkError::Io { path: list.clone(), error })?;
        let store = Store::of(to, options).map_err(|error| failed(to, error))?;
        let mut new = Vec::new();
        // Another name could lead out of the folder.
        for name in names.lines().filter(|name| is_part(name.as_ref())) {
            let object = to.join(&of_run(name, run));
            // Its name is this run's alone.
            send(&store, &from.join(name), &object, None)?;
            new.push(object);
        }
        for object in parts(to, options)? {
            if !new.contains(&object) {
                store.delete(object.key()).map_err(|error| failed(&object, error))?;
            }
        }
        // Without the list everything counts as done.
        remove(&list)?;
    }
    remove(from)
}

/// Removes an object.
pub(super) fn delete(url: &ObjectUrl, options: &StoreOptions) -> Result<(), SinkError> {
    Store::of(url, options).and_then(|store| store.delete(url.key())).map_err(|error| failed(url, error))
}

/// The part files below a prefix.
pub(crate) fn parts(prefix: &ObjectUrl, options: &StoreOptions) -> Result<Vec<ObjectUrl>, SinkError> {
    let listed = Store::of(prefix, options)
        .and_then(|store| store.list(prefix.key().trim_end_matches('/'), false))
        .map_err(|error| failed(prefix, error))?;
    let urls = listed.into_iter().map(|object| object.url().clone());
    Ok(urls.filter(|url| is_part(url.file_name().as_ref())).collect())
}
