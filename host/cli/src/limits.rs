//! Command-line options for the limits of a plugin that runs without a host.

use std::time::Duration;

use clap::Args;
use witdock::{Dock, DockError, Limits};

/// The limits of each call.
#[derive(Debug, Args)]
#[command(next_help_heading = "Limits")]
pub(crate) struct LimitArguments {
    /// The time that one call may take, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "5", value_parser = seconds)]
    deadline: Duration,
    /// The memory that the plugin may use, in MiB
    #[arg(long, value_name = "MIB", default_value_t = 256)]
    memory: usize,
}

impl LimitArguments {
    pub(crate) fn limits(&self) -> Limits {
        Limits {
            call_deadline: self.deadline,
            memory_bytes: self.memory.saturating_mul(1 << 20),
            // A short run keeps every line.
            log_lines_per_second: 10_000,
            ..Limits::default()
        }
    }
}

/// The dock that plugins run in.
///
/// # Errors
///
/// When this machine has no WebAssembly compiler backend.
pub(crate) fn dock() -> Result<Dock, DockError> {
    Dock::new()
}

fn seconds(text: &str) -> Result<Duration, String> {
    let wrong = || format!("invalid time `{text}`; write seconds, for example 5 or 0.5");
    let seconds: f64 = text.parse().map_err(|_| wrong())?;
    Duration::try_from_secs_f64(seconds).ok().filter(|time| !time.is_zero()).ok_or_else(wrong)
}
