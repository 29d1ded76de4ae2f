//! The settings: words that mark a task.

use crate::task::{Marker, Urgency};
use serde::Deserialize;
use std::collections::BTreeMap;

/// The words.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    words: BTreeMap<String, Urgency>,
}

impl Default for Settings {
    fn default() -> Self {
        let words = [
            ("TODO", Urgency::Task),
            ("FIXME", Urgency::Fault),
            ("BUG", Urgency::Fault),
            ("HACK", Urgency::Task),
            ("XXX", Urgency::Task),
            ("NOTE", Urgency::Note),
        ];
        Settings { words: words.map(|(word, urgency)| (word.to_owned(), urgency)).into() }
    }
}

impl Settings {
    pub(crate) fn markers(self) -> Result<Vec<Marker>, String> {
        let markers: Vec<_> =
            self.words.into_iter().map(|(word, urgency)| Marker { word, urgency }).collect();
        let is_word = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || c == '_');
        match markers.iter().find(|marker| !is_word(&marker.word)) {
            Some(wrong) => {
                Err(format!("`words` has \"{}\"; a word consists of letters, digits and `_`", wrong.word))
            }
            None => Ok(markers),
        }
    }
}
