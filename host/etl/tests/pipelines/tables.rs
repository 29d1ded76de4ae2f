//! Databases as sources, sinks and lookup tables.

use std::fs;

use serde_json::Value;

use crate::database::Server;
use crate::project::{FLIGHTS, Project, eventually, repository, sink};

#[test]
fn a_query_is_read_in_ranges_of_its_key() {
    let project = Project::of_source(
        "format = \"sqlite\"\npath = \"in.db\"\nquery = \"SELECT id, name, price, id % 2 = 0 AS even FROM goods\"\n\
         key = \"id\"\nunit_rows = 10",
        "[checkpoint]\nevery_ms = 0\n[[sink]]\nformat = \"jsonl\"\npath = \"out.jsonl\"\nmode = \"append\"\n",
    );
    // A SELECT needs its database, so the pipeline is written again once it is there.
    let database = rusqlite::Connection::open(project.path("in.db")).unwrap();
    database.execute_batch("CREATE TABLE goods (id INTEGER PRIMARY KEY, name TEXT, price REAL)").unwrap();
    let add = |from: i64, to: i64| {
        for id in from..=to {
            database
                .execute("INSERT INTO goods VALUES (?1, ?2, ?3)", (id, format!("good {id}"), 0.5))
                .unwrap();
        }
    };
    add(1, 35);
    let summary = project.summary(&[]);
    assert_eq!((&summary["rows_read"], &summary["commits"]), (&Value::from(35), &Value::from(5)));
    add(36, 40);
    assert_eq!(project.summary(&[])["rows_read"], 5, "the next run continues after the last key");
    let rows = project.jsonl("out.jsonl");
    assert!(rows.iter().map(|row| row["id"].as_i64().unwrap()).eq(1..=40));
    assert_eq!(rows[1], serde_json::json!({"id": 2, "name": "good 2", "price": 0.5, "even": 1}));
    database.execute("UPDATE goods SET name = x'00ff' WHERE id = 7", []).unwrap();
    let error = project.error(&["run", "pipeline.toml", "--fresh"]);
    assert!(error.contains("row 7 of the query: `name`") && error.contains("CAST"), "{error}");
}

#[test]
fn tables_are_replaced_added_to_and_merged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.db");
    replaced_added_to_and_merged(&format!("format = \"sqlite\"\npath = {path:?}"), |sql| {
        let database = rusqlite::Connection::open(&path).unwrap();
        let mut statement = database.prepare(sql).unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    });
}

#[test]
#[ignore = "needs PostgreSQL"]
fn tables_are_replaced_added_to_and_merged_with_postgres() {
    let server = Server::start();
    replaced_added_to_and_merged(&format!("format = \"postgres\"\nurl = \"{}\"", server.url()), |sql| {
        server.ask(sql)
    });
}

/// `place` is a database as a sink's lines name it, and `ask` asks it.
fn replaced_added_to_and_merged(place: &str, ask: impl Fn(&str) -> Vec<String>) {
    let select = |table: &str| ask(&format!("SELECT id || '|' || n FROM {table} ORDER BY id"));
    let project = Project::of_source("format = \"jsonl\"\npath = \"in.jsonl\"", "");
    let mut all = Vec::new();
    for (mode, text) in [
        ("replace", "{\"id\":1,\"n\":\"a\"}\n{\"id\":2,\"n\":\"b\"}\n"),
        ("append", "{\"id\":3,\"n\":\"c\"}\n"),
        ("replace", "{\"id\":4,\"n\":\"d\"}\n"),
    ] {
        let text_of = format!(
            "[source]\nformat = \"jsonl\"\npath = \"in.jsonl\"\n[[sink]]\n{place}\ntable = \"goods\"\nmode = \"{mode}\"\n"
        );
        fs::write(project.path("pipeline.toml"), text_of).unwrap();
        fs::write(project.path("in.jsonl"), text).unwrap();
        project.run(&["--fresh"]);
        all.push(select("goods"));
    }
    assert_eq!(all, [vec!["1|a", "2|b"], vec!["1|a", "2|b", "3|c"], vec!["4|d"]]);

    for (index, text) in [
        "{\"id\":1,\"n\":\"a\"}\n{\"id\":2,\"n\":\"b\"}\n",
        "{\"id\":2,\"n\":\"x\"}\n{\"id\":2,\"n\":\"y\"}\n",
    ]
    .into_iter()
    .enumerate()
    {
        let input = format!("{index}.jsonl");
        fs::write(project.path(&input), text).unwrap();
        let text = format!(
            "[source]\nformat = \"jsonl\"\npath = \"{input}\"\n[[sink]]\n{place}\ntable = \"merged\"\n\
             mode = \"upsert\"\nkey = [\"id\"]\n"
        );
        fs::write(project.path("pipeline.toml"), text).unwrap();
        project.run(&[]);
    }
    assert_eq!(select("merged"), ["1|a", "2|y"]);
}

