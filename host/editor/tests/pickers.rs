//! Lists of files, documents, results and commands.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may end with a panic")]

mod common;

use std::fs;
use std::path::Path;

use common::docked::Docked;
use common::{Editor, key};
use crossterm::event::{MouseButton, MouseEventKind};
use witdock_editor::app::{Effect, Input, Mode};
use witdock_editor_session::host::Consent;
use witdock_editor_session::project::{MAX_FILES, WalkEnd};
use witdock_editor_session::{Effect as SessionEffect, Input as SessionInput};

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

async fn picking(root: &Path) -> Docked {
    let mut docked = Docked::sized(80, 14, Consent::to_all());
    docked.pick_file(root);
    docked.settle().await;
    docked
}

#[tokio::test]
async fn a_file_is_found_by_some_of_its_letters_and_opened() {
    let folder = folder(&[
        ("src/main.rs", "fn main() {}\n"),
        ("src/other.rs", ""),
        ("target/main.rs", ""),
        ("docs/manual.md", ""),
        (".gitignore", "target\n"),
    ]);
    let mut docked = picking(folder.path()).await;
    let screen = docked.screen();
    assert!(screen.contains("3 of 3") && screen.contains("docs/manual.md"), "{screen}");
    assert!(!screen.contains("target") && !screen.contains(".gitignore"), "{screen}");
    docked.keys("s m a i").await;
    let screen = docked.screen();
    assert!(screen.contains("> smai") && screen.contains("1 of 3"), "{screen}");
    docked.keys("enter").await;
    assert_eq!(docked.text(), "fn main() {}\n");
    // A click opens, and the wheel goes through the list.
    docked.pick_file(folder.path());
    docked.settle().await;
    docked.screen();
    docked.mouse(MouseEventKind::ScrollDown, 10, 4);
    docked.mouse(MouseEventKind::Down(MouseButton::Left), 10, 3);
    docked.settle().await;
    assert!(docked.screen().contains("main.rs"), "{}", docked.screen());
}

#[test]
fn no_key_waits_for_a_walk_or_a_long_list() {
    let mut editor = Editor::sized(80, 12, "a.txt", "");
    let effects = editor.keys("ctrl-t");
    let number = effects
        .iter()
        .find_map(|effect| match effect {
            Effect::Session(SessionEffect::Walk { number, .. }) => Some(*number),
            _ => None,
        })
        .unwrap();
    let batch = |first: usize, end| {
        let files = (first..first + 1_000).map(|file| format!("folder/file{file}.rs").into()).collect();
        Input::Session(SessionInput::Walked { number, files, end })
    };
    for first in 0..6 {
        editor.update(batch(first * 1_000, None));
    }
    assert!(editor.screen().contains("6000 of 6000…"), "{}", editor.screen());
    // The list is long, so another thread matches it; Enter waits for what that finds.
    let effects = editor.keys("f 5 9 9 9");
    let Some(Effect::Rank(task)) = effects.into_iter().next() else { panic!("nothing is matched") };
    assert!(editor.keys("enter").is_empty());
    editor.update(batch(6_000, Some(WalkEnd::TooMany)));
    let screen = editor.screen();
    assert!(screen.contains(&format!("the first {MAX_FILES} files only")), "{screen}");
    assert!(task.run(|| false).is_none());
    let effects = editor.update(Input::Ranked(task.number, task.run(|| true).unwrap()));
    assert!(matches!(editor.app.mode(), Mode::Edit), "{:?}", editor.app.mode());
    let opened = effects.iter().any(|effect| matches!(effect, Effect::Session(SessionEffect::Open(target)) if target.path.ends_with("folder/file5999.rs")));
    let stopped = effects.iter().any(|effect| matches!(effect, Effect::Session(SessionEffect::StopWalk)));
    assert!(opened && stopped, "{effects:?}");
    // Files of a walk whose list is closed are dropped.
    editor.update(batch(0, None));
    assert_eq!(editor.text(), "");
}

