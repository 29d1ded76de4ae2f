//! `kill -9` at random moments: the next run continues, and the result is that of an uninterrupted run.

use std::fs;
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;

use crate::database::Server;
use crate::project::{Moments, Project, component};

/// The number of files that the flights are split into.
const FILES: usize = 40;

/// Runs that are killed, of each kind. More of them take the longer.
fn kills() -> usize {
    std::env::var("WITDOCK_TEST_KILLS").map_or(20, |kills| kills.parse().unwrap())
}

/// A stage that counts per carrier through all files, so that a row twice or never is seen in every later one.
fn project(sink: &str) -> Project {
    let rest = format!(
        "[[stage]]\nname = \"count\"\nplugin = \"count.wasm\"\nsettings = {{ key = \"carrier\" }}\n\
         [checkpoint]\nevery_ms = 0\n{sink}"
    );
    let project = Project::new("in/*.csv".as_ref(), &rest);
    project.cut_flights(FILES);
    fs::write(project.path("count.wasm"), component("plugins/etl/count-per-key")).unwrap();
    project
}

/// Kills runs until one ends by itself. Returns how many went on from a checkpoint.
fn kill_until_done(project: &Project, seed: u64, kills: usize) -> usize {
    let begun = std::time::Instant::now();
    project.run(&["--json"]);
    let whole = begun.elapsed();
    let mut moments = Moments(seed);
    let mut went_on = 0;
    for _ in 0..kills {
        let mut child = project
            .command(&["run", "pipeline.toml", "--json"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(moments.next(whole));
        // One that has ended by itself began anew, which the next one does then.
        child.kill().unwrap();
        child.wait().unwrap();
        went_on += usize::from(project.path("pipeline.checkpoint.json").exists());
    }
    let summary: Value = serde_json::from_slice(&project.run(&["--json"]).stdout).unwrap();
    assert_eq!((&summary["rows_read"], &summary["rows_out"]), (&Value::from(11_000), &Value::from(11_000)));
    went_on
}

#[test]
fn files_are_as_if_nothing_had_happened() {
    let sinks = "[[sink]]\nformat = \"csv\"\npath = \"out.csv\"\n\
                 [[sink]]\nformat = \"jsonl\"\npath = \"out.jsonl.gz\"\n\
                 [[sink]]\nformat = \"parquet\"\npath = \"out.parquet\"\n\
                 [[sink]]\nformat = \"csv\"\npath = \"parts/\"\n";
    let project = project(sinks);
    project.run(&[]);
    let expected = project.read("out.csv");
    let went_on = kill_until_done(&project, 1, kills());
    assert!(went_on > kills() / 8, "only {went_on} of {} were cut between two commits", kills());
    assert!(project.read("out.csv") == expected, "the result differs from that of a run that was not cut");
    let mut parts: Vec<_> =
        fs::read_dir(project.path("parts")).unwrap().map(|part| part.unwrap().path()).collect();
    parts.sort();
    let header = expected.lines().next().unwrap();
    let rows: String = parts
        .iter()
        .map(|part| fs::read_to_string(part).unwrap().strip_prefix(header).unwrap()[1..].to_owned())
        .collect();
    assert!(format!("{header}\n{rows}") == expected, "the parts differ");
    let file = fs::File::open(project.path("out.parquet")).unwrap();
    let reader = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
    let rows: usize = reader.build().unwrap().map(|batch| batch.unwrap().num_rows()).sum();
    assert_eq!(rows, 11_000);
    let names = project.names();
    assert_eq!(
        names,
        [
            "count.wasm",
            "in",
            "out.csv",
            "out.jsonl.gz",
            "out.parquet",
            "parts",
            "pipeline.rejected.jsonl",
            "pipeline.toml"
        ],
        "nothing is left behind"
    );
}

#[test]
fn a_table_in_sqlite_is_as_if_nothing_had_happened() {
    let project = project("[[sink]]\nformat = \"sqlite\"\npath = \"out.db\"\ntable = \"flights\"\n");
    kill_until_done(&project, 2, kills());
    let database = rusqlite::Connection::open(project.path("out.db")).unwrap();
    let sql = "SELECT count(*), count(DISTINCT carrier || '/' || \"count\"), \
               (SELECT sum(\"most\") FROM (SELECT max(\"count\") AS \"most\" FROM flights GROUP BY carrier)) FROM flights";
    let found: (i64, i64, i64) =
        database.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
    assert_eq!(found, (11_000, 11_000, 11_000), "rows, counts that differ, and the sum of the last counts");
    let tables: i64 = database
        .query_row("SELECT count(*) FROM sqlite_master WHERE type = 'table'", [], |row| row.get(0))
        .unwrap();
    assert_eq!(tables, 2, "the table and that of the commits");
}

#[test]
#[ignore = "needs PostgreSQL"]
fn a_table_is_as_if_nothing_had_happened_with_postgres() {
    let server = Server::start();
    let project = project(&format!(
        "[[sink]]\nformat = \"postgres\"\nurl = \"{}\"\ntable = \"flights\"\n",
        server.url()
    ));
    kill_until_done(&project, 3, kills());
    let sql = "SELECT count(*), count(DISTINCT carrier || '/' || \"count\"), \
               (SELECT sum(m) FROM (SELECT max(\"count\") AS m FROM flights GROUP BY carrier) AS c) FROM flights";
    assert_eq!(server.ask(sql), ["11000|11000|11000"]);
}

/// A commit has a part in each of two databases and in a file. After a kill between two of them the next run completes it.
#[test]
#[ignore = "needs PostgreSQL"]
fn two_databases_and_a_file_are_as_if_nothing_had_happened_with_postgres() {
    let server = Server::start();
    let project = project(&format!(
        "[[sink]]\nformat = \"sqlite\"\npath = \"out.db\"\ntable = \"flights\"\nmode = \"append\"\n\
         [[sink]]\nformat = \"csv\"\npath = \"out.csv\"\nmode = \"append\"\n\
         [[sink]]\nformat = \"postgres\"\nurl = \"{}\"\ntable = \"flights\"\nmode = \"append\"\n",
        server.url()
    ));
    let mut moments = Moments(4);
    let mut cut = 0;
    // Rows are added, so no run begins anew; each gets on by some files.
    for _ in 0..kills() {
        let mut child = project
            .command(&["run", "pipeline.toml", "--throttle", "4000"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(150) + moments.next(Duration::from_millis(60)));
        cut += usize::from(child.try_wait().unwrap().is_none());
        child.kill().unwrap();
        child.wait().unwrap();
    }
    project.run(&[]);
    // After some of the runs all rows are there, and the next ones have nothing to do.
    assert!(cut > kills().min(20) / 4, "only {cut} runs were cut");
    let counts = "SELECT count(*), count(DISTINCT carrier || '/' || \"count\") FROM flights";
    assert_eq!(server.ask(counts), ["11000|11000"]);
    let database = rusqlite::Connection::open(project.path("out.db")).unwrap();
    let found: (i64, i64) = database.query_row(counts, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    assert_eq!(found, (11_000, 11_000));
    assert_eq!(project.read("out.csv").lines().count(), 11_001);
}
