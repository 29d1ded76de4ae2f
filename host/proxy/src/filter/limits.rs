//! Limits of what filters may do, with their reasons. Those of memory and time are the dock's.

/// Headers of one message: nginx and Envoy stop near this number too.
pub(crate) const MOST_HEADERS: usize = 256;

/// Names and values of one message's headers, bytes: what upstreams commonly take (nginx 32 KiB, Envoy 60 KiB).
pub(crate) const MOST_HEADER_BYTES: usize = 64 << 10;

/// Calls of one instance that wait for their answers. Each holds a request, and later its answer.
pub(crate) const MOST_CALLS: usize = 1024;

/// The answer to a filter's call, bytes.
pub(crate) const MOST_ANSWER_BYTES: usize = 8 << 20;

/// The longest time for a filter's call.
pub(crate) const LONGEST_CALL_MS: u32 = 60_000;

/// Shared data of one scope, keys and values, bytes.
pub(crate) const MOST_SHARED_BYTES: usize = 64 << 20;

/// Messages in one queue, bytes.
pub(crate) const MOST_QUEUE_BYTES: usize = 8 << 20;

/// Queues of one scope.
pub(crate) const MOST_QUEUES: usize = 256;

/// Metrics of one filter.
pub(crate) const MOST_METRICS: usize = 1024;

/// A metric's name, bytes.
pub(crate) const LONGEST_METRIC: usize = 200;

/// Properties that filters set for one exchange, paths and values, bytes.
pub(crate) const MOST_PROPERTY_BYTES: usize = 64 << 10;

/// The shortest period of a tick, milliseconds.
pub(crate) const SHORTEST_TICK_MS: u32 = 10;
