//! What a newcomer does in an empty folder: an interface of one's own, its host built and run, a plugin changed while it runs.
//!
//! A host of its own builds the WebAssembly runtime once more, though into the same folder: the features of its dependencies are not
//! those of this whole workspace. So this is ignored by default.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// Long enough for a build on a busy machine.
const PATIENCE: Duration = Duration::from_secs(600);

/// A program that runs, what it is told, and what it has said.
struct Program {
    child: Child,
    input: Option<ChildStdin>,
    lines: Receiver<String>,
}

impl Program {
    fn start(program: &Path, folder: &Path) -> Self {
        let mut child = Command::new(program)
            .current_dir(folder)
            .env("CARGO_TARGET_DIR", target())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, lines) = channel();
        let outputs: [Box<dyn Read + Send>; 2] =
            [Box::new(child.stdout.take().unwrap()), Box::new(child.stderr.take().unwrap())];
        for output in outputs {
            let sender = sender.clone();
            std::thread::spawn(move || {
                for line in BufReader::new(output).lines().map_while(Result::ok) {
                    eprintln!("| {line}");
                    let _ = sender.send(line);
                }
            });
        }
        Self { input: child.stdin.take(), child, lines }
    }

    fn say(&mut self, line: &str) {
        writeln!(self.input.as_mut().unwrap(), "{line}").unwrap();
    }

    /// Waits for a line that contains this.
    fn expect(&self, words: &str) {
        let deadline = Instant::now() + PATIENCE;
        while let Ok(line) = self.lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            if line.contains(words) {
                return;
            }
        }
        panic!("`{words}` was not printed");
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn target() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().to_owned()
}

fn succeeds(command: &mut Command) {
    let begun = Instant::now();
    let status = command.status().unwrap();
    assert!(status.success(), "{command:?}: {status}");
    eprintln!("{command:?} took {:?}", begun.elapsed());
}

#[test]
#[ignore = "builds a host of its own, which takes minutes"]
fn an_interface_of_ones_own_runs_and_its_plugins_reload() {
    let home = tempfile::tempdir().unwrap();
    succeeds(Command::new(env!("CARGO_BIN_EXE_witdock")).current_dir(&home).args([
        "new",
        "interface",
        "my-room",
    ]));
    let workspace = home.path().join("my-room");
    let cargo = |arguments: &[&str]| {
        let mut command = Command::new("cargo");
        command.current_dir(&workspace).args(arguments).env("CARGO_TARGET_DIR", target());
        succeeds(&mut command);
    };
    cargo(&["build"]);

    let mut room = Program::start(&target().join("debug/my-room"), &workspace);
    room.expect("bots are in the room");
    room.say("anna: hello");
    room.expect("greeter: Hello anna!");

    let source = workspace.join("plugins/greeter/src/lib.rs");
    let text = fs::read_to_string(&source).unwrap();
    fs::write(&source, text.replace("Hello {person}!", "Welcome {person}!")).unwrap();
    room.expect("greeter running generation 2");
    room.say("ben: hello");
    room.expect("greeter: Welcome ben!");

    fs::write(&source, text.replace("impl Bot for", "impl Boat for")).unwrap();
    room.expect("generation 3 REJECTED");
    room.say("cleo: hello");
    room.expect("greeter: Welcome cleo!");

    room.input = None;
    room.expect("greeter: Goodbye!");
    assert!(room.child.wait().unwrap().success());
    drop(room);

    fs::write(&source, text).unwrap();
    cargo(&["test"]);
}
