//! Objects of a real S3 server as sources and as sinks.

use std::fs;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::moto::{Between, S3};
use crate::project::{FLIGHTS, Project, eventually, repository, sink};

fn store(endpoint: &str) -> String {
    format!("store = {{ endpoint = \"{endpoint}\", region = \"us-east-1\", retries = 2 }}\n")
}

/// The program with credentials, which the server does not check.
fn command(project: &Project, arguments: &[&str]) -> Command {
    let mut command = project.command(arguments);
    command
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .env("XDG_STATE_HOME", project.path("state"));
    command
}

fn run(project: &Project, more: &[&str]) -> Value {
    let output = command(project, &[&["run", "pipeline.toml", "--json"], more].concat()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn error(project: &Project) -> String {
    let output = command(project, &["run", "pipeline.toml"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stderr).unwrap()
}

fn project(server: &S3, source: &str, sinks: &str) -> Project {
    Project::of_source(&format!("{source}\n{}", store(&server.endpoint())), sinks)
}

/// A sink below `s3://bucket/`.
fn object_sink(endpoint: &str, format: &str, path: &str, mode: &str) -> String {
    format!("{}mode = \"{mode}\"\n{}", sink(format, &format!("s3://bucket/{path}")), store(endpoint))
}

fn flights() -> String {
    fs::read_to_string(repository(FLIGHTS)).unwrap()
}

fn numbers(project: &Project) -> Vec<String> {
    project.jsonl("out.jsonl").iter().map(|row| row["n"].as_str().unwrap().to_owned()).collect()
}

#[test]
#[ignore = "needs Python with moto"]
fn objects_prefixes_and_patterns_are_sources_with_moto() {
    let server = S3::start();
    server.bucket("bucket");
    server.put("bucket/in/a.csv", "n\n1\n2\n");
    server.put("bucket/in/b.csv.zst", zstd::encode_all(&b"n\n3\n"[..], 3).unwrap());
    server.put("bucket/in/deeper/c.csv", "n\n4\n");
    server.put("bucket/in/.hidden.csv", "n\n5\n");
    server.put("bucket/in/_SUCCESS", "");
    server.put("bucket/in/empty.csv", "");
    server.put("bucket/other/d.csv", "n\n6\n");
    for (path, expected) in [
        ("\"s3://bucket/in/a.csv\"", &["1", "2"] as &[_]),
        ("\"s3://bucket/in/\"", &["1", "2", "3"]),
        ("\"s3://bucket/in\"", &["1", "2", "3"]),
        ("\"s3://bucket/in/*.csv\"", &["1", "2"]),
        ("\"s3://bucket/**/*.csv\"", &["1", "2", "4", "6"]),
        ("\"s3://bucket/*/?.csv\"", &["1", "2", "6"]),
        ("[\"s3://bucket/other/d.csv\", \"s3a://bucket/other/\"]", &["6"]),
    ] {
        let project =
            project(&server, &format!("format = \"csv\"\npath = {path}"), &sink("jsonl", "out.jsonl"));
        run(&project, &[]);
        assert_eq!(numbers(&project), expected, "{path}");
    }
    for (path, words) in [
        ("s3://bucket/none.csv", "nothing matches s3://bucket/none.csv"),
        ("s3://bucket/in/*.parquet", "nothing matches"),
        ("s3://nowhere/in/", "the bucket does not exist"),
    ] {
        let project =
            project(&server, &format!("format = \"csv\"\npath = \"{path}\""), &sink("csv", "out.csv"));
        let error = error(&project);
        assert!(error.contains(words), "{path}: {error}");
    }
}

#[test]
#[ignore = "needs Python with moto"]
fn partitions_and_rejected_rows_of_objects_with_moto() {
    let server = S3::start();
    server.bucket("bucket");
    server.put("bucket/lake/year=2013/carrier=UA/1.csv", "n\n1\n2,3\n");
    server.put("bucket/lake/year=2014/carrier=A%25/1.csv", "n\n4\n");
    let source = "format = \"csv\"\npath = \"s3://bucket/lake/\"\non_bad = \"reject\"\n\
                  partitions = { year = \"int32\", carrier = \"utf8\" }";
    let project = project(&server, source, &sink("jsonl", "out.jsonl"));
    run(&project, &[]);
    assert_eq!(
        project.read("out.jsonl"),
        "{\"n\":\"1\",\"year\":2013,\"carrier\":\"UA\"}\n{\"n\":\"4\",\"year\":2014,\"carrier\":\"A%\"}\n"
    );
    let rejected = &project.jsonl("pipeline.rejected.jsonl")[0];
    assert_eq!(
        (&rejected["source"], &rejected["line"]),
        (&"s3://bucket/lake/year=2013/carrier=UA/1.csv".into(), &3.into())
    );
}

#[test]
#[ignore = "needs Python with moto"]
fn a_run_that_appends_reads_only_new_objects_with_moto() {
    let server = S3::start();
    server.bucket("bucket");
    server.put("bucket/in/1.csv", "n\n1\n");
    let sinks = format!("{}mode = \"append\"\n", sink("csv", "out.csv"));
    let project = project(&server, "format = \"csv\"\npath = \"s3://bucket/in/\"", &sinks);
    run(&project, &[]);
    server.put("bucket/in/2.csv", "n\n2\n");
    run(&project, &[]);
    assert_eq!(project.read("out.csv"), "n\n1\n2\n");
    server.put("bucket/in/1.csv", "n\n3\n");
    let output = command(&project, &["run", "pipeline.toml"]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("s3://bucket/in/1.csv has changed since it was read"), "{said}");
    assert_eq!(project.read("out.csv"), "n\n1\n2\n");
}

#[test]
#[ignore = "needs Python with moto"]
fn an_object_is_replaced_as_a_whole_with_moto() {
    let server = S3::start();
    server.bucket("bucket");
    let flights = flights();
    for (format, name) in [("csv", "out.csv"), ("jsonl", "out.jsonl.gz"), ("parquet", "out.parquet")] {
        let source = format!("format = \"csv\"\npath = {:?}\n", repository(FLIGHTS));
        let sinks = object_sink(&server.endpoint(), format, name, "replace");
        let project = Project::of_source(&source, &sinks);
        for _ in 0..2 {
            assert_eq!(run(&project, &[])["rows_out"], 11_000);
        }
        let mut names = project.names();
        names.retain(|name| name != "state");
        assert_eq!(names, ["pipeline.rejected.jsonl", "pipeline.toml"], "nothing is left behind");
        // Read again, it is the same.
        let source = format!("format = \"{format}\"\npath = \"s3://bucket/{name}\"");
        let back = self::project(&server, &source, &sink("csv", "back.csv"));
        run(&back, &[]);
        assert!(back.read("back.csv") == flights, "{name}");
    }
    assert_eq!(server.keys("bucket"), ["out.csv", "out.jsonl.gz", "out.parquet"]);
    assert_eq!(server.unfinished("bucket"), 0);
    assert!(server.text("bucket/out.csv") == flights);
}

#[test]
#[ignore = "needs Python with moto"]
fn a_large_object_is_uploaded_in_parts_and_read_in_parts_with_moto() {
    let server = S3::start();
    server.bucket("bucket");
    let row = "x".repeat(1000);
    let text = format!("n\n{}", format!("{row}\n").repeat(25_000));
    let sinks = object_sink(&server.endpoint(), "csv", "large.csv", "replace");
    let up = Project::of_source("format = \"csv\"\npath = \"in.csv\"", &sinks);
    fs::write(up.path("in.csv"), &text).unwrap();
    run(&up, &[]);
    assert!(server.text("bucket/large.csv") == text);
    assert_eq!(server.unfinished("bucket"), 0);
    let down =
        project(&server, "format = \"csv\"\npath = \"s3://bucket/large.csv\"", &sink("csv", "out.csv"));
    run(&down, &[]);
    assert!(down.read("out.csv") == text);
}

#[test]
#[ignore = "needs Python with moto"]
fn parts_are_added_below_a_prefix_with_moto() {
    let server = S3::start();
    server.bucket("bucket");
    server.put("bucket/out/README.md", "mine");
    let sinks = object_sink(&server.endpoint(), "csv", "out/", "append");
    let source = "format = \"csv\"\npath = \"in\"\n";
    let project = Project::of_source(source, &format!("[checkpoint]\nevery_ms = 0\n{sinks}"));
    fs::create_dir(project.path("in")).unwrap();
    for number in 1..=3 {
        fs::write(project.path(&format!("in/{number}.csv")), format!("n\n{number}\n")).unwrap();
        run(&project, &[]);
    }
    let keys = server.keys("bucket");
    assert_eq!(keys.len(), 4, "{keys:?}");
    let parts: Vec<_> = keys.iter().filter(|key| key.starts_with("out/part-")).collect();
    let rows: String = parts.iter().map(|key| server.text(&format!("bucket/{key}"))).collect();
    assert_eq!(rows, "n\n1\nn\n2\nn\n3\n");
    // An interrupted run is taken back.
    fs::write(project.path("in/4.csv"), "n\n4\n").unwrap();
    fs::write(project.path("in/5.csv"), "n\n5,6\n").unwrap();
    let error = error(&project);
    assert!(error.contains("5.csv:2: 2 fields"), "{error}");
    assert_eq!(server.keys("bucket").len(), 5);
    fs::write(project.path("in/5.csv"), "n\n5\n").unwrap();
    run(&project, &["--restart"]);
    let keys = server.keys("bucket");
    let rows: String = keys
        .iter()
        .filter(|key| key.contains("part-"))
        .map(|key| server.text(&format!("bucket/{key}")))
        .collect();
    assert_eq!(rows, "n\n1\nn\n2\nn\n3\nn\n4\nn\n5\n");
}

#[test]
#[ignore = "needs Python with moto"]
fn the_parts_below_a_prefix_are_replaced_and_all_else_stays_with_moto() {
    let server = S3::start();
    server.bucket("bucket");
    for key in ["out/README.md", "out/part-000007.csv", "out/deeper/part-000001.csv"] {
        server.put(&format!("bucket/{key}"), "old");
    }
    let sinks = object_sink(&server.endpoint(), "csv", "out/", "replace");
    let source = "format = \"csv\"\npath = \"in\"\n";
    let project = Project::of_source(source, &format!("[checkpoint]\nevery_ms = 0\n{sinks}"));
    fs::create_dir(project.path("in")).unwrap();
    for number in 1..=3 {
        fs::write(project.path(&format!("in/{number}.csv")), format!("n\n{number}\n")).unwrap();
    }
    for _ in 0..2 {
        run(&project, &[]);
        let keys = server.keys("bucket");
        let parts: Vec<_> = keys.iter().filter(|key| key.starts_with("out/part-")).collect();
        let rows: String = parts.iter().map(|key| server.text(&format!("bucket/{key}"))).collect();
        assert_eq!((keys.len(), rows.as_str()), (5, "n\n1\nn\n2\nn\n3\n"), "{keys:?}");
        assert!(
            keys.contains(&"out/README.md".to_owned())
                && keys.contains(&"out/deeper/part-000001.csv".to_owned())
        );
    }
    let mut names = project.names();
    names.retain(|name| name != "state");
    assert_eq!(names, ["in", "pipeline.rejected.jsonl", "pipeline.toml"], "nothing is left behind");
    server.put("bucket/out/part-000001.parquet", "another pipeline's");
    let error = error(&project);
    assert!(error.contains("s3://bucket/out/part-000001.parquet"), "{error}");
    assert_eq!(server.keys("bucket").len(), 6, "nothing is removed");
}

/// A run is killed behind each request that changes something, when the server has done it: the rows of all runs are there once.
#[test]
#[ignore = "needs Python with moto"]
fn no_row_is_lost_or_doubled_wherever_an_upload_is_cut_with_moto() {
    let server = S3::start();
    // The last one is uploaded in several requests.
    for (format, path, mode, length) in [
        ("csv", "out.csv", "replace", 1),
        ("parquet", "out.parquet", "replace", 1),
        ("csv", "out/", "replace", 1),
        ("csv", "out/", "append", 1),
        ("parquet", "out/", "append", 1),
        ("csv", "out.csv", "replace", 4 << 20),
    ] {
        let name = format!("{}-{format}-{mode}-{length}", path.replace(['.', '/'], "-"));
        let text = "x".repeat(length);
        for cut in 1.. {
            let bucket = format!("b{cut}-{name}");
            server.bucket(&bucket);
            if format == "csv" {
                server.put(&format!("{bucket}/out/part-000009.csv"), "id,text\n9,x\n");
            }
            let between = Between::start(&server, cut);
            let sinks = object_sink(&between.endpoint, format, path, mode)
                .replace("//bucket/", &format!("//{bucket}/"));
            let project = Project::of_source(
                "format = \"csv\"\npath = \"in\"",
                &format!("[checkpoint]\nevery_ms = 0\n{sinks}"),
            );
            fs::create_dir(project.path("in")).unwrap();
            for number in 1..=3 {
                fs::write(project.path(&format!("in/{number}.csv")), format!("id,text\n{number},{text}\n"))
                    .unwrap();
            }
            let ended = run_until_due(&project, &between);
            between.open();
            if !ended {
                run(&project, &[]);
            }
            let source = format!("format = \"{format}\"\npath = \"s3://{bucket}/{path}\"");
            let back = self::project(&server, &source, &sink("jsonl", "back.jsonl"));
            run(&back, &[]);
            let mut ids: Vec<_> = back.jsonl("back.jsonl").iter().map(|row| row["id"].to_string()).collect();
            ids.sort();
            let mut expected = vec!["\"1\"", "\"2\"", "\"3\""];
            if mode == "append" && format == "csv" {
                expected.push("\"9\"");
            }
            assert_eq!(ids, expected, "{path}, {mode}, killed at request {cut}");
            let left: Vec<_> = project.names().into_iter().filter(|name| name.ends_with("uploads")).collect();
            assert!(left.is_empty(), "{path}, {mode}, killed at request {cut}: {left:?}");
            if ended {
                assert!(cut > 3, "{path}, {mode}: only {} requests", between.changes());
                println!("{path}, {mode}, {format}: killed at each of {} requests", cut - 1);
                break;
            }
        }
    }
}

/// Whether the run has ended by itself. Otherwise it was killed when it was due.
fn run_until_due(project: &Project, between: &Between) -> bool {
    let mut child = command(project, &["run", "pipeline.toml"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    eventually("the run ends, or is to be killed", || {
        if between.due.try_recv().is_ok() {
            child.kill().unwrap();
            child.wait().unwrap();
            return Some(false);
        }
        child.try_wait().unwrap().map(|status| {
            assert!(status.success());
            true
        })
    })
}

#[test]
#[ignore = "needs Python with moto"]
fn an_upload_that_fails_is_done_by_the_next_run_with_moto() {
    let server = S3::start();
    server.bucket("bucket");
    // The first two requests check whether the target can be written.
    let between = Between::start(&server, 3);
    let sinks = object_sink(&between.endpoint, "csv", "out/", "append");
    let project = Project::of_source("format = \"csv\"\npath = \"in.csv\"", &sinks);
    fs::write(project.path("in.csv"), "n\n1\n").unwrap();
    let error = error(&project);
    assert!(error.contains("cannot upload ") && error.contains("the next run uploads it first"), "{error}");
    assert!(between.changes() > 3, "it was tried again");
    between.open();
    assert_eq!(run(&project, &[])["rows_read"], 0, "the rows are read once");
    let keys = server.keys("bucket");
    assert_eq!((keys.len(), server.text(&format!("bucket/{}", keys[0])).as_str()), (1, "n\n1\n"));
    assert!(!project.names().iter().any(|name| name.ends_with("uploads")), "{:?}", project.names());
}

#[test]
#[ignore = "needs Python with moto"]
fn two_runs_of_one_user_do_not_write_one_object_with_moto() {
    let server = S3::start();
    server.bucket("bucket");
    let sinks = object_sink(&server.endpoint(), "csv", "out.csv", "replace");
    let project = Project::of_source("format = \"csv\"\npath = \"-\"", &sinks);
    let text = fs::read_to_string(project.path("pipeline.toml")).unwrap();
    fs::write(project.path("other.toml"), text.replace("s3://", "s3a://").replace("\"-\"", "\"in.csv\""))
        .unwrap();
    fs::write(project.path("in.csv"), "n\n2\n").unwrap();
    let mut first = command(&project, &["run", "pipeline.toml"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut input = first.stdin.take().unwrap();
    std::io::Write::write_all(&mut input, b"n\n1\n").unwrap();
    let locks = project.path("state/witdock/targets");
    eventually("the first run has its target", || fs::read_dir(&locks).ok()?.next().map(drop));
    let output = command(&project, &["run", "other.toml"]).output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("s3://bucket/out.csv is being written by another run (process"), "{error}");
    drop(input);
    assert!(first.wait().unwrap().success());
    assert_eq!(server.text("bucket/out.csv"), "n\n1\n");
    assert!(command(&project, &["run", "other.toml"]).output().unwrap().status.success());
    assert_eq!(server.text("bucket/out.csv"), "n\n2\n");
}

/// A writer on another machine, while a run goes on: its object is not overwritten silently.
#[test]
#[ignore = "needs Python with moto"]
fn an_object_of_another_writer_is_not_overwritten_with_moto() {
    let server = S3::start();
    server.bucket("bucket");
    for (path, before) in [("new.csv", None), ("old.csv", Some("old"))] {
        let object = format!("bucket/{path}");
        before.inspect(|before| server.put(&object, before));
        let sinks = object_sink(&server.endpoint(), "csv", path, "replace");
        let project = Project::of_source("format = \"csv\"\npath = \"-\"", &sinks);
        let mut child = command(&project, &["run", "pipeline.toml"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = child.stdin.take().unwrap();
        std::io::Write::write_all(&mut input, b"n\n1\n").unwrap();
        eventually("the run has opened its sink", || {
            project.names().iter().any(|name| name.ends_with(".uploads")).then_some(())
        });
        server.put(&object, "another");
        drop(input);
        let output = child.wait_with_output().unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(error.contains("was changed by another writer after this run began"), "{path}: {error}");
        assert!(error.contains("run again to replace it"), "{error}");
        assert_eq!(server.text(&object), "another");
    }
}

/// The same, when only the store itself can tell: the run has decided, and is killed at its upload.
#[test]
#[ignore = "needs Python with moto"]
fn an_upload_does_not_overwrite_what_has_come_since_with_moto() {
    let server = S3::start();
    server.bucket("bucket");
    // The last one is uploaded in several requests.
    for (path, before, length) in
        [("new.csv", None, 1), ("old.csv", Some("old"), 1), ("large.csv", Some("old"), 12 << 20)]
    {
        let object = format!("bucket/{path}");
        before.inspect(|before| server.put(&object, before));
        // The first two requests check whether the target can be written.
        let between = Between::start(&server, 3);
        let sinks = object_sink(&between.endpoint, "csv", path, "replace");
        let project = Project::of_source("format = \"csv\"\npath = \"in.csv\"", &sinks);
        let text = format!("n\n{}\n", "x".repeat(length));
        fs::write(project.path("in.csv"), &text).unwrap();
        assert!(!run_until_due(&project, &between));
        between.open();
        server.put(&object, "another");
        for _ in 0..2 {
            let error = error(&project);
            assert!(
                error.contains("was changed by another writer") && error.contains("`--restart`"),
                "{error}"
            );
            assert_eq!(server.text(&object), "another");
        }
        run(&project, &["--restart"]);
        assert!(server.text(&object) == text, "{path}");
        run(&project, &[]);
        assert!(server.text(&object) == text, "{path}");
        assert!(!project.names().iter().any(|name| name.ends_with("uploads")), "{:?}", project.names());
    }
    assert_eq!(server.unfinished("bucket"), 1, "that of the run which was killed");
}

#[test]
#[ignore = "needs Python with moto"]
fn a_sink_whose_bucket_is_missing_is_an_error_before_the_first_row_with_moto() {
    let server = S3::start();
    for path in ["out.csv", "out/"] {
        let sinks = object_sink(&server.endpoint(), "csv", path, "replace");
        let project =
            Project::of_source(&format!("format = \"csv\"\npath = {:?}", repository(FLIGHTS)), &sinks);
        let error = error(&project);
        assert!(
            error.contains(&format!("cannot write s3://bucket/{path}: the bucket does not exist")),
            "{error}"
        );
    }
}
