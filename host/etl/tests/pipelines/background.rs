//! The program in the background, and signals that it gets.

use std::io::Read;
use std::process::{Child, Command, Stdio};

use crate::project::Project;

/// Starts the program, with pipes.
pub(crate) fn begin(project: &Project, arguments: &[&str]) -> Child {
    project
        .command(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Sends a signal, and returns the exit code and what the program said.
pub(crate) fn end(child: &mut Child, signal: &str) -> (Option<i32>, String) {
    send(child, signal);
    let mut said = String::new();
    child.stderr.as_mut().unwrap().read_to_string(&mut said).unwrap();
    (child.wait().unwrap().code(), said)
}

pub(crate) fn send(child: &Child, signal: &str) {
    let sent = Command::new("kill").arg(format!("-{signal}")).arg(child.id().to_string()).status().unwrap();
    assert!(sent.success());
}
