//! Every system call that changes something is the last one, fails, or comes with a signal: the next run makes it good.
//!
//! `crash/tracer.c` runs the program and does that to the call with a given number. Each fault is tried at each call by
//! `WITDOCK_TEST_CRASHES=1 cargo test -p witdock-etl --test pipelines crash`, which takes hours. Another number N tries one in N of all faults at
//! all calls, without it one in 149. `TMPDIR` in memory makes it twice as fast.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::database::Server;
use crate::project::{component, repository};

/// What happens at a call: the tracer's word for it.
const FAULTS: [(&str, &str); 7] = [
    ("kill", "kill"),
    ("half a write, then a kill", "torn"),
    ("SIGTERM", "term"),
    ("SIGINT", "int"),
    ("a full disk", "28"),
    ("an I/O error", "5"),
    ("no permission", "13"),
];

/// A pipeline over `in/`, which gets files before each of three runs.
struct Scenario {
    name: &'static str,
    source: &'static str,
    sinks: &'static str,
    /// Whether each run replaces what the targets have.
    replaces: bool,
    /// Databases with a table that refuses some rows: SQLite files with the way they do it.
    tables: &'static [(&'static str, &'static str)],
    /// Whether the second run is one with `--retry`, after the table has changed.
    retries: bool,
}

/// Refuses some rows, also in a table that is like this one.
const CHECKED: &str = "CREATE TABLE rows (id INTEGER CHECK (id NOT IN (2, 6, 9)), kind TEXT)";
/// Refuses the rows that another table names.
const BLOCKED: &str = "CREATE TABLE rows (id INTEGER, kind TEXT); CREATE TABLE blocked (id INTEGER);
    INSERT INTO blocked VALUES (1), (2), (6);
    CREATE TRIGGER refuse BEFORE INSERT ON rows WHEN EXISTS (SELECT 1 FROM blocked WHERE id = new.id)
    BEGIN SELECT RAISE(ABORT, 'blocked'); END";

/// A table that another one refers to: to a row that stays, and to one that goes.
const REFERRED: &str = "CREATE TABLE rows (id INTEGER PRIMARY KEY, kind TEXT);
    CREATE TABLE children (parent INTEGER REFERENCES rows ON DELETE CASCADE);
    INSERT INTO rows VALUES (1, 'old'), (99, 'old'); INSERT INTO children VALUES (1), (99)";

const REPLACE: [(&str, &str); 6] = [
    ("csv file", "[[sink]]\nformat = \"csv\"\npath = \"out.csv\"\n"),
    ("jsonl.gz file", "[[sink]]\nformat = \"jsonl\"\npath = \"out.jsonl.gz\"\n"),
    ("parquet file", "[[sink]]\nformat = \"parquet\"\npath = \"out.parquet\"\n"),
    ("csv folder", "[[sink]]\nformat = \"csv\"\npath = \"out/\"\n"),
    ("parquet folder", "[[sink]]\nformat = \"parquet\"\npath = \"out/\"\n"),
    ("sqlite", "[[sink]]\nformat = \"sqlite\"\npath = \"out.db\"\ntable = \"rows\"\n"),
];

const APPEND: [(&str, &str); 6] = [
    ("csv file, appended", "[[sink]]\nformat = \"csv\"\npath = \"out.csv\"\nmode = \"append\"\n"),
    (
        "jsonl.zst file, appended",
        "[[sink]]\nformat = \"jsonl\"\npath = \"out.jsonl.zst\"\nmode = \"append\"\n",
    ),
    ("csv folder, appended", "[[sink]]\nformat = \"csv\"\npath = \"out/\"\nmode = \"append\"\n"),
    ("parquet folder, appended", "[[sink]]\nformat = \"parquet\"\npath = \"out/\"\nmode = \"append\"\n"),
    (
        "sqlite, appended",
        "[[sink]]\nformat = \"sqlite\"\npath = \"out.db\"\ntable = \"rows\"\nmode = \"append\"\n",
    ),
    (
        "sqlite, merged",
        "[[sink]]\nformat = \"sqlite\"\npath = \"out.db\"\ntable = \"rows\"\nmode = \"upsert\"\nkey = [\"id\"]\n",
    ),
];

