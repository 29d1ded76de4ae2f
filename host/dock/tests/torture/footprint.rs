//! What this process takes of the machine.

use std::fmt;

/// What allocators and thread pools may hold on to.
const SLACK_KIB: usize = 24 << 10;

/// What the process takes now.
#[derive(Clone, Copy, Debug)]
pub struct Footprint {
    /// The memory that is resident.
    pub resident_kib: usize,
    pub threads: usize,
    pub descriptors: usize,
}

impl Footprint {
    pub fn now() -> Self {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let number = |key: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(key)).unwrap();
            line.trim_start_matches(':').split_whitespace().next().unwrap().parse().unwrap()
        };
        Self {
            resident_kib: number("VmRSS"),
            threads: number("Threads"),
            descriptors: std::fs::read_dir("/proc/self/fd").unwrap().count(),
        }
    }
}

impl fmt::Display for Footprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { resident_kib, threads, descriptors } = self;
        write!(f, "{} MiB resident, {threads} threads, {descriptors} descriptors", resident_kib >> 10)
    }
}

/// Checks that nothing is left of what was done in between.
pub fn check(first: Footprint, last: Footprint) {
    assert!(last.threads <= first.threads + 1, "threads are left: {first}, then {last}");
    assert!(last.descriptors <= first.descriptors + 2, "descriptors are left: {first}, then {last}");
    assert!(last.resident_kib <= first.resident_kib + SLACK_KIB, "memory is left: {first}, then {last}");
}
