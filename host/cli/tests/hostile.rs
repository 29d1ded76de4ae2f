//! Components and folders that want more of `witdock` than to be looked at.

#![allow(clippy::unwrap_used, reason = "a test ends at what it does not expect")]

use std::path::Path;
use std::process::Command;

/// What a terminal acts on, in every place where a component has text: names, custom sections, what its tools claim to be, and
/// what it says when it runs.
const COMPONENT: &str = r#"(component
    (import "witdock:plugin/log@0.1.0" (instance $log
        (type $cases (enum "error" "warn" "info" "debug" "trace"))
        (export "level" (type $level (eq $cases)))
        (type $place (record (field "file" string) (field "line" u32) (field "column" u32)))
        (export "location" (type $location (eq $place)))
        (export "write" (func (param "level" $level) (param "target" string) (param "message" string)))
        (export "panicked" (func (param "message" string) (param "location" (option $location))))))
    (core module $libc (memory (export "memory") 1)
        (data (i32.const 0) "\1b[2J\0aerror: host failed\e2\80\ae\c2\9b1m"))
    (core instance $libc (instantiate $libc))
    (core func $write (canon lower (func $log "write") (memory $libc "memory")))
    (core func $panicked (canon lower (func $log "panicked") (memory $libc "memory")))
    (core module $m
        (@custom "evil\1b[2J" "x")
        (@producers (processed-by "tool\1b]0;title\07" "1\0a2"))
        (import "" "write" (func $write (param i32 i32 i32 i32 i32)))
        (import "" "panicked" (func $panicked (param i32 i32 i32 i32 i32 i32 i32)))
        (import "" "memory" (memory 0))
        (func (export "say") (result i32)
            (call $write (i32.const 0) (i32.const 0) (i32.const 30) (i32.const 0) (i32.const 30))
            (i32.store (i32.const 100) (i32.const 0)) (i32.store (i32.const 104) (i32.const 30))
            (i32.const 100))
        (func (export "fail")
            (call $panicked (i32.const 0) (i32.const 30) (i32.const 1) (i32.const 0) (i32.const 30) (i32.const 1) (i32.const 1))
            unreachable))
    (core instance $i (instantiate $m (with "" (instance
        (export "write" (func $write)) (export "panicked" (func $panicked))
        (export "memory" (memory $libc "memory"))))))
    (func (export "say") (result string) (canon lift (core func $i "say") (memory $libc "memory")))
    (func (export "fail") (canon lift (core func $i "fail")))
    (@custom "outer\1b[2J" "y"))"#;

/// Runs `witdock` and returns all that it prints, after a check that a terminal obeys none of it.
fn witdock(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_witdock"))
        .args(arguments)
        .current_dir(folder)
        // Colours come from `witdock` itself, and are left out of a pipe.
        .env("NO_COLOR", "1")
        .output()
        .unwrap();
    let printed = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    let obeyed = |c: char| c != '\n' && c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c);
    assert!(!printed.contains(obeyed), "{arguments:?}: {printed:?}");
    assert!(!printed.contains("\nerror: host failed"), "{arguments:?}: {printed:?}");
    printed
}

// attack: escape sequences in names, sections, producers, manifests, results, logs, panics
// host: shows escapes
#[test]
fn a_components_text_is_shown_and_not_obeyed() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("hostile.wat"), COMPONENT).unwrap();
    let inspected = witdock(folder.path(), &["inspect", "hostile.wat"]);
    assert!(inspected.contains(r"custom section outer\u{1b}[2J"), "{inspected}");
    let said = witdock(folder.path(), &["call", "hostile.wat", "say"]);
    assert!(said.contains(r"\u{1b}[2J\nerror: host failed\u{202e}\u{9b}1m"), "{said}");
    let failed = witdock(folder.path(), &["call", "hostile.wat", "fail"]);
    assert!(failed.contains(r"panicked: \u{1b}[2J\nerror: host failed"), "{failed}");
    witdock(folder.path(), &["check", "hostile.wat"]);
}

#[test]
fn a_manifests_text_is_shown_and_not_obeyed() {
    let folder = tempfile::tempdir().unwrap();
    for manifest in [
        "[plugin]\nname = \"x\\u001b[2J\\nerror: host failed\"\n",
        "[plugin]\nname = 'x'\n\"\\u001b[2J\" = 1\n",
        "[plugin]\nname = 'x'\n[build]\ncommand = [\"no-such\\u001b[2J\"]\noutput = 'x'\n",
        "[plugin]\nname = 'x'\n[grants]\nnetwork = [\"\\u202ex\"]\n",
    ] {
        std::fs::write(folder.path().join("plugin.toml"), manifest).unwrap();
        let printed = witdock(folder.path(), &["inspect", "."]);
        assert!(printed.contains(r"\u{1b}[2J") || printed.contains("202e"), "{printed}");
    }
}

// attack: a folder, with `--no-build`
// host: runs nothing
#[test]
fn no_build_runs_nothing_of_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = "[plugin]\nname = 'x'\n[build]\ncommand = ['touch', 'ran']\noutput = 'x.wasm'\n";
    std::fs::write(folder.path().join("plugin.toml"), manifest).unwrap();
    for command in ["inspect", "check", "call", "test"] {
        let extra: &[&str] = if command == "test" { &["--cases", "."] } else { &[] };
        let printed = witdock(folder.path(), &[&[command, ".", "--no-build"], extra].concat());
        assert!(printed.contains("builds are switched off") || command == "test", "{command}: {printed}");
        assert!(!folder.path().join("ran").exists(), "{command}");
    }
}
