//! Documents that plugins open, make and save, and what they keep between sessions.

use std::fs;
use std::path::{Path, PathBuf};

use libtest_mimic::Trial;
use witdock_editor_session::host::{Consent, PluginAction};

use crate::common::docked::{Docked, repository};
use crate::trial;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("plugins_open_make_and_save_documents", plugins_open_make_and_save_documents),
        trial("what_plugins_may_not_open_or_save_says_why", what_plugins_may_not_open_or_save_says_why),
        trial(
            "a_save_of_a_plugin_asks_nothing_and_overwrites_nothing",
            a_save_of_a_plugin_asks_nothing_and_overwrites_nothing,
        ),
        trial("documents_of_plugins_are_bounded", documents_of_plugins_are_bounded),
        trial(
            "a_storage_is_bounded_and_outlives_reloads_and_sessions",
            a_storage_is_bounded_and_outlives_reloads_and_sessions,
        ),
        trial("bookmarks_lead_into_files_in_later_sessions", bookmarks_lead_into_files_in_later_sessions),
    ]
}

/// A folder in the workspace, as an absolute path.
fn folder(name: &str) -> PathBuf {
    fs::create_dir_all(name).unwrap();
    std::env::current_dir().unwrap().join(name)
}

/// An editor with the faulty plugin and a file that does not exist.
async fn docked(folder: &Path) -> Docked {
    let mut docked = Docked::consenting(folder.join("script").to_str().unwrap(), "", Consent::to_all());
    docked.host().keep_storage_in(&folder.join("storage"));
    docked.load(&repository().join("plugins/faults/faulty-files"));
    docked.serves(1).await;
    docked.settle().await;
    docked
}

/// Lets the plugin do what the lines say, in the document that is open.
async fn act(docked: &mut Docked, lines: &str) {
    docked.press("ctrl-a");
    docked.paste(lines);
    docked.run("Do what the text says").await;
}

async fn plugins_open_make_and_save_documents() {
    let folder = folder("documents");
    fs::write(folder.join("near.md"), "near\n").unwrap();
    let mut docked = docked(&folder).await;
    act(&mut docked, "open documents/near.md\nsave").await;
    docked.until("done: 5 bytes").await;
    // It is open behind, and the document with the focus was saved.
    docked.until("done: 27 bytes").await;
    assert_eq!(fs::read_to_string(folder.join("script")).unwrap(), "open documents/near.md\nsave");
    assert_eq!(docked.editor.app.session().documents().all().len(), 2);
    act(&mut docked, "focus documents/near.md").await;
    assert_eq!(docked.text(), "near\n");

    docked.press("ctrl-page-up");
    act(&mut docked, "make Tasks").await;
    let screen = docked.screen();
    assert!(screen.contains("faulty-files: Tasks") && !screen.contains("[modified]"), "{screen}");
    assert_eq!(docked.text(), "made\n");
    assert_eq!(docked.editor.app.active().unwrap().language(), "markdown");
    // What the person writes there is theirs.
    act(&mut docked, "save-as documents/new.md").await;
    docked.until("done: ").await;
    assert_eq!(fs::read_to_string(folder.join("new.md")).unwrap(), "save-as documents/new.md");
    assert!(docked.screen().contains(" new.md"), "{}", docked.screen());
}

async fn what_plugins_may_not_open_or_save_says_why() {
    let folder = folder("refused");
    fs::create_dir_all(folder.join(".git/hooks")).unwrap();
    fs::write(folder.join(".git/config"), "").unwrap();
    let mut docked = docked(&folder).await;
    for (line, why) in [
        ("open ../secret", "NotFound"),
        ("open /etc/passwd", "is not in the folder that you work in"),
        ("open refused", "NotAFile"),
        ("open refused/none", "NotFound"),
        ("save-as /tmp/x", "is not in the folder that you work in"),
        ("save-as refused/.git/hooks/pre-commit", "is hidden"),
        ("save-as refused/none/x", "No such file"),
        ("make-large", "TooLong(16777216)"),
    ] {
        act(&mut docked, line).await;
        docked.until(why).await;
    }
    // A file that the person has opened is saved by the person.
    docked.open(folder.join(".git/config").to_str().unwrap(), "");
    docked.press("ctrl-page-down");
    act(&mut docked, "save").await;
    docked.until("is hidden").await;
}