const PLAIN: Scenario =
    Scenario { name: "", source: "", sinks: "", replaces: false, tables: &[], retries: false };

fn scenarios() -> Vec<Scenario> {
    let one = |replaces: bool| {
        move |(name, sinks): &(&'static str, &'static str)| Scenario { name, sinks, replaces, ..PLAIN }
    };
    let mut all: Vec<_> = REPLACE.iter().map(one(true)).collect();
    all.extend(APPEND.iter().map(one(false)));
    all.push(Scenario {
        name: "all that replace, and rejected rows",
        source: "on_bad = \"reject\"\n",
        sinks: "[[sink]]\nformat = \"csv\"\npath = \"out.csv\"\n[[sink]]\nformat = \"parquet\"\npath = \"out.parquet\"\n\
                [[sink]]\nformat = \"jsonl\"\npath = \"out/\"\n[[sink]]\nformat = \"sqlite\"\npath = \"out.db\"\ntable = \"rows\"\n",
        replaces: true,
        ..PLAIN
    });
    all.push(Scenario {
        name: "all that append, and rejected rows",
        source: "on_bad = \"reject\"\n",
        sinks: "[[sink]]\nformat = \"csv\"\npath = \"out.csv\"\nmode = \"append\"\n\
                [[sink]]\nformat = \"jsonl\"\npath = \"out/\"\nmode = \"append\"\n\
                [[sink]]\nformat = \"sqlite\"\npath = \"out.db\"\ntable = \"rows\"\nmode = \"append\"\n",
        ..PLAIN
    });
    let two = |mode: &str| -> &'static str {
        let table = |name: &str| {
            format!(
                "[[sink]]\nformat = \"sqlite\"\npath = \"{name}.db\"\ntable = \"rows\"\nmode = \"{mode}\"\n"
            )
        };
        format!("{}{}", table("out"), table("two")).leak()
    };
    // The first one has a commit that the second one lacks, and it has refused rows of it.
    let tables = &[("out.db", CHECKED), ("two.db", "CREATE TABLE rows (id INTEGER, kind TEXT)")];
    for (name, mode) in [("all of two databases, replaced", "replace"), ("two databases, appended", "append")]
    {
        all.push(Scenario { name, sinks: two(mode), replaces: mode == "replace", tables, ..PLAIN });
    }
    all.push(Scenario {
        name: "rows that run again",
        source: "on_bad = \"reject\"\n",
        sinks: "[[sink]]\nformat = \"csv\"\npath = \"out.csv\"\nmode = \"append\"\n\
                [[sink]]\nformat = \"sqlite\"\npath = \"out.db\"\ntable = \"rows\"\nmode = \"append\"\n",
        tables: &[("out.db", BLOCKED)],
        retries: true,
        ..PLAIN
    });
    all.push(Scenario {
        name: "rows that run again, into two databases",
        sinks: two("append"),
        tables: &[("out.db", BLOCKED), ("two.db", "CREATE TABLE rows (id INTEGER, kind TEXT)")],
        retries: true,
        ..PLAIN
    });
    // Its table is there, without a column of the rows.
    let gains = |mode: &str| -> &'static str {
        format!(
            "[[sink]]\nformat = \"sqlite\"\npath = \"out.db\"\ntable = \"rows\"\nmode = \"{mode}\"\non_new_columns = \"add\"\n"
        )
        .leak()
    };
    let tables = &[("out.db", "CREATE TABLE rows (id TEXT)")];
    for (name, mode) in [("a new column", "replace"), ("a new column, appended", "append")] {
        all.push(Scenario { name, sinks: gains(mode), replaces: mode == "replace", tables, ..PLAIN });
    }
    all.push(Scenario {
        name: "a table that another one refers to",
        sinks: "[[sink]]\nformat = \"sqlite\"\npath = \"out.db\"\ntable = \"rows\"\n",
        replaces: true,
        tables: &[("out.db", REFERRED)],
        ..PLAIN
    });
    let partition = |mode: &str| -> &'static str {
        format!(
            "[[sink]]\nformat = \"plugin\"\nplugin = \"../partition.wasm\"\nmode = \"{mode}\"\nsettings = {{ by = [\"kind\"] }}\n\
             grants = {{ folders = [{{ path = \"/out\", host = \"lake\", access = \"read-write\" }}] }}\n"
        )
        .leak()
    };
    all.push(Scenario { name: "plugin", sinks: partition("replace"), replaces: true, ..PLAIN });
    all.push(Scenario { name: "plugin, appended", sinks: partition("append"), ..PLAIN });
    all
}

