use std::sync::{Mutex, OnceLock, PoisonError};

use tempfile::TempDir;
use witdock_editor::config::Config;

use crate::Outcome;

/// The first half, up to a line with dashes, is the settings, and the rest the key map.
pub(super) fn read(input: &[u8]) -> Outcome {
    static FOLDER: OnceLock<Option<Mutex<TempDir>>> = OnceLock::new();
    let Some(folder) = FOLDER.get_or_init(|| tempfile::tempdir().ok().map(Mutex::new)) else {
        return Outcome::Refused("there is no folder".to_owned());
    };
    let folder = folder.lock().unwrap_or_else(PoisonError::into_inner);
    let text = String::from_utf8_lossy(input);
    let (settings, keys) = text.split_once("---\n").unwrap_or(("", &text));
    for (name, text) in [("config.toml", settings), ("keys.toml", keys)] {
        if let Err(error) = std::fs::write(folder.path().join(name), text) {
            return Outcome::Refused(error.to_string());
        }
    }
    let config = Config::read(Some(folder.path()));
    match config.problems.first() {
        None => Outcome::Taken(format!("{:?}", config.settings)),
        Some(problem) => {
            Outcome::Refused(problem.to_string().rsplit(": ").next().unwrap_or_default().to_owned())
        }
    }
}
