//! Where `witdock dev` writes its messages.

use std::fs::File;
use std::io::{IsTerminal, Write};
use std::path::Path;
use std::sync::Mutex;

use anyhow::Context;

/// A terminal that shows only the latest round, or a pipe or log file that keeps all rounds.
#[derive(Debug)]
pub(super) struct Screen {
    log: Option<Mutex<File>>,
    in_place: bool,
}

impl Screen {
    pub(super) fn new(log: Option<&Path>, beside_a_host: bool) -> anyhow::Result<Self> {
        let log = log
            .map(|path| File::create(path).with_context(|| format!("cannot write {}", path.display())))
            .transpose()?
            .map(Mutex::new);
        // Clearing the screen would remove what a host prints.
        let in_place = log.is_none() && !beside_a_host && std::io::stdout().is_terminal();
        Ok(Self { log, in_place })
    }

    /// Whether messages go to a log file.
    pub(super) fn is_log(&self) -> bool {
        self.log.is_some()
    }

    /// Begins a round: clears a terminal.
    pub(super) fn begin(&self) {
        if self.in_place {
            print!("\x1b[2J\x1b[3J\x1b[H");
        }
    }

    /// Writes one or more lines. A closed pipe is ignored.
    pub(super) fn say(&self, text: &str) {
        let _ = match &self.log {
            Some(log) => log.lock().map_or(Ok(()), |mut log| writeln!(log, "{text}")),
            None => {
                let mut stdout = std::io::stdout().lock();
                writeln!(stdout, "{text}").and_then(|()| stdout.flush())
            }
        };
    }
}