/// The files that arrive before each run. One record in the second is invalid.
const ARRIVALS: [&[(&str, &str)]; 3] = [
    &[("1.csv", "id,kind\n1,a\n2,b\n"), ("2.csv", "id,kind\n3,a\n")],
    &[("3.csv", "id,kind\n4,b\n5\n6,a\n")],
    &[("4.csv", "id,kind\n7,a\n"), ("5.csv", "id,kind\n8,b\n9,a\n")],
];

/// A folder with a pipeline, whose path stays the same over all attempts.
struct Attempt<'a> {
    root: tempfile::TempDir,
    scenario: &'a Scenario,
    /// A server with a database for this attempt, if its rows go there.
    server: Option<&'a Server>,
}

/// The database of an attempt.
const DATABASE: &str = "work";

impl<'a> Attempt<'a> {
    fn new(scenario: &'a Scenario, server: Option<&'a Server>) -> Self {
        let attempt = Self { root: tempfile::tempdir().unwrap(), scenario, server };
        if scenario.name.starts_with("plugin") {
            fs::write(attempt.root.path().join("partition.wasm"), component("plugins/etl/partition"))
                .unwrap();
            let manifest = fs::read_to_string(repository("plugins/etl/partition/plugin.toml")).unwrap();
            let grants = manifest.split("[grants]").nth(1).unwrap();
            let manifest = format!("[plugin]\nname = \"partition\"\n[grants]{grants}");
            fs::write(attempt.root.path().join("partition.toml"), manifest).unwrap();
        }
        fs::create_dir_all(attempt.work().join("in")).unwrap();
        fs::create_dir(attempt.work().join("lake")).unwrap();
        for (name, sql) in scenario.tables {
            let database = rusqlite::Connection::open(attempt.work().join(name)).unwrap();
            database.execute_batch(sql).unwrap();
        }
        let Scenario { source, sinks, .. } = scenario;
        let text =
            format!("[source]\nformat = \"csv\"\npath = \"in\"\n{source}[checkpoint]\nevery_ms = 0\n{sinks}");
        fs::write(attempt.work().join("p.toml"), text).unwrap();
        attempt
    }

    fn work(&self) -> PathBuf {
        self.root.path().join("work")
    }

    fn arrive(&self, run: usize) {
        if self.is_retry(run) {
            let (name, _) = self.scenario.tables[0];
            let database = rusqlite::Connection::open(self.work().join(name)).unwrap();
            database.execute("DELETE FROM blocked WHERE id = 2", []).unwrap();
            return;
        }
        for (name, text) in ARRIVALS[run] {
            let text = if self.scenario.source.is_empty() {
                text.replace("5\n", "5,a\n")
            } else {
                (*text).to_owned()
            };
            fs::write(self.work().join("in").join(name), text).unwrap();
        }
    }

    fn is_retry(&self, run: usize) -> bool {
        self.scenario.retries && run == 1
    }