#[tokio::test]
async fn all_files_are_searched_and_documents_as_they_are() {
    let folder = folder(&[
        ("a.txt", "one\ntwo needle\n"),
        ("b/c.txt", "Needle needle\n\nneedle\n"),
        ("binary", "needle\0"),
        ("open.txt", "nothing\n"),
    ]);
    let mut docked = Docked::sized(100, 14, Consent::to_all());
    let open = folder.path().join("open.txt");
    docked.editor.driver.open_all(vec![(*open).into()]);
    docked.settle().await;
    docked.paste("unsaved needle\n");
    docked.search_in(folder.path());
    docked.paste("needle");
    docked.settle().await;
    let screen = docked.screen();
    for line in
        ["open.txt:1: unsaved needle", "a.txt:2: two needle", "b/c.txt:1: Needle needle", "b/c.txt:3: needle"]
    {
        assert!(screen.contains(line), "{line}\n{screen}");
    }
    assert!(screen.contains("4 lines") && !screen.contains("binary"), "{screen}");
    // Enter goes to the match, and the commands go on from there.
    docked.keys("down enter").await;
    assert_eq!(docked.text(), "one\ntwo needle\n");
    assert_eq!(docked.selected(), 8..14);
    docked.keys("alt-n").await;
    assert_eq!((docked.text().as_str(), docked.selected()), ("Needle needle\n\nneedle\n", 0..6));
    // The places move along with the text.
    docked.keys("ctrl-home enter ctrl-a left").await;
    docked.keys("alt-n").await;
    assert_eq!(docked.selected(), 16..22);
    docked.keys("alt-p").await;
    assert_eq!(docked.selected(), 1..7);
    docked.keys("alt-p alt-p").await;
    assert_eq!((docked.text().as_str(), docked.selected()), ("unsaved needle\nnothing\n", 8..14));
    docked.search_in(folder.path());
    let screen = docked.screen();
    assert!(screen.contains("b/c.txt:2: Needle needle") && screen.contains("b/c.txt:4"), "{screen}");
    // What is typed replaces the pattern of before; Alt-R reads it as a regular expression.
    docked.keys("t . o alt-r").await;
    let screen = docked.screen();
    assert!(screen.contains("> t.o") && screen.contains("1 line") && screen.contains("a.txt:2"), "{screen}");
    docked.keys("( [").await;
    assert!(docked.screen().contains("invalid regular expression"), "{}", docked.screen());
    docked.keys("escape alt-n").await;
    assert!(docked.screen().contains("no search results"), "{}", docked.screen());
}

#[test]
fn documents_are_listed_the_latest_first() {
    let mut editor = Editor::sized(80, 10, "one.txt", "1");
    editor.open("two.txt", "2");
    editor.open("three.txt", "3");
    editor.keys("ctrl-page-down x ctrl-b");
    let screen = editor.screen();
    let at = |name: &str| screen.find(name).unwrap_or_else(|| panic!("{name} is missing\n{screen}"));
    assert!(at("two.txt") < at("one.txt") && at("one.txt") < at("three.txt"), "{screen}");
    assert!(screen.contains("[modified]"), "{screen}");
    // Enter goes back to the document before.
    editor.keys("enter");
    assert_eq!(editor.text(), "1");
    editor.keys("ctrl-b t h r enter");
    assert_eq!(editor.text(), "3");
}

#[test]
fn commands_that_were_run_come_first_and_those_of_plugins_next() {
    let mut editor = Editor::sized(80, 12, "a.txt", "");
    // A plugin with the command `test.go` is loaded.
    editor.decorate(Vec::new());
    let first = |editor: &Editor| editor.app.palette_entries("").first().map(|entry| entry.name.clone());
    assert_eq!(first(&editor).as_deref(), Some("test.go"));
    editor.keys("ctrl-p s e l e c t space a l l enter");
    assert_eq!(first(&editor).as_deref(), Some("editor.select-all"));
    let second = editor.app.palette_entries("").into_iter().nth(1).unwrap();
    assert_eq!(second.name, "test.go");
    editor.keys("ctrl-p");
    assert!(editor.screen().contains("Selects the whole text."), "{}", editor.screen());
    editor.update(Input::Key(key("escape")));
}

#[tokio::test]
async fn a_wide_screen_shows_what_the_chosen_file_has() {
    let folder = folder(&[
        ("a.txt", "first\n\tsecond\u{1b}[31m\n"),
        ("b.bin", "x\0"),
        ("c.txt", "1\n2\n3\n4\n5\n6\n7\nneedle\n"),
    ]);
    let mut docked = Docked::sized(130, 14, Consent::to_all());
    docked.pick_file(folder.path());
    docked.settle().await;
    let screen = docked.screen();
    assert!(screen.contains("   1 first") && screen.contains("   2     second"), "{screen}");
    docked.keys("down").await;
    assert!(!docked.screen().contains("first"), "{}", docked.screen());
    docked.keys("escape alt-f n e e d").await;
    let screen = docked.screen();
    assert!(
        screen.contains("c.txt:8: needle") && screen.contains("   3 3") && screen.contains("   8 needle"),
        "{screen}"
    );
    // A document is shown as it is.
    docked.keys("enter home u n s a v e d ctrl-b").await;
    assert!(docked.screen().contains("   8 unsavedneedle"), "{}", docked.screen());
    // A narrow screen has no room for it, and nothing is read.
    let mut docked = picking(folder.path()).await;
    assert!(!docked.screen().contains("   1 first"), "{}", docked.screen());
}
