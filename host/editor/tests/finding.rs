//! Finding and replacing: keys in, selections, text and screen out.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may end with a panic")]

mod common;

use common::Editor;
use ratatui::style::Color;
use witdock_editor::app::{Effect, Input};
use witdock_editor_session::{Effect as SessionEffect, Input as SessionInput};

fn keys_of(text: &str) -> String {
    let keys: Vec<String> =
        text.chars().map(|c| if c == ' ' { "space".to_owned() } else { c.to_string() }).collect();
    keys.join(" ")
}

fn last_line(editor: &mut Editor) -> String {
    let screen = editor.screen();
    screen.trim_end().lines().next_back().unwrap_or_default().trim_matches('"').trim().to_owned()
}

/// What is typed, and what stands behind it.
#[track_caller]
fn shows(editor: &mut Editor, typed: &str, behind: &str) {
    let line = last_line(editor);
    let rest = line.strip_prefix(typed).unwrap_or_else(|| panic!("{line}: not {typed}"));
    assert!(rest.starts_with("  ") && rest.trim_start().starts_with(behind), "{line}: not {behind}");
}

/// Runs the searches that were sent out, as the driver does.
fn search(editor: &mut Editor, effects: Vec<Effect>) -> usize {
    let mut count = 0;
    for effect in effects {
        if let Effect::Session(SessionEffect::Find(task)) = effect {
            count += 1;
            let more = editor.update(Input::Session(SessionInput::Found(task.run())));
            count += search(editor, more);
        }
    }
    count
}

#[test]
fn matches_are_counted_and_all_visible_ones_are_shown() {
    let mut editor = Editor::with_text("file.txt", "one two\ntwo Two\n");
    editor.keys("ctrl-f t w o");
    shows(&mut editor, "Find: two", "1 of 3");
    editor.keys("enter");
    shows(&mut editor, "Find: two", "2 of 3");
    let shown = |editor: &mut Editor| editor.cells(|cell| cell.bg == Color::Yellow).len();
    // The one that is selected looks so.
    assert_eq!(shown(&mut editor), 6);
    // It goes on after the search, until the text changes.
    editor.keys("page-down");
    assert_eq!(shown(&mut editor), 9);
    editor.keys("x");
    assert_eq!((shown(&mut editor), editor.text()), (0, "one two\ntwo Two\nx".to_owned()));
    editor.keys("ctrl-f t w o escape");
    assert_eq!(shown(&mut editor), 0);
}

#[test]
fn switches_are_turned_while_typing_and_stay() {
    let mut editor = Editor::with_text("file.txt", "ab a.b Ab b\n");
    editor.keys("ctrl-f a . b");
    shows(&mut editor, "Find: a.b", "1 of 1");
    editor.keys("alt-r");
    shows(&mut editor, "Find [regex]: a.b", "1 of 1");
    editor.keys("backspace backspace . b backspace backspace");
    editor.keys("alt-r b alt-c");
    shows(&mut editor, "Find [case]: ab", "1 of 1");
    editor.keys("alt-c");
    shows(&mut editor, "Find [any case]: ab", "1 of 2");
    editor.keys("alt-c alt-w backspace backspace b");
    shows(&mut editor, "Find [words]: b", "1 of 2");
    editor.keys("escape ctrl-f");
    shows(&mut editor, "Find [words]:", "Alt-R/C/W");
}

#[test]
fn an_invalid_expression_is_said_and_nothing_moves() {
    let mut editor = Editor::with_text("file.txt", "one (two)\n");
    editor.keys("ctrl-f alt-r t");
    assert_eq!(editor.selected(), 5..6);
    editor.keys("backspace ( t");
    assert_eq!(editor.selected(), 0..0);
    let line = last_line(&mut editor);
    assert!(line.contains("invalid regular expression: unclosed group"), "{line}");
    editor.keys(") escape");
    assert_eq!(editor.selected(), 0..0);
}

#[test]
fn a_search_is_repeated_without_its_line_and_says_where_it_wraps() {
    let mut editor = Editor::with_text("file.txt", "a b a b a\n");
    editor.keys("alt-s");
    assert_eq!(last_line(&mut editor), "nothing was searched for yet");
    editor.keys("ctrl-f a alt-s");
    assert_eq!(editor.selected(), 4..5);
    editor.keys("alt-s alt-s");
    assert_eq!((editor.selected(), last_line(&mut editor)), (0..1, "the search wrapped around".to_owned()));
    editor.keys("alt-shift-S");
    assert_eq!((editor.selected(), last_line(&mut editor)), (8..9, "the search wrapped around".to_owned()));
    // An empty line repeats the last search.
    editor.keys("home ctrl-f enter");
    shows(&mut editor, "Find: a", "1 of 3");
}

