use crate::bindings::wasi::clocks::wall_clock;
use crate::bindings::witdock::proxy::timers;
use crate::memory;
use crate::status::answer;

/// Nanoseconds since 1970.
pub(super) fn now() -> u64 {
    let now = wall_clock::now();
    now.seconds.saturating_mul(1_000_000_000).saturating_add(now.nanoseconds.into())
}

#[unsafe(export_name = "env#proxy_get_current_time_nanoseconds")]
extern "C" fn proxy_get_current_time_nanoseconds(time_at: u32) -> u32 {
    answer(|| memory::write_u64(time_at, now()))
}

#[unsafe(export_name = "env#proxy_set_tick_period_milliseconds")]
extern "C" fn proxy_set_tick_period_milliseconds(period: u32) -> u32 {
    answer(|| {
        timers::set_tick(period);
        Ok(())
    })
}
