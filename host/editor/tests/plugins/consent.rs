//! Consent, and the list of plugins.

use std::fs;
use std::path::Path;

use tempfile::TempDir;
use witdock::grants::PolicyFile;
use witdock_editor_session::host::Consent;
use witdock_editor_session::host::PluginAction;

use crate::author::Author;
use crate::common::docked::{Docked, repository};

fn docked(state: &TempDir) -> Docked {
    let (consent, problem) = Consent::remembered(&state.path().join("grants.toml"));
    assert_eq!(problem, None);
    Docked::consenting("file.txt", "one two\n", consent)
}

fn word_count() -> std::path::PathBuf {
    repository().join("plugins/editor/word-count")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_asked_once_and_typing_goes_on() {
    let state = tempfile::tempdir().unwrap();
    let mut first = docked(&state);
    first.load(&word_count());
    first.until("F7 answers").await;
    assert!(
        first.screen().contains("word-count: asks (F7 answers) to read and change the text"),
        "{}",
        first.screen()
    );
    // The request waits, and typed keys go to the text.
    first.press("a");
    assert_eq!(first.text(), "aone two\n");
    assert!(first.panel().contains("waits for your answer"), "{}", first.screen());
    first.press("escape f7");
    assert!(first.screen().contains("· read and change the text of open documents"), "{}", first.screen());
    first.press("a");
    first.serves(1).await;
    first.settle().await;
    assert!(first.screen().contains("2 words"), "{}", first.screen());

    let mut second = docked(&state);
    second.load(&word_count());
    second.serves(1).await;
    second.settle().await;
    assert!(second.screen().contains("2 words"), "{}", second.screen());
    second.press("f2 g");
    let screen = second.refreshed();
    assert!(screen.contains("read and change the text of open documents"), "{}", second.screen());

    // After a revocation, the plugin asks again.
    second.manage(PluginAction::Revoke);
    second.press("escape escape");
    second.until("F7 answers").await;
    assert!(!second.screen().contains("2 words"), "{}", second.screen());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_file_decides_before_the_person_and_at_any_time() {
    let rules = |text: &str| Some(PolicyFile::parse(Path::new("/etc/policy.toml"), text).unwrap());
    let mut docked = Docked::with(&["editor/word-count"], "file.txt", "one two\n").await;
    docked.until("2 words").await;
    docked
        .host()
        .set_rules(rules("[[plugin]]\nname = \"*\"\ndeny = [\"import witdock:editor/documents\"]\n"));
    docked.says("word-count: stopped: import witdock:editor/documents").await;
    let panel = docked.panel();
    assert!(panel.contains("the host revoked") && !panel.contains("2 words"), "{panel}");
    docked.press("escape");
    docked.host().set_rules(None);
    docked.until("2 words").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_log_has_what_plugins_were_granted() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("audit.jsonl");
    let mut docked = Docked::with(&["editor/word-count"], "file.txt", "one two\n").await;
    docked.editor.driver.keep_audit_in(&file);
    docked.until("2 words").await;
    drop(docked);
    let begun = std::time::Instant::now();
    loop {
        let log = fs::read_to_string(&file).unwrap_or_default();
        if log.contains("\"word-count\"") && log.contains("import witdock:editor/documents") {
            return;
        }
        assert!(begun.elapsed().as_secs() < 60, "{log}");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_plugin_stays_disabled() {
    let state = tempfile::tempdir().unwrap();
    let mut first = docked(&state);
    first.load(&word_count());
    first.until("F7 answers").await;
    first.press("f7 d");
    assert!(first.panel().contains("disabled"), "{}", first.screen());

    let mut second = docked(&state);
    second.load(&word_count());
    assert!(second.panel().contains("disabled"), "{}", second.screen());
    second.press("e escape");
    second.until("F7 answers").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_that_asks_for_more_waits_while_the_old_one_serves() {
    let state = tempfile::tempdir().unwrap();
    let author = Author::new();
    for written in ["\"half\"", "\"copied\""] {
        author.edit(&format!("clipboard::write({written})"), "()");
    }
    author.edit_in("src/hoard.rs", "clipboard::write(&\"x\".repeat(PIECE_BYTES))", "()");
    let mut docked = docked(&state);
    docked.load(author.folder());
    docked.until("F7 answers").await;
    docked.press("f7");
    assert!(!docked.screen().contains("copied"), "{}", docked.screen());
    docked.press("a");
    docked.serves(1).await;

    author.edit("\"copy\" => ()", "\"copy\" => clipboard::write(\"copied\")");
    docked.until("2 waits for your answer").await;
    docked.press("f7");
    let screen = docked.screen();
    assert!(screen.contains("new generation of edited also wants to"), "{screen}");
    assert!(
        screen.contains("· read and write the clipboard") && !screen.contains("open documents"),
        "{screen}"
    );
    docked.press("escape");
    docked.run("edited edit twice").await;
    assert_eq!(docked.text(), "12one two\n", "the old generation serves on");
    docked.press("f7");
    assert!(docked.screen().contains("a allow"), "{}", docked.screen());
    docked.press("a");
    docked.serves(1).await;
    docked.run("edited copy").await;
    assert_eq!(docked.copied.as_deref(), Some("copied"));
}

// attack: a plugin's folder in the editor's own plugin folder, which nobody has named
// host: is not built before the person allows it
#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_is_found_is_built_after_it_was_allowed() {
    let (state, plugins) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let folder = plugins.path().join("found");
    fs::create_dir(&folder).unwrap();
    let manifest =
        "[plugin]\nname = \"found\"\n[build]\ncommand = [\"touch\", \"built\"]\noutput = \"found.wasm\"\n";
    fs::write(folder.join("plugin.toml"), manifest).unwrap();
    let mut first = docked(&state);
    first.host().load_found(plugins.path());
    first.until("F7 answers").await;
    assert!(first.panel().contains("waits for your answer"), "{}", first.screen());
    first.press("escape f7");
    let screen = first.screen();
    assert!(screen.contains("be built from its source by `touch built`"), "{screen}");
    assert!(!folder.join("built").exists());
    first.press("a");
    // It ran, and wrote no component.
    first.says("found.wasm").await;
    assert!(folder.join("built").exists());

    // The answer is kept, and taken back.
    drop(first);
    fs::remove_file(folder.join("built")).unwrap();
    let mut second = docked(&state);
    second.host().load_found(plugins.path());
    second.says("found.wasm").await;
    assert!(folder.join("built").exists());
    fs::remove_file(folder.join("built")).unwrap();
    // A message does not take the place of an error that nobody has dismissed.
    second.press("escape");
    second.manage(PluginAction::Revoke);
    second.until("F7 answers").await;
    assert!(!folder.join("built").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn invalid_files_in_a_plugin_folder_do_not_affect_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("notes.txt", "no plugin");
    write("empty/readme", "");
    write("broken.wasm", "\0asm nonsense");
    write("text.wasm", "this is no component");
    write("manifest/plugin.toml", "[plugin]\nnmae = \"x\"\n");
    std::os::unix::fs::symlink(word_count(), folder.path().join("words")).unwrap();
    std::os::unix::fs::symlink(word_count(), folder.path().join("words-again")).unwrap();
    let mut docked = Docked::new("file.txt", "one two\n");
    docked.host().load_all(folder.path());
    docked.host().load_all(Path::new("/nowhere"));
    docked.serves(1).await;
    docked.settle().await;
    for (file, why) in [
        ("broken", "broken"),
        ("text", "text"),
        ("plugin.toml", "nmae"),
        ("words-again", "another plugin is named word-count"),
        ("/nowhere", "cannot read"),
    ] {
        docked.says(why).await;
        assert!(
            docked.said.iter().any(|said| said.contains(file) && said.contains(why)),
            "{:#?}",
            docked.said
        );
    }
    assert!(docked.screen().contains("2 words"), "{}", docked.screen());
    let panel = docked.panel();
    assert!(panel.contains("● word-count") && panel.contains("× broken"), "{panel}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_panel_tells_what_plugins_cost_and_one_key_stops_a_hog() {
    let mut docked = Docked::with(&["faults/faulty-extension"], "file.txt", "abc").await;
    docked.keys("x y z").await;
    let panel = docked.panel();
    assert!(panel.contains("● faulty-extension") && panel.contains("running generation 1"), "{panel}");
    assert!(
        panel.contains("on-event changed") && panel.contains("per key") && panel.contains("KiB"),
        "{panel}"
    );
    docked.press("escape");
    docked.begin("Loop without end");
    docked.press("f9");
    docked.settle().await;
    let panel = docked.panel();
    assert!(panel.contains("○ faulty-extension") && panel.contains("stopped"), "{panel}");
    docked.press("v escape");
    docked.serves(1).await;
    docked.settle().await;
    docked.run("Count, and show").await;
    docked.press("f2 l");
    let screen = docked.refreshed();
    assert!(screen.contains("counted"), "{}", docked.screen());
}