#[test]
fn a_far_match_is_searched_for_beside_the_editor() {
    let text = format!("start\n{}end\n", "-\n".repeat(1 << 20));
    let mut editor = Editor::with_text("file.txt", &text);
    editor.keys("ctrl-f e n");
    let effects = editor.keys("d");
    shows(&mut editor, "Find: end", "searching …");
    assert_eq!(editor.selected(), 0..0);
    // The search and the count.
    assert_eq!(search(&mut editor, effects), 2);
    assert_eq!(editor.selected(), text.len() - 4..text.len() - 1);
    shows(&mut editor, "Find: end", "1 of 1");
    // One that another key has replaced finds nothing any more.
    let late = editor.keys("escape ctrl-f e n d");
    editor.keys("backspace backspace backspace s t");
    search(&mut editor, late);
    assert_eq!(editor.selected(), 0..2);
}

#[test]
fn replacing_asks_about_each_match_and_is_one_step_to_undo() {
    let mut editor = Editor::with_text("file.txt", "one one one one\n");
    editor.keys(&format!("ctrl-r {} enter {} enter", keys_of("one"), keys_of("two")));
    assert!(last_line(&mut editor).starts_with("Replace? y yes"), "{}", editor.screen());
    assert!(editor.screen().contains("onetwo one one one"), "{}", editor.screen());
    editor.keys("y n");
    assert!(editor.screen().contains("two one onetwo one"), "{}", editor.screen());
    assert!(last_line(&mut editor).starts_with("Replace (1 replaced)?"), "{}", editor.screen());
    editor.keys("y q");
    assert_eq!(editor.text(), "two one two one\n");
    assert_eq!(last_line(&mut editor), "2 matches replaced");
    editor.keys("ctrl-z");
    assert_eq!(editor.text(), "one one one one\n");
}

#[test]
fn all_that_are_left_are_replaced_at_once_and_counted() {
    let mut editor = Editor::with_text("file.txt", "a1 a2 a3 a4\n");
    editor.keys(&format!("right ctrl-r alt-r {} enter {} enter", keys_of(r"a(?<n>\d)"), keys_of("${n}b$1")));
    // From the cursor on, and then from the start.
    assert!(editor.screen().contains("a1 a22b2 a3 a4"), "{}", editor.screen());
    editor.keys("n a");
    assert_eq!(editor.text(), "1b1 a2 3b3 4b4\n");
    assert_eq!(last_line(&mut editor), "3 matches replaced");
    editor.keys("ctrl-z ctrl-r a enter x alt-a");
    assert_eq!(editor.text(), "x1 x2 x3 x4\n");
}

#[test]
fn a_selection_over_several_lines_is_searched_alone() {
    let mut editor = Editor::with_text("file.txt", "a\na\na\na\n");
    editor.keys("down shift-down shift-down ctrl-r a enter b enter a");
    assert_eq!(editor.text(), "a\nb\nb\na\n");
}

#[test]
fn what_cannot_be_replaced_is_said() {
    let mut editor = Editor::with_text("file.txt", "a\n");
    editor.keys("ctrl-r z enter");
    assert_eq!(last_line(&mut editor), "`z` not found");
    editor.keys("ctrl-r alt-r a enter $ 9 enter");
    assert!(last_line(&mut editor).contains("the pattern has no groups"), "{}", editor.screen());
    editor.keys("escape");
    assert_eq!(editor.text(), "a\n");
    assert_eq!(last_line(&mut editor), "no match replaced");
}

#[test]
fn empty_matches_are_replaced_once_each() {
    let mut editor = Editor::with_text("file.txt", "a\nb\n");
    editor.keys("ctrl-r alt-r ^ enter > enter y y y");
    assert_eq!(last_line(&mut editor), "3 matches replaced");
    // One more than there are matches is no text.
    editor.keys("y z");
    assert_eq!(editor.text(), ">a\n>b\n>z");
}

#[test]
fn a_large_text_is_replaced_beside_the_editor() {
    let text = format!("{}end end\n", "-\n".repeat(1 << 20));
    let mut editor = Editor::with_text("file.txt", &text);
    let effects = editor.keys("ctrl-r e n d enter");
    search(&mut editor, effects);
    let effects = editor.keys("x enter");
    search(&mut editor, effects);
    let effects = editor.keys("y");
    search(&mut editor, effects);
    let effects = editor.keys("a");
    search(&mut editor, effects);
    assert!(editor.text().ends_with("-\nx x\n"));
    assert_eq!(last_line(&mut editor), "2 matches replaced");
}
