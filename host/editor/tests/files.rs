//! Real files, changed under the editor's hands.

#![allow(clippy::unwrap_used, clippy::panic, reason = "what is unexpected in a test may end it")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use common::Editor;
use witdock_editor::app::{Effect, Input};
use witdock_editor::file;
use witdock_editor::watch::Watch;

/// Long enough for a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

fn carry_out(editor: &mut Editor, effects: Vec<Effect>) {
    for effect in effects {
        let input = match effect {
            Effect::Reread { document, path, stamp } => {
                if stamp == Some(file::Stamp::of(&path)) {
                    continue;
                }
                Input::Reread { document, replaces: stamp.is_none(), result: file::reread(&path) }
            }
            Effect::Save { document, path, text, expected } => {
                let result = file::save(&path, &text, expected);
                Input::Saved { document, path, text, result }
            }
            other => panic!("{other:?}"),
        };
        let effects = editor.app.update(input);
        carry_out(editor, effects);
    }
}

fn press(editor: &mut Editor, keys: &str) {
    for key in keys.split(' ') {
        let effects = editor.keys(key);
        carry_out(editor, effects);
    }
}

fn opened(folder: &Path, text: &str) -> (Editor, PathBuf) {
    let path = folder.join("file.txt");
    fs::write(&path, text).unwrap();
    let mut editor = Editor::sized(100, 12, "none", "");
    let effects =
        editor.app.update(Input::Opened { opened: file::open(&path), path: path.clone(), to_front: true });
    carry_out(&mut editor, effects);
    (editor, path)
}

/// Changes a file as another program does, and tells the editor.
fn change(editor: &mut Editor, path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    // File systems tell times apart only so well.
    let later = fs::metadata(path).unwrap().modified().unwrap() + Duration::from_secs(5);
    fs::File::open(path).unwrap().set_modified(later).unwrap();
    let effects = editor.app.update(Input::FilesChanged(vec![path.to_owned()]));
    carry_out(editor, effects);
}

#[test]
fn a_clean_text_follows_its_file_and_undo_goes_back() {
    let folder = tempfile::tempdir().unwrap();
    let (mut editor, path) = opened(folder.path(), "one\ntwo\nthree\n");
    press(&mut editor, "down down");
    change(&mut editor, &path, "zero\none\ntwo\nthree\n");
    assert_eq!(editor.text(), "zero\none\ntwo\nthree\n");
    assert!(
        editor.screen().contains("read again") && !editor.screen().contains("modified"),
        "{}",
        editor.screen()
    );
    assert_eq!(editor.selected().start, "zero\none\ntwo\n".len(), "the cursor stays at its text");
    press(&mut editor, "ctrl-z");
    assert_eq!(editor.text(), "one\ntwo\nthree\n");
}

#[test]
fn a_text_with_changes_of_its_own_is_kept_until_a_person_says_whose_count() {
    let folder = tempfile::tempdir().unwrap();
    let (mut editor, path) = opened(folder.path(), "one\n");
    press(&mut editor, "x");
    change(&mut editor, &path, "theirs\n");
    assert_eq!(editor.text(), "xone\n");
    assert!(editor.screen().contains("not saved"), "{}", editor.screen());
    press(&mut editor, "ctrl-s");
    assert!(editor.screen().contains("o overwrite"), "{}", editor.screen());
    press(&mut editor, "escape y ctrl-s r");
    assert_eq!(editor.text(), "theirs\n");
    press(&mut editor, "ctrl-z");
    assert_eq!(editor.text(), "xyone\n", "even what was dropped comes back");
    change(&mut editor, &path, "theirs again\n");
    press(&mut editor, "ctrl-s o");
    assert_eq!(fs::read_to_string(&path).unwrap(), "xyone\n");
    fs::remove_file(&path).unwrap();
    let effects = editor.app.update(Input::FilesChanged(vec![path.clone()]));
    carry_out(&mut editor, effects);
    assert!(editor.screen().contains("deleted or moved"), "{}", editor.screen());
    press(&mut editor, "z ctrl-s");
    assert!(path.exists());
}

