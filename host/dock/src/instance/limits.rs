//! The resource limits of a plugin.

use std::time::Duration;

use serde::Serialize;

use crate::check::Budget;

/// The resource limits of one plugin. The defaults are far above what a normal plugin uses.
///
/// The stack is the engine's and the same for all plugins: see [`DockBuilder::stack_bytes`](crate::DockBuilder::stack_bytes).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Limits {
    /// Bytes of all linear memories of one instance together. Default 64 MiB: a Rust guest needs one or two, a JavaScript
    /// or Python guest brings an interpreter and starts at twenty.
    pub memory_bytes: usize,
    /// How long one call may take, host functions included. Default 5 s: long for anything interactive, short
    /// enough that a loop is noticed. Set less for an interface with faster calls.
    pub call_deadline: Duration,
    /// Wasm instructions that one call may execute, about; the same call on the same input always uses the same fuel. Default
    /// none, since counting slows code down; needs [`DockBuilder::fuel`](crate::DockBuilder::fuel).
    pub fuel: Option<u64>,
    /// Host resources that one instance may hold at a time. Default 4,096: each is host memory that the memory
    /// limit does not see.
    pub handles: usize,
    /// Open files, sockets, streams and listings of folders that all instances of the plugin may hold together. Default 128: many systems
    /// give a process 1,024 descriptors, which all its plugins share with the host.
    pub descriptors: usize,
    /// Requests by HTTP that all instances of the plugin may have open together, each with a connection of its own. Default 16.
    pub http_requests: usize,
    /// Bytes of a request's body, and of an answer's, where the grant does not say. They stream, so this bounds what a plugin moves and not
    /// memory. Default 16 MiB.
    pub http_body_bytes: u64,
    /// Core instances in one instance of the plugin: the modules that its component consists of, each as often as it is used.
    /// Default 250: CPython with its libraries has 38.
    pub core_instances: usize,
    /// Memories in one instance of the plugin. Default 32: a component that is composed of several has one for each (JavaScript has 3), and each reserves
    /// gigabytes of addresses, whatever it uses of them.
    pub memories: usize,
    /// Tables in one instance of the plugin. Default 250, as with core instances.
    pub tables: usize,
    /// Bytes that one transfer from guest to host may copy, arguments of a host call or results of an export. Default
    /// 32 MiB: enough for several batches or a large document, and a bound on what a guest can make the host allocate.
    pub host_call_bytes: usize,
    /// Log lines a second, stdout and stderr included. Default 100: more than a person reads. Further lines are
    /// dropped, and a warning reports their number.
    pub log_lines_per_second: u32,
    /// Entries of all tables of one instance together. Default 100,000: an interpreter's function table has some ten thousand.
    pub table_elements: usize,
    /// What the component may consist of and what preparing it may cost, before any of its code runs.
    pub budget: Budget,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory_bytes: 64 << 20,
            call_deadline: Duration::from_secs(5),
            fuel: None,
            handles: 4096,
            descriptors: 128,
            http_requests: 16,
            http_body_bytes: 16 << 20,
            core_instances: 250,
            memories: 32,
            tables: 250,
            host_call_bytes: 32 << 20,
            log_lines_per_second: 100,
            table_elements: 100_000,
            budget: Budget::default(),
        }
    }
}
