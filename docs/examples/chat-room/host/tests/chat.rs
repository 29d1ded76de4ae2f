//! Runs the program with its bots.

use std::io::Write;
use std::process::{Command, Stdio};

/// The output for these lines of input.
fn chat(bot: &str, lines: &str) -> String {
    let folder = format!("{}/../plugins/{bot}", env!("CARGO_MANIFEST_DIR"));
    let mut room = Command::new(env!("CARGO_BIN_EXE_chat-room"))
        .arg(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    room.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    String::from_utf8(room.wait_with_output().unwrap().stdout).unwrap()
}

#[test]
fn the_greeter_counts_greetings_and_says_goodbye() {
    let shown = chat("greeter", "anna: hello\nben: hello\nanna: hello again\n/recap\n");
    let expected = "greeter: Hello anna!\ngreeter: Hello ben!\ngreeter: Hello anna, for the 2nd time!\n";
    assert!(shown.starts_with(expected), "{shown}");
    assert!(shown.contains("anna said `hello again`"), "{shown}");
    assert!(shown.ends_with("greeter: Goodbye!\n"), "{shown}");
}

#[test]
#[ignore = "needs Node.js and npm"]
fn the_calculator_calculates_and_a_loop_does_not_stop_the_room_with_node() {
    let shown = chat("calculator", "what is 6 * 7?\n/calc (() => { for (;;); })()\n/calc 1 / 3\n");
    assert!(shown.starts_with("calculator: 6 * 7 = 42\n"), "{shown}");
    assert!(shown.contains("1 / 3 = 0.333"), "{shown}");
}