#[test]
fn what_nobody_has_noticed_is_not_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let (mut editor, path) = opened(folder.path(), "one\n");
    press(&mut editor, "x");
    fs::write(&path, "theirs, which is longer\n").unwrap();
    press(&mut editor, "ctrl-s");
    assert_eq!(fs::read_to_string(&path).unwrap(), "theirs, which is longer\n");
    assert!(editor.screen().contains("o overwrite"), "{}", editor.screen());
    // The file is gone when the person would rather have it: what they have written is kept, and is not saved.
    fs::remove_file(&path).unwrap();
    press(&mut editor, "r");
    assert_eq!(editor.text(), "xone\n");
    assert!(editor.screen().contains("modified"), "{}", editor.screen());
    press(&mut editor, "ctrl-s");
    assert_eq!(fs::read_to_string(&path).unwrap(), "xone\n");
}

#[test]
fn a_text_is_written_again_after_the_write_that_is_under_way() {
    let folder = tempfile::tempdir().unwrap();
    let (mut editor, path) = opened(folder.path(), "");
    editor.keys("a");
    let first = editor.keys("ctrl-s");
    editor.keys("b");
    assert!(editor.keys("ctrl-s").is_empty(), "one write at a time");
    carry_out(&mut editor, first);
    assert_eq!(fs::read_to_string(&path).unwrap(), "ab");
    assert!(!editor.screen().contains("modified"), "{}", editor.screen());
}

#[test]
fn own_saves_are_no_changes() {
    let folder = tempfile::tempdir().unwrap();
    let (mut editor, path) = opened(folder.path(), "one\n");
    press(&mut editor, "x ctrl-s y");
    let effects = editor.app.update(Input::FilesChanged(vec![path]));
    carry_out(&mut editor, effects);
    assert!(!editor.screen().contains("another program"), "{}", editor.screen());
}

#[cfg(unix)]
#[test]
fn what_cannot_be_saved_or_read_says_why_and_loses_nothing() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let (mut editor, path) = opened(folder.path(), "one\n");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
    press(&mut editor, "x ctrl-s");
    assert!(
        editor.screen().contains("it is read-only") && editor.screen().contains("modified"),
        "{}",
        editor.screen()
    );
    assert_eq!(editor.text(), "xone\n");
    let missing = folder.path().join("none/file.txt");
    let input = Input::Opened { opened: file::open(&missing), path: missing, to_front: true };
    let effects = editor.app.update(input);
    carry_out(&mut editor, effects);
    press(&mut editor, "y ctrl-s");
    assert!(editor.screen().contains("is not saved"), "{}", editor.screen());
    assert_eq!(editor.text(), "y");
    for (name, bytes, why) in
        [("binary", &b"\x7fELF\0\0"[..], "binary"), ("latin", &b"caf\xe9\n"[..], "iconv")]
    {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        editor.app.update(Input::Opened { opened: file::open(&path), path, to_front: true });
        press(&mut editor, "f3");
        assert!(editor.screen().contains(why), "{}", editor.screen());
        press(&mut editor, "escape");
    }
}

#[test]
fn another_programs_change_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().canonicalize().unwrap();
    let path = folder.join("file.txt");
    fs::write(&path, "one").unwrap();
    let (sender, changed) = mpsc::channel();
    let mut watch = Watch::new(move |paths| drop(sender.send(paths)));
    watch.follow([path.as_path()].into_iter()).unwrap();
    // By renaming, as programs that write safely do.
    fs::write(folder.join("new"), "two").unwrap();
    fs::rename(folder.join("new"), &path).unwrap();
    let deadline = Instant::now() + PATIENCE;
    let next = || changed.recv_timeout(deadline.saturating_duration_since(Instant::now()));
    while !next().unwrap().contains(&path) {}
    watch.follow(std::iter::empty()).unwrap();
}
