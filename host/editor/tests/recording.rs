//! Recording keys, and typing them again.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may end with a panic")]

mod common;

use common::Editor;
use witdock_editor::app::{Effect, Input};

/// Lets a replay go on to its end. Gives how many times the screen could be drawn in between.
fn go_on(editor: &mut Editor, mut effects: Vec<Effect>) -> usize {
    let mut count = 0;
    while effects.iter().any(|effect| matches!(effect, Effect::GoOn)) {
        effects = editor.update(Input::GoOn);
        count += 1;
    }
    count
}

fn last_line(editor: &mut Editor) -> String {
    let screen = editor.screen();
    screen.trim_end().lines().next_back().unwrap_or_default().trim_matches('"').trim().to_owned()
}

#[test]
fn recorded_keys_are_typed_again() {
    let mut editor = Editor::with_text("a.txt", "a\nb\nc\nd\n");
    editor.keys("alt-q end ; down home");
    assert!(editor.screen().contains("[recording]"), "{}", editor.screen());
    editor.keys("alt-q");
    assert_eq!(last_line(&mut editor), "recorded for Alt-.: end ; down home");
    let effects = editor.keys("alt-.");
    go_on(&mut editor, effects);
    assert_eq!(editor.text(), "a;\nb;\nc\nd\n");
    editor.keys("ctrl-p t i m e s");
    assert!(editor.screen().contains("several times"), "{}", editor.screen());
    let effects = editor.keys("enter 2 enter");
    go_on(&mut editor, effects);
    assert_eq!(editor.text(), "a;\nb;\nc;\nd;\n");
}

#[test]
fn a_recording_that_the_palette_ends_does_not_hold_the_palette() {
    let mut editor = Editor::with_text("a.txt", "");
    editor.keys("alt-q x ctrl-p r e c o r d space k enter");
    assert_eq!(last_line(&mut editor), "recorded for Alt-.: x");
    editor.keys("alt-q");
    editor.keys("alt-q");
    assert_eq!(last_line(&mut editor), "no keys were recorded");
}

#[test]
fn a_replay_is_bounded_and_escape_or_a_failure_ends_it() {
    let mut editor = Editor::with_text("a.txt", "b b\n");
    editor.keys("alt-q x y alt-q ctrl-p t i m e s enter 9 9 9 9 9 enter");
    assert!(last_line(&mut editor).contains("are more than 100000"), "{}", editor.screen());
    let effects = editor.keys("ctrl-p t i m e s enter 1 0 0 0 enter");
    assert!(effects.iter().any(|effect| matches!(effect, Effect::GoOn)));
    editor.update(Input::GoOn);
    editor.keys("z escape");
    assert!(last_line(&mut editor).starts_with("replay stopped; 1900 keys"), "{}", editor.screen());
    assert!(!editor.text().contains('z'));
    assert!(!editor.update(Input::GoOn).iter().any(|effect| matches!(effect, Effect::GoOn)));
    // A search that finds nothing ends it.
    let mut editor = Editor::with_text("a.txt", "b b\n");
    editor.keys("ctrl-f b home alt-q alt-s delete x alt-q");
    let effects = editor.keys("ctrl-p t i m e s enter 9 enter");
    go_on(&mut editor, effects);
    assert_eq!(editor.text(), "x x\n");
    assert!(last_line(&mut editor).contains("`b` not found"), "{}", editor.screen());
}
