//! Where the rounds are told.

use std::fs::File;
use std::io::{IsTerminal, Write};
use std::path::Path;
use std::sync::Mutex;

use anyhow::Context;

/// The terminal, which shows the latest round and nothing else, or whatever keeps all of them.
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
        // What a host prints must not be cleared away.
        let in_place = log.is_none() && !beside_a_host && std::io::stdout().is_terminal();
        Ok(Self { log, in_place })
    }

    /// Whether the terminal is another's.
    pub(super) fn is_elsewhere(&self) -> bool {
        self.log.is_some()
    }

    /// Makes place for a round.
    pub(super) fn begin(&self) {
        if self.in_place {
            print!("\x1b[2J\x1b[3J\x1b[H");
        }
    }

    /// Writes a line, or several. A reader who has gone is no reason to stop.
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
