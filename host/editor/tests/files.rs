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
    let input = Input::Opened {
        result: file::open(path, None),
        target: path.into(),
        to_front: true,
        opened_by: None,
    };
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
        [("program", &b"\x7fELF\0\0\xff"[..], "binary"), ("cut", &b"caf\xc3\xa9 \xc3"[..], "cut off")]
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

/// The file is empty for a moment, and there is one change: the cursor stays at its line, and one undo goes back.
#[tokio::test]
async fn a_program_that_truncates_and_then_writes_makes_one_change() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    let old: String = (1..=1_000).map(|number| format!("line {number}\n")).collect();
    let new = old.replace("line 1\n", "first\n").replace("line 900\n", "").replace("line 1000\n", "last\n");
    let (mut docked, path) = opened(&root, &old).await;
    docked.keys("ctrl-g 5 0 0 enter").await;
    docked.editor.watch_files();
    // Longer than changes are collected.
    fs::write(&path, "").unwrap();
    tokio::time::sleep(Duration::from_millis(150)).await;
    fs::write(&path, &new).unwrap();
    docked.until("read again").await;
    assert_eq!(docked.text(), new);
    assert_eq!(docked.selected().start, new.find("line 500\n").unwrap());
    docked.keys("ctrl-z").await;
    assert_eq!(docked.text(), old);
}

/// As `git checkout` does it: the file is removed, and written again.
#[tokio::test]
async fn a_file_that_is_removed_and_written_again_is_only_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    let (mut docked, path) = opened(&root, "ours\n").await;
    docked.editor.watch_files();
    for pause in [Duration::from_millis(100), Duration::from_secs(1)] {
        fs::remove_file(&path).unwrap();
        // The second time it is gone long enough to be told.
        tokio::time::sleep(pause).await;
        if pause >= Duration::from_secs(1) {
            docked.until("deleted or moved").await;
            assert!(docked.screen().contains("[modified]"), "{}", docked.screen());
        }
        let text = format!("theirs after {pause:?}\n");
        fs::write(&path, &text).unwrap();
        docked.until(text.trim_end()).await;
        let screen = docked.screen();
        assert!(!screen.contains("[modified]") && !screen.contains("[changed on disk]"), "{screen}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_is_one_document_whatever_its_name() {
    use std::os::unix::fs::symlink;

    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    let (mut docked, path) = opened(&root, "one\n").await;
    fs::create_dir(root.join("elsewhere")).unwrap();
    let (link, hard) = (root.join("elsewhere/link.txt"), root.join("hard.txt"));
    symlink(&path, &link).unwrap();
    fs::hard_link(&path, &hard).unwrap();
    docked.keys("x").await;
    for name in [&link, &hard] {
        open(&mut docked, name).await;
        assert_eq!(docked.editor.app.session().documents().all().len(), 1);
        assert_eq!(docked.text(), "xone\n");
        assert!(docked.screen().contains("is open as file.txt"), "{}", docked.screen());
    }
    docked.keys("ctrl-s").await;
    assert!(docked.screen().contains("in place"), "{}", docked.screen());
    assert_eq!(fs::read_to_string(&hard).unwrap(), "xone\n");

    // A link that is open follows the changes of its target, in another folder.
    let mut docked = Docked::sized(100, 12, Consent::to_all());
    open(&mut docked, &link).await;
    docked.editor.watch_files();
    fs::write(&path, "changed at the target\n").unwrap();
    docked.until("changed at the target").await;
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_that_becomes_writable_is_noticed() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file.txt");
    fs::write(&path, "one\n").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
    let mut docked = Docked::sized(100, 12, Consent::to_all());
    open(&mut docked, &path).await;
    assert!(docked.screen().contains("[read-only]"));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    tell_changed(&mut docked, &path).await;
    assert!(!docked.screen().contains("[read-only]"), "{}", docked.screen());
}

#[tokio::test]
async fn quitting_waits_for_a_save() {
    let folder = tempfile::tempdir().unwrap();
    let (mut docked, path) = opened(folder.path(), "").await;
    docked.press("a ctrl-s ctrl-q");
    assert!(!docked.has_quit && docked.screen().contains("Saving"), "{}", docked.screen());
    // `y` answers no question.
    docked.press("y");
    docked.settle().await;
    assert!(docked.has_quit);
    assert_eq!(fs::read_to_string(&path).unwrap(), "a");

    // A save that fails ends in the question.
    let mut docked = Docked::sized(100, 12, Consent::to_all());
    open(&mut docked, &folder.path().join("none/file.txt")).await;
    docked.press("a ctrl-s ctrl-q");
    docked.settle().await;
    assert!(!docked.has_quit && docked.screen().contains("Quit without saving"), "{}", docked.screen());
    docked.press("n");
    docked.press("ctrl-s ctrl-q escape");
    docked.settle().await;
    assert!(!docked.has_quit && docked.text() == "a");
}
