//! Objects of real servers as sources. Their servers have to be installed, so these tests are ignored by default.

use std::process::Command;

use serde_json::Value;

use crate::object_server::{CREDENTIALS, ObjectServer};
use crate::project::{Project, sink};

/// Tests of each store, with a server of their own.
macro_rules! with_each_store {
    ($($check:ident,)*) => {
        mod on_s3_with_moto {
            $(
                #[test]
                #[ignore = "needs Python with moto"]
                fn $check() {
                    super::$check(&crate::object_server::ObjectServer::moto());
                }
            )*
        }

        mod on_azure_with_azurite {
            $(
                #[test]
                #[ignore = "needs azurite, an npm package"]
                fn $check() {
                    super::$check(&crate::object_server::ObjectServer::azurite());
                }
            )*
        }
    };
}
pub(crate) use with_each_store;

/// The program with credentials.
pub(crate) fn command(project: &Project, arguments: &[&str]) -> Command {
    let mut command = project.command(arguments);
    command.envs(CREDENTIALS).env("XDG_STATE_HOME", project.path("state"));
    command
}

pub(crate) fn run(project: &Project, more: &[&str]) -> Value {
    let output = command(project, &[&["run", "pipeline.toml", "--json"], more].concat()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

pub(crate) fn error(project: &Project) -> String {
    let output = command(project, &["run", "pipeline.toml"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stderr).unwrap()
}

/// A pipeline over objects of a server.
pub(crate) fn project(server: &ObjectServer, source: &str, sinks: &str) -> Project {
    Project::of_source(&format!("{}\n{}", server.own(source), server.store(&server.endpoint())), sinks)
}

fn numbers(project: &Project) -> Vec<String> {
    project.jsonl("out.jsonl").iter().map(|row| row["n"].as_str().unwrap().to_owned()).collect()
}

with_each_store! {
    objects_prefixes_and_patterns_are_sources,
    partitions_and_rejected_rows_of_objects,
    a_run_that_appends_reads_only_new_objects,
}

fn objects_prefixes_and_patterns_are_sources(server: &ObjectServer) {
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
            project(server, &format!("format = \"csv\"\npath = {path}"), &sink("jsonl", "out.jsonl"));
        run(&project, &[]);
        assert_eq!(numbers(&project), expected, "{path}");
    }
    for (path, words) in [
        ("s3://bucket/none.csv", "nothing matches s3://bucket/none.csv"),
        ("s3://bucket/in/*.parquet", "nothing matches"),
        ("s3://nowhere/in/", "the bucket does not exist"),
    ] {
        let project =
            project(server, &format!("format = \"csv\"\npath = \"{path}\""), &sink("csv", "out.csv"));
        let error = error(&project);
        assert!(error.contains(&server.own(words)), "{path}: {error}");
    }
}

fn partitions_and_rejected_rows_of_objects(server: &ObjectServer) {
    server.bucket("bucket");
    server.put("bucket/lake/year=2013/carrier=UA/1.csv", "n\n1\n2,3\n");
    server.put("bucket/lake/year=2014/carrier=A%25/1.csv", "n\n4\n");
    let source = "format = \"csv\"\npath = \"s3://bucket/lake/\"\non_bad = \"reject\"\n\
                  partitions = { year = \"int32\", carrier = \"utf8\" }";
    let project = project(server, source, &sink("jsonl", "out.jsonl"));
    run(&project, &[]);
    assert_eq!(
        project.read("out.jsonl"),
        "{\"n\":\"1\",\"year\":2013,\"carrier\":\"UA\"}\n{\"n\":\"4\",\"year\":2014,\"carrier\":\"A%\"}\n"
    );
    let rejected = &project.jsonl("pipeline.rejected.jsonl")[0];
    assert_eq!(
        (&rejected["source"], &rejected["line"]),
        (&server.own("s3://bucket/lake/year=2013/carrier=UA/1.csv").into(), &3.into())
    );
}

fn a_run_that_appends_reads_only_new_objects(server: &ObjectServer) {
    server.bucket("bucket");
    server.put("bucket/in/1.csv", "n\n1\n");
    let sinks = format!("{}mode = \"append\"\n", sink("csv", "out.csv"));
    let project = project(server, "format = \"csv\"\npath = \"s3://bucket/in/\"", &sinks);
    run(&project, &[]);
    server.put("bucket/in/2.csv", "n\n2\n");
    run(&project, &[]);
    assert_eq!(project.read("out.csv"), "n\n1\n2\n");
    server.put("bucket/in/1.csv", "n\n3\n");
    let output = command(&project, &["run", "pipeline.toml"]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains(&server.own("s3://bucket/in/1.csv has changed since it was read")), "{said}");
    assert_eq!(project.read("out.csv"), "n\n1\n2\n");
}
