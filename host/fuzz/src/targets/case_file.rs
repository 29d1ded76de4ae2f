use crate::Outcome;

/// A file with cases, for a component with functions, resources and imports.
pub(super) fn read(input: &[u8]) -> Outcome {
    let text = String::from_utf8_lossy(input);
    match witdock_cli::foreign::case_file(&text) {
        Ok(read) => Outcome::Taken(read),
        Err(words) => Outcome::Refused(words),
    }
}
