//! Files as sources and sinks: formats, drift, watched folders, and the conditions under which a run is refused.

use std::fs;
use std::io::Write;

use serde_json::Value;

use crate::project::{FLIGHTS, Project, eventually, repository, sink};

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn files_folders_and_patterns_compressed_or_not_are_one_stream() {
    let source = "format = \"csv\"\npath = [\"in/*.csv\", \"in/*.gz\", \"in/*.zst\", \"more\"]";
    let project = Project::of_source(source, &sink("jsonl", "out.jsonl"));
    for folder in ["in", "more"] {
        fs::create_dir(project.path(folder)).unwrap();
    }
    fs::write(project.path("in/a.csv"), "n\n1\n2\n").unwrap();
    fs::write(project.path("in/b.csv.gz"), gzip("n\n3\n")).unwrap();
    fs::write(project.path("in/c.csv.zst"), zstd::encode_all(&b"n\n4\n"[..], 3).unwrap()).unwrap();
    fs::write(project.path("more/d"), "n\n5\n").unwrap();
    assert_eq!(project.summary(&[])["rows_out"], 5);
    let numbers: Vec<_> = project.jsonl("out.jsonl").iter().map(|row| row["n"].clone()).collect();
    assert_eq!(numbers, ["1", "2", "3", "4", "5"]);
}

#[test]
fn standard_input_to_standard_output() {
    let project = Project::of_source("format = \"tsv\"\npath = \"-\"", &sink("jsonl", "-"));
    let mut child = project
        .command(&["run", "pipeline.toml"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"a\tb\n1\tx y\n").unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        "{\"a\":\"1\",\"b\":\"x y\"}\n",
        "rows and nothing else"
    );
    assert!(String::from_utf8(output.stderr).unwrap().contains("1 row read = 1 out"));
}

#[test]
fn parquet_comes_back_as_it_was_written() {
    let project = Project::of_source(
        &format!("format = \"csv\"\npath = {:?}", repository(FLIGHTS)),
        &format!("{}{}", sink("parquet", "flights.parquet"), sink("csv", "flights.csv")),
    );
    project.run(&[]);
    let expected = project.read("flights.csv");
    let text =
        format!("[source]\nformat = \"parquet\"\npath = \"flights.parquet\"\n{}", sink("csv", "again.csv"));
    fs::write(project.path("pipeline.toml"), text).unwrap();
    assert_eq!(project.summary(&[])["rows_out"], 11_000);
    assert!(project.read("again.csv") == expected);
    // Half a file is none.
    let whole = fs::read(project.path("flights.parquet")).unwrap();
    fs::write(project.path("flights.parquet"), &whole[..whole.len() / 2]).unwrap();
    let error = project.error(&["run", "pipeline.toml"]);
    assert!(
        error.contains("flights.parquet cannot be read as Parquet") && error.contains("copied in full"),
        "{error}"
    );
}

#[test]
fn truncated_compressed_input_is_an_error_and_writes_nothing() {
    let project = Project::of_source("format = \"csv\"\npath = \"in.csv.gz\"", &sink("csv", "out.csv"));
    let whole = gzip(&fs::read_to_string(repository(FLIGHTS)).unwrap());
    fs::write(project.path("in.csv.gz"), &whole[..whole.len() / 2]).unwrap();
    let error = project.error(&["run", "pipeline.toml"]);
    assert!(error.contains("in.csv.gz") && error.contains("ends too early"), "{error}");
    assert_eq!(project.names(), ["in.csv.gz", "pipeline.toml"]);
}

/// Two files of which the second has another column.
fn drifting(on_drift: &str) -> Project {
    let project = Project::of_source(
        &format!("format = \"csv\"\npath = \"in\"\n{on_drift}"),
        &format!("[checkpoint]\nevery_ms = 0\n{}", sink("jsonl", "out.jsonl")),
    );
    fs::create_dir(project.path("in")).unwrap();
    fs::write(project.path("in/1.csv"), "a,b\n1,2\n").unwrap();
    fs::write(project.path("in/2.csv"), "a,c\n3,4\n").unwrap();
    project
}