    fn arguments(&self, run: usize) -> &'static [&'static str] {
        if self.is_retry(run) { &["run", "p.toml", "--retry"] } else { &["run", "p.toml"] }
    }

    fn run(&self, run: usize) {
        let output = Command::new(env!("CARGO_BIN_EXE_witdock-etl"))
            .args(self.arguments(run))
            .current_dir(self.work())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// Runs with a fault at the call with this number. Returns what the program printed, and the calls.
    fn run_with(&self, run: usize, at: usize, fault: &str) -> (String, Vec<String>) {
        let log = self.root.path().join("calls");
        let output = Command::new(tracer())
            .arg(self.work())
            .arg(&log)
            .args([&at.to_string(), fault, env!("CARGO_BIN_EXE_witdock-etl")])
            .args(self.arguments(run))
            .current_dir(self.work())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let said = format!("{}\n{}", output.status, String::from_utf8_lossy(&output.stderr));
        assert!(!said.contains("panicked"), "{said}");
        let calls = fs::read_to_string(&log).unwrap().lines().map(str::to_owned).collect();
        (said, calls)
    }

    fn keep(&self, name: &str) {
        copy(&self.work(), &self.root.path().join(name));
        if let Some(server) = self.server {
            server.copy_database(DATABASE, name);
        }
    }

    fn restore(&self, name: &str) {
        copy(&self.root.path().join(name), &self.work());
        if let Some(server) = self.server {
            server.copy_database(name, DATABASE);
        }
    }

    /// The rows in all targets, and the names of all files but for what is the run's own in them.
    fn found(&self) -> Vec<String> {
        let mut found = self.rows();
        found.extend(self.names());
        found
    }

    fn names(&self) -> Vec<String> {
        let mut names = Vec::new();
        walk(&self.work(), &mut |path| {
            let name = path.strip_prefix(self.work()).unwrap().display().to_string();
            // A part file's name has the run, and that of the plugin its commit.
            let parts: Vec<_> = name.split('/').collect();
            names.push(match parts.as_slice() {
                ["out", part] => format!("out/…{}", part.rsplit('.').next().unwrap()),
                ["lake", folder, _] => format!("lake/{folder}/…"),
                _ => name,
            });
        });
        names.sort();
        names
    }

    fn rows(&self) -> Vec<String> {
        let mut rows = Vec::new();
        walk(&self.work(), &mut |path| {
            let name = path.strip_prefix(self.work()).unwrap().to_str().unwrap().to_owned();
            // What is hidden is nobody's rows.
            if name.split('/').any(|part| part.starts_with('.')) || name.contains(".db-") {
                return;
            }
            if name.starts_with("in/") || name.starts_with("p.toml") || name.contains(".checkpoint") {
                return;
            }
            let base = name.split('/').next().unwrap().to_owned();
            let lines: Vec<String> = if name.ends_with(".parquet") {
                parquet(path)
            } else if name.ends_with(".db") {
                sqlite(path)
            } else if name.ends_with(".gz") {
                let mut text = String::new();
                let mut reader = flate2::read::MultiGzDecoder::new(fs::File::open(path).unwrap());
                std::io::Read::read_to_string(&mut reader, &mut text).unwrap();
                text.lines().map(str::to_owned).collect()
            } else if name.ends_with(".zst") {
                let text = zstd::decode_all(fs::File::open(path).unwrap()).unwrap();
                String::from_utf8(text).unwrap().lines().map(str::to_owned).collect()
            } else {
                let text = fs::read_to_string(path).unwrap();
                assert!(
                    text.is_empty() || text.ends_with('\n'),
                    "{name} ends in the middle of a line: {text:?}"
                );
                text.lines().map(str::to_owned).collect()
            };
            rows.extend(lines.into_iter().map(|line| format!("{base}: {line}")));
        });
        if let Some(server) = self.server {
            let found = server.ask_in(DATABASE, "SELECT 'server: ' || id || ',' || kind FROM rows");
            rows.extend(found);
        }
        rows.sort();
        rows
    }
}

fn walk(folder: &Path, see: &mut impl FnMut(&Path)) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { walk(&path, see) } else { see(&path) }
    }
}

fn copy(from: &Path, to: &Path) {
    let _ = fs::remove_dir_all(to);
    // With times: a file with another time is another one.
    assert!(Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap().success());
}

fn parquet(path: &Path) -> Vec<String> {
    let reader =
        parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(fs::File::open(path).unwrap());
    let batches: Vec<_> = reader.unwrap().build().unwrap().map(Result::unwrap).collect();
    let mut lines = Vec::new();
    for batch in &batches {
        let mut writer = arrow_csv::WriterBuilder::new().with_header(false).build(Vec::new());
        writer.write(batch).unwrap();
        lines.extend(String::from_utf8(writer.into_inner()).unwrap().lines().map(str::to_owned));
    }
    lines
}

