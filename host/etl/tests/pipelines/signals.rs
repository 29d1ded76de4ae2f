//! Runs that end by a signal: at their next batch, with what they have started.
#![cfg(unix)]

use std::fs;
use std::io::Write;

use crate::background::{begin, end, send};
use crate::commits::{appending, arrive, project};
use crate::project::{Project, eventually, sink};

#[test]
fn a_signal_stops_a_run_at_the_next_batch_and_the_next_one_continues() {
    for (signal, code) in [("TERM", 143), ("INT", 130)] {
        let project = project("", &appending("jsonl", "out.jsonl"));
        arrive(&project, "1.csv", 0..10);
        arrive(&project, "2.csv", 10..20_000);
        let mut run = begin(&project, &["run", "pipeline.toml", "--throttle", "4000"]);
        eventually("a commit", || project.path("out.jsonl").exists().then_some(()));
        let (ended, said) = end(&mut run, signal);
        assert_eq!(ended, Some(code), "{said}");
        assert!(said.contains("stopped after commit 1: the next run continues there"), "{said}");
        assert_eq!(project.jsonl("out.jsonl").len(), 10);
        project.run(&[]);
        assert_eq!(project.jsonl("out.jsonl").len(), 20_000);
    }
}

#[test]
fn a_signal_is_the_end_of_a_watched_source() {
    let project = project("watch = true\nsettle_ms = 0\n", &sink("csv", "out.csv"));
    arrive(&project, "1.csv", 0..3);
    let mut run = begin(&project, &["run", "pipeline.toml"]);
    eventually("a commit", || project.path("pipeline.checkpoint.json").exists().then_some(()));
    let (ended, said) = end(&mut run, "TERM");
    assert_eq!((ended, project.read("out.csv").as_str()), (Some(143), "a\n0\n1\n2\n"), "{said}");
}

#[test]
fn a_signal_ends_a_run_that_waits_for_a_pipe_and_a_second_one_any_run() {
    let rest = sink("csv", "out.csv");
    let project = Project::of_source("format = \"csv\"\npath = \"-\"", &rest);
    let started = || {
        let mut run = begin(&project, &["run", "pipeline.toml"]);
        run.stdin.as_mut().unwrap().write_all(b"name\n0123456789\n0123456789\n").unwrap();
        eventually("the run has its target", || project.path(".out.csv.witdock-lock").exists().then_some(()));
        run
    };
    let mut run = started();
    let (ended, said) = end(&mut run, "INT");
    assert_eq!(ended, Some(130), "{said}");
    assert!(said.contains("stopped before the first commit: nothing was written"), "{said}");
    let mut run = started();
    send(&run, "INT");
    let (ended, said) = end(&mut run, "INT");
    assert_eq!(ended, Some(130), "{said}");
    assert!(!project.path("out.csv").exists());
}

/// Also where a second signal leaves no time to stop.
#[cfg(target_os = "linux")]
#[test]
fn a_run_that_ends_by_signals_ends_the_build_with_all_that_it_has_started() {
    let rest = format!("[[stage]]\nname = \"slow\"\nplugin = \"slow\"\n{}", sink("csv", "out.csv"));
    let project = Project::of_source("format = \"csv\"\npath = \"in.csv\"", &rest);
    fs::write(project.path("in.csv"), "a\n1\n").unwrap();
    fs::create_dir(project.path("slow")).unwrap();
    let manifest = "[plugin]\nname = \"slow\"\n[build]\noutput = \"slow.wasm\"\n\
                    command = [\"sh\", \"-c\", \"sh -c 'echo $$ > pid; exec sleep 600' & wait\"]\n";
    fs::write(project.path("slow/plugin.toml"), manifest).unwrap();
    for signals in 1..=2 {
        let mut run = begin(&project, &["run", "pipeline.toml"]);
        let pid = eventually("the build has started a process", || {
            let pid = fs::read_to_string(project.path("slow/pid")).ok()?;
            pid.ends_with('\n').then(|| pid.trim().to_owned())
        });
        (1..signals).for_each(|_| send(&run, "TERM"));
        let (ended, said) = end(&mut run, "TERM");
        assert_eq!(ended, Some(143), "{said}");
        let runs =
            || fs::read_to_string(format!("/proc/{pid}/cmdline")).is_ok_and(|line| line.contains("sleep"));
        eventually("the process has ended", || (!runs()).then_some(()));
        fs::remove_file(project.path("slow/pid")).unwrap();
    }
}
