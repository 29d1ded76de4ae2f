//! Objects of real servers as sinks. Their servers have to be installed, so these tests are ignored by default.

use std::fs;
use std::process::Stdio;

use crate::object_server::{Between, ObjectServer};
use crate::objects::{self, command, error, run, with_each_store};
use crate::project::{FLIGHTS, Project, eventually, repository, sink};

with_each_store! {
    an_object_is_replaced_as_a_whole,
    a_large_object_is_uploaded_in_parts_and_read_in_parts,
    parts_are_added_below_a_prefix,
    the_parts_below_a_prefix_are_replaced_and_all_else_stays,
    no_row_is_lost_or_doubled_wherever_an_upload_is_cut,
    an_upload_that_fails_is_done_by_the_next_run,
    two_runs_of_one_user_do_not_write_one_object,
    an_object_of_another_writer_is_not_overwritten,
    an_upload_does_not_overwrite_what_has_come_since,
    a_sink_whose_bucket_is_missing_is_an_error_before_the_first_row,
}

/// A sink below `bucket/`, whose server answers at an endpoint.
fn object_sink(server: &ObjectServer, endpoint: &str, format: &str, path: &str, mode: &str) -> String {
    let sink = sink(format, &server.own(&format!("s3://bucket/{path}")));
    format!("{sink}mode = \"{mode}\"\n{}", server.store(endpoint))
}

fn flights() -> String {
    fs::read_to_string(repository(FLIGHTS)).unwrap()
}

fn an_object_is_replaced_as_a_whole(server: &ObjectServer) {
    server.bucket("bucket");
    let flights = flights();
    for (format, name) in [("csv", "out.csv"), ("jsonl", "out.jsonl.gz"), ("parquet", "out.parquet")] {
        let source = format!("format = \"csv\"\npath = {:?}\n", repository(FLIGHTS));
        let sinks = object_sink(server, &server.endpoint(), format, name, "replace");
        let project = Project::of_source(&source, &sinks);
        for _ in 0..2 {
            assert_eq!(run(&project, &[])["rows_out"], 11_000);
        }
        let mut names = project.names();
        names.retain(|name| name != "state");
        assert_eq!(names, ["pipeline.rejected.jsonl", "pipeline.toml"], "nothing is left behind");
        // Read again, it is the same.
        let source = format!("format = \"{format}\"\npath = \"s3://bucket/{name}\"");
        let back = objects::project(server, &source, &sink("csv", "back.csv"));
        run(&back, &[]);
        assert!(back.read("back.csv") == flights, "{name}");
    }
    assert_eq!(server.keys("bucket"), ["out.csv", "out.jsonl.gz", "out.parquet"]);
    assert_eq!(server.unfinished("bucket").unwrap_or(0), 0);
    assert!(server.text("bucket/out.csv") == flights);
}

fn a_large_object_is_uploaded_in_parts_and_read_in_parts(server: &ObjectServer) {
    server.bucket("bucket");
    let row = "x".repeat(1000);
    let text = format!("n\n{}", format!("{row}\n").repeat(25_000));
    let sinks = object_sink(server, &server.endpoint(), "csv", "large.csv", "replace");
    let up = Project::of_source("format = \"csv\"\npath = \"in.csv\"", &sinks);
    fs::write(up.path("in.csv"), &text).unwrap();
    run(&up, &[]);
    assert!(server.text("bucket/large.csv") == text);
    assert_eq!(server.unfinished("bucket").unwrap_or(0), 0);
    let down = objects::project(
        server,
        "format = \"csv\"\npath = \"s3://bucket/large.csv\"",
        &sink("csv", "out.csv"),
    );
    run(&down, &[]);
    assert!(down.read("out.csv") == text);
}

