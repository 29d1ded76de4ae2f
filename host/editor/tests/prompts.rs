//! Lines that are typed: prompts, find, lists and questions.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may end with a panic")]

mod common;

use std::fs;

use common::docked::Docked;
use common::{Editor, plugin};
use witdock_editor::app::{Effect, History, Input, Kind, Mode};
use witdock_editor_session::display::{Question, TextQuestion};
use witdock_editor_session::host::{Answered, Consent, News, Outcome};
use witdock_editor_session::{Effect as SessionEffect, Input as SessionInput};

/// The message line and the column of the cursor in it.
fn asked(editor: &mut Editor) -> (String, u16) {
    let screen = editor.screen();
    let last = screen.lines().last().unwrap();
    (last.trim_start_matches('"').trim_end_matches('"').to_owned(), editor.cursor().0)
}

#[test]
fn a_prompt_is_edited_in_the_middle() {
    let mut editor = Editor::sized(80, 6, "a.txt", "");
    editor.keys("ctrl-o b c left left a end d");
    let (line, x) = asked(&mut editor);
    assert!(line.starts_with("Open: abcd "), "{line}");
    assert_eq!(x, 10);
    editor.keys("ctrl-w x home");
    let (line, x) = asked(&mut editor);
    assert!(line.starts_with("Open: x "), "{line}");
    assert_eq!(x, 6);
    editor.update(Input::Paste("one\ntwo".to_owned()));
    assert!(asked(&mut editor).0.starts_with("Open: one twox"));
    // The keys of the command that pastes do it here too.
    editor.keys("escape q shift-home ctrl-c ctrl-o ctrl-v");
    assert!(asked(&mut editor).0.starts_with("Open: q "));
}

#[test]
fn a_long_line_scrolls_and_the_key_that_ends_it_stays() {
    for columns in [60, 80] {
        let mut editor = Editor::sized(columns, 6, "a.txt", "");
        editor.keys("ctrl-o");
        let (line, _) = asked(&mut editor);
        assert!(line.contains("Esc"), "{line}");
        editor.update(Input::Paste("0123456789".repeat(20)));
        let (line, x) = asked(&mut editor);
        assert!(line.contains("Esc") && line.contains('…') && line.contains("789 "), "{line}");
        assert!(x < columns, "{x}");
        editor.keys("home");
        let (line, _) = asked(&mut editor);
        assert!(line.contains("0123"), "{line}");
        editor.keys("escape x ctrl-q");
        assert!(asked(&mut editor).0.contains("(y/n)"));
    }
    let mut editor = Editor::sized(40, 6, "a-document-with-a-very-long-name.txt", "");
    editor.keys("x ctrl-q");
    assert_eq!(asked(&mut editor).0.trim(), "Quit without saving a document? (y/n)");
}

#[test]
fn a_warning_is_read_beside_what_is_typed() {
    let mut editor = Editor::sized(60, 6, "a.txt", "");
    editor.keys("ctrl-f z");
    assert_eq!(asked(&mut editor).0.trim(), "Find: z  `z` not found");
}

#[test]
fn what_was_entered_comes_back() {
    let mut editor = Editor::sized(80, 6, "a.txt", "one two\n");
    let effects = editor.keys("ctrl-g 7 enter");
    assert!(
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::Remember(Kind::LineNumber, line) if line == "7")),
        "{effects:?}"
    );
    editor.keys("ctrl-g 9 enter ctrl-g 1 up up");
    assert!(asked(&mut editor).0.starts_with("Go to line: 7 "));
    editor.keys("down down");
    assert!(asked(&mut editor).0.starts_with("Go to line: 1 "));
    // Find goes to matches with Up and Down, so earlier texts come with Alt, or while nothing is typed.
    editor.keys("escape ctrl-f t w enter escape ctrl-home ctrl-f up");
    assert!(asked(&mut editor).0.starts_with("Find: tw "));
    assert_eq!(editor.selected(), 4..6);
    editor.keys("escape ctrl-home ctrl-f o alt-up");
    assert!(asked(&mut editor).0.starts_with("Find: tw "));
    editor.keys("alt-down");
    assert!(asked(&mut editor).0.starts_with("Find: o "));
    // Any other key ends the search at the match, and the text is remembered too.
    editor.keys("ctrl-y ctrl-home ctrl-f up");
    assert!(asked(&mut editor).0.starts_with("Find: o "));
}

#[test]
fn the_history_of_earlier_sessions_is_there() {
    let mut editor = Editor::sized(80, 6, "a.txt", "");
    let mut history = History::default();
    history.add(Kind::Path, "/earlier/file");
    editor.update(Input::Remembered(history));
    editor.keys("ctrl-o up");
    assert!(asked(&mut editor).0.starts_with("Open: /earlier/file"));
    let effects = editor.keys("enter");
    assert!(
        matches!(&effects[..], [Effect::Remember(..), Effect::Session(SessionEffect::Open(target))] if target.path.ends_with("file")),
        "{effects:?}"
    );
}

