//! Sources of web servers, and what is refused of urls before anything runs.

use std::fs;
use std::net::TcpListener;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::project::{FLIGHTS, Moments, Project, repository, sink};
use crate::web_server::{Answer, WebServer};

fn project(format: &str, url: &str) -> Project {
    // A refused connection is not tried ten times.
    let source = format!("format = \"{format}\"\npath = \"{url}\"\nstore = {{ retries = 1 }}");
    Project::of_source(&source, &sink("csv", "out.csv"))
}

fn flights() -> String {
    fs::read_to_string(repository(FLIGHTS)).unwrap()
}

#[test]
fn a_file_of_a_web_server_is_a_source() {
    let compressed = zstd::encode_all(flights().as_bytes(), 3).unwrap();
    let server = WebServer::start(move |request| match request.path.as_str() {
        "/data/flights.csv.zst?token=hush" => Answer::file(compressed.clone()),
        _ => Answer::status(404),
    });
    let project = project("csv", &format!("{}/data/flights.csv.zst?token=hush", server.url));
    let output = project.run(&["-v"]);
    assert!(project.read("out.csv") == flights(), "the rows are those of the file");
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(!said.contains("hush"), "{said}");
    let preview = project.command(&["preview", "pipeline.toml"]).output().unwrap();
    assert!(preview.status.success(), "{}", String::from_utf8_lossy(&preview.stderr));
    let plan = project.command(&["plan", "pipeline.toml"]).output().unwrap();
    let plan = String::from_utf8(plan.stdout).unwrap();
    assert!(plan.contains("/data/flights.csv.zst?") && !plan.contains("hush"), "{plan}");
}

#[test]
fn a_parquet_file_is_read_in_parts_where_the_server_sends_them() {
    let written = Project::of_source(
        &format!("format = \"csv\"\npath = {:?}", repository(FLIGHTS)),
        &sink("parquet", "flights.parquet"),
    );
    written.run(&[]);
    let file = fs::read(written.path("flights.parquet")).unwrap();
    for ranges in [true, false] {
        let body = file.clone();
        let server = WebServer::start(move |_| Answer { ranges, ..Answer::file(body.clone()) });
        let project = project("parquet", &format!("{}/flights.parquet", server.url));
        project.run(&[]);
        assert!(project.read("out.csv") == flights(), "with ranges: {ranges}");
        let gets: Vec<_> = server.requests().into_iter().filter(|request| request.method == "GET").collect();
        assert_eq!(gets.iter().all(|request| request.range.is_some()), ranges, "{gets:?}");
    }
}

/// A Parquet file of random numbers, which do not become smaller than they are, and the same as CSV.
fn numbers() -> (Vec<u8>, String) {
    let source = "format = \"csv\"\npath = \"in.csv\"\ncolumns = { n = \"int64\" }";
    let written = Project::of_source(source, &sink("parquet", "n.parquet"));
    let mut numbers = Moments(1);
    let mut text = String::from("n\n");
    for _ in 0..200_000 {
        numbers.next(Duration::ZERO);
        text += &format!("{}\n", numbers.0 >> 1);
    }
    fs::write(written.path("in.csv"), &text).unwrap();
    written.run(&[]);
    (fs::read(written.path("n.parquet")).unwrap(), text)
}

#[test]
fn a_file_that_is_replaced_while_it_is_read_does_not_count() {
    let (file, _) = numbers();
    let gets = AtomicUsize::new(0);
    let server = WebServer::start(move |request| {
        let before =
            gets.fetch_add(usize::from(request.range.is_some_and(|(from, _)| from > 0)), Ordering::SeqCst);
        let version = if before < 2 { "1" } else { "2" };
        Answer { version: Some(version), ranges: true, ..Answer::file(file.clone()) }
    });
    let project = project("parquet", &format!("{}/n.parquet", server.url));
    let error = project.error(&["run", "pipeline.toml"]);
    assert!(error.contains("/n.parquet: it was changed while it was read"), "{error}");
    assert!(!project.path("out.csv").exists(), "nothing of it counts");
}

