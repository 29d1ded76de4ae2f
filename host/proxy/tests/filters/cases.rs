//! `witdock-proxy test`, with the tutorial's configuration.

use std::path::Path;
use std::process::Command;

fn tutorial(file: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/tutorial/proxy").join(file)
}

fn test(cases: &Path, arguments: &[&str]) -> (bool, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_witdock-proxy"))
        .arg("test")
        .arg(tutorial("proxy.toml"))
        .arg(cases)
        .args(arguments)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(!text.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    (output.status.success(), text)
}

#[test]
fn the_tutorial_s_cases_pass_and_a_case_that_fails_says_what_is_otherwise() {
    let (passed, text) = test(&tutorial("cases.toml"), &[]);
    assert!(passed, "{text}");
    assert!(text.ends_with("3 cases, 0 failed\n"), "{text}");

    let folder = tempfile::tempdir().unwrap();
    let cases = folder.path().join("cases.toml");
    let text = std::fs::read_to_string(tutorial("cases.toml")).unwrap();
    let text = text.replace("status = 200", "status = 404").replace("forwarded = false", "forwarded = true");
    std::fs::write(&cases, text).unwrap();
    let (passed, text) = test(&cases, &["--json"]);
    assert!(!passed, "{text}");
    let line: serde_json::Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    assert_eq!(
        line["problems"],
        serde_json::json!([
            "the status is 200, expected 404",
            "the request was not forwarded, expected that it was forwarded"
        ])
    );
}