// attack: a question for a password, and a look at what was entered before
// host: remembers no answer
#[test]
fn an_answer_to_a_plugin_is_not_remembered() {
    let mut editor = Editor::sized(80, 6, "a.txt", "");
    editor.decorate(Vec::new());
    for number in [1, 2] {
        editor.open(&format!("{number}.txt"), "");
        assert!(!editor.app.take_calls().is_empty(), "the plugin has a call under way");
        let question = Question::Text(TextQuestion {
            title: "Token".to_owned(),
            initial: String::new(),
            placeholder: "from your account".to_owned(),
        });
        let outcome = Outcome { questions: vec![(number, question)], ..Outcome::default() };
        editor.news(News::Ended { plugin: plugin(0), result: Ok((Answered::Told, Box::new(outcome))) });
        editor.update(Input::Session(SessionInput::Idle));
        assert!(matches!(editor.app.mode(), Mode::Answer(_)), "{:?}", editor.app.mode());
        assert!(asked(&mut editor).0.contains("from your account"));
        editor.keys("up");
        assert!(!asked(&mut editor).0.contains("secret"));
        let effects = editor.keys("s e c r e t enter");
        assert!(!effects.iter().any(|effect| matches!(effect, Effect::Remember(..))), "{effects:?}");
    }
}

#[tokio::test]
async fn a_path_is_completed() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["main.rs", "manual.md", ".hidden", "other"] {
        fs::write(folder.path().join(name), name).unwrap();
    }
    fs::create_dir(folder.path().join("sources")).unwrap();
    fs::write(folder.path().join("sources/deep.rs"), "deep").unwrap();
    let mut docked = Docked::sized(100, 14, Consent::to_all());
    docked.press("ctrl-o");
    docked.paste(&format!("{}/", folder.path().display()));
    let line = |docked: &mut Docked| {
        docked.screen().lines().last().unwrap().trim_matches('"').split("  ").next().unwrap().to_owned()
    };
    docked.keys("m tab").await;
    assert!(line(&mut docked).ends_with("/ma"), "{}", docked.screen());
    let screen = docked.screen();
    assert!(
        screen.contains(" main.rs ") && screen.contains(" manual.md ") && !screen.contains("other"),
        "{screen}"
    );
    docked.keys("tab tab").await;
    assert!(line(&mut docked).ends_with("/manual.md"));
    docked.keys("shift-tab").await;
    assert!(line(&mut docked).ends_with("/main.rs"));
    docked.keys("ctrl-w ctrl-w ctrl-w").await;
    assert!(line(&mut docked).ends_with('/'), "{}", docked.screen());
    docked.keys("s tab").await;
    assert!(line(&mut docked).ends_with("/sources/"));
    docked.keys("tab").await;
    assert!(line(&mut docked).ends_with("/sources/deep.rs"));
    docked.keys("enter").await;
    assert_eq!(docked.text(), "deep");
    docked.keys("ctrl-o x tab").await;
    assert!(docked.screen().contains("nothing begins with `x`"), "{}", docked.screen());
    // A folder is listed.
    docked.keys("ctrl-u").await;
    docked.paste(&folder.path().display().to_string());
    docked.keys("enter").await;
    assert!(docked.screen().contains("sources/deep.rs"), "{}", docked.screen());
}

#[tokio::test]
async fn saving_over_a_file_asks() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("old.txt");
    fs::write(&path, "old").unwrap();
    let mut docked = Docked::sized(120, 8, Consent::to_all());
    docked.keys("n e w").await;
    for (answer, kept) in [("n", "old"), ("escape", "old"), ("y", "new")] {
        docked.press("f12");
        docked.paste(path.to_str().unwrap());
        docked.press("enter");
        assert!(docked.screen().contains("old.txt exists. Replace it? (y/n)"), "{}", docked.screen());
        docked.keys(answer).await;
        assert_eq!(fs::read_to_string(&path).unwrap(), kept);
        if answer != "y" {
            // Another name can be given.
            assert!(docked.screen().contains("Save as: "), "{}", docked.screen());
            docked.press("escape");
        }
    }
    assert!(docked.screen().contains("bytes saved") && !docked.screen().contains("[modified]"));
    // A file that is open as another document would have two texts.
    let other = folder.path().join("other.txt");
    fs::write(&other, "other").unwrap();
    docked.press("ctrl-o");
    docked.paste(other.to_str().unwrap());
    docked.keys("enter f12").await;
    docked.paste(path.to_str().unwrap());
    docked.keys("enter").await;
    assert!(docked.screen().contains("is open as another document"), "{}", docked.screen());
    docked.keys("ctrl-u").await;
    docked.paste(folder.path().to_str().unwrap());
    docked.keys("enter").await;
    assert!(docked.screen().contains("is a folder"), "{}", docked.screen());
    assert_eq!(fs::read_to_string(&path).unwrap(), "new");
}
