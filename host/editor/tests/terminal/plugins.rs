//! A plugin with a person, on a real screen, over two sessions.

use std::fs;
use std::path::Path;

use crate::pty::Terminal;

/// Runs a command of a plugin from the palette, as soon as it is there.
fn run(terminal: &mut Terminal, title: &str) {
    terminal.send("\x10");
    terminal.until("Commands:");
    terminal.send(title);
    // Once as it was typed, and once in the list.
    terminal.wait_for(title, |screen| screen.contents().matches(title).count() > 1);
    terminal.send("\r");
}

#[test]
fn what_a_plugin_keeps_leads_back_in_the_next_session() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("file.txt"), "one\ntwo\nthree\n").unwrap();
    fs::write(home.path().join("other.txt"), "other\n").unwrap();
    let plugin = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins/editor/bookmarks");
    let plugin = plugin.canonicalize().unwrap();
    let arguments = ["--allow-plugins", "--plugins", plugin.to_str().unwrap()];
    let mut terminal = Terminal::start(home.path(), &[&arguments[..], &["file.txt:2"]].concat());
    terminal.until("2:1");
    run(&mut terminal, "Set or remove a bookmark");
    // The message of the sign beside the line.
    terminal.wait_for("bookmark", |screen| screen.contents().trim_end().ends_with("\nbookmark"));
    terminal.send("\x11");
    assert_eq!(terminal.ended(), 0);

    let mut terminal = Terminal::start(home.path(), &[&arguments[..], &["other.txt"]].concat());
    terminal.until("other.txt");
    run(&mut terminal, "List bookmarks");
    terminal.until("bookmarks asks: Bookmarks (1)");
    terminal.until("file.txt:2");
    terminal.send("\r");
    terminal.until("three");
    terminal.until("2:1");
    terminal.send("\x11");
    assert_eq!(terminal.ended(), 0);
}
