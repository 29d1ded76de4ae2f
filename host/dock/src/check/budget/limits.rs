//! The limits of a component, and the error for one that exceeds them.

use std::time::Duration;

use serde::Serialize;

/// The most that a component may consist of. Everything that it says about itself is bounded here before another step reads it.
///
/// The defaults are five to ten times what the largest components in use need: CPython with its standard library, 18 MB; SpiderMonkey,
/// 13 MB; programs in Go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Budget {
    /// Bytes of the component. Default 192 MiB.
    pub bytes: u64,
    /// Components inside of components, and types inside of component types. Default 20.
    pub nesting: u64,
    /// Core modules and components that it contains, nested ones included. Default 1,000.
    pub definitions: u64,
    /// Types that it defines, those inside of component and instance types included. Default 20,000.
    pub types: u64,
    /// Bytes of one name of an import or export. Default 2 KiB.
    pub name_bytes: u64,
    /// Instances of modules and components that starting it makes. Default 2,000.
    pub instances: u64,
    /// Functions, globals, tables, memories, imports and exports of all these instances together. Default 500,000: the
    /// runtime keeps some bytes for each, which the memory limit does not see.
    pub instance_items: u64,
    /// Core functions that are compiled. Default 200,000.
    pub functions: u64,
    /// The bytes of one function's code. Default 4 MiB.
    pub function_bytes: u64,
    /// Locals times blocks of one function, each block counted once for every loop around it: the measure of what a compiler spends on its
    /// variables. Default 20 million.
    pub function_work: u64,
    /// The sum of that over all functions. Default 200 million.
    pub work: u64,
    /// How long checking, decoding and compiling it may take, in a program whose foreign components are prepared by
    /// [a process of their own](crate::worker). Default 5 minutes: CPython takes some ten seconds in a release build.
    pub time: Duration,
    /// The memory of that process, bytes. Default 4 GiB.
    pub memory_bytes: u64,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            bytes: 192 << 20,
            nesting: 20,
            definitions: 1_000,
            types: 20_000,
            name_bytes: 2 << 10,
            instances: 2_000,
            instance_items: 500_000,
            functions: 200_000,
            function_bytes: 4 << 20,
            function_work: 20_000_000,
            work: 200_000_000,
            time: Duration::from_secs(300),
            memory_bytes: 4 << 30,
        }
    }
}

/// A component exceeds its [`Budget`]. Nothing of it was validated, compiled or run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize)]
#[error(
    "the component is too large to load: {what}, and the limit is {limit}. If you trust it, the host can raise the limit `{field}`"
)]
#[non_exhaustive]
pub struct OverBudget {
    /// What it has too much of, in words, with the number that was found before the scan stopped.
    pub what: String,
    /// The limit.
    pub limit: u64,
    /// The field of [`Budget`].
    pub field: &'static str,
}
