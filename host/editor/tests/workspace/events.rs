//! What plugins hear of that they export a function for, and their long work.

use std::fs;

use libtest_mimic::Trial;
use witdock_editor_session::Input;
use witdock_editor_session::host::Consent;

use crate::common::docked::{Docked, repository};
use crate::trial;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("edits_before_a_save_are_saved", edits_before_a_save_are_saved),
        trial("nothing_that_a_plugin_does_stops_a_save", nothing_that_a_plugin_does_stops_a_save),
        trial("plugins_hear_of_the_focus", plugins_hear_of_the_focus),
        trial("plugins_follow_the_folder", plugins_follow_the_folder),
        trial("long_work_is_shown_and_cancelled", long_work_is_shown_and_cancelled),
        trial("work_ends_with_its_plugin_and_is_bounded", work_ends_with_its_plugin_and_is_bounded),
        trial("tasks_of_all_files_are_listed_and_written", tasks_of_all_files_are_listed_and_written),
        trial("white_space_is_trimmed_after_all_formatting", white_space_is_trimmed_after_all_formatting),
    ]
}

/// An editor with these plugins and a file of this name in a folder of its own.
async fn docked(folder: &str, name: &str, plugins: &[&str]) -> Docked {
    fs::create_dir_all(folder).unwrap();
    let path = std::env::current_dir().unwrap().join(folder).join(name);
    let mut docked = Docked::consenting(path.to_str().unwrap(), "", Consent::to_all());
    for plugin in plugins {
        docked.load(&repository().join("plugins").join(plugin));
    }
    docked.serves(plugins.len()).await;
    docked.settle().await;
    docked
}

async fn faulty(folder: &str) -> Docked {
    docked(folder, "file.txt", &["faults/faulty-events"]).await
}

/// Replaces the text and saves it.
async fn save(docked: &mut Docked, text: &str) {
    docked.press("ctrl-a");
    docked.paste(text);
    docked.press("ctrl-s");
    docked.until("saved").await;
    docked.settle().await;
}

async fn edits_before_a_save_are_saved() {
    let mut docked = faulty("hook").await;
    save(&mut docked, "edit").await;
    assert_eq!(fs::read_to_string("hook/file.txt").unwrap(), "edit saved");
    assert_eq!(docked.text(), "edit saved");
    // The format command does not ask for them.
    docked.keys("ctrl-a e d i t f8").await;
    assert_eq!(docked.text(), "edit");
}

async fn nothing_that_a_plugin_does_stops_a_save() {
    let mut docked = faulty("hooks").await;
    for (text, why) in [
        ("fail", "saved without its edits: it was asked to"),
        ("outside", "edit 0 is not within the text"),
        ("loop", "took longer than 1 s, so the document is saved without it"),
        ("trap", "before-save: it"),
    ] {
        docked.press("ctrl-a");
        docked.paste(text);
        docked.press("ctrl-s");
        while fs::read_to_string("hooks/file.txt").unwrap_or_default() != text {
            docked.step().await;
        }
        docked.settle().await;
        docked.press("f3");
        docked.until(why).await;
        docked.press("escape");
    }
}

async fn plugins_hear_of_the_focus() {
    let mut docked = faulty("focus").await;
    docked.run("Show what was heard").await;
    docked.until("focus: focus/file.txt").await;
    let other = std::env::current_dir().unwrap().join("focus/other.txt");
    docked.open(other.to_str().unwrap(), "");
    docked.keys("ctrl-page-down").await;
    docked.until("focus: focus/other.txt").await;
    docked.session_input(Input::Window(false));
    docked.settle().await;
    docked.until("window: false").await;
}

async fn plugins_follow_the_folder() {
    let mut docked = faulty("followed").await;
    docked.run("Show what was heard").await;
    docked.run("Follow the folder").await;
    docked.until("files, true").await;
    fs::write("followed/new.txt", "1").unwrap();
    docked.until("Created followed/new.txt").await;
    fs::write("followed/new.txt", "longer").unwrap();
    docked.until("Changed followed/new.txt").await;
    fs::remove_file("followed/new.txt").unwrap();
    docked.until("Removed followed/new.txt").await;
    docked.run("Follow the folder no longer").await;
    fs::write("followed/unheard.txt", "").unwrap();
    docked.run("Follow the folder").await;
    docked.until("files, true").await;
    assert!(!docked.screen().contains("unheard"), "{}", docked.screen());
}

