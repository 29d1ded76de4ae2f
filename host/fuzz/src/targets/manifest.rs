use std::path::Path;

use witdock::source::Manifest;

use crate::Outcome;

pub(super) fn read(input: &[u8]) -> Outcome {
    let text = String::from_utf8_lossy(input);
    match Manifest::parse(Path::new("plugin.toml"), &text) {
        Ok(manifest) => Outcome::Taken(format!("{manifest:?}")),
        Err(error) => Outcome::Refused(error.to_string()),
    }
}
