use alloc::string::String;

use crate::bindings::witdock::plugin::log::{self, Level};
use crate::memory;
use crate::root::ROOT_CONTEXT;
use crate::status::{Status, answer};
use crate::text;

const LEVELS: [Level; 6] = [Level::Trace, Level::Debug, Level::Info, Level::Warn, Level::Error, Level::Error];
const CRITICAL: u32 = 5;

pub(super) fn write(level: Level, message: &str) {
    log::write(level, &ROOT_CONTEXT.name.borrow(), message);
}

#[unsafe(export_name = "env#proxy_log")]
extern "C" fn proxy_log(level: u32, message: u32, size: u32) -> u32 {
    answer(|| {
        let level_name = LEVELS.get(level as usize).copied().ok_or(Status::BadArgument)?;
        let message: String = text::lossy(&memory::read(message, size)?);
        // The SDKs report a panic so, before they trap.
        if level == CRITICAL {
            log::panicked(&message, None);
        }
        write(level_name, &message);
        Ok(())
    })
}

#[unsafe(export_name = "env#proxy_get_log_level")]
extern "C" fn proxy_get_log_level(level_at: u32) -> u32 {
    answer(|| {
        let level = match log::max_level() {
            Level::Trace => 0,
            Level::Debug => 1,
            Level::Info => 2,
            Level::Warn => 3,
            Level::Error => 4,
        };
        memory::write_u32(level_at, level)
    })
}
