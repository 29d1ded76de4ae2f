//! Foreign bytes and texts without end, for everything of witdock that reads some.
//!
//! A [`Target`] reads an input and may refuse it; it must not panic, overflow the stack, or take more than its time. A [`Campaign`] gives it inputs:
//! those of its corpus, and mutations of them. An input whose outcome no other had joins the corpus of the campaign, so that errors which are
//! deep in a reader are reached from those before them. A seed gives the same inputs each time.
//! Valid components of any kind come from `smith/`, a program of its own: `--more FOLDER` begins with them.
//!
//! The tests of this crate run a short campaign for each target. `cargo run -p witdock-fuzz -- TARGET --minutes 20` runs a long one.

mod campaign;
mod corpus;
mod mutation;
mod outcome;
mod random;
pub mod targets;

pub use campaign::{Campaign, End, Report};
pub use outcome::Outcome;
pub use random::Random;
pub use targets::Target;
