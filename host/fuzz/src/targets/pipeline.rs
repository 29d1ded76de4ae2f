use std::path::PathBuf;
use std::sync::{Mutex, OnceLock, PoisonError};

use tempfile::TempDir;
use witdock_etl::pipeline::Pipeline;

use crate::Outcome;

/// A pipeline is read from its file, and knows paths from there.
pub(super) fn read(input: &[u8]) -> Outcome {
    static FOLDER: OnceLock<Option<(TempDir, Mutex<PathBuf>)>> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let folder = tempfile::tempdir().ok()?;
        let path = folder.path().join("pipeline.toml");
        std::fs::write(folder.path().join("rows.csv"), "a,b\n1,2\n").ok()?;
        Some((folder, Mutex::new(path)))
    });
    let Some((_, path)) = folder else { return Outcome::Refused("there is no folder".to_owned()) };
    let path = path.lock().unwrap_or_else(PoisonError::into_inner);
    if let Err(error) = std::fs::write(&*path, input) {
        return Outcome::Refused(error.to_string());
    }
    match Pipeline::open(&path) {
        Ok(pipeline) => Outcome::Taken(format!("{:?} {:?}", pipeline.source, pipeline.sinks)),
        // As the program shows it, with the place in the file.
        Err(error) => {
            let words = error.to_string();
            drop(format!("{:?}", anyhow::Error::from(error)));
            Outcome::Refused(words)
        }
    }
}