#[test]
fn only_the_footer_of_a_parquet_file_is_fetched_for_its_columns() {
    let (file, text) = numbers();
    let size = file.len();
    let server = WebServer::start(move |_| Answer { ranges: true, ..Answer::file(file.clone()) });
    let project = project("parquet", &format!("{}/n.parquet", server.url));
    let fetched = |from: usize| -> usize {
        let requests = server.requests();
        requests[from..]
            .iter()
            .filter_map(|request| request.range)
            .map(|(from, to)| to.min(size - 1) + 1 - from)
            .sum()
    };
    let plan = project.command(&["plan", "pipeline.toml"]).output().unwrap();
    assert!(plan.status.success(), "{}", String::from_utf8_lossy(&plan.stderr));
    assert!(fetched(0) < size / 2, "{} of {size} bytes for the columns", fetched(0));
    let before = server.requests().len();
    project.run(&[]);
    assert!(project.read("out.csv") == text);
    assert!(fetched(before) < size + size / 2, "{} of {size} bytes for the rows", fetched(before));
}

#[test]
fn what_is_wrong_with_a_server_is_told_with_the_url_and_what_to_do() {
    let server = WebServer::start(|request| match request.path.split('?').next().unwrap() {
        "/denied.csv" => Answer::status(403),
        "/broken.csv" => Answer::status(500),
        _ => Answer::status(404),
    });
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for (url, words) in [
        (format!("{}/none.csv", server.url), "it does not exist there: check the url"),
        (format!("{}/denied.csv", server.url), "access is denied"),
        (format!("{}/broken.csv", server.url), "the server answered 500"),
        (format!("http://{gone}/a.csv"), "check the url, the endpoint and the network"),
    ] {
        let project = project("csv", &url);
        let error = project.error(&["run", "pipeline.toml"]);
        assert!(error.contains(&format!("cannot read {url}: ")) && error.contains(words), "{error}");
        assert!(!project.path("out.csv").exists());
        let signed = self::project("csv", &format!("{url}?token=hush"));
        let said = signed.error(&["run", "pipeline.toml", "-vv"]);
        assert!(said.contains(words) && !said.contains("hush"), "{said}");
    }
}

#[test]
fn a_body_that_is_cut_short_is_continued_or_an_error() {
    for version in [Some("1"), None] {
        let gets = AtomicUsize::new(0);
        let server = WebServer::start(move |request| {
            let first = request.method == "GET" && gets.fetch_add(1, Ordering::SeqCst) < 2;
            Answer { version, ranges: true, cut: first.then_some(100_000), ..Answer::file(flights()) }
        });
        let project = project("csv", &format!("{}/flights.csv", server.url));
        if version.is_some() {
            project.run(&[]);
            assert!(project.read("out.csv") == flights());
            assert!(
                server
                    .requests()
                    .iter()
                    .any(|request| request.range.is_some_and(|(from, _)| from == 100_000))
            );
        } else {
            let error = project.error(&["run", "pipeline.toml"]);
            assert!(error.contains("the connection was cut before the end of the file"), "{error}");
            assert!(!project.path("out.csv").exists(), "nothing of it counts");
        }
    }
}

#[test]
fn what_urls_cannot_do_is_refused_before_the_run() {
    let csv = |source: &str, rest: &str| Project::of_source(&format!("format = \"csv\"\n{source}"), rest);
    let out = sink("csv", "out.csv");
    for (source, rest, words) in [
        ("path = \"ftp://a/b.csv\"", out.clone(), "`ftp://` is not supported"),
        ("path = \"s3://a/in/\"\nwatch = true", out.clone(), "cannot be watched"),
        ("path = \"s3://key:secret@a/b\"", out.clone(), "credentials come from environment variables"),
        ("path = \"s3://a/b\"\nstore = { endpoint = \"minio:9000\" }", out.clone(), "must be a url"),
        ("path = \"s3://a/b\"\nstore = { secret = \"x\" }", out.clone(), "unknown key `secret`"),
        ("path = \"https://user:secret@a/b\"", out, "a user and a password"),
    ] {
        let error = csv(source, &rest).error(&["validate", "pipeline.toml"]);
        assert!(error.contains(words), "{error}");
    }
}

