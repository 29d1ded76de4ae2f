//! The commands beside `run`.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::Stdio;

use serde_json::Value;

use crate::project::{FLIGHTS, Project, component, eventually, repository, sink, stage};

const BROKEN: &str = "docs/tutorial/flights/flights-broken.csv";

fn cleaning(source: &str, more: &str) -> Project {
    let rest = format!(
        "{}{}{more}",
        stage("clean", "plugins/etl/clean-flights", ""),
        sink("parquet", "out.parquet")
    );
    Project::new(&repository(source), &rest)
}

fn stdout(project: &Project, arguments: &[&str], code: i32) -> String {
    let output = project.command(arguments).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{errors}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn plan_shows_the_columns_between_the_stages_and_writes_nothing() {
    let project = cleaning(FLIGHTS, "");
    let text = stdout(&project, &["plan", "pipeline.toml"], 0);
    for part in
        ["reads 19 of the columns, makes 18", "flight_date     Date32", "out.parquet (parquet, replace)"]
    {
        assert!(text.contains(part), "{part:?} is not in: {text}");
    }
    let plan: Value =
        serde_json::from_str(&stdout(&project, &["plan", "pipeline.toml", "--json"], 0)).unwrap();
    assert_eq!(plan["source"]["columns"].as_array().unwrap().len(), 19);
    assert_eq!(plan["stages"][0]["columns"][20]["type"], "Boolean");
    assert!(
        stdout(&project, &["validate", "pipeline.toml"], 0)
            .contains("pipeline.toml is valid: 1 stage, 21 columns")
    );
    assert_eq!(project.names(), ["pipeline.toml"]);
}

#[test]
fn preview_shows_what_comes_out_and_what_is_rejected_and_writes_nothing() {
    let project = cleaning(BROKEN, "");
    let text = stdout(&project, &["preview", "pipeline.toml", "--limit", "5"], 0);
    assert!(
        text.contains("out-of-range") && text.contains("month: \"13\" is not between 1 and 12"),
        "{text}"
    );
    assert!(text.ends_with("5 rows read = 1 out + 4 rejected + 0 dropped; nothing was written\n"), "{text}");
    let json = stdout(&project, &["preview", "pipeline.toml", "--json"], 0);
    let rows: Vec<Value> = json.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((rows.len(), &rows[0]["flight_date"]), (3, &Value::from("2013-01-01")));
    assert_eq!(project.names(), ["pipeline.toml"]);
}

#[test]
fn test_compares_a_stage_with_what_it_gave_before() {
    let test = format!(
        "[[test]]\nstage = \"clean\"\ninput = {:?}\nexpected = \"tests/clean.jsonl\"\n",
        repository(BROKEN)
    );
    let project = cleaning(FLIGHTS, &test);
    let error = project.error(&["test", "pipeline.toml"]);
    assert!(error.contains("tests/clean.jsonl") && error.contains("--bless"), "{error}");
    stdout(&project, &["test", "pipeline.toml", "--bless"], 0);
    let blessed = project.read("tests/clean.jsonl");
    assert_eq!(blessed.lines().count(), 11);
    assert!(stdout(&project, &["test", "pipeline.toml"], 0).starts_with("ok    clean"));
    fs::write(project.path("tests/clean.jsonl"), blessed.replace("\\\"13\\\"", "\\\"14\\\"")).unwrap();
    let diff = stdout(&project, &["test", "pipeline.toml"], 1);
    assert!(
        diff.contains("- {\"rejected\":{\"row\":2,\"code\":\"out-of-range\",\"message\":\"month: \\\"14\\\""),
        "{diff}"
    );
    assert!(
        diff.contains("+ {\"rejected\":{\"row\":2,\"code\":\"out-of-range\",\"message\":\"month: \\\"13\\\""),
        "{diff}"
    );
    assert_eq!(project.names(), ["pipeline.toml", "tests"]);

    let wrong = cleaning(FLIGHTS, &test.replace("\"clean\"", "\"claen\""));
    assert!(wrong.error(&["test", "pipeline.toml"]).contains("did you mean `clean`?"));
    assert!(cleaning(FLIGHTS, "").error(&["test", "pipeline.toml"]).contains("[[test]]"));
}

#[test]
fn the_tutorials_own_test_passes() {
    let project = Project::new("unused".as_ref(), "");
    let pipeline = repository("docs/tutorial/flights/pipeline.toml");
    assert!(stdout(&project, &["test", pipeline.to_str().unwrap()], 0).starts_with("ok    clean"));
}

#[test]
fn doctor_says_what_is_missing() {
    let project = Project::new(
        "in.csv".as_ref(),
        "[[sink]]\nformat = \"postgres\"\nurl = \"postgres://nobody@127.0.0.1:1/x\"\ntable = \"t\"\n",
    );
    fs::write(project.path("in.csv"), "a\n1\n").unwrap();
    let text = stdout(&project, &["doctor", "pipeline.toml"], 1);
    assert!(text.contains("ok      Rust plugins            cargo "), "{text}");
    assert!(text.contains("ok      source                  in.csv, 1 column"), "{text}");
    assert!(
        text.contains("MISSING sink postgres           PostgreSQL 127.0.0.1:1/x: cannot connect"),
        "{text}"
    );
    let json = stdout(&project, &["doctor", "--json"], 0);
    assert!(json.lines().all(|line| serde_json::from_str::<Value>(line).unwrap()["what"].is_string()));
}

#[test]
fn metrics_are_served_while_a_run_goes_on() {
    let rest = format!(
        "[[stage]]\nname = \"count\"\nplugin = \"count.wasm\"\nsettings = {{ key = \"carrier\" }}\n{}",
        sink("csv", "out.csv")
    );
    let project = Project::new(&repository(FLIGHTS), &rest);
    fs::write(project.path("count.wasm"), component("plugins/etl/count-per-key")).unwrap();
    let arguments = ["run", "pipeline.toml", "--throttle", "1000", "--metrics", "127.0.0.1:0"];
    let mut child = project.command(&arguments).stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let told = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    let address = told
        .map(|line| line.strip_prefix("serving metrics at http://").map(str::to_owned))
        .find_map(|at| at)
        .unwrap();
    let address = address.strip_suffix("/metrics").unwrap().to_owned();
    let ask = |path: &str| {
        let mut stream = TcpStream::connect(&address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n").unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        text
    };
    let number = |text: &str, name: &str| -> f64 {
        let line =
            text.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("no {name} in {text}"));
        line.rsplit_once(' ').unwrap().1.parse().unwrap()
    };
    let text = eventually("rows come out of the stage", || {
        let text = ask("/metrics");
        (number(&text, "witdock_etl_stage_rows_out_total{stage=\"count\"}") > 0.0).then_some(text)
    });
    assert!(number(&text, "witdock_etl_rows_read_total") >= 250.0, "{text}");
    assert!(number(&text, "witdock_etl_stage_busy_seconds_total{stage=\"count\"}") > 0.0, "{text}");
    assert!(text.contains("# TYPE witdock_etl_rows_read counter") && text.ends_with("# EOF\n"), "{text}");
    assert!(ask("/").starts_with("HTTP/1.1 404"));
    child.kill().unwrap();
    child.wait().unwrap();
    let error = project.error(&["run", "pipeline.toml", "--metrics", "nowhere"]);
    assert!(error.contains("cannot serve metrics at nowhere") && error.contains("127.0.0.1:9184"), "{error}");
}

#[test]
fn several_instances_give_the_same_rows_in_order_and_a_plugin_with_state_has_one() {
    let project = |more: &str| {
        let rest = format!(
            "batch_rows = 500\n{}{}",
            stage("clean", "plugins/etl/clean-flights", more),
            sink("csv", "out.csv")
        );
        Project::new(&repository(FLIGHTS), &rest)
    };
    let (one, four, any) =
        (project(""), project("instances = 4\n"), project("instances = 4\norder = \"any\"\n"));
    for project in [&one, &four, &any] {
        assert_eq!(project.summary(&[])["rows_out"], 11_000);
    }
    let expected = one.read("out.csv");
    assert!(four.read("out.csv") == expected, "the order is kept");
    let sorted = |text: String| {
        let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert!(sorted(any.read("out.csv")) == sorted(expected));

    let rest = format!(
        "{}{}",
        stage("count", "plugins/etl/count-per-key", "settings = { key = \"carrier\" }\ninstances = 2\n"),
        sink("csv", "out.csv")
    );
    let error = Project::new(&repository(FLIGHTS), &rest).error(&["run", "pipeline.toml"]);
    assert!(error.contains("keeps state from batch to batch") && error.contains("instances = 2"), "{error}");
}

#[test]
fn the_log_can_be_json() {
    let project = cleaning(FLIGHTS, "");
    let output = project.command(&["run", "pipeline.toml", "-vv", "--log-format", "json"]).output().unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    let logged: Vec<Value> = errors.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    assert!(logged.iter().any(|line| line["timestamp"].is_string() && line["level"] == "DEBUG"), "{errors}");
}

/// An editor knows the keys, what they mean, and which there are not.
#[test]
fn the_schema_of_pipeline_files_has_every_key() {
    let project = Project::of_source("format = \"csv\"\npath = \"in\"", "");
    let output = project.command(&["schema"]).output().unwrap();
    let schema: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(schema["additionalProperties"], false);
    let tables = ["source", "lookup", "stage", "sink", "rejected", "checkpoint", "test"];
    for table in tables {
        assert!(schema["properties"][table]["description"].is_string(), "{table}");
    }
    let text = String::from_utf8(output.stdout).unwrap();
    for key in [
        "on_drift",
        "batch_rows",
        "max_percent",
        "every_ms",
        "infer_rows",
        "max_failures",
        "upsert",
        "timestamp-us",
    ] {
        assert!(text.contains(key), "{key}");
    }
}
