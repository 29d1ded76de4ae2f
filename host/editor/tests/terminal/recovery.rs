//! Crashes: unsaved text is kept, and offered at the next start.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::pty::Terminal;

fn recovered(home: &Path, file: &str) -> String {
    let mut terminal = Terminal::start(home, &[file]);
    terminal.until("[unsaved changes kept]");
    terminal.until("F5 shows them");
    assert!(!terminal.screen().contents().contains("open in another"), "nobody has it open");
    terminal.send("\x1b[15~");
    terminal.until("r recover");
    terminal.until("+");
    terminal.send("r");
    terminal.until("[modified]");
    terminal.send("\x13");
    terminal.until("bytes saved");
    terminal.send("\x11");
    assert_eq!(terminal.ended(), 0);
    fs::read_to_string(home.join(file)).unwrap()
}

/// Killed at any moment, it has lost at most what was typed in the last two seconds.
#[test]
fn a_killed_editor_loses_two_seconds_at_most() {
    for pause in [0, 350, 700, 1_300] {
        let home = tempfile::tempdir().unwrap();
        let mut terminal = Terminal::start(home.path(), &["file.txt"]);
        terminal.until("file.txt");
        let begun = Instant::now();
        let mut typed = Vec::new();
        let length = Duration::from_millis(2_200 + pause);
        while begun.elapsed() < length {
            terminal.send("x");
            typed.push(begun.elapsed());
            std::thread::sleep(Duration::from_millis(10));
        }
        terminal.signal(Signal::KILL);
        let killed = begun.elapsed();
        terminal.ended();
        let old = typed.iter().filter(|at| **at + Duration::from_secs(2) < killed).count();
        assert!(old > 0);
        let kept = recovered(home.path(), "file.txt").len();
        assert!(kept >= old && kept <= typed.len(), "{kept} of {} are kept, {old} were old", typed.len());
    }
}

#[test]
fn a_closed_window_loses_nothing() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("file.txt"), "old\n").unwrap();
    let mut terminal = Terminal::start(home.path(), &["file.txt"]);
    terminal.until("old");
    terminal.send("new ");
    terminal.until("new old");
    terminal.close();
    terminal.signal(Signal::HUP);
    terminal.ended();
    assert_eq!(recovered(home.path(), "file.txt"), "new old\n");
}

#[test]
fn two_editors_on_a_file_know_of_each_other() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("file.txt"), "text\n").unwrap();
    let mut first = Terminal::start(home.path(), &["file.txt"]);
    first.until("text");
    first.send("x");
    first.until("[modified]");
    // It says what it has open within a second.
    std::thread::sleep(Duration::from_millis(1_500));
    let mut second = Terminal::start(home.path(), &["./file.txt"]);
    let words = format!("open in another witdock-edit (process {})", first.process().as_raw_nonzero());
    second.until(&words);
    assert!(
        !second.screen().contents().contains("[unsaved changes kept]"),
        "the text of one that runs is its own"
    );
    second.send("\x11");
    assert_eq!(second.ended(), 0);
    // Quitting without saving is a decision: nothing is offered then.
    first.send("\x11y");
    assert_eq!(first.ended(), 0);
    let mut third = Terminal::start(home.path(), &["file.txt"]);
    third.until("text");
    assert!(!third.screen().contents().contains("kept"));
}

#[test]
fn discarding_asks_first() {
    let home = tempfile::tempdir().unwrap();
    let mut first = Terminal::start(home.path(), &["file.txt"]);
    first.until("file.txt");
    first.send("kept");
    first.until("[modified]");
    first.signal(Signal::TERM);
    first.ended();
    let mut second = Terminal::start(home.path(), &["file.txt"]);
    second.until("F5 shows them");
    second.send("\x1b[15~");
    second.until("+kept");
    second.send("x");
    second.until("Drop these changes of file.txt for good? (y/n)");
    second.send("n");
    second.until("x discard");
    second.send("x");
    second.until("(y/n)");
    second.send("y");
    second.wait_for("nothing is kept", |screen| !screen.contents().contains("[unsaved changes kept]"));
    second.send("\x11");
    assert_eq!(second.ended(), 0);
}