#[test]
fn other_columns_fail_are_put_aside_or_taken() {
    let failing = drifting("");
    let error = failing.error(&["run", "pipeline.toml"]);
    assert!(error.contains("in/2.csv has other columns than") && error.contains("on_drift"), "{error}");
    // The rows of the first file are committed, and the run continues once the second file is fixed.
    assert!(!failing.names().contains(&"out.jsonl".to_owned()));
    fs::write(failing.path("in/2.csv"), "a,b\n3,4\n").unwrap();
    let output = failing.run(&["--json"]);
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(
        told.contains("the last run was interrupted after commit 1: continuing after 1 unit with 1 row"),
        "{told}"
    );
    assert_eq!(failing.read("out.jsonl"), "{\"a\":\"1\",\"b\":\"2\"}\n{\"a\":\"3\",\"b\":\"4\"}\n");

    let aside = drifting("on_drift = \"quarantine\"");
    assert_eq!(aside.summary(&[])["rejected"], 1);
    let line = &aside.jsonl("pipeline.rejected.jsonl")[0];
    assert_eq!((&line["code"], &line["values"]["c"]), (&Value::from("schema"), &Value::from("4")));
    assert!(line["source"].as_str().unwrap().ends_with("in/2.csv"));

    let taken = drifting("on_drift = \"evolve\"");
    taken.run(&[]);
    let expected = "{\"a\":\"1\",\"b\":\"2\",\"c\":null}\n{\"a\":\"3\",\"b\":null,\"c\":\"4\"}\n";
    assert_eq!(taken.read("out.jsonl"), expected);
}

#[test]
fn appending_runs_read_only_what_is_new() {
    let project = Project::of_source(
        "format = \"csv\"\npath = \"in\"",
        "[[sink]]\nformat = \"csv\"\npath = \"out.csv\"\nmode = \"append\"\n\
         [[sink]]\nformat = \"sqlite\"\npath = \"out.db\"\ntable = \"rows\"\nmode = \"append\"\n",
    );
    fs::create_dir(project.path("in")).unwrap();
    fs::write(project.path("in/1.csv"), "n\n1\n2\n").unwrap();
    assert_eq!(project.summary(&[])["rows_read"], 2);
    fs::write(project.path("in/2.csv"), "n\n3\n").unwrap();
    assert_eq!(project.summary(&[])["rows_read"], 1);
    assert_eq!(project.summary(&[])["rows_read"], 0);
    assert_eq!(project.read("out.csv"), "n\n1\n2\n3\n");
    let database = rusqlite::Connection::open(project.path("out.db")).unwrap();
    let rows: i64 = database.query_row("SELECT count(*) FROM rows", [], |row| row.get(0)).unwrap();
    assert_eq!(rows, 3);
    // A file that has changed is not read twice in silence.
    fs::write(project.path("in/1.csv"), "n\n1\n2\n9\n").unwrap();
    let told = String::from_utf8(project.run(&[]).stderr).unwrap();
    assert!(told.contains("1.csv has changed since it was read"), "{told}");
    assert_eq!(project.summary(&["--fresh"])["rows_read"], 4);
}

#[test]
fn a_second_run_at_the_same_time_is_refused() {
    let project = drifting("");
    let held = fs::File::open(project.path("pipeline.toml")).unwrap();
    held.lock().unwrap();
    assert!(project.error(&["run", "pipeline.toml"]).contains("another run of pipeline.toml is in progress"));
}

#[test]
fn a_budget_in_percent_ends_the_run_before_the_commit() {
    let rest = format!("on_bad = \"reject\"\n[rejected]\nmax_percent = 10.0\n{}", sink("csv", "out.csv"));
    let project = Project::of_source("format = \"csv\"\npath = \"in.csv\"", &rest);
    fs::write(project.path("in.csv"), "a,b\n1,2\n3\n4,5\n").unwrap();
    let error = project.error(&["run", "pipeline.toml"]);
    assert!(error.contains("33.33 % of the rows were rejected") && error.contains("allows 10"), "{error}");
    assert_eq!(project.names(), ["in.csv", "pipeline.toml"]);
}

