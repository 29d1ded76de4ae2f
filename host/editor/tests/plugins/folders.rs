//! Plugins that come and go while the editor runs, and paths that are named on the command line.

use std::fs;
use std::path::Path;

use witdock::Source;

use crate::common::docked::{Docked, repository};

fn word_count() -> std::path::PathBuf {
    repository().join("plugins/editor/word-count")
}

async fn component() -> Vec<u8> {
    Source::open(word_count()).unwrap().artifact(|_| {}).await.unwrap().bytes().to_vec()
}

#[tokio::test(flavor = "multi_thread")]
async fn plugins_come_and_go_without_a_restart() {
    let component = component().await;
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("witdock-edit/plugins");
    let mut docked = Docked::new("file.txt", "one two\n");
    // The folder need not exist yet.
    docked.host().load_found(&folder);
    docked.editor.app.show(witdock_editor_session::Message::info("begun"));
    docked.until("begun").await;
    let idle = tokio::time::timeout(std::time::Duration::from_millis(100), docked.editor.next()).await;
    assert!(idle.is_err(), "nothing has happened");

    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("words.wasm"), &component).unwrap();
    docked.says("words: found in the plugin folder").await;
    docked.until("2 words").await;

    // One that is no component fails, and is tried again when it is one.
    fs::write(folder.join("other.wasm"), "no component").unwrap();
    docked.until("1 plugin failed").await;
    assert!(docked.panel().contains("× other"), "{}", docked.screen());
    docked.press("escape");
    fs::write(folder.join("other.wasm"), &component).unwrap();
    docked.serves(1).await;
    assert!(docked.panel().contains("● other"), "{}", docked.screen());
    docked.press("escape");

    // A project is one when its manifest is there, and none when it has gone.
    let project = folder.join("project");
    fs::create_dir(&project).unwrap();
    fs::write(project.join("built.wasm"), &component).unwrap();
    let manifest = "[plugin]\nname = \"project\"\n[build]\ncommand = [\"true\"]\noutput = \"built.wasm\"\n";
    fs::write(project.join("plugin.toml"), manifest).unwrap();
    docked.says("project: found").await;
    fs::remove_file(project.join("plugin.toml")).unwrap();
    docked.says("project: unloaded").await;

    for name in ["words", "other"] {
        fs::remove_file(folder.join(format!("{name}.wasm"))).unwrap();
        docked.says(&format!("{name}: unloaded, since it was removed")).await;
    }
    let panel = docked.panel();
    assert!(!panel.contains("words") && panel.contains("No plugins"), "{panel}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_path_that_is_a_plugin_is_loaded_and_another_is_explained() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file.txt"), "").unwrap();
    fs::create_dir(folder.path().join("named")).unwrap();
    let manifest = "[plugin]\nname = \"editor\"\n[build]\ncommand = [\"true\"]\noutput = \"x.wasm\"\n";
    fs::write(folder.path().join("named/plugin.toml"), manifest).unwrap();
    fs::write(folder.path().join("editor.x.wasm"), "").unwrap();
    let mut docked = Docked::new("file.txt", "one two\n");
    docked.host().load_all(&word_count());
    docked.until("2 words").await;
    for (path, words) in [
        (word_count().join("plugin.toml"), "is a manifest: name its folder"),
        (folder.path().join("file.txt"), "not a plugin; name a .wasm file"),
        (Path::new("src").to_owned(), "no plugins in"),
        (folder.path().to_owned(), "a plugin cannot be named `editor`"),
        (folder.path().to_owned(), "a plugin cannot be named `editor.x`"),
    ] {
        docked.host().load_all(&path);
        docked.says(words).await;
    }
}

/// A build that fails and changes its own folder is not repeated for ever.
#[tokio::test(flavor = "multi_thread")]
async fn what_fails_is_tried_again_only_when_its_source_changes() {
    let folder = tempfile::tempdir().unwrap();
    let project = folder.path().join("broken");
    fs::create_dir(&project).unwrap();
    let manifest = "[plugin]\nname = \"broken\"\n[build]\ncommand = [\"sh\", \"build.sh\"]\noutput = \"build/x.wasm\"\n\
                    ignore = [\"log\"]\n";
    fs::write(project.join("plugin.toml"), manifest).unwrap();
    fs::write(project.join("build.sh"), "echo x >> log; mkdir -p build; touch build/y; exit 1\n").unwrap();
    let mut docked = Docked::new("file.txt", "");
    docked.host().load_all(folder.path());
    docked.until("1 plugin failed").await;
    let builds = || fs::read_to_string(project.join("log")).unwrap().lines().count();
    while let Ok(input) =
        tokio::time::timeout(std::time::Duration::from_millis(1_500), docked.editor.next()).await
    {
        docked.input(input);
    }
    assert_eq!(builds(), 1);
    fs::write(project.join("build.sh"), "echo x >> log; exit 1\n").unwrap();
    while builds() < 2 {
        docked.step().await;
    }
}

// attack: a plugin that may write to a folder around the texts that the editor keeps
// host: refuses the plugin
#[tokio::test(flavor = "multi_thread")]
async fn what_the_editor_keeps_is_protected_from_plugins() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("words.wasm"), component().await).unwrap();
    let manifest = "[plugin]\nname = \"words\"\n[grants]\nimports = [\"witdock:editor/*\"]\n\
                    folders = [{ path = \"/workspace\", access = \"read-write\" }]\n";
    fs::write(folder.path().join("words.toml"), manifest).unwrap();
    let kept = std::env::current_dir().unwrap().join("kept-by-the-editor");
    let consent = witdock_editor_session::host::Consent::to_all().protecting(&kept);
    let mut docked = Docked::consenting("file.txt", "one two\n", consent);
    docked.host().load_all(folder.path());
    docked.says("kept-by-the-editor").await;
    docked.until("1 plugin failed").await;
}
