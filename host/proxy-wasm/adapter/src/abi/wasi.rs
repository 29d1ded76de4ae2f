//! The functions of WASI that SDKs and languages' libraries call. The merge answers the others with ENOSYS.

use alloc::format;
use alloc::vec::Vec;

use super::{log, time};
use crate::bindings::wasi::clocks::monotonic_clock;
use crate::bindings::wasi::random::random;
use crate::bindings::witdock::plugin::log::{Level, panicked};
use crate::memory;
use crate::status::Answer;
use crate::text;

const SUCCESS: u32 = 0;
const BADF: u32 = 8;
const FAULT: u32 = 21;
const NOTSUP: u32 = 58;

fn errno(answer: Answer) -> u32 {
    answer.map_or(FAULT, |()| SUCCESS)
}

/// A line is cut where the host's log would cut it anyway.
const MOST_WRITTEN: usize = 1 << 20;

#[unsafe(export_name = "wasi_snapshot_preview1#fd_write")]
extern "C" fn fd_write(fd: u32, vectors: u32, count: u32, written_at: u32) -> u32 {
    let level = match fd {
        1 => Level::Info,
        2 => Level::Error,
        _ => return BADF,
    };
    errno((|| {
        memory::check(vectors, count.saturating_mul(8))?;
        let (mut text, mut written) = (Vec::new(), 0_u32);
        for number in 0..count {
            let at = vectors + number * 8;
            let (address, size) = (memory::read_u32(at)?, memory::read_u32(at + 4)?);
            memory::check(address, size)?;
            written = written.wrapping_add(size);
            if text.len() < MOST_WRITTEN {
                text.extend_from_slice(&memory::read(address, size.min(MOST_WRITTEN as u32))?);
            }
        }
        if !text.is_empty() {
            log::write(level, &text::lossy(text.strip_suffix(b"\n").unwrap_or(&text)));
        }
        memory::write_u32(written_at, written)
    })())
}

#[unsafe(export_name = "wasi_snapshot_preview1#fd_seek")]
extern "C" fn fd_seek(_fd: u32, _offset: i64, _whence: u32, _position_at: u32) -> u32 {
    SUCCESS
}

#[unsafe(export_name = "wasi_snapshot_preview1#fd_close")]
extern "C" fn fd_close(_fd: u32) -> u32 {
    SUCCESS
}

#[unsafe(export_name = "wasi_snapshot_preview1#fd_fdstat_get")]
extern "C" fn fd_fdstat_get(fd: u32, stat_at: u32) -> u32 {
    if fd != 1 && fd != 2 {
        return BADF;
    }
    let mut stat = [0; 24];
    // The right to write.
    stat[8] = 64;
    errno(memory::write(stat_at, &stat))
}

/// There are no folders: libraries look for them until this answer comes.
#[unsafe(export_name = "wasi_snapshot_preview1#fd_prestat_get")]
extern "C" fn fd_prestat_get(_fd: u32, _prestat_at: u32) -> u32 {
    BADF
}

#[unsafe(export_name = "wasi_snapshot_preview1#environ_get")]
extern "C" fn environ_get(_addresses_at: u32, _texts_at: u32) -> u32 {
    SUCCESS
}

#[unsafe(export_name = "wasi_snapshot_preview1#environ_sizes_get")]
extern "C" fn environ_sizes_get(count_at: u32, size_at: u32) -> u32 {
    errno(memory::write_u32(count_at, 0).and_then(|()| memory::write_u32(size_at, 0)))
}

#[unsafe(export_name = "wasi_snapshot_preview1#args_get")]
extern "C" fn args_get(_addresses_at: u32, _texts_at: u32) -> u32 {
    SUCCESS
}

#[unsafe(export_name = "wasi_snapshot_preview1#args_sizes_get")]
extern "C" fn args_sizes_get(count_at: u32, size_at: u32) -> u32 {
    errno(memory::write_u32(count_at, 0).and_then(|()| memory::write_u32(size_at, 0)))
}

#[unsafe(export_name = "wasi_snapshot_preview1#clock_time_get")]
extern "C" fn clock_time_get(clock: u32, _precision: u64, time_at: u32) -> u32 {
    let time = match clock {
        0 => time::now(),
        1 => monotonic_clock::now(),
        _ => return NOTSUP,
    };
    errno(memory::write_u64(time_at, time))
}

#[unsafe(export_name = "wasi_snapshot_preview1#clock_res_get")]
extern "C" fn clock_res_get(clock: u32, resolution_at: u32) -> u32 {
    if clock > 1 { NOTSUP } else { errno(memory::write_u64(resolution_at, 1)) }
}

#[unsafe(export_name = "wasi_snapshot_preview1#random_get")]
extern "C" fn random_get(at: u32, size: u32) -> u32 {
    /// What is asked of the proxy at a time.
    const PIECE: u32 = 1 << 16;
    errno((|| {
        memory::check(at, size)?;
        let mut done = 0;
        while done < size {
            let bytes = random::get_random_bytes((size - done).min(PIECE).into());
            if bytes.is_empty() {
                return Err(crate::status::Status::InternalFailure);
            }
            memory::write(at + done, &bytes)?;
            done += bytes.len() as u32;
        }
        Ok(())
    })())
}

#[unsafe(export_name = "wasi_snapshot_preview1#sched_yield")]
extern "C" fn sched_yield() -> u32 {
    SUCCESS
}

/// A filter that exits ends its instance.
#[unsafe(export_name = "wasi_snapshot_preview1#proc_exit")]
extern "C" fn proc_exit(code: u32) {
    panicked(&format!("the module called proc_exit({code})"), None);
    exit()
}

#[cfg(target_arch = "wasm32")]
fn exit() -> ! {
    core::arch::wasm32::unreachable()
}
