//! `processes`: programs of the system.

use std::path::{Path, PathBuf};

use witdock::Program as Granted;

use super::{CallView, number};
use crate::host::bindings::witdock::editor::processes::{self, StartError, WriteError};
use crate::host::call::{Ticket, new_ticket};
use crate::host::holdings::Held;
use crate::host::process::{ProcessAction, Program, RunningProcess};
use crate::processes::find;

/// The most processes of a plugin.
const MOST_PROCESSES: usize = 16;
/// The most input that all processes of a plugin have not read, bytes.
const MOST_UNREAD_BYTES: usize = 8 << 20;
/// The most that the arguments of a program may have, bytes. Systems allow some more.
const MOST_ARGUMENT_BYTES: usize = 96 << 10;

impl processes::Host for CallView<'_> {
    fn start(&mut self, program: processes::Program) -> wasmtime::Result<Result<u64, StartError>> {
        let program = match self.program(program) {
            Ok(program) => program,
            Err(error) => return Ok(Err(error)),
        };
        if self.state.processes.len() >= MOST_PROCESSES {
            return Ok(Err(StartError::TooMany(number(MOST_PROCESSES))));
        }
        let ticket = new_ticket();
        let bytes = program.arguments.iter().map(String::len).sum::<usize>();
        if self.hold(Held::Process(ticket), size_of::<Program>() + bytes)?.is_err() {
            return Ok(Err(StartError::TooMany(number(MOST_PROCESSES))));
        }
        self.programs.count(&program.name);
        self.state.processes.push(RunningProcess { ticket, unread: 0, is_closed: false, wants_room: false });
        self.act(ticket, ProcessAction::Start(Box::new(program)));
        Ok(Ok(ticket))
    }

    fn write(&mut self, process: u64, bytes: Vec<u8>) -> wasmtime::Result<Result<(), WriteError>> {
        let unread = self.state.processes.iter().map(|one| one.unread).sum::<usize>();
        let Some(running) = self.state.processes.iter_mut().find(|one| one.ticket == process) else {
            return Ok(Err(WriteError::NoSuchProcess));
        };
        if running.is_closed {
            return Ok(Err(WriteError::Closed));
        }
        let room = MOST_UNREAD_BYTES.saturating_sub(unread);
        if bytes.len() > room {
            running.wants_room = true;
            self.state.outcome.waits_for_room.push(process);
            return Ok(Err(WriteError::Full(room as u64)));
        }
        running.unread += bytes.len();
        let held = running.unread;
        if self.hold(Held::Process(process), held)?.is_err() {
            return Ok(Err(WriteError::Full(0)));
        }
        self.act(process, ProcessAction::Write(bytes));
        Ok(Ok(()))
    }

    fn close_input(&mut self, process: u64) -> wasmtime::Result<()> {
        if let Some(running) = self.state.processes.iter_mut().find(|one| one.ticket == process) {
            running.is_closed = true;
            self.act(process, ProcessAction::CloseInput);
        }
        Ok(())
    }

    fn kill(&mut self, process: u64) -> wasmtime::Result<()> {
        if self.state.processes.iter().any(|one| one.ticket == process) {
            self.act(process, ProcessAction::Kill);
        }
        Ok(())
    }
}

impl CallView<'_> {
    fn act(&mut self, process: Ticket, action: ProcessAction) {
        self.state.outcome.processes.push((process, action));
    }

    fn program(&self, program: processes::Program) -> Result<Program, StartError> {
        let processes::Program { name, arguments, folder } = program;
        let path = match self.programs.find(&name) {
            Some(Granted::At(path)) => path.to_owned(),
            Some(Granted::Missing) if find(&name).is_some() => {
                return Err(StartError::NotFound(format!(
                    "{name} was not on this machine when the plugin was loaded; reload the plugin"
                )));
            }
            Some(Granted::Missing) => {
                return Err(StartError::NotFound(format!(
                    "{name} is not in the folders of PATH; install it, then reload the plugin"
                )));
            }
            None => {
                return Err(StartError::NotGranted(format!(
                    "the plugin may not run {name}; add it to `programs` in [grants] of its manifest"
                )));
            }
        };
        let bytes = arguments.iter().map(|argument| argument.len() + 1).sum::<usize>();
        if bytes > MOST_ARGUMENT_BYTES {
            let most = MOST_ARGUMENT_BYTES >> 10;
            return Err(StartError::Invalid(format!("the arguments of {name} have more than {most} KiB")));
        }
        if arguments.iter().any(|argument| argument.contains('\0')) {
            return Err(StartError::Invalid(format!("an argument of {name} has a zero byte")));
        }
        let folder = within_root(&self.state.snapshot.root, &folder).ok_or_else(|| {
            StartError::Invalid(format!(
                "{folder} is not a folder in the workspace: write a path relative to its root"
            ))
        })?;
        let environment = self.programs.environment().to_vec();
        Ok(Program { name, path, arguments, folder, environment })
    }
}

/// The folder of this path below the root, if it is one and no link leads out.
fn within_root(root: &Path, folder: &str) -> Option<PathBuf> {
    let root = root.canonicalize().ok()?;
    let folder = root.join(folder).canonicalize().ok()?;
    (folder.starts_with(&root) && folder.is_dir()).then_some(folder)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_process_works_in_the_workspace_and_nowhere_else() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("root");
        std::fs::create_dir_all(root.join("inside")).unwrap();
        std::fs::write(root.join("file"), "").unwrap();
        std::os::unix::fs::symlink("..", root.join("out")).unwrap();
        let real = root.canonicalize().unwrap();
        assert_eq!(within_root(&root, ""), Some(real.clone()));
        assert_eq!(within_root(&root, "inside"), Some(real.join("inside")));
        for outside in ["..", "out", "/", "inside/../..", "file", "none"] {
            assert_eq!(within_root(&root, outside), None, "{outside}");
        }
    }
}
