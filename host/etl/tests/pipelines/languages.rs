//! Plugins in other languages than Rust, from their sources. A machine without a language's tools passes their test over,
//! and says so, unless `WITDOCK_REQUIRE_LANGUAGES` is set. Python, whose builds take minutes, is tested with `WITDOCK_TEST_PYTHON`.

use std::fs;
use std::process::Command;

use serde_json::{Value, json};

use crate::project::{Project, sink, stage};

const LOG: &str = r#"{"line":"203.0.113.9 - - [31/Jan/2013:23:59:58 -0500] \"GET /ä?q=1 HTTP/1.1\" 200 512 \"-\" \"curl/8\"","email":"ada@example.org"}
{"line":"nothing of the kind","email":null}
"#;

fn has(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
}

/// A line of a web server's log through two plugins of a language.
fn parses_and_masks(language: &str) {
    let rest = format!(
        "{}{}{}",
        stage("parse", &format!("plugins/etl/web-log-{language}"), "settings = { column = \"line\" }\n"),
        stage(
            "mask",
            &format!("plugins/etl/mask-{language}"),
            "settings = { columns = { email = \"hash\", ip = \"redact\" } }\n"
        ),
        sink("jsonl", "out.jsonl"),
    );
    let project = Project::new("unused".as_ref(), "");
    let source = "[source]\nformat = \"jsonl\"\npath = \"log.jsonl\"\n";
    fs::write(project.path("pipeline.toml"), format!("{source}{rest}")).unwrap();
    fs::write(project.path("log.jsonl"), LOG).unwrap();
    let summary = project.summary(&[]);
    assert_eq!((&summary["rows_out"], &summary["rejected"]), (&json!(1), &json!(1)), "{summary}");
    let row: Value = serde_json::from_str(&project.read("out.jsonl")).unwrap();
    assert_eq!(row["time"], "2013-02-01T04:59:58Z");
    assert_eq!(
        (&row["method"], &row["path"], &row["status"], &row["bytes"]),
        (&json!("GET"), &json!("/ä?q=1"), &json!(200), &json!(512))
    );
    assert_eq!((&row["referrer"], &row["user_agent"]), (&Value::Null, &json!("curl/8")));
    let hash = row["email"].as_str().unwrap();
    assert!(hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()), "{hash}");
    assert!(!row["ip"].as_str().unwrap().contains("203"), "{row}");
    let rejected: Value = serde_json::from_str(&project.read("pipeline.rejected.jsonl")).unwrap();
    assert_eq!((&rejected["stage"], &rejected["line"]), (&json!("parse"), &json!(2)));
}

#[test]
fn javascript_parses_and_masks() {
    if !has("node") || !has("npm") {
        let what = "JavaScript plugins are not tested: node and npm are not installed";
        assert!(std::env::var_os("WITDOCK_REQUIRE_LANGUAGES").is_none(), "{what}");
        eprintln!("{what}");
        return;
    }
    parses_and_masks("js");
}

#[test]
fn python_parses_and_masks() {
    if std::env::var_os("WITDOCK_TEST_PYTHON").is_none() {
        eprintln!("Python plugins are not tested: set WITDOCK_TEST_PYTHON, it takes some minutes");
        return;
    }
    parses_and_masks("py");
}
