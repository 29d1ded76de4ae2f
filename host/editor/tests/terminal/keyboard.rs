//! The terminal's keyboard: keys that are one in the older encoding are told apart, and the terminal is left as it was.

use std::fs;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::pty::Terminal;

/// kitty's keyboard protocol: the first stage, which tells Esc, Ctrl-I, Ctrl-Shift-K and so on apart.
const PUSH: &str = "\x1b[>1u";
const POP: &str = "\x1b[<1u";

#[test]
fn keys_are_told_apart_and_the_terminal_gets_its_own_back() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("file.txt");
    fs::write(&file, "one\ntwo\n").unwrap();
    let mut terminal = Terminal::start(home.path(), &[file.to_str().unwrap()]);
    terminal.until("two");
    assert_eq!((terminal.count_written(PUSH), terminal.count_written(POP)), (1, 0));
    // Ctrl-Shift-K deletes the line, Ctrl-K alone does not; Ctrl-I is not Tab, and Esc has a sequence of its own.
    terminal.send("\x1b[107;6u\x1b[105;5u\x1b[27u\x1b[120;5u");
    terminal.wait_for("one line is left", |screen| !screen.contents().contains("one"));
    terminal.send("\t!");
    terminal.until("    !");
    terminal.signal(Signal::TSTP);
    terminal.wait_for("the shell's screen", |screen| !screen.alternate_screen());
    assert_eq!((terminal.count_written(PUSH), terminal.count_written(POP)), (1, 1));
    let begun = Instant::now();
    while terminal.state() != 'T' {
        assert!(begun.elapsed() < Duration::from_secs(60), "it does not stop");
        std::thread::sleep(Duration::from_millis(5));
    }
    terminal.signal(Signal::CONT);
    terminal.wait_for("the editor's screen", vt100::Screen::alternate_screen);
    terminal.until("    !");
    terminal.signal(Signal::TERM);
    terminal.ended();
    assert_eq!((terminal.count_written(PUSH), terminal.count_written(POP)), (2, 2));
}
