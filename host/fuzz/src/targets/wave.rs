use crate::Outcome;

/// A value of each type of an interface.
pub(super) fn read(input: &[u8]) -> Outcome {
    let text = String::from_utf8_lossy(input);
    match witdock_cli::foreign::wave(&text) {
        Ok(read) => Outcome::Taken(read),
        Err(words) => Outcome::Refused(words),
    }
}
