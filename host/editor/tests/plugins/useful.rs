//! The editor's plugins in Rust, in the editor.

use witdock_editor_session::Input;

use crate::common::docked::Docked;

#[tokio::test(flavor = "multi_thread")]
async fn words_are_counted() {
    let mut docked = Docked::with(&["editor/word-count"], "file.txt", "one two\n").await;
    assert!(docked.screen().contains("2 words"), "{}", docked.screen());
    docked.keys("x space").await;
    docked.session_input(Input::Idle);
    docked.settle().await;
    assert!(docked.screen().contains("3 words"), "{}", docked.screen());
    // Another document with its cursor at the same place is told once.
    docked.keys("ctrl-home").await;
    docked.open("other.txt", "one two three four five\n");
    docked.keys("ctrl-page-down").await;
    assert!(docked.screen().contains("5 words"), "{}", docked.screen());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_is_trimmed_as_it_is_saved_and_one_key_takes_it_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file.txt");
    let untrimmed = "one  \ntwo \n\n\n";
    let mut docked = Docked::with(&["editor/trim-whitespace"], path.to_str().unwrap(), untrimmed).await;
    docked.keys("x ctrl-s").await;
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "xone\ntwo\n");
    assert!(
        docked.screen().contains("saved") && !docked.screen().contains("modified"),
        "{}",
        docked.screen()
    );
    docked.keys("ctrl-z").await;
    assert_eq!(docked.text(), format!("x{untrimmed}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn json_is_formatted_and_what_is_wrong_is_marked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file.json");
    let mut docked = Docked::with(&["editor/json-format"], path.to_str().unwrap(), "{\"a\":[1,2]}").await;
    docked.keys("ctrl-s").await;
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "{\n    \"a\": [1, 2]\n}\n");
    docked.keys("ctrl-end ctrl-home down end backspace").await;
    let screen = docked.screen();
    assert!(screen.contains("×  ") && screen.contains("expected"), "{screen}");
    assert!(screen.contains("1 error"), "{screen}");
    let place = docked.selected();
    docked.keys("ctrl-home ctrl-k n").await;
    let screen = docked.screen();
    assert_ne!(docked.selected().start, 0);
    assert!(screen.lines().last().unwrap().contains("(json)"), "{screen}");
    docked.run("List diagnostics").await;
    let screen = docked.screen();
    assert!(screen.contains("Diagnostics (1)") && screen.contains("file.json:"), "{screen}");
    docked.keys("enter ctrl-home down end").await;
    assert_eq!(docked.selected(), place);
    docked.keys("ctrl-s").await;
    // An invalid document is saved without formatting.
    assert!(std::fs::read_to_string(&path).unwrap().contains("[1, 2\n"));
    docked.keys("]").await;
    assert!(!docked.screen().contains('×'), "{}", docked.screen());
}

#[tokio::test(flavor = "multi_thread")]
async fn tasks_are_marked_and_listed() {
    let mut docked =
        Docked::with(&["editor/todo"], "file.rs", "fn f() {}\n// TODO: rest\n// FIXME: first\n").await;
    docked.run("List tasks").await;
    let screen = docked.screen();
    assert!(screen.contains("Tasks (2)") && screen.contains("FIXME: first"), "{screen}");
    docked.keys("down enter").await;
    assert_eq!(docked.selected().start, docked.text().find("FIXME").unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn words_are_completed_while_they_are_typed() {
    let mut docked =
        Docked::with(&["editor/word-complete"], "file.rs", "let considerable = 1;\nlet consider = 2;\n")
            .await;
    docked.keys("ctrl-end c o n").await;
    let screen = docked.screen();
    assert!(screen.contains("considerable") && screen.contains("w consider"), "{screen}");
    docked.keys("down up tab ;").await;
    let last = docked.text().lines().last().unwrap().to_owned();
    assert!(last == "consider;" || last == "considerable;", "{last}");
    docked.keys("ctrl-z ctrl-z").await;
    assert!(docked.text().ends_with("\ncon"), "{}", docked.text());
    // Escape closes the list, and Enter is a line break again.
    docked.keys("s escape enter").await;
    assert!(docked.text().ends_with("\ncons\n"), "{}", docked.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn brackets_are_closed_with_the_key_that_opens_them() {
    let mut docked = Docked::with(&["editor/auto-pair"], "file.rs", "").await;
    docked.keys("f (").await;
    assert_eq!(docked.text(), "f()");
    docked.keys("x )").await;
    assert_eq!(docked.text(), "f(x)", "what was closed is typed over");
    docked.keys("ctrl-z").await;
    assert_eq!(docked.text(), "f()", "a pair is one step");
}

#[tokio::test(flavor = "multi_thread")]
async fn markdown_is_kept_in_order() {
    let text = "# One\n\n| a | bb |\n|-|-|\n| ccc | d |\n\n- [ ] task\n";
    let mut docked = Docked::with(&["editor/markdown"], "file.md", text).await;
    docked.keys("down down").await;
    docked.run("Align table").await;
    assert!(docked.text().contains("| a   | bb  |"), "{}", docked.text());
    docked.keys("ctrl-end up").await;
    docked.run("Toggle checkbox").await;
    assert!(docked.text().contains("- [x] task"), "{}", docked.text());
    docked.keys("ctrl-home").await;
    docked.run("Table of contents").await;
    assert!(docked.text().contains("- [One](#one)"), "{}", docked.text());
}
