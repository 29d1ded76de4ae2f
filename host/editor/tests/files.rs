//! Real files, which other programs change while the editor has them open.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may end with a panic")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use common::docked::Docked;
use witdock_editor_session::Input;
use witdock_editor_session::documents::file;
use witdock_editor_session::host::Consent;

async fn opened(folder: &Path, text: &str) -> (Docked, PathBuf) {
    let path = folder.join("file.txt");
    fs::write(&path, text).unwrap();
    let mut docked = Docked::sized(100, 12, Consent::to_all());
    open(&mut docked, &path).await;
    (docked, path)
}

async fn open(docked: &mut Docked, path: &Path) {
    let input = Input::Opened { result: file::open(path), target: path.into(), to_front: true };
    docked.session_input(input);
    docked.settle().await;
}

/// Changes a file as another program does, and tells the editor.
async fn change(docked: &mut Docked, path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    // Some file systems have coarse times.
    let later = fs::metadata(path).unwrap().modified().unwrap() + Duration::from_secs(5);
    fs::File::open(path).unwrap().set_modified(later).unwrap();
    tell_changed(docked, path).await;
}

async fn tell_changed(docked: &mut Docked, path: &Path) {
    docked.session_input(Input::FilesChanged(vec![path.to_owned()]));
    docked.settle().await;
}

#[tokio::test]
async fn a_clean_text_follows_its_file_and_undo_goes_back() {
    let folder = tempfile::tempdir().unwrap();
    let (mut docked, path) = opened(folder.path(), "one\ntwo\nthree\n").await;
    docked.keys("down down").await;
    change(&mut docked, &path, "zero\none\ntwo\nthree\n").await;
    assert_eq!(docked.text(), "zero\none\ntwo\nthree\n");
    let screen = docked.screen();
    assert!(screen.contains("read again") && !screen.contains("modified"), "{screen}");
    assert_eq!(docked.selected().start, "zero\none\ntwo\n".len(), "the cursor stays at its text");
    docked.keys("ctrl-z").await;
    assert_eq!(docked.text(), "one\ntwo\nthree\n");
}

#[tokio::test]
async fn unsaved_changes_are_kept_until_the_person_decides() {
    let folder = tempfile::tempdir().unwrap();
    let (mut docked, path) = opened(folder.path(), "one\n").await;
    docked.keys("x").await;
    change(&mut docked, &path, "theirs\n").await;
    assert_eq!(docked.text(), "xone\n");
    assert!(docked.screen().contains("unsaved changes"), "{}", docked.screen());
    docked.keys("ctrl-s").await;
    assert!(docked.screen().contains("o overwrites"), "{}", docked.screen());
    docked.keys("escape y ctrl-s r").await;
    assert_eq!(docked.text(), "theirs\n");
    docked.keys("ctrl-z").await;
    assert_eq!(docked.text(), "xyone\n", "undo brings back the dropped changes");
    change(&mut docked, &path, "theirs again\n").await;
    docked.keys("ctrl-s o").await;
    assert_eq!(fs::read_to_string(&path).unwrap(), "xyone\n");
    fs::remove_file(&path).unwrap();
    tell_changed(&mut docked, &path).await;
    assert!(docked.screen().contains("deleted or moved"), "{}", docked.screen());
    docked.keys("z ctrl-s").await;
    assert!(path.exists());
}

#[tokio::test]
async fn a_change_that_nobody_has_noticed_is_not_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let (mut docked, path) = opened(folder.path(), "one\n").await;
    docked.keys("x").await;
    fs::write(&path, "theirs, which is longer\n").unwrap();
    docked.keys("ctrl-s").await;
    assert_eq!(fs::read_to_string(&path).unwrap(), "theirs, which is longer\n");
    assert!(docked.screen().contains("o overwrites"), "{}", docked.screen());
    // The person chooses the file, which was deleted meanwhile: the unsaved changes are kept.
    fs::remove_file(&path).unwrap();
    docked.keys("r").await;
    assert_eq!(docked.text(), "xone\n");
    assert!(docked.screen().contains("modified"), "{}", docked.screen());
    docked.keys("ctrl-s").await;
    assert_eq!(fs::read_to_string(&path).unwrap(), "xone\n");
}

#[tokio::test]
async fn keys_that_are_typed_on_answer_no_question_about_a_failed_save() {
    let folder = tempfile::tempdir().unwrap();
    let (mut docked, path) = opened(folder.path(), "one\n").await;
    docked.press("x");
    fs::write(&path, "theirs, which is longer\n").unwrap();
    // Keys that come before the screen shows the question, and keys that go on without a pause.
    docked.type_on("ctrl-s", true);
    docked.settle().await;
    docked.type_on("r o", false);
    docked.type_on("r o w", true);
    assert!(docked.screen().contains("o overwrites"), "{}", docked.screen());
    assert_eq!(docked.text(), "xrorowone\n");
    assert_eq!(fs::read_to_string(&path).unwrap(), "theirs, which is longer\n");
    // After a pause, a key answers.
    docked.keys("o").await;
    assert_eq!(fs::read_to_string(&path).unwrap(), "xrorowone\n");
    // So it does if the question was asked in answer to a key.
    docked.press("y");
    change(&mut docked, &path, "theirs again\n").await;
    docked.type_on("ctrl-s r", true);
    docked.settle().await;
    assert_eq!(docked.text(), "theirs again\n");
}

#[tokio::test]
async fn a_save_during_a_save_writes_again_after_it() {
    let folder = tempfile::tempdir().unwrap();
    let (mut docked, path) = opened(folder.path(), "").await;
    docked.press("a ctrl-s b ctrl-s");
    docked.settle().await;
    assert_eq!(fs::read_to_string(&path).unwrap(), "ab");
    assert!(!docked.screen().contains("modified"), "{}", docked.screen());
}

#[tokio::test]
async fn own_saves_are_not_changes_by_another_program() {
    let folder = tempfile::tempdir().unwrap();
    let (mut docked, path) = opened(folder.path(), "one\n").await;
    docked.keys("x ctrl-s y").await;
    tell_changed(&mut docked, &path).await;
    assert!(!docked.screen().contains("another program"), "{}", docked.screen());
}

#[cfg(unix)]
#[tokio::test]
async fn a_failed_save_or_open_gives_the_reason_and_loses_nothing() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let (mut docked, path) = opened(folder.path(), "one\n").await;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
    docked.keys("x ctrl-s").await;
    let screen = docked.screen();
    assert!(screen.contains("it is read-only") && screen.contains("modified"), "{screen}");
    assert_eq!(docked.text(), "xone\n");
    open(&mut docked, &folder.path().join("none/file.txt")).await;
    docked.keys("y ctrl-s").await;
    assert!(docked.screen().contains("cannot save"), "{}", docked.screen());
    assert_eq!(docked.text(), "y");
    for (name, bytes, why) in
        [("binary", &b"\x7fELF\0\0"[..], "binary"), ("latin", &b"caf\xe9\n"[..], "iconv")]
    {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        open(&mut docked, &path).await;
        docked.press("f3");
        assert!(docked.screen().contains(why), "{}", docked.screen());
        docked.press("escape");
    }
}

#[tokio::test]
async fn a_change_by_another_program_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    let (mut docked, path) = opened(&root, "one").await;
    docked.editor.watch_files();
    // By renaming, as programs that write safely do.
    fs::write(root.join("new"), "two, from elsewhere").unwrap();
    fs::rename(root.join("new"), &path).unwrap();
    docked.until("two, from elsewhere").await;
}
