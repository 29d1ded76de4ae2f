//! Keys in, text and screen out.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may end with a panic")]

mod common;

use common::Editor;
use witdock_editor::app::{Effect, Input};
use witdock_editor_session::documents::file::Saved;
use witdock_editor_session::{Effect as SessionEffect, Input as SessionInput};

fn check(before: &str, keys: &str, after: &str) {
    let mut editor = Editor::with_text("file.txt", before);
    editor.keys(keys);
    assert_eq!(editor.text(), after, "after {keys}");
}

/// The input that answers a save, without a file.
fn saved(effects: Vec<Effect>) -> Input {
    let [Effect::Session(SessionEffect::Save { document, path, text, .. })] =
        <[Effect; 1]>::try_from(effects).unwrap()
    else {
        panic!("no save")
    };
    Input::Session(SessionInput::Saved { document, path, text, result: Ok(Saved::default()) })
}

#[test]
fn keys_edit_the_text() {
    check("", "a b enter c", "ab\nc");
    check("one two", "ctrl-right space x", "one x two");
    check("one two", "shift-end x", "x");
    check("one\ntwo", "down end backspace", "one\ntw");
    check("one two", "ctrl-delete", " two");
    check("äöü", "right delete", "äü");
    check("  x", "end enter y", "  x\n  y");
    check("one", "ctrl-a ctrl-x ctrl-v ctrl-v", "oneone");
    check("a\nb", "ctrl-c down ctrl-v", "a\na\nb");
}

#[test]
fn typing_is_undone_and_redone_together() {
    check("", "a b c ctrl-z", "");
    check("", "a b c ctrl-z ctrl-y", "abc");
    check("x", "a right b ctrl-z", "ax");
}

#[test]
fn finding_goes_along_with_typing_and_escape_goes_back() {
    let mut editor = Editor::with_text("file.txt", "one two twenty");
    editor.keys("ctrl-f t w");
    assert_eq!(editor.selected(), 4..6);
    editor.keys("e");
    assert_eq!(editor.selected(), 8..11);
    editor.keys("backspace");
    assert_eq!(editor.selected(), 4..6);
    editor.keys("enter");
    assert_eq!(editor.selected(), 8..10);
    editor.keys("escape");
    assert_eq!(editor.selected(), 0..0);
    editor.keys("ctrl-f z");
    assert!(editor.screen().contains("`z` not found"), "{}", editor.screen());
}

#[test]
fn quitting_with_changes_asks() {
    let mut editor = Editor::with_text("file.txt", "one");
    assert!(matches!(editor.keys("ctrl-q")[..], [Effect::Quit]));
    editor.keys("x ctrl-q");
    assert!(editor.screen().contains("Quit without saving file.txt? (y/n)"), "{}", editor.screen());
    assert!(editor.keys("n ctrl-q z").is_empty());
    assert!(matches!(editor.keys("y")[..], [Effect::Quit]));
}

#[test]
fn a_saved_document_is_no_longer_modified_unless_it_has_changed_since() {
    let mut editor = Editor::with_text("file.txt", "one");
    let first = saved(editor.keys("x ctrl-s"));
    editor.keys("y");
    editor.update(first);
    assert!(editor.screen().contains("[modified]"));
    let second = saved(editor.keys("ctrl-s"));
    assert!(matches!(&second, Input::Session(SessionInput::Saved { text, .. }) if text.text() == "xyone"));
    editor.update(second);
    assert!(!editor.screen().contains("[modified]"), "{}", editor.screen());
}

#[test]
fn several_documents_are_switched_and_closed() {
    let mut editor = Editor::with_text("one.txt", "1");
    editor.open("two.txt", "2");
    assert_eq!(editor.text(), "1");
    editor.keys("ctrl-page-down");
    assert_eq!(editor.text(), "2");
    assert!(editor.screen().contains("two.txt  2/2"), "{}", editor.screen());
    editor.keys("ctrl-w");
    assert_eq!(editor.text(), "1");
}

#[test]
fn the_view_follows_the_cursor_and_the_screen_shows_it() {
    let text: String = (1..=40).map(|line| format!("line {line}\n")).collect();
    let mut editor = Editor::with_text("long.rs", &text);
    editor.keys("page-down page-down down");
    let screen = editor.screen();
    assert!(screen.contains(" 20 line 20") && !screen.contains("line 11\n"), "{screen}");
    assert!(screen.contains("rust  20:1"), "{screen}");
    editor.keys("ctrl-end");
    assert!(editor.screen().contains("~") || editor.screen().contains(" 41"), "{}", editor.screen());
}

#[test]
fn control_characters_are_not_drawn() {
    let mut editor = Editor::with_text("file.txt", "a\u{1b}[31mb\tc\u{202e}");
    let screen = editor.screen();
    assert!(screen.contains("a\u{fffd}[31mb") && !screen.contains('\u{1b}'), "{screen}");
}

#[test]
fn the_palette_runs_what_is_chosen() {
    let mut editor = Editor::with_text("file.txt", "one");
    editor.keys("ctrl-p s e l");
    assert!(editor.screen().contains("Select all"), "{}", editor.screen());
    editor.keys("enter x");
    assert_eq!(editor.text(), "x");
}