#[test]
fn a_watched_folder_gives_its_files_as_they_are_complete() {
    let project = Project::of_source(
        "format = \"csv\"\npath = \"in\"\nwatch = true\nsettle_ms = 200",
        "[checkpoint]\nevery_ms = 0\n[[sink]]\nformat = \"csv\"\npath = \"parts/\"\nmode = \"append\"\n",
    );
    fs::create_dir(project.path("in")).unwrap();
    let mut child = project
        .command(&["run", "pipeline.toml"])
        .stderr(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let parts = |count: usize| {
        eventually(&format!("{count} rows are committed"), || {
            let read = fs::read_dir(project.path("parts")).into_iter().flatten().flatten();
            let names = read
                .map(|part| part.path())
                .filter(|part| !part.file_name().unwrap().to_str().unwrap().starts_with('.'));
            let rows: String = names.map(|part| fs::read_to_string(part).unwrap()).collect();
            (rows.lines().filter(|line| *line != "n").count() == count).then_some(())
        });
    };
    fs::write(project.path("in/1.csv"), "n\n1\n2\n").unwrap();
    parts(2);
    fs::write(project.path("in/2.csv"), "n\n3\n4\n").unwrap();
    parts(4);
    child.kill().unwrap();
    child.wait().unwrap();
    // What was committed is not read again.
    let mut again = project
        .command(&["run", "pipeline.toml"])
        .stderr(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    fs::write(project.path("in/3.csv"), "n\n5\n").unwrap();
    parts(5);
    again.kill().unwrap();
    again.wait().unwrap();
}

#[cfg(unix)]
#[test]
fn a_disk_that_takes_no_more_ends_the_run_and_the_next_one_goes_on() {
    let project = Project::of_source(
        "format = \"csv\"\npath = \"in\"",
        &format!("[checkpoint]\nevery_ms = 0\n{}", sink("csv", "out.csv")),
    );
    fs::create_dir(project.path("in")).unwrap();
    for file in 0..20 {
        fs::write(project.path(&format!("in/{file:02}.csv")), format!("n\n{}", "0123456789\n".repeat(2000)))
            .unwrap();
    }
    // A quota: no file may grow beyond 100 KiB, and the signal that would end the program is switched off.
    let program = format!(
        "ulimit -f 100; trap '' XFSZ; exec {:?} run pipeline.toml",
        env!("CARGO_BIN_EXE_witdock-etl")
    );
    let mut limited = std::process::Command::new("bash");
    limited.args(["-c", &program]).current_dir(project.path("."));
    let output = limited.output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{error}");
    assert!(error.contains("cannot write") && error.contains("out.csv"), "{error}");
    assert!(!project.path("out.csv").exists());
    let told = String::from_utf8(project.run(&[]).stderr).unwrap();
    assert!(told.contains("the last run was interrupted after commit"), "{told}");
    assert!(project.read("out.csv") == format!("n\n{}", "0123456789\n".repeat(40_000)));
}

#[cfg(unix)]
#[test]
fn a_place_that_may_not_be_written_to_is_told_before_the_first_row() {
    for (text, part) in [
        (sink("csv", "/proc/rows/out.csv"), "cannot write /proc/rows/out.csv"),
        (
            "[[sink]]\nformat = \"sqlite\"\npath = \"/proc/rows.db\"\ntable = \"t\"\n".to_owned(),
            "/proc/rows.db: ",
        ),
    ] {
        let project = Project::of_source("format = \"csv\"\npath = \"in.csv\"", &text);
        fs::write(project.path("in.csv"), "n\n1\n").unwrap();
        let error = project.error(&["run", "pipeline.toml"]);
        assert!(error.contains(part), "{error}");
        assert_eq!(project.names(), ["in.csv", "pipeline.toml"]);
    }
}

#[test]
fn a_try_spoils_nothing() {
    let cut = drifting("");
    cut.error(&["run", "pipeline.toml"]);
    let error = cut.error(&["run", "pipeline.toml", "--limit", "1"]);
    assert!(error.contains("was interrupted and can be continued") && error.contains("preview"), "{error}");
    let preview = cut.command(&["preview", "pipeline.toml", "--limit", "1"]).output().unwrap();
    assert!(preview.status.success(), "{}", String::from_utf8_lossy(&preview.stderr));
    fs::write(cut.path("in/2.csv"), "a,b\n3,4\n").unwrap();
    assert_eq!(cut.summary(&[])["rows_read"], 2, "the run continues as if there had been no trial run");

    let adding = Project::of_source(
        "format = \"csv\"\npath = \"in.csv\"",
        &format!("{}mode = \"append\"\n", sink("csv", "parts/")),
    );
    fs::write(adding.path("in.csv"), "n\n1\n2\n").unwrap();
    let error = adding.error(&["run", "pipeline.toml", "--limit", "1"]);
    assert!(error.contains("its rows would stay in"), "{error}");
    // No new generation of a plugin changes that, so nothing is waited for.
    let error = adding.error(&["run", "pipeline.toml", "--limit", "1", "--watch"]);
    assert!(error.contains("its rows would stay in"), "{error}");

    // Two tries into one table leave the rows of the second.
    let table = Project::of_source(
        "format = \"csv\"\npath = \"in.csv\"",
        "[[sink]]\nformat = \"sqlite\"\npath = \"out.db\"\ntable = \"rows\"\n",
    );
    fs::write(table.path("in.csv"), "n\n1\n2\n").unwrap();
    for limit in ["1", "2"] {
        table.run(&["--limit", limit]);
        let database = rusqlite::Connection::open(table.path("out.db")).unwrap();
        let rows: i64 = database.query_row("SELECT count(*) FROM rows", [], |row| row.get(0)).unwrap();
        assert_eq!(rows.to_string(), limit);
    }
}
