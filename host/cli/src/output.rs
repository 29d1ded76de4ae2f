//! Standard output for what is not text to be styled: scripts, pages, JSON.

use std::io::{ErrorKind, Write};

/// Writes all of it. A reader that has closed the pipe, such as `head`, is no error.
///
/// # Errors
///
/// When standard output cannot be written for another reason.
pub(crate) fn write(output: impl AsRef<[u8]>) -> anyhow::Result<()> {
    match std::io::stdout().lock().write_all(output.as_ref()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}
