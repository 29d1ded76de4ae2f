//! The table of attacks in `docs/security.md`, from the tests that make them.
//!
//! A test that makes an attack says so above itself, in comments:
//!
//! ```text
//! // attack: opening files without end
//! // host: ends the call: `Failure::Descriptors`
//! #[test]
//! fn files_are_bounded() {
//! ```
//!
//! It may tell what it has measured with [`observed`]. `cargo run -p witdock-attacks` runs these tests and writes the table; a test of this crate fails if the page
//! has other rows than the sources.

mod observed;
mod package;
mod page;
mod row;

pub use observed::{Observations, observed};
pub use package::{Suite, suites};
pub use page::{PAGE, Page};
pub use row::{Row, rows};
