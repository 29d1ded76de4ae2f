//! What this process takes of the machine.

use std::fmt;

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
