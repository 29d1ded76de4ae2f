//! The host as a [`log::Log`].

use crate::bindings::witdock::plugin::log as host;
use log::{Level, LevelFilter, Log, Metadata, Record};

struct HostLog;

impl Log for HostLog {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.level() <= log::max_level()
    }

    fn log(&self, record: &Record<'_>) {
        if !self.enabled(record.metadata()) {
            return;
        }
        let level = match record.level() {
            Level::Error => host::Level::Error,
            Level::Warn => host::Level::Warn,
            Level::Info => host::Level::Info,
            Level::Debug => host::Level::Debug,
            Level::Trace => host::Level::Trace,
        };
        match record.args().as_str() {
            Some(message) => host::write(level, record.target(), message),
            None => host::write(level, record.target(), &record.args().to_string()),
        }
    }

    fn flush(&self) {}
}

pub(crate) fn install() {
    // A plugin that has set its own logger keeps it.
    if log::set_logger(&HostLog).is_err() {
        return;
    }
    log::set_max_level(match host::max_level() {
        host::Level::Error => LevelFilter::Error,
        host::Level::Warn => LevelFilter::Warn,
        host::Level::Info => LevelFilter::Info,
        host::Level::Debug => LevelFilter::Debug,
        host::Level::Trace => LevelFilter::Trace,
    });
}
