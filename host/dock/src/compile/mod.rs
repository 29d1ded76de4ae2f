//! From an artifact to compiled code: from the cache, by a worker, or here.

mod cache;
mod compilation;
pub mod worker;

pub(crate) use cache::Cache;
pub(crate) use compilation::Compilation;
pub(crate) use worker::{EngineSettings, Leash, PreparationError, Symbol, Symbols};
