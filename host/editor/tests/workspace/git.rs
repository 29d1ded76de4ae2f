//! The plugin `git-changes`, in a real repository.

use std::path::Path;
use std::process::Command;

use libtest_mimic::Trial;
use witdock_editor_session::Input;
use witdock_editor_session::documents::{Drawn, LineMark};
use witdock_editor_session::host::Consent;

use crate::common::docked::{Docked, repository};
use crate::trial;

pub(crate) fn trials() -> Vec<Trial> {
    let has_git = Command::new("git").arg("--version").output().is_ok();
    vec![
        trial("changes_since_git_are_marked_and_reverted", changes_since_git_are_marked_and_reverted)
            .with_ignored_flag(!has_git),
        trial("only_what_differs_from_git_is_trimmed", only_what_differs_from_git_is_trimmed)
            .with_ignored_flag(!has_git),
        trial("what_git_does_not_have_is_not_marked", what_git_does_not_have_is_not_marked)
            .with_ignored_flag(!has_git),
    ]
}

fn git(folder: &str, arguments: &[&str]) {
    let mut command = Command::new("git");
    command.current_dir(folder).args(["-c", "user.name=A", "-c", "user.email=a@example.org"]).args(arguments);
    // The tests of a commit hook have these.
    for name in ["GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"] {
        command.env_remove(name);
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// An editor with the plugin, and a file with this text in a repository of its own.
async fn docked(folder: &str, text: &str) -> Docked {
    std::fs::create_dir_all(format!("{folder}/in")).unwrap();
    git(folder, &["init", "-q"]);
    let path = std::env::current_dir().unwrap().join(folder).join("in/ü file.txt");
    std::fs::write(&path, text).unwrap();
    let mut docked = Docked::consenting(path.to_str().unwrap(), text, Consent::to_all());
    docked.load(&repository().join("plugins/editor/git-changes"));
    docked.serves(1).await;
    docked.settle().await;
    docked
}

/// The mark beside each of the first lines: `+` added, `~` changed, `-` removed before.
fn marks(docked: &mut Docked) -> String {
    docked.screen();
    let buffer = docked.editor.app.active().unwrap();
    let text = buffer.document.text();
    let of_line = |line: usize| {
        let place = text.line_start(line.min(text.line_count() - 1));
        let here = buffer.decorations.within(place..place);
        let mark = here.iter().find_map(|one| match one.drawn {
            Drawn::Mark(mark) => Some(mark),
            _ => None,
        });
        match mark {
            Some(_) if line >= text.line_count() => ' ',
            Some(LineMark::Added) => '+',
            Some(LineMark::Changed) => '~',
            Some(LineMark::RemovedBefore) => '-',
            None => ' ',
        }
    };
    (0..6).map(of_line).collect()
}

async fn until_marks(docked: &mut Docked, wanted: &str) {
    while marks(docked) != wanted {
        // A pause, after which git is asked again.
        docked.session_input(Input::Idle);
        docked.step().await;
    }
}

async fn changes_since_git_are_marked_and_reverted() {
    let folder = "changes";
    let mut docked = docked(folder, "a\nb\nc\nd\ne\n").await;
    git(folder, &["add", "."]);
    docked.press("n e w enter");
    docked.keys("down x down down home shift-down delete").await;
    assert_eq!(docked.text(), "new\na\nxb\nc\ne\n");
    until_marks(&mut docked, "+ ~ - ").await;
    // They move with the text at once.
    docked.press("ctrl-home enter");
    assert_eq!(marks(&mut docked), " + ~ -");
    docked.press("ctrl-z");
    docked.settle().await;

    docked.keys("ctrl-home ctrl-k .").await;
    assert_eq!(docked.selected(), 6..6, "{}", docked.screen());
    docked.run("What git has here").await;
    docked.until("What git has here").await;
    docked.keys("escape ctrl-k z").await;
    assert_eq!(docked.text(), "new\na\nb\nc\ne\n");
    docked.keys("ctrl-k . ctrl-k z").await;
    assert_eq!(docked.text(), "new\na\nb\nc\nd\ne\n");
    docked.keys("ctrl-k , ctrl-k z").await;
    assert_eq!(docked.text(), "a\nb\nc\nd\ne\n");
    until_marks(&mut docked, "      ").await;
    // Each is one step.
    docked.keys("ctrl-z ctrl-z").await;
    assert_eq!(docked.text(), "new\na\nb\nc\ne\n");
    docked.keys("ctrl-s").await;
    git(folder, &["add", "."]);
    until_marks(&mut docked, "      ").await;
}

async fn only_what_differs_from_git_is_trimmed() {
    let folder = "trimmed-changes";
    let mut docked = docked(folder, "a  \nb\nc  \nd\n").await;
    git(folder, &["add", "."]);
    docked.host().configure("trim-whitespace", r#"{"only_changed": true}"#);
    docked.load(&repository().join("plugins/editor/trim-whitespace"));
    docked.serves(1).await;
    docked.session_input(Input::Idle);
    docked.settle().await;
    docked.keys("down end space space enter n e w space").await;
    until_marks(&mut docked, " ~~   ").await;
    // What is typed right before the save counts too.
    docked.press("down end space ctrl-s");
    docked.until("bytes saved").await;
    docked.settle().await;
    assert_eq!(docked.text(), "a  \nb\nnew\nc\nd\n");
}

async fn what_git_does_not_have_is_not_marked() {
    let mut docked = docked("none", "a\n").await;
    docked.keys("x").await;
    docked.run("Next change since git").await;
    docked.until("git does not have this file").await;
    assert!(Path::new("none/.git").exists());
    assert_eq!(marks(&mut docked), "      ");
}
