//! Programs that plugins run, as the session sees them.

use std::path::PathBuf;

use super::call::Ticket;

/// A program to start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// Its name, as the person has allowed it.
    pub name: String,
    /// The file on this machine.
    pub path: PathBuf,
    /// Its arguments, without its name.
    pub arguments: Vec<String>,
    /// The folder that it works in.
    pub folder: PathBuf,
    /// Variables in addition to those that each process gets.
    pub environment: Vec<(String, String)>,
}

/// Something to do with a process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProcessAction {
    /// Start it.
    Start(Box<Program>),
    /// Write to its input.
    Write(Vec<u8>),
    /// End its input.
    CloseInput,
    /// The plugin has handled a piece of its output: another one may be read.
    Taken,
    /// End it. [`Happened::Ended`] follows.
    Kill,
    /// End it, and tell nothing more about it.
    Forget,
}

/// Something that a process has done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happened {
    /// It has written something.
    Output(Pipe, Vec<u8>),
    /// It has read this many bytes of its input.
    Read(usize),
    /// It has read all of its input, which a plugin waits for.
    HasRoom,
    /// It has ended.
    Ended(ProcessEnd),
}

/// One of the outputs of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pipe {
    /// Standard output.
    Output,
    /// Standard error.
    Errors,
}

/// How a process has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProcessEnd {
    /// By itself, with this code.
    Exited(i32),
    /// By a signal, which is known where it came from outside.
    Killed(Option<i32>),
    /// It could not be started.
    NotStarted(String),
}

/// A process of a plugin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunningProcess {
    /// Its number.
    pub ticket: Ticket,
    /// The bytes of input that it has not read.
    pub unread: usize,
    /// Whether its input was closed.
    pub is_closed: bool,
    /// Whether the plugin waits for its input to be read.
    pub wants_room: bool,
}