#[test]
fn a_table_that_others_refer_to_is_replaced() {
    for action in ["", "ON DELETE RESTRICT", "DEFERRABLE INITIALLY DEFERRED", "ON DELETE CASCADE"] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.db");
        let database = rusqlite::Connection::open(&path).unwrap();
        let place = format!("format = \"sqlite\"\npath = {path:?}");
        let ask = |sql: &str| {
            if !sql.starts_with("SELECT") {
                database.execute_batch(sql).unwrap();
                return Vec::new();
            }
            let mut statement = database.prepare(sql).unwrap();
            statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
        };
        referred_to_is_replaced(&place, action, ask);
        numbers_stay(&place, "INTEGER", action, ask);
    }
}

#[test]
#[ignore = "needs PostgreSQL"]
fn a_table_that_others_refer_to_is_replaced_with_postgres() {
    let server = Server::start();
    for action in ["", "ON DELETE RESTRICT", "DEFERRABLE INITIALLY DEFERRED", "ON DELETE CASCADE"] {
        server.ask("DROP TABLE IF EXISTS children; DROP TABLE IF EXISTS goods; DROP TABLE IF EXISTS visits; DROP TABLE IF EXISTS places");
        let place = format!("format = \"postgres\"\nurl = \"{}\"", server.url());
        referred_to_is_replaced(&place, action, |sql| server.ask(sql));
        numbers_stay(&place, "serial", action, |sql| server.ask(sql));
    }
}

/// Rows that stay keep a primary key that the rows do not have. The table refers to itself too.
fn numbers_stay(place: &str, serial: &str, action: &str, ask: impl Fn(&str) -> Vec<String>) {
    ask(&format!(
        "CREATE TABLE places (number {serial} PRIMARY KEY, code TEXT NOT NULL UNIQUE, up TEXT REFERENCES places (code),
           n TEXT NOT NULL DEFAULT 'new');
         CREATE TABLE visits (code TEXT REFERENCES places (code) {action});
         INSERT INTO places VALUES (7, 'A', NULL, 'old'); INSERT INTO visits VALUES ('A')"
    ));
    let project = Project::of_source(
        "format = \"jsonl\"\npath = \"in.jsonl\"",
        &format!("[[sink]]\n{place}\ntable = \"places\"\n"),
    );
    let rows = "{\"code\": \"B\", \"up\": \"A\"}\n{\"code\": \"A\", \"up\": null}\n{\"code\": \"A\", \"up\": \"B\"}\n";
    fs::write(project.path("in.jsonl"), rows).unwrap();
    assert_eq!(project.summary(&[])["rejected"], 1, "two rows have one key");
    assert_eq!(
        ask("SELECT code || coalesce(up, '') || n FROM places ORDER BY code"),
        ["Anew", "BAnew"],
        "{action}"
    );
    assert_eq!(ask("SELECT code FROM places WHERE number = 7"), ["A"], "{action}");
    assert_eq!(ask("SELECT code FROM visits"), ["A"], "{action}");
}

