//! Sinks whose rows have gained columns since their target was made.

use std::fs;

use rusqlite::Connection;
use serde_json::json;

use crate::database::Server;
use crate::project::Project;

/// A pipeline from a folder of CSV files, of which the second one has a column more. Both runs over it add rows.
fn project(sink: &str) -> Project {
    let source = "format = \"csv\"\npath = \"in/*.csv\"\non_drift = \"evolve\"\ncolumns = { id = \"int64\" }";
    let project = Project::of_source(source, &format!("[[sink]]\n{sink}"));
    fs::create_dir(project.path("in")).unwrap();
    fs::write(project.path("in/1.csv"), "id,name\n1,one\n").unwrap();
    project.run(&[]);
    fs::write(project.path("in/2.csv"), "id,name,score\n2,two,0.5\n").unwrap();
    project
}

/// Replaces a text of the pipeline file.
fn edit(project: &Project, from: &str, to: &str) {
    let text = project.read("pipeline.toml");
    assert!(text.contains(from), "{text}");
    fs::write(project.path("pipeline.toml"), text.replacen(from, to, 1)).unwrap();
}

const SQLITE: &str = "format = \"sqlite\"\npath = \"rows.db\"\ntable = \"rows\"\nmode = \"append\"\n";

fn sqlite(project: &Project) -> Vec<String> {
    let connection = Connection::open(project.path("rows.db")).unwrap();
    let mut rows = connection.prepare("SELECT * FROM rows ORDER BY id").unwrap();
    let columns: Vec<_> = rows.column_names().iter().map(|name| (*name).to_owned()).collect();
    let rows = rows.query_map([], |row| {
        let cells = columns.iter().enumerate().map(|(index, name)| {
            let value: rusqlite::types::Value = row.get(index).unwrap();
            format!("{name}={value:?}")
        });
        Ok(cells.collect::<Vec<_>>().join(" "))
    });
    rows.unwrap().map(Result::unwrap).collect()
}

const BOTH: [&str; 2] =
    ["id=Integer(1) name=Text(\"one\") score=Null", "id=Integer(2) name=Text(\"two\") score=Text(\"0.5\")"];

#[test]
fn a_table_gains_columns_where_it_may() {
    let upsert = SQLITE.replace("mode = \"append\"", "mode = \"upsert\"\nkey = [\"id\"]");
    for sink in [SQLITE, &upsert] {
        let project = project(sink);
        let before = sqlite(&project);
        let error = project.error(&["run", "pipeline.toml"]);
        assert!(error.contains("the table rows has no column `score`"), "{error}");
        assert!(
            error.contains("on_new_columns = \"add\"") && error.contains("drop = [\"score\"]"),
            "{error}"
        );
        assert_eq!(sqlite(&project), before, "nothing is written");
        edit(&project, "[[sink]]\n", "[[sink]]\non_new_columns = \"add\"\n");
        project.run(&[]);
        assert_eq!(sqlite(&project), BOTH);
        fs::write(project.path("in/3.csv"), "id,name\n3,three\n").unwrap();
        project.run(&[]);
        assert_eq!(sqlite(&project)[2], "id=Integer(3) name=Text(\"three\") score=Null");
    }
}

#[test]
fn the_other_ways_that_the_message_names_are_right() {
    let left_out = project(SQLITE);
    edit(&left_out, "[[sink]]\n", "[[stage]]\ndrop = [\"score\"]\n[[sink]]\n");
    left_out.run(&[]);
    assert_eq!(sqlite(&left_out)[1], "id=Integer(2) name=Text(\"two\")");
    let by_hand = project(SQLITE);
    let connection = Connection::open(by_hand.path("rows.db")).unwrap();
    connection.execute_batch("ALTER TABLE rows ADD COLUMN score TEXT").unwrap();
    by_hand.run(&[]);
    assert_eq!(sqlite(&by_hand), BOTH);
}

#[test]
fn a_table_that_is_replaced_gains_columns_with_the_last_commit() {
    let project = project(&SQLITE.replace("append", "replace"));
    // The first file alone would set the columns.
    edit(&project, "path = \"in/*.csv\"", "path = \"in/2.csv\"");
    let error = project.error(&["run", "pipeline.toml"]);
    assert!(error.contains("on_new_columns = \"add\""), "{error}");
    edit(&project, "[[sink]]\n", "[[sink]]\non_new_columns = \"add\"\n");
    project.run(&[]);
    assert_eq!(sqlite(&project), BOTH[1..]);
}

#[test]
fn a_table_without_its_key_is_refused_all_the_same() {
    let project = project(SQLITE);
    edit(&project, "mode = \"append\"", "mode = \"upsert\"\nkey = [\"score\"]\non_new_columns = \"add\"");
    edit(&project, "path = \"in/*.csv\"", "path = \"in/2.csv\"");
    let error = project.error(&["run", "pipeline.toml", "--fresh"]);
    assert!(error.contains("the table rows has no column `score`, which is in the `key`"), "{error}");
}

#[test]
fn new_columns_are_part_of_the_commit() {
    let project = project(SQLITE);
    edit(&project, "[[sink]]\n", "[[sink]]\non_new_columns = \"add\"\n");
    // The run ends before its commit.
    fs::write(project.path("in/2.csv"), "id,name,score\n2,two,0.5\n3,three\n").unwrap();
    let before = sqlite(&project);
    project.error(&["run", "pipeline.toml"]);
    assert_eq!(sqlite(&project), before);
    fs::write(project.path("in/2.csv"), "id,name,score\n2,two,0.5\n").unwrap();
    project.run(&[]);
    assert_eq!(sqlite(&project), BOTH);
}

