//! The cases of the plugins in this repository: each is built, and does what its cases say.
#![allow(clippy::unwrap_used, reason = "what is unexpected in a test may end it")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The program that builds a plugin, which its manifest names.
fn builder(plugin: &Path) -> String {
    let manifest = fs::read_to_string(plugin.join("plugin.toml")).unwrap();
    let command = manifest.lines().find_map(|line| line.strip_prefix("command = [\""));
    command.map_or("cargo", |command| command.split('"').next().unwrap()).to_owned()
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

/// Runs the cases of all plugins that a program builds.
fn cases_pass(program: &str) {
    let plugins: Vec<_> = with_cases().into_iter().filter(|plugin| builder(plugin) == program).collect();
    assert!(!plugins.is_empty(), "no plugin that {program} builds has cases");
    for plugin in plugins {
        let output = Command::new(env!("CARGO_BIN_EXE_witdock")).arg("test").arg(&plugin).output().unwrap();
        let printed = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}\n{printed}", plugin.display());
        eprint!("{printed}");
    }
}

#[test]
fn plugins_do_what_their_cases_say() {
    cases_pass("cargo");
}

#[test]
#[ignore = "needs Node.js and npm"]
fn plugins_do_what_their_cases_say_with_node() {
    cases_pass("node");
}

#[test]
#[ignore = "needs clang-22 for wasm32 and make"]
fn plugins_do_what_their_cases_say_with_clang() {
    cases_pass("make");
}

#[test]
fn the_cases_of_every_plugin_are_run_by_a_test() {
    for plugin in with_cases() {
        let builder = builder(&plugin);
        assert!(["cargo", "node", "make"].contains(&builder.as_str()), "{}: {builder}", plugin.display());
    }
}
