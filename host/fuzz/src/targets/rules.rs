use std::path::Path;

use witdock::grants::PolicyFile;

use crate::Outcome;

/// A file with rules.
pub(super) fn read(input: &[u8]) -> Outcome {
    let text = String::from_utf8_lossy(input);
    match PolicyFile::parse(Path::new("policy.toml"), &text) {
        Ok(file) => Outcome::Taken(format!("{file:?}")),
        Err(error) => Outcome::Refused(error.to_string()),
    }
}
