//! The program itself in a real terminal: what a terminal sends, signals, the shell's job control, and crashes.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may end with a panic"
)]

mod builds;
#[cfg(target_os = "linux")]
mod keyboard;
mod plugins;
mod pty;
mod recovery;
mod signals;

use std::fs;

use pty::Terminal;

#[test]
fn a_paste_has_the_line_breaks_of_the_text() {
    let home = tempfile::tempdir().unwrap();
    let (unix, dos) = (home.path().join("unix.txt"), home.path().join("dos.txt"));
    fs::write(&dos, "a\r\n").unwrap();
    for (file, saved) in [(&unix, "one\ntwo\n"), (&dos, "one\r\ntwo\r\na\r\n")] {
        let mut terminal = Terminal::start(home.path(), &[file.to_str().unwrap()]);
        terminal.until(file.file_name().unwrap().to_str().unwrap());
        // Terminals send CR for a line break.
        terminal.send("\x1b[200~one\rtwo\r\x1b[201~");
        terminal.until("two");
        terminal.send("\x13");
        terminal.until("bytes saved");
        assert_eq!(fs::read_to_string(file).unwrap(), saved);
        terminal.send("\x11");
        assert_eq!(terminal.ended(), 0);
    }
}

#[test]
fn a_place_in_a_file_is_opened() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("text");
    fs::write(&file, "one\ntwö\nthree\n").unwrap();
    let name = file.to_str().unwrap();
    for (arguments, place) in
        [(vec![format!("{name}:2:4")], "2:4"), (vec!["+3".to_owned(), name.to_owned()], "3:1")]
    {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let mut terminal = Terminal::start(home.path(), &arguments);
        terminal.until(place);
        terminal.send("\x11");
        assert_eq!(terminal.ended(), 0);
    }
}

#[test]
fn a_folder_or_another_output_than_a_terminal_is_refused_in_words() {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_witdock-edit")).arg("x").output().unwrap();
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && words.contains("not a terminal"), "{words}");
}