fn sqlite(path: &Path) -> Vec<String> {
    let database = rusqlite::Connection::open(path).unwrap();
    let mut lines = vec![];
    for (table, column, shown) in
        [("rows", "kind", "id || ',' || kind"), ("children", "parent", "'child of ' || parent")]
    {
        if database.column_exists(None, table, column).unwrap() {
            let mut statement = database.prepare(&format!("SELECT {shown} FROM {table}")).unwrap();
            lines.extend(statement.query_map([], |row| row.get::<_, String>(0)).unwrap().map(Result::unwrap));
        }
    }
    lines
}

fn tracer() -> &'static Path {
    static TRACER: OnceLock<PathBuf> = OnceLock::new();
    TRACER.get_or_init(|| {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pipelines/crash/tracer.c");
        let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("tracer-{}", std::process::id()));
        let compiler = std::env::var_os("CC").unwrap_or_else(|| "cc".into());
        let built = Command::new(compiler).arg("-O1").arg("-o").arg(&program).arg(source).status().unwrap();
        assert!(built.success(), "cannot compile the tracer");
        program
    })
}

/// Tries faults at the calls of each of three runs. Returns the numbers of points and of attempts.
fn try_scenario(scenario: &Scenario, server: Option<&Server>, one_in: usize) -> (usize, usize) {
    let attempt = Attempt::new(scenario, server);
    let (mut points, mut attempts) = (0, 0);
    // Of all faults at all calls one in so many: each fault, in each scenario.
    let mut faults = 0;
    // How everything looks without a fault before and after each run.
    let mut expected = Vec::new();
    let mut counts = Vec::new();
    for run in 0..ARRIVALS.len() {
        attempt.arrive(run);
        attempt.keep(&format!("before-{run}"));
        let (said, calls) = attempt.run_with(run, 0, "none");
        assert!(said.contains("exit status: 0"), "{}: {said}", scenario.name);
        counts.push(calls.len());
        expected.push(attempt.found());
    }
    for (run, count) in counts.into_iter().enumerate() {
        points += count;
        for at in 1..=count {
            for (fault, word) in &FAULTS {
                faults += 1;
                if faults % one_in != 0 {
                    continue;
                }
                attempts += 1;
                attempt.restore(&format!("before-{run}"));
                let before = attempt.rows();
                let (said, calls) = attempt.run_with(run, at, word);
                let what = || {
                    let call = calls.get(at - 1).cloned().unwrap_or_default();
                    format!("{}, run {}, {fault} at {call}\n{said}", scenario.name, run + 1)
                };
                if scenario.replaces
                    && !scenario.name.starts_with("plugin")
                    && !scenario.name.starts_with("all")
                {
                    let rows = attempt.rows();
                    let after: Vec<_> =
                        expected[run].iter().filter(|line| line.contains(": ")).cloned().collect();
                    assert!(
                        rows == before || rows == after,
                        "the target is not whole: {}\n{rows:#?}",
                        what()
                    );
                }
                attempt.run(run);
                assert_eq!(attempt.found(), expected[run], "{}", what());
                if let Some(next) = expected.get(run + 1) {
                    attempt.arrive(run + 1);
                    attempt.run(run + 1);
                    assert_eq!(&attempt.found(), next, "the run after: {}", what());
                }
            }
        }
    }
    (points, attempts)
}

/// How many calls there are for each that is tried.
fn one_in(usual: usize) -> usize {
    std::env::var("WITDOCK_TEST_CRASHES").map_or(usual, |number| number.parse().unwrap())
}

#[test]
fn every_call_can_be_the_last() {
    let one_in = one_in(149);
    let only = std::env::var("WITDOCK_TEST_SCENARIO").ok();
    let scenarios: Vec<_> = scenarios()
        .into_iter()
        .filter(|scenario| only.as_ref().is_none_or(|only| scenario.name.contains(only)))
        .collect();
    let next = AtomicUsize::new(0);
    std::thread::scope(|threads| {
        for _ in 0..2 {
            threads.spawn(|| {
                while let Some(scenario) = scenarios.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let (points, attempts) = try_scenario(scenario, None, one_in);
                    println!("{}: {attempts} faults at {points} calls", scenario.name);
                }
            });
        }
    });
}

