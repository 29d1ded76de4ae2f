//! The same two plugins in Rust and in other languages, from their sources. The other languages' tools have to be installed, so their
//! tests are ignored by default.

use std::fs;

use serde_json::{Value, json};

use crate::project::{Project, sink, stage};

/// As servers write them, and as they do not.
const LOG: &[(&str, Option<&str>)] = &[
    (
        r#"203.0.113.9 - - [31/Jan/2013:23:59:58 -0500] "GET /ä?q=1 HTTP/1.1" 200 512 "-" "curl/8""#,
        Some("ada@example.org"),
    ),
    ("nothing of the kind", None),
    (
        r#"::1 - ada lovelace [29/Feb/2024:00:00:00 +0530] "OPTIONS *" 204 - "-" "-""#,
        Some("grace.hopper@example.org"),
    ),
    (r#"198.51.100.7 - - [10/Oct/2023:13:55:36 -0700] "GET /a HTTP/1.0" 404 0"#, None),
    (
        r#"h.example - - [10/Oct/2023:13:55:36 -0700] "GET /\"a\" HTTP/2" 200 1 "https://example.org/" "an \"agent\" \\ 1" "#,
        Some(""),
    ),
    (r#"198.51.100.7 - - [10/Oct/2023:13:55:36 -0700] "\x16\x03\x01" 400 0 "-" "-""#, Some("a@b")),
    (r#"198.51.100.7 - - [30/Feb/2023:13:55:36 -0700] "GET / HTTP/1.1" 200 0"#, Some("a@b")),
    (
        r#"198.51.100.7 - - [10/Oct/2023:13:55:60 +0000] "POST /form HTTP/1.1" 599 99999999999"#,
        Some("+44 20 7946-0958 ½ жसे"),
    ),
    (r#"198.51.100.7 - - [10/Oct/2023:13:55:36 -0700] "GET / HTTP/1.1" 999 0"#, Some("a@b")),
    (r#"198.51.100.7 - - [10/Oct/2023:13:55:36 -0700] "GET / HTTP/1.1" 200 many"#, Some("a@b")),
    (r#"198.51.100.7 - - [10/Oct/2023:13:55:36 -0700] "GET / HTTP/1.1" 200 0 "-""#, Some("a@b")),
];

/// What came of the log: the rows as they were written, and line, code and message of those that were rejected.
type Parsed = (String, Vec<(Value, Value, Value)>);

/// The lines of a web server's log through two plugins of a language, whose folders end in this.
fn parsed_and_masked(language: &str) -> Parsed {
    let rest = format!(
        "{}{}{}",
        stage("parse", &format!("plugins/etl/web-log{language}"), "settings = { column = \"line\" }\n"),
        stage(
            "mask",
            &format!("plugins/etl/mask{language}"),
            "settings = { columns = { email = \"hash\", ip = \"redact\", name = \"partial\" }, salt = \"s\" }\n"
        ),
        sink("jsonl", "out.jsonl"),
    );
    let project = Project::new("unused".as_ref(), "");
    let source = "[source]\nformat = \"jsonl\"\npath = \"log.jsonl\"\n";
    fs::write(project.path("pipeline.toml"), format!("{source}{rest}")).unwrap();
    let row = |(line, email): &(&str, Option<&str>)| {
        json!({ "line": line, "email": email, "name": email }).to_string()
    };
    let log: Vec<_> = LOG.iter().map(row).collect();
    fs::write(project.path("log.jsonl"), log.join("\n")).unwrap();
    project.run(&[]);
    let rejected = project.read("pipeline.rejected.jsonl");
    let rejected = rejected.lines().map(|line| {
        let row: Value = serde_json::from_str(line).unwrap();
        assert_eq!(row["stage"], "parse");
        (row["line"].clone(), row["code"].clone(), row["message"].clone())
    });
    (project.read("out.jsonl"), rejected.collect())
}

#[test]
fn rust_parses_and_masks() {
    let (rows, rejected) = parsed_and_masked("");
    let rows: Vec<Value> = rows.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let hash = "a13749c37b93f769ecab8518733f91e8eaca0c0196173f9e9842633ff8d03705";
    assert_eq!(
        rows[0],
        json!({ "email": hash, "name": "***@******e.org", "ip": "***", "time": "2013-02-01T04:59:58Z", "method": "GET",
            "path": "/ä?q=1", "status": 200, "bytes": 512, "referrer": null, "user_agent": "curl/8" })
    );
    assert_eq!(
        (&rows[1]["path"], &rows[1]["time"], &rows[1]["bytes"]),
        (&json!("*"), &json!("2024-02-28T18:30:00Z"), &Value::Null)
    );
    assert_eq!((&rows[2]["email"], &rows[2]["referrer"]), (&Value::Null, &Value::Null));
    assert_eq!((&rows[3]["path"], &rows[3]["user_agent"]), (&json!("/\"a\""), &json!("an \"agent\" \\ 1")));
    assert_eq!(rows.len(), 5);
    let codes: Vec<_> =
        rejected.iter().map(|(line, code, _)| (line.as_u64().unwrap(), code.as_str().unwrap())).collect();
    assert_eq!(
        codes,
        [
            (2, "not-a-log-line"),
            (6, "bad-request"),
            (7, "bad-time"),
            (9, "bad-status"),
            (10, "bad-bytes"),
            (11, "not-a-log-line")
        ]
    );
}

#[test]
#[ignore = "needs Node.js and npm"]
fn javascript_gives_the_same_with_node() {
    assert_eq!(parsed_and_masked("-js"), parsed_and_masked(""));
}

#[test]
#[ignore = "needs Python, and takes minutes"]
fn python_gives_the_same_with_python() {
    assert_eq!(parsed_and_masked("-py"), parsed_and_masked(""));
}
