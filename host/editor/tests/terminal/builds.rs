//! Builds of plugins: they end with the editor, and are not repeated.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::process::{Pid, test_kill_process};

use crate::pty::Terminal;

/// A plugin folder with one project, built by this script.
fn plugins(home: &Path, name: &str, script: &str) -> String {
    let folder = home.join("plugins").join(name);
    fs::create_dir_all(&folder).unwrap();
    let manifest = format!(
        "[plugin]\nname = \"{name}\"\n[build]\ncommand = [\"sh\", \"build.sh\"]\noutput = \"build/out.wasm\"\nignore = [\"log\"]\n"
    );
    fs::write(folder.join("plugin.toml"), manifest).unwrap();
    fs::write(folder.join("build.sh"), script).unwrap();
    home.join("plugins").to_str().unwrap().to_owned()
}

#[test]
fn quitting_ends_a_build_with_all_that_it_has_started() {
    let home = tempfile::tempdir().unwrap();
    let plugins = plugins(home.path(), "slow", "sleep 1000 &\necho $! > pid.new\nmv pid.new pid\nwait\n");
    let mut terminal = Terminal::start(home.path(), &["--plugins", &plugins, "file.txt"]);
    terminal.until("building slow");
    let begun = Instant::now();
    let pid = loop {
        if let Ok(text) = fs::read_to_string(home.path().join("plugins/slow/pid")) {
            break Pid::from_raw(text.trim().parse().unwrap()).unwrap();
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "the build does not begin");
        std::thread::sleep(Duration::from_millis(10));
    };
    assert!(test_kill_process(pid).is_ok());
    terminal.send("\x11");
    assert_eq!(terminal.ended(), 0);
    let is_gone = || {
        // One that was killed and that nobody has waited for is gone too.
        let status = fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero())).unwrap_or_default();
        test_kill_process(pid).is_err() || status.contains(") Z ")
    };
    let begun = Instant::now();
    while !is_gone() {
        assert!(begun.elapsed() < Duration::from_secs(10), "the build goes on");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn what_has_not_changed_is_not_built_at_the_next_start() {
    let home = tempfile::tempdir().unwrap();
    // An empty component, which does not fit.
    let script = "echo built >> log\nmkdir -p build\nprintf '\\0asm\\015\\0\\001\\0' > build/out.wasm\n";
    let plugins = plugins(home.path(), "quick", script);
    let builds = || fs::read_to_string(home.path().join("plugins/quick/log")).unwrap().lines().count();
    for expected in [1, 1, 2] {
        if expected == 2 {
            fs::write(home.path().join("plugins/quick/new"), "").unwrap();
        }
        let mut terminal = Terminal::start(home.path(), &["--plugins", &plugins, "file.txt"]);
        terminal.until("1 plugin failed (F2)");
        assert_eq!(builds(), expected);
        terminal.send("\x11");
        assert_eq!(terminal.ended(), 0);
    }
}

#[test]
fn a_text_that_no_terminal_takes_is_not_copied_without_a_word() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("file.txt"), "words\n".repeat(40_000)).unwrap();
    let mut terminal = Terminal::start(home.path(), &["file.txt"]);
    terminal.until("words");
    terminal.send("\x01\x03");
    terminal.until("copied within the editor alone");
    // It is on the editor's own clipboard.
    terminal.send("\x1b[1;5H\x16");
    terminal.until("40001:1");
    terminal.send("\x11y");
    assert_eq!(terminal.ended(), 0);
}
