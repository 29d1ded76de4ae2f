//! The mouse: in the text, and in what is over and beside it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may end with a panic")]

mod common;

use common::{Editor, plugin};
use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use witdock_editor::app::{Input, Mode};
use witdock_editor_core::Edit;
use witdock_editor_session::Input as SessionInput;
use witdock_editor_session::display::{
    Action, Choice, ChoiceQuestion, Completion, CompletionKind, Panel, PanelLine, Question,
};
use witdock_editor_session::host::{Answered, News, Outcome};
use witdock_editor_session::style::{Emphasis, Scope, Span, Style};

fn mouse(editor: &mut Editor, kind: MouseEventKind, column: u16, row: u16) {
    editor.update(Input::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }));
}

fn click(editor: &mut Editor, column: u16, row: u16) {
    mouse(editor, MouseEventKind::Down(MouseButton::Left), column, row);
}

/// What the plugin's call under way has asked for.
fn ended(editor: &mut Editor, outcome: Outcome) {
    editor.news(News::Ended { plugin: plugin(0), result: Ok((Answered::Told, Box::new(outcome))) });
}

/// An editor with a plugin that has a call under way.
fn with_plugin(text: &str) -> Editor {
    let mut editor = Editor::sized(60, 15, "a.txt", text);
    editor.decorate(Vec::new());
    editor.open("b.txt", "");
    assert!(!editor.app.take_calls().is_empty(), "the plugin has a call under way");
    editor
}

#[test]
fn clicks_select_words_and_lines_and_dragging_extends() {
    let mut editor = Editor::sized(40, 8, "a.txt", "one two_three four\nfive\n");
    // The gutter has five columns.
    click(&mut editor, 5 + 6, 0);
    assert_eq!(editor.selected(), 6..6);
    click(&mut editor, 5 + 6, 0);
    assert_eq!(editor.selected(), 4..13);
    click(&mut editor, 5 + 6, 0);
    assert_eq!(editor.selected(), 0..19);
    click(&mut editor, 5 + 6, 0);
    assert_eq!(editor.selected(), 6..6);
    mouse(&mut editor, MouseEventKind::Drag(MouseButton::Left), 5 + 2, 1);
    assert_eq!(editor.selected(), 6..21);
    // Behind the text there is its end.
    click(&mut editor, 30, 1);
    assert_eq!(editor.selected(), 23..23);
    editor.keys("ctrl-c");
    mouse(&mut editor, MouseEventKind::Down(MouseButton::Middle), 5, 0);
    assert_eq!(editor.text(), "five\none two_three four\nfive\n");
}

#[test]
fn the_wheel_scrolls_what_is_read() {
    let mut editor = Editor::sized(60, 10, "a.txt", "");
    editor.keys("f1");
    let before = editor.screen();
    mouse(&mut editor, MouseEventKind::ScrollDown, 5, 5);
    let after = editor.screen();
    assert_ne!(before, after);
    mouse(&mut editor, MouseEventKind::ScrollUp, 5, 5);
    assert_eq!(editor.screen(), before);
}

#[test]
fn a_panel_takes_clicks_and_the_wheel() {
    let mut editor = with_plugin("text\n");
    let line = |number: usize| PanelLine {
        spans: vec![Span {
            text: format!("entry {number}"),
            style: Style { scope: Scope::Plain, emphasis: Emphasis::default() },
        }],
        action: Action::None,
    };
    let panel = Panel { title: "Entries".to_owned(), lines: (0..20).map(line).collect() };
    ended(&mut editor, Outcome { panels: vec![("list".to_owned(), Some(panel))], ..Outcome::default() });
    editor.keys("f6 escape");
    let screen = editor.screen();
    let title = screen.lines().position(|line| line.contains("Entries")).unwrap();
    let row = |offset: usize| u16::try_from(title + offset).unwrap();
    click(&mut editor, 3, row(2));
    assert!(matches!(editor.app.mode(), Mode::Panel), "{:?}", editor.app.mode());
    let chosen = |editor: &Editor| editor.app.session().plugins().panel().unwrap().chosen;
    assert_eq!(chosen(&editor), 1);
    mouse(&mut editor, MouseEventKind::ScrollDown, 3, row(2));
    assert_eq!(chosen(&editor), 4);
    // The wheel over the text scrolls the text, and a click there goes back to it.
    mouse(&mut editor, MouseEventKind::ScrollUp, 3, 1);
    assert_eq!(chosen(&editor), 4);
    click(&mut editor, 7, 0);
    assert!(matches!(editor.app.mode(), Mode::Edit), "{:?}", editor.app.mode());
    assert_eq!(editor.selected(), 2..2);
}

#[test]
fn a_completion_is_clicked_once_it_was_drawn() {
    for is_drawn in [false, true] {
        let mut editor = with_plugin("");
        editor.keys("a");
        let buffer = editor.app.active().unwrap();
        let at = buffer.location(buffer.cursor());
        let completion = |label: &str| Completion {
            label: label.to_owned(),
            kind: CompletionKind::Word,
            detail: String::new(),
            edit: Edit::replace(at.offset - 1..at.offset, label),
        };
        let list = vec![completion("apple"), completion("apricot")];
        let result = Ok((Answered::Completed(at, list), Box::default()));
        editor.news(News::Ended { plugin: plugin(0), result });
        if is_drawn {
            assert!(editor.screen().contains("apricot"), "{}", editor.screen());
            // Beside the list there is text.
            click(&mut editor, 55, 2);
            assert_eq!(editor.text(), "a");
            editor.keys("end");
        }
        click(&mut editor, 7, 2);
        let expected = if is_drawn { "apricot" } else { "a" };
        // A click beside the list moves the cursor, which ends it; here the cursor was at the same place.
        assert_eq!(editor.text(), expected, "{}", editor.screen());
    }
}

// attack: a question that opens by itself under the pointer
// host: gives it no click before it was drawn and the person has paused
#[test]
fn a_click_that_was_meant_for_the_text_answers_nothing() {
    let mut editor = with_plugin("text\n");
    let choice = Choice { label: "yes".to_owned(), detail: Vec::new() };
    let question =
        Question::Choice(ChoiceQuestion { title: "Delete all?".to_owned(), choices: vec![choice] });
    ended(&mut editor, Outcome { questions: vec![(1, question)], ..Outcome::default() });
    editor.update(Input::Session(SessionInput::Idle));
    click(&mut editor, 10, 2);
    assert!(matches!(editor.app.mode(), Mode::Answer(_)), "{:?}", editor.app.mode());
    editor.keys("x backspace");
    editor.screen();
    click(&mut editor, 10, 2);
    assert!(matches!(editor.app.mode(), Mode::Edit), "{:?}", editor.app.mode());
}
