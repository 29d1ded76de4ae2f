//! Reads and compiles foreign bytes in a child process first.
//!
//! Validating, decoding and compiling run no code of a component, and yet its bytes decide how much memory, time and stack they take. The
//! [`Budget`](crate::Budget) bounds what is known to be costly. The rest happens in a child process with limits on its memory and
//! time, which is killed when it exceeds them: it compiles, and what the host has to read itself, the child has read before.
//!
//! The child is the program itself, started with a hidden argument. A program opts in by calling [`serve`] first in `main`; without it all
//! happens in its own process.

mod confine;
mod dwarf;
mod error;
mod frame;
mod leash;
mod process;
mod program;
mod request;
mod serve;
mod symbols;

use crate::check::{Budget, Depth, scan};

pub(crate) use dwarf::Symbol;
pub use error::{Preparation, PreparationError};
pub(crate) use leash::Leash;
pub(crate) use process::Worker;
pub(crate) use request::{EngineSettings, Request};
pub(crate) use symbols::Symbols;

/// Call this first in `main`. In the child process that the dock starts, it serves the dock and ends the process. Otherwise it returns, and
/// from then on foreign components are read and compiled in such a child.
///
/// ```no_run
/// witdock::worker::serve();
/// let dock = witdock::Dock::new()?;
/// # Ok::<(), witdock::DockError>(())
/// ```
pub fn serve() {
    if std::env::args_os().nth(1).is_some_and(|argument| argument == program::ARGUMENT) {
        let served = serve::run();
        std::process::exit(if served.is_ok() { 0 } else { 1 });
    }
    program::remember();
}

/// Whether the program has opted in.
pub(crate) fn is_served() -> bool {
    program::program().is_some()
}

/// Reads a component in a child process, if the program has one, in all ways that there are without running it: converts it from a core
/// module, checks it, decodes its types as `wit-parser` does. After that, the same here ends, within the budget. For tools that look into
/// foreign components themselves.
///
/// # Errors
///
/// When the component exceeds the budget, or reading it takes more memory, time or stack than there is. What these ways find wrong
/// is no error here: reading the component again returns it.
pub fn try_reading(component: &[u8], budget: &Budget) -> Result<(), PreparationError> {
    scan(component, budget, Depth::Declarations)?;
    let Some(mut worker) = Worker::start(budget, None, component, &Leash::default())? else { return Ok(()) };
    worker.attempt(&Request::Read)
}
