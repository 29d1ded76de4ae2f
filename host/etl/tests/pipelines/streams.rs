//! What can be read only once: pipes and devices.
#![cfg(unix)]

use std::fs;
use std::process::{Command, Stdio};

use crate::project::{Project, sink};

fn project(path: &str, more: &str) -> Project {
    Project::of_source(&format!("format = \"csv\"\npath = {path}\n{more}"), &sink("jsonl", "out.jsonl"))
}

fn fifo(project: &Project) {
    assert!(Command::new("mkfifo").arg(project.path("pipe")).status().unwrap().success());
}

#[test]
fn a_pipe_is_read_once() {
    let project = project("\"pipe\"", "");
    fifo(&project);
    let run = project.command(&["run", "pipeline.toml"]).stderr(Stdio::piped()).spawn().unwrap();
    // Opens once a reader has.
    fs::write(project.path("pipe"), "a\n1\n2\n").unwrap();
    let output = run.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(project.jsonl("out.jsonl").len(), 2);
}

#[test]
fn the_device_of_standard_input_is_standard_input() {
    for pipe in [true, false] {
        let project = project("\"/dev/stdin\"", "");
        fs::write(project.path("in.csv"), "a\n1\n2\n").unwrap();
        let file = fs::File::open(project.path("in.csv")).unwrap();
        let mut command = project.command(&["run", "pipeline.toml"]);
        let output = if pipe {
            let mut cat = Command::new("cat").stdin(file).stdout(Stdio::piped()).spawn().unwrap();
            let output = command.stdin(cat.stdout.take().unwrap()).output().unwrap();
            cat.wait().unwrap();
            output
        } else {
            command.stdin(file).output().unwrap()
        };
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(project.jsonl("out.jsonl").len(), 2);
    }
}

#[test]
fn what_needs_more_than_one_look_is_refused() {
    for (path, more, words) in [
        ("[\"pipe\", \"other.csv\"]", "", "cannot be combined with other paths"),
        ("\"pipe\"", "watch = true\n", "cannot be combined with other paths or `watch`"),
        ("\"-\"", "watch = true\n", "standard input cannot be combined"),
    ] {
        let project = project(path, more);
        fifo(&project);
        fs::write(project.path("other.csv"), "a\n").unwrap();
        let error = project.error(&["run", "pipeline.toml"]);
        assert!(error.contains(words), "{error}");
    }
    for path in ["pipe", "-"] {
        let source = format!("format = \"parquet\"\npath = \"{path}\"\n");
        let project = Project::of_source(&source, &sink("jsonl", "out.jsonl"));
        fifo(&project);
        let error = project.error(&["run", "pipeline.toml"]);
        assert!(error.contains("cannot be read as Parquet"), "{error}");
    }
}
