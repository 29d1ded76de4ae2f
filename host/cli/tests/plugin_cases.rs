//! The cases of the plugins in this repository: each is built, and does what its cases say.
#![allow(clippy::unwrap_used, reason = "what is unexpected in a test may end it")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn has(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
}

/// Whether this machine can build a plugin, which its manifest tells the language of.
fn can_build(plugin: &Path) -> bool {
    let manifest = fs::read_to_string(plugin.join("plugin.toml")).unwrap();
    if manifest.contains("\"make\"") {
        has("make") && ["clang-22", "clang"].into_iter().any(has)
    } else if manifest.contains("\"node\"") {
        has("node") && has("npm")
    } else {
        true
    }
}

fn with_cases() -> Vec<PathBuf> {
    let plugins = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins");
    let mut found = Vec::new();
    for area in ["editor", "etl"] {
        for entry in fs::read_dir(plugins.join(area)).unwrap() {
            let folder = entry.unwrap().path();
            let cases = fs::read_dir(folder.join("tests")).into_iter().flatten().flatten();
            if cases.map(|case| case.path()).any(|case| case.extension().is_some_and(|it| it == "case")) {
                found.push(folder);
            }
        }
    }
    found.sort();
    found
}

#[test]
fn plugins_do_what_their_cases_say() {
    let plugins = with_cases();
    assert!(plugins.len() >= 4, "{plugins:?}");
    for plugin in plugins {
        if !can_build(&plugin) {
            let what = format!("the cases of {} are not run: its tools are not installed", plugin.display());
            assert!(std::env::var_os("WITDOCK_REQUIRE_LANGUAGES").is_none(), "{what}");
            eprintln!("{what}");
            continue;
        }
        let output = Command::new(env!("CARGO_BIN_EXE_witdock")).arg("test").arg(&plugin).output().unwrap();
        let printed = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}\n{printed}", plugin.display());
        eprint!("{printed}");
    }
}
