//! The program's commands, a file each.

pub(crate) mod doctor;
pub(crate) mod routes;
pub(crate) mod run;
pub(crate) mod test;
pub(crate) mod validate;

use std::io::Write as _;

/// Prints lines to standard output. A reader that has left is no error.
pub(crate) fn print(lines: &[String]) -> anyhow::Result<()> {
    let mut output = std::io::stdout().lock();
    for line in lines {
        match writeln!(output, "{line}") {
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => return Ok(()),
            result => result?,
        }
    }
    Ok(())
}
