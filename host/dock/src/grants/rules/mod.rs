//! A policy in a file: what plugins are denied, what a person is asked, and what is allowed without asking, by the plugin's name,
//! digest and signer.
//!
//! [`PolicyFile::verdicts`] says what the rules say about each capability that a plugin requests; [`Verdicts::policy`] combines that with what the host
//! grants by itself. `docs/grants.md` has the precedence as a table, which a test runs.

mod error;
mod file;
mod pattern;
mod precedence;
mod rule;
mod signer;
mod subject;
#[cfg(test)]
mod tests;
mod verdicts;

pub use error::PolicyFileError;
pub use file::PolicyFile;
pub use pattern::NamePattern;
pub use subject::Subject;
pub use verdicts::Verdicts;
