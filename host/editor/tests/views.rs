//! Several views beside and below each other.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may end with a panic")]

mod common;

use common::Editor;
use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use witdock_editor::app::Input;

fn lines(count: usize) -> String {
    (1..=count).map(|line| format!("line {line}\n")).collect()
}

fn mouse(editor: &mut Editor, kind: MouseEventKind, column: u16, row: u16) {
    editor.update(Input::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }));
}

fn click(editor: &mut Editor, column: u16, row: u16) {
    mouse(editor, MouseEventKind::Down(MouseButton::Left), column, row);
}

#[test]
fn views_beside_and_below() {
    let mut editor = Editor::sized(60, 12, "one.rs", &lines(30));
    editor.open("two.md", "# Two\n");
    editor.keys("ctrl-k r ctrl-page-down ctrl-k b end x");
    insta::assert_snapshot!(editor.screen());
    // The cursor is in the focused view.
    editor.screen();
    assert_eq!(editor.cursor(), (31 + 5 + 6, 5));
    editor.keys("ctrl-k left");
    assert_eq!(editor.text(), lines(30));
    editor.keys("ctrl-k right ctrl-k up ctrl-k c");
    let screen = editor.screen();
    assert!(screen.contains("one.rs") && screen.contains("two.md"), "{screen}");
    editor.keys("ctrl-k c");
    let screen = editor.screen();
    assert!(!screen.contains('│') && !screen.contains('─'), "{screen}");
    editor.keys("ctrl-k c");
    assert!(editor.screen().contains("only view"), "{}", editor.screen());
}

#[test]
fn each_view_of_a_document_has_its_own_place() {
    let mut editor = Editor::sized(60, 10, "one.rs", &lines(40));
    editor.keys("down down ctrl-k r ctrl-end up");
    let screen = editor.screen();
    assert!(screen.contains("  1 line 1 ") && screen.contains(" 40 line 40"), "{screen}");
    assert_eq!(editor.selected(), 303..303);
    // The cursor of the other view moves along with what is typed here.
    editor.keys("ctrl-home n e w enter ctrl-k o");
    assert_eq!(editor.selected().start, "new\nline 1\nline 2\n".len());
    editor.keys("x ctrl-k o");
    assert_eq!(editor.selected(), 4..4);
    assert!(editor.text().starts_with("new\nline 1\nline 2\nxline 3\n"));
    // A document that is closed is shown nowhere.
    editor.open("two.txt", "2\n");
    editor.keys("ctrl-z ctrl-z ctrl-w");
    let screen = editor.screen();
    assert!(!screen.contains("one.rs") || screen.contains("without saving"), "{screen}");
}

#[test]
fn the_mouse_focuses_scrolls_and_selects_in_the_view_below_it() {
    let mut editor = Editor::sized(60, 10, "one.rs", &lines(40));
    editor.keys("ctrl-k r");
    // The wheel scrolls the view under the pointer, and the focus stays.
    mouse(&mut editor, MouseEventKind::ScrollDown, 3, 3);
    let screen = editor.screen();
    assert!(screen.contains("  4 line 4") && screen.contains("  1 line 1"), "{screen}");
    click(&mut editor, 10, 2);
    assert_eq!(editor.selected().start, lines(5).len() + 5);
    mouse(&mut editor, MouseEventKind::Drag(MouseButton::Left), 7, 3);
    assert_eq!(editor.selected(), lines(5).len() + 5..lines(6).len() + 2);
    // The line with the name gives the focus only.
    click(&mut editor, 45, 7);
    assert_eq!(editor.selected(), 0..0);
}

#[test]
fn no_screen_is_too_small_for_views() {
    for (columns, rows) in [(1, 1), (4, 3), (12, 5), (60, 12)] {
        let mut editor = Editor::sized(60, 12, "one.md", &lines(40));
        editor.keys("ctrl-k r ctrl-k b ctrl-k r ctrl-k b");
        editor.update(Input::Resize(columns, rows));
        editor.keys("down x ctrl-k o ctrl-k left page-down ctrl-k c");
        click(&mut editor, columns / 2, rows / 2);
        editor.keys("ctrl-p escape ctrl-t escape ctrl-b escape");
    }
    let mut editor = Editor::sized(15, 12, "one.md", "");
    editor.keys("ctrl-k r");
    assert!(editor.screen().contains("there is"), "{}", editor.screen());
}
