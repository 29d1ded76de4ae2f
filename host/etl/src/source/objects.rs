//! The objects that urls, prefixes and patterns stand for.

use glob::{MatchOptions, Pattern};

use super::error::SourceError;
use super::finished::is_finished;
use crate::pipeline::is_pattern;
use crate::store::{Object, ObjectUrl, Store, StoreError, StoreOptions};

/// The objects that a url stands for, in order: one, those below a prefix, or those that match a pattern. `deep` takes those further below a prefix too.
/// Objects with the names of hidden and incomplete files are skipped, as in folders.
pub(super) fn list_objects(
    url: &ObjectUrl,
    options: &StoreOptions,
    deep: bool,
) -> Result<Vec<Object>, SourceError> {
    let failed = |error: StoreError| SourceError::Io { path: url.to_string().into(), error: error.into() };
    let store = Store::of(url, options).map_err(failed)?;
    if url.scheme().is_web() {
        return Ok(vec![store.head("").map_err(failed)?]);
    }
    let key = url.key();
    if is_pattern(key) {
        let invalid = |error: glob::PatternError| SourceError::Pattern {
            pattern: url.to_string(),
            error: error.to_string(),
        };
        let pattern = Pattern::new(key).map_err(invalid)?;
        let fixed: Vec<_> = key.split('/').take_while(|part| !is_pattern(part)).collect();
        // One part further down is listed without all that is below.
        let shallow = fixed.len() + 1 == key.split('/').count();
        let options = MatchOptions { require_literal_separator: true, ..MatchOptions::default() };
        let listed = store.list(&fixed.join("/"), !shallow).map_err(failed)?;
        let prefix = fixed.join("/");
        return Ok(listed
            .into_iter()
            .filter(|object| {
                pattern.matches_with(object.url().key(), options) && is_complete(object, &prefix)
            })
            .collect());
    }
    if !url.is_prefix() {
        match store.head(key) {
            Ok(object) => return Ok(vec![object]),
            Err(error) if error.is_missing() => {}
            Err(error) => return Err(failed(error)),
        }
    }
    let prefix = key.trim_end_matches('/');
    let listed = store.list(prefix, deep).map_err(failed)?;
    Ok(listed.into_iter().filter(|object| is_complete(object, prefix)).collect())
}

/// Whether neither the object nor a folder below the prefix that it is in has the name of something incomplete or hidden.
fn is_complete(object: &Object, prefix: &str) -> bool {
    let key = object.url().key();
    let below = key.strip_prefix(prefix).unwrap_or(key);
    below.split('/').filter(|part| !part.is_empty()).all(|part| is_finished(part.as_ref()))
}