async fn a_save_of_a_plugin_asks_nothing_and_overwrites_nothing() {
    let folder = folder("quiet");
    fs::write(folder.join("there"), "there\n").unwrap();
    let mut docked = docked(&folder).await;
    act(&mut docked, "save-as quiet/there").await;
    docked.until("Exists").await;
    assert_eq!(fs::read_to_string(folder.join("there")).unwrap(), "there\n");
    assert!(docked.screen().contains(" script"), "{}", docked.screen());
    // Another program has made the file meanwhile.
    fs::write(folder.join("script"), "theirs\n").unwrap();
    act(&mut docked, "save").await;
    docked.until("ChangedOnDisk").await;
    assert!(
        !docked.screen().contains("(y/n)") && !docked.screen().contains("overwrite"),
        "{}",
        docked.screen()
    );
    docked.press("x");
    assert!(docked.text().ends_with("savex"), "{}", docked.text());
    assert_eq!(fs::read_to_string(folder.join("script")).unwrap(), "theirs\n");
    // What plugins come from is theirs alone: another generation of them would be loaded.
    let own = folder.join("own");
    fs::create_dir_all(&own).unwrap();
    fs::write(own.join("plugin.toml"), "[plugin]\nname = \"own\"\n").unwrap();
    docked.load(&own);
    docked.settle().await;
    act(&mut docked, "save-as quiet/own/build.sh").await;
    docked.until("own/build.sh for a plugin").await;
    assert!(!own.join("build.sh").exists());
}

// attack: a plugin that makes documents without end
// host: keeps 64 of them
async fn documents_of_plugins_are_bounded() {
    let mut docked = docked(&folder("many")).await;
    act(&mut docked, "make-many").await;
    docked.until("made 64").await;
    docked.settle().await;
    docked.press("f6 q");
    act(&mut docked, "make-many\nopen many").await;
    docked.until("made 0").await;
    assert_eq!(docked.editor.app.session().documents().all().len(), 65);
    // One that is closed makes room.
    docked.press("ctrl-page-down ctrl-page-down ctrl-w");
    act(&mut docked, "make-many").await;
    docked.until("made 1").await;
}

// attack: values without end in the storage of a plugin
// host: takes 4 MiB and 1,024 keys, and tells
async fn a_storage_is_bounded_and_outlives_reloads_and_sessions() {
    let folder = folder("stored");
    let mut docked = docked(&folder).await;
    act(&mut docked, "set a 1\nget a\nget b").await;
    docked.until("Ok(Some(\"1\"))").await;
    // A call that fails has stored nothing.
    act(&mut docked, "set a 2\nfail").await;
    act(&mut docked, "set a 3\ntrap").await;
    docked.settle().await;
    act(&mut docked, "get a").await;
    docked.until("Ok(Some(\"1\"))").await;
    docked.manage(PluginAction::Restart);
    docked.serves(1).await;
    act(&mut docked, "get a\nfill").await;
    docked.until("Full(4194304)").await;
    assert!(docked.screen().contains("Ok(Some(\"1\"))"), "{}", docked.screen());
    assert!(docked.panel().contains("3073 KiB kept for it"), "{}", docked.screen());
    docked.press("escape");
    drop(docked);

    let mut docked = self::docked(&folder).await;
    act(&mut docked, "get a\nkeys p\nfill-keys").await;
    docked.until("Ok([\"piece 0\", \"piece 1\", \"piece 2\"])").await;
    docked.until("TooManyKeys(1024)").await;
    drop(docked);
    // One that is damaged is told, and stays.
    let file = fs::read_dir(folder.join("storage")).unwrap().map(|entry| entry.unwrap().path());
    let file = file.into_iter().find(|file| !file.ends_with("lock")).unwrap();
    fs::write(&file, "something else").unwrap();
    let mut docked = self::docked(&folder).await;
    act(&mut docked, "set a 1").await;
    docked.until("it is damaged; remove the file").await;
    assert_eq!(fs::read_to_string(&file).unwrap(), "something else");
}

async fn bookmarks_lead_into_files_in_later_sessions() {
    let folder = folder("marked");
    fs::write(folder.join("far.txt"), "one\ntwo\nthree\n").unwrap();
    let begin = async |name: &str, text: &str| {
        let mut docked = Docked::consenting(folder.join(name).to_str().unwrap(), text, Consent::to_all());
        docked.host().keep_storage_in(&folder.join("storage"));
        docked.load(&repository().join("plugins/editor/bookmarks"));
        docked.serves(1).await;
        docked.settle().await;
        docked
    };
    let mut docked = begin("far.txt", "one\ntwo\nthree\n").await;
    docked.keys("down right ctrl-k m down ctrl-k m").await;
    docked.keys("ctrl-home ctrl-k ]").await;
    assert_eq!(docked.selected(), 4..4);
    // They move along with the text.
    docked.keys("ctrl-home enter ctrl-k [").await;
    assert_eq!(docked.selected(), 9..9);
    drop(docked);

    let mut docked = begin("near.txt", "near\n").await;
    docked.run("List bookmarks").await;
    docked.until("Bookmarks (2)").await;
    let screen = docked.screen();
    assert!(screen.contains("three") && screen.contains("marked/far.txt:3"), "{screen}");
    docked.press("t w o enter");
    docked.until_text("one\ntwo\nthree\n").await;
    docked.until_at(4).await;
    docked.keys("ctrl-k m ctrl-k ]").await;
    assert_eq!(docked.selected(), 8..8);
    docked.keys("ctrl-k m ctrl-k ]").await;
    docked.until("this document has no bookmarks").await;
}
