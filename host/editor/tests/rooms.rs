//! What draws depends on the editor's own types, and not on those of the plugin interface.

#![allow(clippy::unwrap_used, reason = "a test may end with a panic")]

use std::fs;
use std::path::{Path, PathBuf};

fn sources(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_owned()];
    }
    let entries = fs::read_dir(path).unwrap();
    entries.flat_map(|entry| sources(&entry.unwrap().path())).collect()
}

#[test]
fn what_draws_knows_no_type_of_the_plugin_interface() {
    let host = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let below = ["documents", "display.rs", "style.rs", "message.rs"]
        .map(|name| host.join("editor-session/src").join(name));
    for path in below.iter().chain([&host.join("editor/src")]).flat_map(|path| sources(path)) {
        let text = fs::read_to_string(&path).unwrap();
        for forbidden in ["host::bindings", "host::api", "wasmtime"] {
            let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
            let found = code.into_iter().find(|line| line.contains(forbidden));
            assert_eq!(found, None, "{}", path.display());
        }
    }
}