#[test]
fn a_sink_and_the_source_do_not_share_an_object() {
    let csv =
        |path: &str, rest: &str| Project::of_source(&format!("format = \"csv\"\npath = \"{path}\""), rest);
    for (source, target, words) in [
        ("s3://a/x.csv", "s3a://a/x.csv", "s3://a/x.csv is the source: it would be overwritten"),
        ("s3://a/in/", "s3://a/in/x.csv", "is among the objects that the source reads"),
        ("s3://a/in", "s3://a/in/x.csv", "is among the objects that the source reads"),
        ("s3://a/in/*.csv", "s3://a/in/x.csv", "is among the objects that the source reads"),
        ("s3://a/in/", "s3://a/in/", "the source reads objects below s3://a/in/"),
        ("s3://a/in/*.csv", "s3://a/in/", "the source reads objects below s3://a/in/"),
        ("az://c/x.csv", "abfss://c@acc.dfs.core.windows.net/x.csv", "is the source"),
    ] {
        let error = {
            let project = csv(source, &sink("csv", target));
            let output = project
                .command(&["validate", "pipeline.toml"])
                .env("AZURE_STORAGE_ACCOUNT_NAME", "acc")
                .output()
                .unwrap();
            assert_eq!(output.status.code(), Some(1));
            String::from_utf8(output.stderr).unwrap()
        };
        assert!(error.contains(words), "{source} to {target}: {error}");
    }
    for (rest, words) in [
        (sink("csv", "s3://a/x.csv").repeat(2), "s3://a/x.csv is written twice"),
        (sink("csv", "https://a/x.csv"), "on a web server, and those are read only"),
        (sink("csv", "s3://a/*.csv"), "is a pattern"),
        (sink("csv", "s3://a/x.csv.xz"), "cannot write a .xz file"),
        (format!("{}mode = \"append\"\n", sink("csv", "s3://a/x.csv")), "end the url with `/`"),
        (format!("{}[rejected]\npath = \"s3://a/r\"\n", sink("csv", "s3://a/x.csv")), "cannot be an object"),
        (format!("{}store = {{}}\n", sink("csv", "x.csv")), "a file has no `store`"),
        (format!("{}table = \"t\"\nstore = {{}}\n", sink("sqlite", "x.db")), "a sqlite sink has no `store`"),
    ] {
        let error = csv("s3://b/in.csv", &rest).error(&["validate", "pipeline.toml"]);
        assert!(error.contains(words), "{rest}: {error}");
    }
}

/// Not the stores themselves, but the requests that they answer: where they go, and that the options are used.
#[test]
fn google_and_azure_are_asked_at_their_endpoints() {
    for (url, path, more) in [
        ("gs://bucket/in/flights.csv", "/bucket/in/flights.csv", ""),
        ("az://lake/in/flights.csv", "/lake/in/flights.csv", ", account = \"example\""),
        (
            "abfss://lake@example.dfs.core.windows.net/in/flights.csv",
            "/lake/in/flights.csv",
            ", account = \"example\"",
        ),
    ] {
        let server = WebServer::start(move |request| {
            // Google's client encodes all that is no letter.
            if request.path.replace("%2F", "/").replace("%2E", ".") == path {
                Answer { version: Some("1"), ranges: true, ..Answer::file(flights()) }
            } else {
                Answer::status(404)
            }
        });
        let source = format!(
            "format = \"csv\"\npath = \"{url}\"\nstore = {{ endpoint = \"{}\", anonymous = true, retries = 0{more} }}",
            server.url
        );
        let project = Project::of_source(&source, &sink("csv", "out.csv"));
        project.run(&[]);
        assert!(project.read("out.csv") == flights(), "{url}");
        // Each request after the first one asks for the same version.
        let gets: Vec<_> = server.requests().into_iter().filter(|request| request.method == "GET").collect();
        assert!(gets.len() > 2 && gets.iter().all(|get| get.wanted.as_deref() == Some("1")), "{gets:?}");
    }
}

#[test]
fn a_store_that_cannot_be_reached_is_named() {
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let source = format!(
        "format = \"csv\"\npath = \"s3://bucket/in/*.csv\"\nstore = {{ endpoint = \"http://{gone}\", retries = 0 }}"
    );
    let project = Project::of_source(&source, &sink("csv", "out.csv"));
    let mut command: Command = project.command(&["run", "pipeline.toml"]);
    let output =
        command.env("AWS_ACCESS_KEY_ID", "hush-1").env("AWS_SECRET_ACCESS_KEY", "hush-2").output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(
        error.contains("cannot read s3://bucket/in/*.csv: ") && error.contains("the endpoint"),
        "{error}"
    );
    assert!(!error.contains("hush"), "{error}");
}
