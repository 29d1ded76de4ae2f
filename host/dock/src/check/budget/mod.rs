//! The size budget of a component, checked before anything validates, decodes or compiles it.
//!
//! A few kilobytes of WebAssembly can describe work without end: nested components that each instantiate the one before twice,
//! or a function whose loops times locals keep a compiler busy for minutes. One scan over the bytes, without recursion and
//! linear in their number, measures what later steps cost and compares it with a [`Budget`].

mod counts;
mod functions;
mod instances;
mod limits;
mod scan;
#[cfg(test)]
mod tests;
mod types;

pub use limits::{Budget, OverBudget};
pub(crate) use scan::{Depth, scan};
