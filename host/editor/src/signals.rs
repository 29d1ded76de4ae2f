//! The signals that end the editor or suspend it.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// What a signal asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// To end, by this signal.
    End(i32),
    /// To stop until it is continued.
    Suspend,
}

/// The signals that end the editor or suspend it.
#[derive(Debug)]
pub struct Signals {
    terminate: Signal,
    hang_up: Signal,
    interrupt: Signal,
    quit: Signal,
    suspend: Signal,
}

/// SIGTSTP, on all systems that have it. tokio has no name for it.
#[cfg(any(target_os = "linux", target_os = "android"))]
const SUSPEND: i32 = 20;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const SUSPEND: i32 = 18;

impl Signals {
    /// Takes the signals over: their defaults would end the process with the terminal as the editor has it.
    ///
    /// # Errors
    ///
    /// When the system refuses it.
    pub fn new() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
            quit: signal(SignalKind::quit())?,
            suspend: signal(SignalKind::from_raw(SUSPEND))?,
        })
    }

    /// Waits for the next signal. Dropping the future loses none.
    pub async fn next(&mut self) -> Asked {
        tokio::select! {
            _ = self.terminate.recv() => Asked::End(SignalKind::terminate().as_raw_value()),
            _ = self.hang_up.recv() => Asked::End(SignalKind::hangup().as_raw_value()),
            _ = self.interrupt.recv() => Asked::End(SignalKind::interrupt().as_raw_value()),
            _ = self.quit.recv() => Asked::End(SignalKind::quit().as_raw_value()),
            _ = self.suspend.recv() => Asked::Suspend,
        }
    }
}