#[test]
fn lines_of_json_have_the_columns_that_they_have() {
    let project =
        project("format = \"jsonl\"\npath = \"out.jsonl\"\nmode = \"append\"\non_new_columns = \"add\"\n");
    project.run(&[]);
    assert_eq!(
        project.jsonl("out.jsonl"),
        [json!({ "id": 1, "name": "one" }), json!({ "id": 2, "name": "two", "score": "0.5" })]
    );
}

#[test]
fn a_csv_file_has_one_header() {
    let csv = "format = \"csv\"\npath = \"out.csv\"\nmode = \"append\"\n";
    let project = project(csv);
    let error = project.error(&["run", "pipeline.toml"]);
    assert!(error.contains("has the columns id, name, and the new rows have id, name, score"), "{error}");
    assert_eq!(project.read("out.csv"), "id,name\n1,one\n");
    edit(&project, "mode =", "on_new_columns = \"add\"\nmode =");
    let refused = project.error(&["run", "pipeline.toml"]);
    assert!(
        refused.contains("a CSV file cannot gain columns") && refused.contains("give a folder"),
        "{refused}"
    );
    // What both messages advise is right.
    fs::remove_file(project.path("in/1.csv")).unwrap();
    edit(&project, "path = \"out.csv\"", "path = \"out/\"");
    project.run(&["--fresh"]);
    edit(&project, "on_new_columns = \"add\"\n", "");
    edit(&project, "path = \"out/\"", "path = \"out.csv\"");
    edit(&project, "[[sink]]\n", "[[stage]]\nselect = [\"id\", \"name\"]\n[[sink]]\n");
    project.run(&["--fresh"]);
    assert_eq!(project.read("out.csv"), "id,name\n1,one\n2,two\n");
}

#[test]
fn a_folder_has_files_with_the_columns_of_each_run() {
    for format in ["csv", "jsonl", "parquet"] {
        let sink =
            format!("format = \"{format}\"\npath = \"out/\"\nmode = \"append\"\non_new_columns = \"add\"\n");
        let project = project(&sink);
        project.run(&[]);
        assert_eq!(fs::read_dir(project.path("out")).unwrap().count(), 2, "{format}");
        // The parts are read together.
        let source = format!("format = \"{format}\"\npath = \"out\"\non_drift = \"evolve\"");
        let again = Project::of_source(&source, "[[sink]]\nformat = \"jsonl\"\npath = \"all.jsonl\"\n");
        fs::rename(project.path("out"), again.path("out")).unwrap();
        again.run(&[]);
        let mut rows = again.jsonl("all.jsonl");
        rows.sort_by_key(|row| row["id"].to_string());
        let scores: Vec<_> = rows.iter().map(|row| row["score"].to_string()).collect();
        assert_eq!(scores, ["null", "\"0.5\""], "{format}");
    }
}

#[test]
fn a_plugin_decides_itself() {
    let project = Project::of_source(
        "format = \"csv\"\npath = \"in.csv\"",
        "[[sink]]\nformat = \"plugin\"\nplugin = \".\"\non_new_columns = \"add\"\n",
    );
    fs::write(project.path("in.csv"), "a\n").unwrap();
    let error = project.error(&["run", "pipeline.toml"]);
    assert!(error.contains("a plugin sink has no `on_new_columns`"), "{error}");
}

#[test]
#[ignore = "needs PostgreSQL"]
fn a_table_in_postgres_gains_columns_where_it_may() {
    let server = Server::start();
    for (table, mode, key) in [("appended", "append", ""), ("merged", "upsert", "key = [\"id\"]\n")] {
        let sink = format!(
            "format = \"postgres\"\nurl = \"{}\"\ntable = \"{table}\"\nmode = \"{mode}\"\n{key}",
            server.url()
        );
        let project = project(&sink);
        let error = project.error(&["run", "pipeline.toml"]);
        assert!(error.contains(&format!("the table {table} has no column `score`")), "{error}");
        assert!(
            error.contains("on_new_columns = \"add\"") && error.contains("drop = [\"score\"]"),
            "{error}"
        );
        edit(&project, "[[sink]]\n", "[[sink]]\non_new_columns = \"add\"\n");
        project.run(&[]);
        let rows = server.ask(&format!("SELECT id, name, score FROM {table} ORDER BY id"));
        assert_eq!(rows, ["1|one|null", "2|two|0.5"]);
        let types = server.ask(&format!(
            "SELECT data_type FROM information_schema.columns WHERE table_name = '{table}' AND column_name = 'score'"
        ));
        assert_eq!(types, ["text"]);
    }
    let sink = format!(
        "format = \"postgres\"\nurl = \"{}\"\ntable = \"replaced\"\nmode = \"replace\"\n",
        server.url()
    );
    let project = project(&sink);
    edit(&project, "path = \"in/*.csv\"", "path = \"in/2.csv\"");
    assert!(project.error(&["run", "pipeline.toml"]).contains("on_new_columns"));
    edit(&project, "[[sink]]\n", "[[sink]]\non_new_columns = \"add\"\n");
    project.run(&[]);
    assert_eq!(server.ask("SELECT id, name, score FROM replaced"), ["2|two|0.5"]);
}
