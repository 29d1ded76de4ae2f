//! The limits of a plugin that is run without a host, as options.

use std::time::Duration;

use clap::Args;
use witdock::{Dock, DockError, Limits};

/// What a call may consume.
#[derive(Debug, Args)]
#[command(next_help_heading = "Limits")]
pub(crate) struct LimitArguments {
    /// How long one call may take, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "5", value_parser = seconds)]
    deadline: Duration,
    /// How much memory the plugin may have, in MiB
    #[arg(long, value_name = "MIB", default_value_t = 256)]
    memory: usize,
}

impl LimitArguments {
    pub(crate) fn limits(&self) -> Limits {
        Limits {
            call_deadline: self.deadline,
            memory_bytes: self.memory.saturating_mul(1 << 20),
            // All that a plugin prints in a short run is wanted.
            log_lines_per_second: 10_000,
            ..Limits::default()
        }
    }
}

/// The dock that tools run plugins in.
///
/// # Errors
///
/// When the machine is none that wasm can be compiled for.
pub(crate) fn dock() -> Result<Dock, DockError> {
    Dock::new()
}

fn seconds(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is no time: write seconds, for example 5 or 0.5");
    let seconds: f64 = text.parse().map_err(|_| wrong())?;
    Duration::try_from_secs_f64(seconds).ok().filter(|time| !time.is_zero()).ok_or_else(wrong)
}
