//! The limits that a worker sets itself before it reads anything.

use super::request::Setup;

#[cfg(unix)]
pub(super) fn confine(setup: &Setup) {
    use rustix::process::{Resource, Rlimit, setrlimit};

    let limit = |resource, most: u64| {
        // A stricter limit may be in force already, which may not be raised.
        let _ = setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) });
    };
    // Counts what is allocated, not what is only reserved. macOS ignores it: there the time alone is limited.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    limit(Resource::Data, setup.memory_bytes);
    // A crash leaves a message, and no file.
    limit(Resource::Core, 0);
    let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get() as u64);
    // The program kills it earlier. This holds if the program itself was killed.
    limit(Resource::Cpu, setup.seconds.saturating_add(1).saturating_mul(cores));
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        // It ends with the thread that started it, which waits for it.
        let _ = rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL));
    }
}

#[cfg(not(unix))]
pub(super) fn confine(_: &Setup) {}
