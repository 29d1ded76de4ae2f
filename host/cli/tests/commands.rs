//! The output of commands, as cases in text files: `tests/cmd/AREA/CASE.trycmd`.
//!
//! A case runs in the folder `CASE.in`, or in a copy of it if `CASE.out` exists, whose files must be there afterwards. `[..]` matches any
//! text in a line, `...` any lines. `TRYCMD=overwrite cargo test -p witdock-cli --test commands` writes the actual output into the cases:
//! review the difference before you commit it.

#![allow(clippy::unwrap_used, reason = "a test ends at what it does not expect")]

mod shelf;

use std::path::Path;
use std::process::Command;

#[test]
fn commands() {
    let areas = ["call", "check", "inspect", "test"];
    shelf::put(&areas.map(|area| format!("tests/cmd/{area}/shelf.in")).each_ref().map(String::as_str));
    let cases = trycmd::TestCases::new();
    cases.env("NO_COLOR", "1").env("COLUMNS", "100").case("tests/cmd/**/*.trycmd");
}

/// Every case in `docs/testing-plugins.md` passes.
#[test]
fn the_cases_in_the_documentation_pass() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/testing-plugins.md");
    let page = std::fs::read_to_string(page).unwrap();
    let folder = tempfile::tempdir().unwrap();
    shelf::put(&[folder.path().to_str().unwrap()]);
    let blocks: Vec<&str> =
        page.split("```case\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert!(blocks.len() >= 5, "the page has examples in blocks of ```case");
    for block in blocks {
        let file = folder.path().join("example.case");
        std::fs::write(&file, block).unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_witdock"))
            .args(["test", "--deadline", "1", "--cases"])
            .args([&file, &folder.path().join("shelf.wasm")])
            .output()
            .unwrap();
        let printed = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{block}\n{printed}");
    }
}
