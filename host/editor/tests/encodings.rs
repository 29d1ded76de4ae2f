//! Files in other encodings, and what folders say about files.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may end with a panic")]

mod common;

use std::fs;
use std::path::Path;

use common::docked::Docked;
use witdock_editor_session::host::Consent;

async fn type_in(docked: &mut Docked, text: &str) {
    for character in text.chars() {
        docked.keys(if character == ' ' { "space" } else { character.to_string().leak() }).await;
    }
}

/// Opens a file as a person does.
async fn open(docked: &mut Docked, path: &Path) {
    docked.keys("ctrl-o").await;
    type_in(docked, path.to_str().unwrap()).await;
    docked.keys("enter").await;
}

/// Runs a command by its name.
async fn run(docked: &mut Docked, title: &str) {
    docked.keys("ctrl-p").await;
    type_in(docked, title).await;
    docked.keys("enter").await;
}

#[tokio::test]
async fn a_file_keeps_its_encoding_and_what_that_lacks_is_refused_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("old.txt");
    fs::write(&path, b"caf\xe9 au lait\r\n").unwrap();
    let mut docked = Docked::sized(100, 12, Consent::to_all());
    open(&mut docked, &path).await;
    let screen = docked.screen();
    assert!(screen.contains("café au lait") && screen.contains("windows-1252  text"), "{screen}");
    assert!(screen.contains("old.txt is read as windows-1252; `Reopen with encoding`"), "{screen}");
    docked.keys("ü ctrl-s").await;
    assert_eq!(fs::read(&path).unwrap(), b"\xfccaf\xe9 au lait\r\n");
    docked.keys("end 漢 home ctrl-s").await;
    let screen = docked.screen();
    assert!(screen.contains("windows-1252 has no character `漢` (line 1, column 14)"), "{screen}");
    assert_eq!(docked.selected().start, "ücafé au lait".len());
    assert_eq!(fs::read(&path).unwrap(), b"\xfccaf\xe9 au lait\r\n", "nothing was written");
    run(&mut docked, "save with encoding").await;
    assert!(docked.screen().contains("UTF-8 with BOM"), "{}", docked.screen());
    docked.keys("enter").await;
    assert_eq!(fs::read_to_string(&path).unwrap(), "ücafé au lait漢\r\n");
    assert!(!docked.screen().contains("windows-1252"), "{}", docked.screen());
}

#[tokio::test]
async fn another_encoding_is_chosen_for_a_file_that_was_read_or_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("old.txt");
    // Cyrillic in KOI8-R, too short to be recognized.
    fs::write(&path, b"\xf0\xf2\n").unwrap();
    let mut docked = Docked::sized(100, 12, Consent::to_all());
    open(&mut docked, &path).await;
    run(&mut docked, "reopen with encoding").await;
    type_in(&mut docked, "koi8-r").await;
    docked.keys("enter").await;
    assert_eq!(docked.text(), "ПР\n");
    assert!(docked.screen().contains("KOI8-R"), "{}", docked.screen());
    docked.keys("x").await;
    run(&mut docked, "reopen with encoding").await;
    docked.keys("enter").await;
    assert!(docked.screen().contains("has unsaved changes"), "{}", docked.screen());
    assert_eq!(docked.text(), "xПР\n");
    // One that was refused.
    let cut = folder.path().join("cut.txt");
    fs::write(&cut, b"caf\xc3\xa9 \xc3").unwrap();
    open(&mut docked, &cut).await;
    assert_eq!(docked.text(), "xПР\n");
    run(&mut docked, "reopen with encoding").await;
    assert!(docked.screen().contains("Read cut.txt as"), "{}", docked.screen());
    type_in(&mut docked, "1252").await;
    docked.keys("enter").await;
    assert_eq!(docked.text(), "cafÃ© Ã");
    docked.keys("x backspace ctrl-s").await;
    assert_eq!(fs::read(&cut).unwrap(), b"caf\xc3\xa9 \xc3");
}

#[tokio::test]
async fn a_folder_says_how_its_files_are_edited() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join(".editorconfig"),
        "root = true\n[*]\nindent_style = tab\ntrim_trailing_whitespace = true\ninsert_final_newline = true\n\
         [new.txt]\nend_of_line = crlf\ncharset = utf-16le\n",
    )
    .unwrap();
    let path = folder.path().join("a.txt");
    fs::write(&path, "    a  \nb").unwrap();
    let mut docked = Docked::sized(100, 12, Consent::to_all());
    open(&mut docked, &path).await;
    docked.keys("tab ctrl-s").await;
    assert_eq!(fs::read_to_string(&path).unwrap(), "\t    a\nb\n");
    docked.keys("ctrl-z").await;
    assert_eq!(docked.text(), "\t    a  \nb");
    open(&mut docked, &folder.path().join("new.txt")).await;
    docked.keys("a enter ctrl-s").await;
    assert_eq!(fs::read(folder.path().join("new.txt")).unwrap(), b"\xff\xfea\0\r\0\n\0");
    assert!(docked.screen().contains("UTF-16LE"), "{}", docked.screen());
}

#[cfg(unix)]
#[tokio::test]
async fn a_command_of_the_shell_replaces_what_is_selected() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.txt");
    fs::write(&path, "c\nb\na\n").unwrap();
    let mut docked = Docked::sized(100, 12, Consent::to_all());
    open(&mut docked, &path).await;
    docked.keys("shift-down shift-down alt-|").await;
    assert!(docked.screen().contains("Pipe the selection through: "), "{}", docked.screen());
    type_in(&mut docked, "sort").await;
    docked.keys("enter").await;
    assert_eq!((docked.text(), docked.selected()), ("b\nc\na\n".to_owned(), 0..4));
    docked.keys("ctrl-z").await;
    assert_eq!(docked.text(), "c\nb\na\n");
    // It runs in the folder of the file.
    docked.keys("ctrl-home alt-!").await;
    type_in(&mut docked, "ls").await;
    docked.keys("enter").await;
    assert_eq!(docked.text(), "a.txtc\nb\na\n");
    docked.keys("ctrl-z alt-|").await;
    assert!(docked.screen().contains("Pipe the whole text through: "), "{}", docked.screen());
    type_in(&mut docked, "echo half; echo why >&2; exit 3").await;
    docked.keys("enter").await;
    assert_eq!(docked.text(), "c\nb\na\n");
    assert!(
        docked.screen().contains("exit 3` failed with exit code 3: why; the text stays"),
        "{}",
        docked.screen()
    );
    docked.keys("alt-|").await;
    type_in(&mut docked, "sleep 100").await;
    docked.press("enter");
    assert!(docked.screen().contains("`sleep 100` is running; Esc cancels it"), "{}", docked.screen());
    docked.press("x escape");
    docked.settle().await;
    assert!(docked.screen().contains("`sleep 100` cancelled"), "{}", docked.screen());
    assert_eq!(docked.text(), "c\nb\na\n");
}