fn parts_are_added_below_a_prefix(server: &ObjectServer) {
    server.bucket("bucket");
    server.put("bucket/out/README.md", "mine");
    let sinks = object_sink(server, &server.endpoint(), "csv", "out/", "append");
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

fn the_parts_below_a_prefix_are_replaced_and_all_else_stays(server: &ObjectServer) {
    server.bucket("bucket");
    for key in ["out/README.md", "out/part-000007.csv", "out/deeper/part-000001.csv"] {
        server.put(&format!("bucket/{key}"), "old");
    }
    let sinks = object_sink(server, &server.endpoint(), "csv", "out/", "replace");
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
    assert!(error.contains(&server.own("s3://bucket/out/part-000001.parquet")), "{error}");
    assert_eq!(server.keys("bucket").len(), 6, "nothing is removed");
}

/// A run is killed behind each request that changes something, when the server has done it: the rows of all runs are there once.
fn no_row_is_lost_or_doubled_wherever_an_upload_is_cut(server: &ObjectServer) {
    // The last one is uploaded in several requests.
    for (format, path, mode, length) in [
        ("csv", "out.csv", "replace", 1),
        ("parquet", "out.parquet", "replace", 1),
        ("csv", "out/", "replace", 1),
        ("csv", "out/", "append", 1),
        ("parquet", "out/", "append", 1),
        ("csv", "out.csv", "replace", 4 << 20),
    ] {
        let name = format!("{}-{format}-{mode}-{length}", path.replace(['.', '/'], ""));
        let text = "x".repeat(length);
        for cut in 1.. {
            let bucket = format!("b{cut}-{name}");
            server.bucket(&bucket);
            if format == "csv" {
                server.put(&format!("{bucket}/out/part-000009.csv"), "id,text\n9,x\n");
            }
            let between = Between::start(server, cut);
            let sinks = object_sink(server, &between.endpoint, format, path, mode)
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
            let back = objects::project(server, &source, &sink("jsonl", "back.jsonl"));
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
                assert!(cut > server.checks() + 1, "{path}, {mode}: only {} requests", between.changes());
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

fn an_upload_that_fails_is_done_by_the_next_run(server: &ObjectServer) {
    server.bucket("bucket");
    // The first requests check whether the target can be written.
    let between = Between::start(server, server.checks() + 1);
    let sinks = object_sink(server, &between.endpoint, "csv", "out/", "append");
    let project = Project::of_source("format = \"csv\"\npath = \"in.csv\"", &sinks);
    fs::write(project.path("in.csv"), "n\n1\n").unwrap();
    let error = error(&project);
    assert!(error.contains("cannot upload ") && error.contains("the next run uploads it first"), "{error}");
    assert!(between.changes() > server.checks() + 1, "it was tried again");
    between.open();
    assert_eq!(run(&project, &[])["rows_read"], 0, "the rows are read once");
    let keys = server.keys("bucket");
    assert_eq!((keys.len(), server.text(&format!("bucket/{}", keys[0])).as_str()), (1, "n\n1\n"));
    assert!(!project.names().iter().any(|name| name.ends_with("uploads")), "{:?}", project.names());
}

fn two_runs_of_one_user_do_not_write_one_object(server: &ObjectServer) {
    server.bucket("bucket");
    let sinks = object_sink(server, &server.endpoint(), "csv", "out.csv", "replace");
    let project = Project::of_source("format = \"csv\"\npath = \"-\"", &sinks);
    let text = fs::read_to_string(project.path("pipeline.toml")).unwrap();
    fs::write(
        project.path("other.toml"),
        text.replace("s3://", "s3a://").replace("az://", "AZ://").replace("\"-\"", "\"in.csv\""),
    )
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
    assert!(
        error.contains(&server.own("s3://bucket/out.csv is being written by another run (process")),
        "{error}"
    );
    drop(input);
    assert!(first.wait().unwrap().success());
    assert_eq!(server.text("bucket/out.csv"), "n\n1\n");
    assert!(command(&project, &["run", "other.toml"]).output().unwrap().status.success());
    assert_eq!(server.text("bucket/out.csv"), "n\n2\n");
}

/// A writer on another machine, while a run goes on: its object is not overwritten silently.
fn an_object_of_another_writer_is_not_overwritten(server: &ObjectServer) {
    server.bucket("bucket");
    for (path, before) in [("new.csv", None), ("old.csv", Some("old"))] {
        let object = format!("bucket/{path}");
        before.inspect(|before| server.put(&object, before));
        let sinks = object_sink(server, &server.endpoint(), "csv", path, "replace");
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
fn an_upload_does_not_overwrite_what_has_come_since(server: &ObjectServer) {
    server.bucket("bucket");
    // The last one is uploaded in several requests.
    for (path, before, length) in
        [("new.csv", None, 1), ("old.csv", Some("old"), 1), ("large.csv", Some("old"), 12 << 20)]
    {
        let object = format!("bucket/{path}");
        before.inspect(|before| server.put(&object, before));
        // The first requests check whether the target can be written.
        let between = Between::start(server, server.checks() + 1);
        let sinks = object_sink(server, &between.endpoint, "csv", path, "replace");
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
    assert_eq!(server.unfinished("bucket").unwrap_or(1), 1, "that of the run which was killed");
}

fn a_sink_whose_bucket_is_missing_is_an_error_before_the_first_row(server: &ObjectServer) {
    for path in ["out.csv", "out/"] {
        let sinks = object_sink(server, &server.endpoint(), "csv", path, "replace");
        let project =
            Project::of_source(&format!("format = \"csv\"\npath = {:?}", repository(FLIGHTS)), &sinks);
        let error = error(&project);
        assert!(
            error.contains(
                &server.own(&format!("cannot write s3://bucket/{path}: the bucket does not exist"))
            ),
            "{error}"
        );
    }
}
