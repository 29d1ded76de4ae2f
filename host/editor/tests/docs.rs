//! `docs/editor-commands.md` is generated from the table of commands. `UPDATE_DOCS=1 cargo test -p witdock-editor --test docs`
//! writes it.

#![allow(clippy::unwrap_used, reason = "a test may end with a panic")]

use std::fmt::Write;
use std::path::Path;

use witdock_editor::app::entries;
use witdock_editor::config::Config;

fn page() -> String {
    let keymap = Config::read(None).keymap;
    let mut page = String::from(
        "# Commands and keys of witdock-edit\n\n\
         F1 shows the keys in the editor, Ctrl-P lists the commands. `keys.toml` binds other keys by the names below;\n\
         `witdock-edit --default-keys` prints one to start from.\n",
    );
    let mut group = None;
    for entry in entries() {
        if group != Some(entry.group) {
            group = Some(entry.group);
            write!(page, "\n## {}\n\n| keys | command | |\n|---|---|---|\n", entry.group.title()).unwrap();
        }
        let keys: Vec<String> = keymap.keys_of(entry.name).iter().map(|key| format!("`{key}`")).collect();
        writeln!(page, "| {} | `{}` | {} |", keys.join(", "), entry.name, entry.doc).unwrap();
    }
    page
}

#[test]
fn the_page_of_commands_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/editor-commands.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, page()).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == page(),
        "docs/editor-commands.md is out of date: run `UPDATE_DOCS=1 cargo test -p witdock-editor --test docs`"
    );
}

#[test]
fn names_are_unique_and_every_command_has_a_title_and_a_sentence() {
    let mut names: Vec<&str> = entries().iter().map(|entry| entry.name).collect();
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count, "two commands have one name");
    for entry in entries() {
        assert!(entry.name.starts_with("editor.") && !entry.title.is_empty(), "{entry:?}");
        assert!(entry.doc.ends_with('.'), "{entry:?}");
    }
}
