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
    let areas = ["call", "check", "grants", "inspect", "sign", "test"];
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

/// What `sign` makes is what a policy file demands, over these bytes alone.
#[test]
fn a_signed_component_satisfies_a_rule_until_it_is_changed() {
    let folder = tempfile::tempdir().unwrap();
    shelf::put(&[folder.path().to_str().unwrap()]);
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_witdock"));
        let output = command
            .current_dir(folder.path())
            .env("WITDOCK_KEY_PASSWORD", "a password")
            .args(arguments)
            .output()
            .unwrap();
        let printed = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        (output.status.code(), printed.into_owned())
    };
    // The secret key is encrypted here.
    let (code, printed) = run(&["keygen", "acme"]);
    assert_eq!(code, Some(0), "{printed}");
    let signer = printed.split("[[signer]]").nth(1).unwrap();
    let policy = format!("[[signer]]{signer}\n[[plugin]]\nname = \"*\"\nsigned_by = [\"acme\"]\n");
    std::fs::write(folder.path().join("policy.toml"), policy).unwrap();
    let show = ["grants", "show", "shelf.wasm", "--policy", "policy.toml"];
    let (code, printed) = run(&show);
    assert!(code == Some(1) && printed.contains("no signature stands beside it"), "{printed}");

    let (code, printed) = run(&["sign", "shelf.wasm", "--key", "acme.key"]);
    assert_eq!(code, Some(0), "{printed}");
    let (code, printed) = run(&show);
    assert!(code == Some(0) && printed.contains("signed by acme"), "{printed}");

    let component = folder.path().join("shelf.wasm");
    let mut bytes = std::fs::read(&component).unwrap();
    // An empty custom section named `x`: the component means the same.
    bytes.extend([0, 2, 1, b'x']);
    std::fs::write(&component, bytes).unwrap();
    let (code, printed) = run(&show);
    assert!(code == Some(1) && printed.contains("or over other bytes"), "{printed}");
}
