//! A clock that ticks for the instance.
//!
//! Request the import in `plugin.toml`: `imports = ["witdock:proxy/timers"]`.

use crate::host;
use std::time::Duration;

/// Calls [`Events::on_tick`](crate::Events::on_tick) in this period, at least 10 ms. Zero ends that.
pub fn set_tick(period: Duration) {
    host::timers::set_tick(u32::try_from(period.as_millis()).unwrap_or(u32::MAX));
}