/// The writes to the server are among the calls. With files beside it, the server has a commit that they have not.
#[test]
#[ignore = "needs PostgreSQL"]
fn every_call_can_be_the_last_with_postgres() {
    let one_in = one_in(307);
    let server = Server::start();
    let children = "; CREATE TABLE children (parent int4 REFERENCES rows ON DELETE CASCADE)";
    for (mode, more) in
        [("replace", ""), ("replace", children), ("append", ""), ("upsert\"\nkey = [\"id\"]\n# \"", "")]
    {
        let referred = if more.is_empty() { "" } else { ", with a table that refers to it" };
        let name: &'static str = format!("all into PostgreSQL, {}{referred}", &mode[..6]).leak();
        let file = if mode == "replace" { "" } else { "mode = \"append\"\n" };
        let sinks = format!(
            "[[sink]]\nformat = \"postgres\"\nurl = \"{}\"\ntable = \"rows\"\nmode = \"{mode}\"\n\
             [[sink]]\nformat = \"csv\"\npath = \"out.csv\"\n{file}",
            server.url_of(DATABASE)
        );
        let scenario = Scenario { name, sinks: sinks.leak(), replaces: mode == "replace", ..PLAIN };
        server.ask(&format!("DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)"));
        server.ask(&format!("CREATE DATABASE {DATABASE}"));
        server.ask_in(
            DATABASE,
            &format!("CREATE TABLE rows (id int4 PRIMARY KEY CHECK (id NOT IN (2, 6, 9)), kind text){more}"),
        );
        let (points, attempts) = try_scenario(&scenario, Some(&server), one_in);
        println!("{name}: {attempts} faults at {points} calls");
    }
}

/// A run is killed at each of its calls, and before it goes on, another pipeline adds to the same target.
#[test]
fn another_pipeline_adds_to_the_target_of_a_killed_run() {
    let one_in = one_in(29);
    let scenarios = scenarios();
    let adding = |scenario: &&Scenario| {
        let name = scenario.name;
        name.ends_with("appended") && !name.starts_with("plugin") && !name.starts_with("two")
    };
    for scenario in scenarios.iter().filter(adding) {
        let attempt = Attempt::new(scenario, None);
        let other = |id: &str| {
            fs::create_dir_all(attempt.work().join("other")).unwrap();
            fs::write(attempt.work().join("other").join(format!("{id}.csv")), format!("id,kind\n{id},c\n"))
                .unwrap();
            let text = fs::read_to_string(attempt.work().join("p.toml")).unwrap();
            let text = text.replace("path = \"in\"", "path = \"other\"");
            fs::write(attempt.work().join("q.toml"), text).unwrap();
            let output = Command::new(env!("CARGO_BIN_EXE_witdock-etl"))
                .args(["run", "q.toml"])
                .current_dir(attempt.work())
                .output()
                .unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        };
        let rows = || {
            let header = |row: &String| row.contains("id,kind") || row.starts_with("q.checkpoint");
            attempt
                .rows()
                .into_iter()
                .filter(|row| !header(row) && !row.starts_with("other"))
                .collect::<Vec<_>>()
        };
        attempt.arrive(0);
        attempt.keep("empty");
        let (_, calls) = attempt.run_with(0, 0, "none");
        other("100");
        let expected = rows();
        let mut attempts = 0;
        for at in (1..=calls.len()).filter(|at| at % one_in == 0) {
            for fault in ["kill", "torn"] {
                attempts += 1;
                attempt.restore("empty");
                attempt.run_with(0, at, fault);
                other("100");
                attempt.run(0);
                assert_eq!(rows(), expected, "{}, {fault} at {}", scenario.name, calls[at - 1]);
                let headers = attempt.rows().iter().filter(|row| row.contains("out.csv: id,kind")).count();
                assert!(headers <= 1, "{}, {fault} at {}", scenario.name, calls[at - 1]);
            }
        }
        println!("{}: {attempts} kills with another pipeline in between", scenario.name);
    }
}
