//! Signals: the terminal is as it was, and no text is lost.

use std::fs;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::pty::Terminal;

#[test]
fn a_signal_that_ends_it_restores_the_terminal_and_keeps_the_text() {
    for (signal, code) in [(Signal::TERM, 143), (Signal::HUP, 129), (Signal::INT, 130), (Signal::QUIT, 131)] {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("file.txt");
        fs::write(&file, "old\n").unwrap();
        let mut terminal = Terminal::start(home.path(), &[file.to_str().unwrap()]);
        terminal.until("old");
        terminal.send("new ");
        terminal.until("new old");
        terminal.signal(signal);
        assert_eq!(terminal.ended(), code, "{signal:?}");
        let screen = terminal.screen();
        assert!(!screen.alternate_screen() && !screen.hide_cursor() && !screen.bracketed_paste());
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
        assert!(screen.contents().contains("file.txt are kept"), "{}", screen.contents());
        assert_eq!(fs::read_to_string(&file).unwrap(), "old\n");

        let mut terminal = Terminal::start(home.path(), &[file.to_str().unwrap()]);
        terminal.until("[unsaved changes kept]");
        terminal.send("\x1b[15~");
        terminal.until("+new old");
        terminal.send("r");
        terminal.until("[modified]");
        terminal.send("\x13");
        terminal.until("bytes saved");
        assert_eq!(fs::read_to_string(&file).unwrap(), "new old\n");
        terminal.send("\x11");
        assert_eq!(terminal.ended(), 0);
        assert_eq!(fs::read_dir(home.path().join("state/witdock-edit/recovery")).unwrap().count(), 0);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn it_is_suspended_and_comes_back() {
    let home = tempfile::tempdir().unwrap();
    let mut terminal = Terminal::start(home.path(), &["file.txt"]);
    terminal.until("file.txt");
    terminal.send("typed");
    terminal.until("typed");
    // By the signal, and by the command.
    for by_signal in [true, false] {
        if by_signal {
            terminal.signal(Signal::TSTP);
        } else {
            terminal.send("\x10suspend\r");
        }
        terminal.wait_for("the shell's screen", |screen| !screen.alternate_screen());
        let begun = Instant::now();
        while terminal.state() != 'T' {
            assert!(begun.elapsed() < Duration::from_secs(60), "it does not stop");
            std::thread::sleep(Duration::from_millis(5));
        }
        terminal.signal(Signal::CONT);
        terminal.wait_for("the editor's screen", |screen| {
            screen.alternate_screen() && screen.contents().contains("typed")
        });
    }
    terminal.send("!");
    terminal.until("typed!");
}
