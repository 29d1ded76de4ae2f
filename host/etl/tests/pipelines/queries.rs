//! Queries as sources, range by range of a key.

use rusqlite::Connection;

use crate::database::Server;
use crate::project::{Project, sink};

/// Nine rows with five keys; the greatest key has more rows than a unit.
const ROWS: &str = "create table rows (key integer, n integer);
    insert into rows values (1, 1), (1, 2), (2, 3), (3, 4), (3, 5), (3, 6), (4, 7), (5, 8), (5, 9)";

fn sqlite(query: &str, key: &str) -> Project {
    let source =
        format!("format = \"sqlite\"\npath = \"in.db\"\nquery = {query:?}\nunit_rows = 2\nkey = \"{key}\"");
    let sink = sink("jsonl", "out.jsonl");
    let project =
        Project::of_source(&source, &format!("{sink}mode = \"append\"\n[checkpoint]\nevery_ms = 0\n"));
    Connection::open(project.path("in.db")).unwrap().execute_batch(ROWS).unwrap();
    project
}

/// The numbers of the rows that came out, sorted.
fn numbers(project: &Project) -> Vec<i64> {
    project.run(&[]);
    let mut numbers: Vec<_> =
        project.jsonl("out.jsonl").iter().map(|row| row["n"].as_i64().unwrap()).collect();
    numbers.sort_unstable();
    numbers
}

#[test]
fn rows_with_the_same_key_are_in_the_same_unit() {
    let project = sqlite("select * from rows", "key");
    assert_eq!(numbers(&project), (1..=9).collect::<Vec<_>>());
    // The next run reads what is new.
    let database = Connection::open(project.path("in.db")).unwrap();
    database.execute_batch("insert into rows values (6, 10), (6, 11), (6, 12)").unwrap();
    assert_eq!(numbers(&project), (1..=12).collect::<Vec<_>>());
}

#[test]
fn a_query_without_a_key_says_that_it_is_read_once() {
    let project = sqlite("select * from rows", "key");
    let text = project.read("pipeline.toml").replace("key = \"key\"", "");
    std::fs::write(project.path("pipeline.toml"), text).unwrap();
    assert_eq!(numbers(&project).len(), 9);
    let said = String::from_utf8(project.run(&[]).stderr).unwrap();
    assert!(said.contains("has no `key`, and an earlier run has read it: new rows are not read"), "{said}");
    assert_eq!(project.jsonl("out.jsonl").len(), 9);
}

#[test]
fn a_query_may_end_in_a_comment() {
    let project = sqlite("select * from rows -- all of them", "key");
    assert_eq!(numbers(&project).len(), 9);
}

#[test]
fn a_key_without_an_order_is_refused_before_the_first_row() {
    let project = sqlite("select * from rows", "key");
    let database = Connection::open(project.path("in.db")).unwrap();
    database.execute_batch("insert into rows values (null, 10)").unwrap();
    let error = project.error(&["run", "pipeline.toml"]);
    assert!(error.contains("the key `key` is null in some rows"), "{error}");
    assert!(!project.path("out.jsonl").exists());
    let project = sqlite("select cast('a' as blob) as b, n from rows", "b");
    let error = project.error(&["run", "pipeline.toml"]);
    assert!(error.contains("the key `b` is neither a number"), "{error}");
}

#[test]
#[ignore = "needs PostgreSQL"]
fn rows_with_the_same_key_are_in_the_same_unit_with_postgres() {
    let server = Server::start();
    server.ask(ROWS);
    let source = format!(
        "format = \"postgres\"\nurl = {:?}\nquery = \"select * from rows -- all\"\nunit_rows = 2\nkey = \"key\"",
        server.url()
    );
    let project = Project::of_source(&source, &format!("{}mode = \"append\"\n", sink("jsonl", "out.jsonl")));
    assert_eq!(numbers(&project), (1..=9).collect::<Vec<_>>());
    server.ask("insert into rows values (6, 10), (null, 11)");
    let error = project.error(&["run", "pipeline.toml"]);
    assert!(error.contains("the key `key` is null in some rows"), "{error}");
}
