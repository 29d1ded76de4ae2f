//! Why a component was not prepared.

use std::fmt;
use std::time::Duration;

use crate::check::OverBudget;
use crate::text::{self, Short};

/// What a child process was doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Preparation {
    /// Comparing the component's type with the interface's worlds.
    Check,
    /// Reading its types, or converting it from a core module.
    Read,
    /// Reading its debug information.
    Symbols,
    /// Compiling it.
    Compile,
}

impl fmt::Display for Preparation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Check => "checking",
            Self::Read => "reading",
            Self::Symbols => "finding lines in the debug information of",
            Self::Compile => "compiling",
        })
    }
}

/// A component that cannot be prepared within its [`Budget`](crate::Budget).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PreparationError {
    /// It has more of something than the budget allows.
    #[error(transparent)]
    OverBudget(#[from] OverBudget),
    /// The child process took longer than [`Budget::time`](crate::Budget::time), and was killed.
    #[error("{preparation} the component took longer than {} and was ended", Short(*limit))]
    Deadline {
        /// What it was doing.
        preparation: Preparation,
        /// The limit.
        limit: Duration,
    },
    /// The child process needed more than [`Budget::memory_bytes`](crate::Budget::memory_bytes).
    #[error("{preparation} the component needs more than {} MiB of memory", limit >> 20)]
    Memory {
        /// What it was doing.
        preparation: Preparation,
        /// The limit, bytes.
        limit: u64,
    },
    /// The child process had no stack left: a circle or very deep nesting in the component's types.
    #[error(
        "{preparation} the component overflows the stack: its types are nested without end, or depend on each other in a circle"
    )]
    Stack {
        /// What it was doing.
        preparation: Preparation,
    },
    /// The child process died otherwise. This is a defect of a library that the component triggers.
    #[error("{preparation} the component crashed the process that did it: {}", text::line(reason))]
    Crashed {
        /// What it was doing.
        preparation: Preparation,
        /// The process's last words and its exit status.
        reason: String,
    },
    /// The child process could not be started or spoken to.
    #[error("the process that reads components cannot be started: {reason}")]
    Unavailable {
        /// The system's message.
        reason: String,
    },
}