/// `action` is the end of the foreign key that leads to the table.
fn referred_to_is_replaced(place: &str, action: &str, ask: impl Fn(&str) -> Vec<String>) {
    ask(&format!(
        "CREATE TABLE goods (id INTEGER PRIMARY KEY, code TEXT UNIQUE, note TEXT DEFAULT 'new', n TEXT);
         CREATE TABLE children (parent INTEGER REFERENCES goods {action}, code TEXT REFERENCES goods (code));
         INSERT INTO goods VALUES (1, 'A', 'old', 'x'), (2, 'B', 'old', 'y'), (3, 'C', 'old', 'z');
         INSERT INTO children VALUES (1, 'A'), (2, NULL)"
    ));
    let goods = || ask("SELECT id || code || note || coalesce(n, '') FROM goods ORDER BY id");
    let children = || ask("SELECT parent || coalesce(code, '') FROM children ORDER BY parent");
    let project = Project::of_source(
        "format = \"jsonl\"\npath = \"in.jsonl\"",
        &format!("[[sink]]\n{place}\ntable = \"goods\"\n"),
    );
    let write = |rows: &[&str]| fs::write(project.path("in.jsonl"), rows.join("\n")).unwrap();
    let (one, two) = (r#"{"id": 1, "code": "A", "n": "a"}"#, r#"{"id": 2, "code": "C", "n": null}"#);
    let four = r#"{"id": 4, "code": "B", "n": "d"}"#;
    // A unique value goes from one row to another, and two rows with one key are not both taken.
    write(&[one, two, four, r#"{"id": 4, "code": "E", "n": "again"}"#]);
    assert_eq!(project.summary(&[])["rejected"], 1, "{action}");
    assert_eq!(goods(), ["1Anewa", "2Cnew", "4Bnewd"], "{action}");
    assert_eq!(children(), ["1A", "2"], "{action}");

    write(&[one, four]);
    if action.ends_with("CASCADE") {
        project.run(&["--fresh"]);
        assert_eq!(
            (goods(), children()),
            (vec!["1Anewa".to_owned(), "4Bnewd".to_owned()], vec!["1A".to_owned()])
        );
        return;
    }
    let error = project.error(&["run", "pipeline.toml", "--fresh"]);
    let words =
        if action.starts_with("DEFERRABLE") { "constraint" } else { "lack one that children refers to" };
    assert!(error.to_lowercase().contains("foreign key") && error.contains(words), "{action}: {error}");
    assert_eq!(goods(), ["1Anewa", "2Cnew", "4Bnewd"], "{action}");
    assert_eq!(children(), ["1A", "2"], "{action}");

    write(&[r#"{"id": 1, "n": "a"}"#]);
    let error = project.error(&["run", "pipeline.toml", "--fresh"]);
    assert!(
        error.contains("children refers to the column `code` of goods, which the rows do not have"),
        "{error}"
    );
}

#[test]
#[ignore = "needs PostgreSQL"]
fn a_database_that_goes_down_in_the_middle_loses_nothing_with_postgres() {
    let server = Server::start();
    let source = "format = \"csv\"\npath = \"in\"";
    let rest = format!(
        "[checkpoint]\nevery_ms = 0\n[[sink]]\nformat = \"postgres\"\nurl = \"{}\"\ntable = \"rows\"\nmode = \"append\"\n",
        server.url()
    );
    let project = Project::of_source(source, &rest);
    fs::create_dir(project.path("in")).unwrap();
    for file in 0..20 {
        let rows: String = (0..100).map(|row| format!("{}\n", file * 100 + row)).collect();
        fs::write(project.path(&format!("in/{file:02}.csv")), format!("n\n{rows}")).unwrap();
    }
    let child = project
        .command(&["run", "pipeline.toml", "--throttle", "500"])
        .stderr(std::process::Stdio::piped())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    eventually("300 rows are committed", || {
        let is_true = |sql: &str| server.ask(sql) == ["t"];
        (is_true("SELECT to_regclass('rows') IS NOT NULL") && is_true("SELECT count(*) > 300 FROM rows"))
            .then_some(())
    });
    server.down();
    let output = child.wait_with_output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && error.contains("PostgreSQL 127.0.0.1"), "{error}");
    let refused = project.error(&["run", "pipeline.toml"]);
    assert!(
        refused.contains("cannot connect") && refused.contains("check that the server is running"),
        "{refused}"
    );
    server.up();
    project.run(&[]);
    assert_eq!(server.ask("SELECT count(*), count(DISTINCT n) FROM rows"), ["2000|2000"]);
}

#[test]
fn a_lookup_table_comes_from_a_database_as_well() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("airlines.db");
    let database = rusqlite::Connection::open(&path).unwrap();
    for statement in airlines_in_sql() {
        database.execute_batch(&statement).unwrap();
    }
    assert_same_lookups(&format!("format = \"sqlite\"\npath = {path:?}"));
}

#[test]
#[ignore = "needs PostgreSQL"]
fn a_lookup_table_comes_from_a_database_as_well_with_postgres() {
    let server = Server::start();
    server.ask(&airlines_in_sql().join("; "));
    assert_same_lookups(&format!("format = \"postgres\"\nurl = \"{}\"", server.url()));
}

/// The table of airlines, as statements that make it.
fn airlines_in_sql() -> Vec<String> {
    let names = fs::read_to_string(repository(crate::project::AIRLINES)).unwrap();
    let rows = names.lines().skip(1).map(|line| {
        let (carrier, name) = line.split_once(',').unwrap();
        format!("INSERT INTO airlines VALUES ('{carrier}', '{}')", name.replace('\'', "''"))
    });
    let create = "CREATE TABLE airlines (carrier TEXT PRIMARY KEY, name TEXT)".to_owned();
    std::iter::once(create).chain(rows).collect()
}

/// A lookup from this database finds what one from the file finds.
fn assert_same_lookups(database: &str) {
    let lookup = |text: String| {
        let rest = format!(
            "[[lookup]]\nname = \"airlines\"\nkey = [\"carrier\"]\n{text}\n{}{}",
            crate::project::stage(
                "airline",
                "plugins/etl/enrich",
                "settings = { table = \"airlines\", key = \"carrier\", columns = { name = \"airline\" } }\n\
                 grants = { imports = [\"witdock:etl/*\"] }\n"
            ),
            sink("csv", "out.csv")
        );
        let project = Project::new(&repository(FLIGHTS), &rest);
        project.run(&[]);
        project.read("out.csv")
    };
    let expected = lookup(format!("path = {:?}", repository(crate::project::AIRLINES)));
    assert!(expected.contains("United Air Lines Inc."));
    assert!(lookup(format!("{database}\nquery = \"SELECT * FROM airlines\"")) == expected);
}

/// The server does not see that one waits for the other: the sinks are two connections of one run.
#[test]
#[ignore = "needs PostgreSQL"]
fn two_sinks_that_wait_for_each_other_end_with_postgres() {
    let server = Server::start();
    server.ask(
        "CREATE TABLE parents (id int4 PRIMARY KEY, note text); CREATE TABLE children (id int4 REFERENCES parents);
         INSERT INTO parents VALUES (1, 'old'), (2, 'old'); INSERT INTO children VALUES (2)",
    );
    let sink = |table: &str, options: &str| {
        let url = server.url();
        format!("[[sink]]\nformat = \"postgres\"\nurl = \"{url}{options}\"\ntable = \"{table}\"\n")
    };
    let options = "?options=-c%20lock_timeout%3D300ms";
    let sinks = sink("children", "") + &sink("parents", options);
    let project = Project::of_source("format = \"jsonl\"\npath = \"in.jsonl\"", &sinks);
    fs::write(project.path("in.jsonl"), "{\"id\": 1}\n").unwrap();
    let error = project.error(&["run", "pipeline.toml"]);
    assert!(error.contains("write the two tables with two pipelines"), "{error}");
    assert_eq!(server.ask("SELECT note FROM parents ORDER BY id"), ["old", "old"]);
    assert_eq!(server.ask("SELECT id::text FROM children"), ["2"]);

    // What the message advises.
    for only in [sink("children", ""), sink("parents", "")] {
        let project = Project::of_source("format = \"jsonl\"\npath = \"in.jsonl\"", &only);
        fs::write(project.path("in.jsonl"), "{\"id\": 1}\n").unwrap();
        project.run(&[]);
    }
    assert_eq!(server.ask("SELECT id::text FROM parents"), ["1"]);
    assert_eq!(server.ask("SELECT id::text FROM children"), ["1"]);
}