/// Begins a command whose work does not end by itself.
async fn begin(docked: &mut Docked, title: &str) {
    docked.begin(title);
    docked.step().await;
}

async fn long_work_is_shown_and_cancelled() {
    let mut docked = faulty("work").await;
    docked.run("Show what was heard").await;
    begin(&mut docked, "Work without end").await;
    docked.until("faulty-events: counting").await;
    docked.until("half of it at most (Esc)").await;
    // Keys go to the text meanwhile, and other calls come between the steps.
    docked.press("a b");
    assert_eq!(docked.text(), "ab");
    docked.press("escape");
    docked.until("cancelled: counting").await;
    docked.settle().await;
    assert!(!docked.screen().contains("half of it"), "{}", docked.screen());
    begin(&mut docked, "Work without end").await;
    docked.until("half of it at most (Esc)").await;
    docked.press("ctrl-k x");
    docked.until_not("half of it at most").await;
    docked.settle().await;
    docked.press("escape ctrl-k x");
    docked.until("no plugin has long work under way").await;
}

// attack: a plugin that begins long work without end
// host: shows 64 kinds of it at most
async fn work_ends_with_its_plugin_and_is_bounded() {
    let mut docked = faulty("works").await;
    docked.run("Begin a thousand kinds of work").await;
    docked.until("64 kinds of work").await;
    assert!(docked.screen().contains("nothing, 63 more (Esc)"), "{}", docked.screen());
    begin(&mut docked, "Work, then trap").await;
    docked.press("escape");
    while docked.screen().contains("more (Esc)") {
        docked.press("escape");
    }
    docked.settle().await;
    begin(&mut docked, "Work, then trap").await;
    docked.press("f3");
    docked.until("step: it").await;
    docked.press("escape");
    docked.settle().await;
    assert!(!docked.screen().contains("trapping"), "{}", docked.screen());
}

async fn tasks_of_all_files_are_listed_and_written() {
    fs::create_dir_all("tasks/in").unwrap();
    for number in 0..60 {
        fs::write(format!("tasks/in/{number}.rs"), format!("//\n// TODO: number {number}\n")).unwrap();
    }
    let mut docked = docked("tasks", "file.txt", &["editor/todo"]).await;
    docked.begin("List tasks of all files");
    docked.until("todo: searching the folder").await;
    docked.until_not("todo: searching the folder").await;
    for _ in 0..10 {
        if docked.screen().contains("Tasks of all files (") {
            break;
        }
        // A pause, in which questions open that nobody waits for.
        docked.session_input(Input::Idle);
        docked.step().await;
    }
    docked.until("Tasks of all files (").await;
    docked.press("n u m b e r space 4 2 enter");
    docked.until_text("//\n// TODO: number 42\n").await;
    docked.until_at(3).await;
    fs::write("tasks/in/61.rs", "// FIXME: come later\n").unwrap();
    for _ in 0..100 {
        docked.run("Write the tasks of all files into a document").await;
        docked.until("todo: Tasks").await;
        docked.settle().await;
        if docked.text().contains("- [ ] tasks/in/61.rs:1: FIXME: come later") {
            break;
        }
        docked.keys("ctrl-w").await;
    }
    assert!(docked.text().contains("61.rs:1: FIXME: come later"), "{}", docked.screen());
    assert!(docked.text().contains("## tasks/in/42.rs\n\n- [ ] tasks/in/42.rs:2: TODO: number 42\n"));
}

async fn white_space_is_trimmed_after_all_formatting() {
    let plugins = ["editor/json-format", "editor/trim-whitespace"];
    let mut docked = docked("trimmed", "file.json", &plugins).await;
    docked.press("ctrl-a");
    docked.paste("{\"a\":1}  \n\n");
    docked.press("ctrl-s");
    docked.until("bytes saved").await;
    docked.settle().await;
    assert_eq!(fs::read_to_string("trimmed/file.json").unwrap(), "{\n    \"a\": 1\n}\n");
    // All of it is one step.
    docked.keys("ctrl-z").await;
    assert_eq!(docked.text(), "{\"a\":1}  \n\n");
    docked.host().configure("json-format", r#"{"on_save": false}"#);
    docked.serves(1).await;
    docked.keys("ctrl-s").await;
    docked.until("bytes saved").await;
    assert_eq!(docked.text(), "{\"a\":1}\n");
    docked.run("Format JSON").await;
    assert_eq!(docked.text(), "{\n    \"a\": 1\n}\n");
}
