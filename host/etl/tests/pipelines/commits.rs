//! What commits promise: no row is lost or doubled, over several runs, several pipelines, and changes in between.

use std::fs;
use std::process::Command;

use crate::background::{begin, end};
use crate::project::{Project, eventually, sink};

/// A pipeline over the CSV files in `in/`, with a commit after each file.
pub(crate) fn project(source: &str, sinks: &str) -> Project {
    let source = format!("format = \"csv\"\npath = \"in\"\n{source}");
    let project = Project::of_source(&source, &format!("[checkpoint]\nevery_ms = 0\n{sinks}"));
    fs::create_dir(project.path("in")).unwrap();
    project
}

pub(crate) fn appending(format: &str, path: &str) -> String {
    format!("{}mode = \"append\"\n", sink(format, path))
}

/// Writes a file of so many rows, which are numbered on.
pub(crate) fn arrive(project: &Project, name: &str, rows: std::ops::Range<usize>) {
    let rows: Vec<_> = rows.map(|row| format!("{row}\n")).collect();
    fs::write(project.path(&format!("in/{name}")), format!("a\n{}", rows.concat())).unwrap();
}

/// All lines of the files in a folder but for headers, sorted.
fn lines(project: &Project, folder: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for entry in fs::read_dir(project.path(folder)).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        lines.extend(text.lines().filter(|line| *line != "a").map(str::to_owned));
    }
    lines.sort_by_key(|line| line.parse::<usize>().unwrap_or_default());
    lines
}

fn numbers(rows: std::ops::Range<usize>) -> Vec<String> {
    rows.map(|row| row.to_string()).collect()
}

fn edit(project: &Project, from: &str, to: &str) {
    let text = project.read("pipeline.toml");
    assert!(text.contains(from));
    fs::write(project.path("pipeline.toml"), text.replacen(from, to, 1)).unwrap();
}

#[test]
fn what_a_killed_run_has_left_is_not_taken_for_the_rows_of_another() {
    let project = project("", &appending("jsonl", "out.jsonl"));
    arrive(&project, "1.csv", 0..2);
    project.run(&[]);
    fs::write(project.path(".out.jsonl.partial"), "{\"a\":\"1\"}\n{\"a").unwrap();
    project.run(&[]);
    assert_eq!(project.jsonl("out.jsonl").len(), 2);
}

#[test]
fn pipelines_that_append_to_one_folder_keep_each_others_files() {
    let project = project("", &appending("csv", "out/"));
    arrive(&project, "1.csv", 0..2);
    fs::write(project.path("other.toml"), project.read("pipeline.toml")).unwrap();
    project.run(&[]);
    let other = project.command(&["run", "other.toml"]).output().unwrap();
    assert!(other.status.success(), "{}", String::from_utf8_lossy(&other.stderr));
    assert_eq!(lines(&project, "out"), ["0", "0", "1", "1"]);
    // Starting over adds to what finished runs have added, and so does a run whose checkpoint is lost.
    project.run(&["--fresh"]);
    fs::remove_file(project.path("pipeline.checkpoint.json")).unwrap();
    project.run(&[]);
    assert_eq!(lines(&project, "out").len(), 8);
}

#[test]
fn sinks_that_replace_and_sinks_that_add_are_not_mixed() {
    let project = project("", &format!("{}{}", appending("jsonl", "out.jsonl"), sink("csv", "out.csv")));
    arrive(&project, "1.csv", 0..1);
    let error = project.error(&["run", "pipeline.toml"]);
    assert!(error.contains("one sink adds to its target, and another one replaces it"), "{error}");
    // Standard output has no rows to replace.
    edit(&project, "path = \"out.csv\"", "path = \"-\"");
    project.run(&[]);
}

#[test]
fn a_file_is_read_once_however_its_path_is_written() {
    let project = project("", &appending("jsonl", "out.jsonl"));
    arrive(&project, "1.csv", 0..2);
    let whole = project.path("pipeline.toml");
    let parent = project.path("").parent().unwrap().to_owned();
    let relative = whole.strip_prefix(&parent).unwrap();
    for (folder, path) in [
        ("/".as_ref(), whole.as_path()),
        (project.path("").as_path(), "pipeline.toml".as_ref()),
        (&parent, relative),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_witdock-etl"))
            .current_dir(folder)
            .arg("run")
            .arg(path)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(project.path("in/1.csv"), project.path("in/latest.csv")).unwrap();
        project.run(&[]);
    }
    assert_eq!(project.jsonl("out.jsonl").len(), 2);
}

#[test]
fn a_source_that_reads_a_sink_is_refused() {
    for (path, sinks) in [
        ("*.csv", appending("csv", "out.csv")),
        ("*", sink("parquet", "./out.parquet")),
        ("out/*.csv", sink("csv", "out/")),
        ("*.jsonl", sink("csv", "out/")),
        ("../*/in.csv", sink("csv", "in.csv")),
    ] {
        let project = Project::of_source(&format!("format = \"csv\"\npath = \"{path}\"\n"), &sinks);
        fs::write(project.path("in.csv"), "a\n1\n").unwrap();
        let error = project.error(&["run", "pipeline.toml"]);
        assert!(error.contains("the source reads"), "{path}: {error}");
    }
}

#[test]
fn a_target_has_one_writer() {
    let project = project("", &appending("csv", "out.csv"));
    arrive(&project, "1.csv", 0..400);
    fs::write(project.path("other.toml"), project.read("pipeline.toml")).unwrap();
    let mut first = begin(&project, &["run", "pipeline.toml", "--throttle", "20"]);
    eventually("the first run has the target", || {
        project.path(".out.csv.witdock-lock").exists().then_some(())
    });
    let error = project.error(&["run", "other.toml"]);
    assert!(error.contains("out.csv is being written by another run (process "), "{error}");
    end(&mut first, "KILL");
    let other = project.command(&["run", "other.toml"]).output().unwrap();
    assert!(other.status.success(), "{}", String::from_utf8_lossy(&other.stderr));
    project.run(&[]);
    assert_eq!(project.read("out.csv").lines().count(), 801);
}

/// The third file is bad. Whatever the message says then leaves each row once.
#[test]
fn the_messages_advice_leaves_each_row_once() {
    for sinks in [appending("csv", "out/"), appending("jsonl", "out/"), appending("csv", "out/rows.csv")] {
        let bad = || {
            let project = project("", &sinks);
            arrive(&project, "0.csv", 0..1);
            project.run(&[]);
            arrive(&project, "1.csv", 1..2);
            fs::write(project.path("in/2.csv"), "a\n2\n3,4\n").unwrap();
            let error = project.error(&["run", "pipeline.toml"]);
            assert!(error.contains("on_bad = \"reject\"") && error.contains("2.csv"), "{error}");
            project
        };
        let rows = |project: &Project| match sinks.contains("jsonl") {
            true => lines(project, "out").iter().filter(|line| line.contains('a')).count(),
            false => lines(project, "out").len(),
        };
        // It continues, since only what happens to bad records has changed.
        let project = bad();
        edit(&project, "path = \"in\"\n", "path = \"in\"\non_bad = \"reject\"\n");
        project.run(&[]);
        assert_eq!((rows(&project), project.jsonl("pipeline.rejected.jsonl").len()), (3, 1), "{sinks}");
        // Another stage or sink is another pipeline.
        let project = bad();
        edit(&project, "path = \"in\"\n", "path = \"in\"\non_bad = \"reject\"\n");
        let more = format!("{}{}", project.read("pipeline.toml"), appending("jsonl", "more.jsonl"));
        fs::write(project.path("pipeline.toml"), more).unwrap();
        let error = project.error(&["run", "pipeline.toml"]);
        assert!(error.contains("other sinks now") && error.contains("--restart"), "{error}");
        project.run(&["--restart"]);
        assert_eq!((rows(&project), project.jsonl("more.jsonl").len()), (3, 2), "{sinks}");
        // Everything once more is what `--fresh` says, and no row of the interrupted run twice.
        let project = bad();
        edit(&project, "path = \"in\"\n", "path = \"in\"\non_bad = \"reject\"\n");
        project.run(&["--fresh"]);
        assert_eq!(rows(&project), 4, "{sinks}");
    }
}

#[test]
fn rows_in_a_table_are_not_taken_back() {
    let project = project(
        "",
        "[[sink]]\nformat = \"sqlite\"\npath = \"out.db\"\ntable = \"rows\"\nmode = \"append\"\n",
    );
    arrive(&project, "1.csv", 0..2);
    fs::write(project.path("in/2.csv"), "a\n2,3\n").unwrap();
    project.error(&["run", "pipeline.toml"]);
    for flag in ["--restart", "--fresh"] {
        let error = project.error(&["run", "pipeline.toml", flag]);
        assert!(error.contains("cannot be taken back there: continue that run"), "{error}");
    }
    edit(&project, "path = \"in\"\n", "path = \"in\"\non_bad = \"reject\"\n");
    project.run(&[]);
    let database = rusqlite::Connection::open(project.path("out.db")).unwrap();
    let rows: i64 = database.query_row("SELECT count(*) FROM rows", [], |row| row.get(0)).unwrap();
    assert_eq!(rows, 2);
}

#[test]
fn a_replaced_target_is_whole_when_a_run_fails_and_changes_start_it_over() {
    let project = project("", &format!("{}{}", sink("csv", "out/"), sink("csv", "out.csv")));
    arrive(&project, "1.csv", 0..2);
    fs::create_dir(project.path("out")).unwrap();
    fs::write(project.path("out/README"), "").unwrap();
    project.run(&[]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        for (name, mode) in [("out", 0o750), ("out.csv", 0o640)] {
            fs::set_permissions(project.path(name), fs::Permissions::from_mode(mode)).unwrap();
        }
    }
    arrive(&project, "1.csv", 5..7);
    fs::write(project.path("in/2.csv"), "a\n2,3\n").unwrap();
    project.error(&["run", "pipeline.toml"]);
    assert_eq!((lines(&project, "out"), project.read("out.csv")), (numbers(0..2), "a\n0\n1\n".to_owned()));
    // A file that was read before the failure is another one now.
    arrive(&project, "1.csv", 7..10);
    fs::write(project.path("in/2.csv"), "a\n10\n").unwrap();
    let said = String::from_utf8(project.run(&[]).stderr).unwrap();
    assert!(said.contains("1.csv has changed since") && said.contains("starting over"), "{said}");
    assert_eq!(lines(&project, "out"), numbers(7..11));
    assert!(project.path("out/README").exists());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |name: &str| fs::metadata(project.path(name)).unwrap().permissions().mode();
        assert_eq!((mode("out") & 0o777, mode("out.csv") & 0o777), (0o750, 0o640));
    }
    // So is the pipeline.
    fs::write(project.path("in/2.csv"), "a\n2,3\n").unwrap();
    project.error(&["run", "pipeline.toml"]);
    edit(&project, "path = \"in\"\n", "path = \"in\"\non_bad = \"reject\"\nnull_values = [\"7\"]\n");
    let said = String::from_utf8(project.run(&[]).stderr).unwrap();
    assert!(said.contains("pipeline.toml has changed since") && said.contains("starting over"), "{said}");
    assert_eq!(lines(&project, "out").len(), 3);
}

#[cfg(target_os = "linux")]
#[test]
fn nothing_behind_the_commit_makes_a_run_fail() {
    for arguments in [&["run", "pipeline.toml"][..], &["run", "pipeline.toml", "--json"]] {
        let project = project("", &sink("csv", "out.csv"));
        arrive(&project, "1.csv", 0..3);
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = project.command(arguments).stdout(full).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && said.contains("cannot print the summary"), "{said}");
        assert_eq!(project.read("out.csv").lines().count(), 4);
    }
}

#[test]
fn a_row_that_one_sink_cannot_represent_is_rejected_and_no_sink_has_it() {
    let source = "format = \"csv\"\npath = \"in.csv\"\ncolumns = { n = \"float64\" }\n";
    let sinks = format!("{}{}", sink("csv", "out.csv"), sink("jsonl", "out.jsonl"));
    let project = Project::of_source(source, &sinks);
    fs::write(project.path("in.csv"), "id,n\na,1.5\nb,NaN\nc,-inf\nd,2\n").unwrap();
    let summary = project.summary(&[]);
    assert_eq!((&summary["rows_out"], &summary["rejected"]), (&2.into(), &2.into()), "{summary}");
    assert_eq!(project.read("out.csv"), "id,n\na,1.5\nd,2.0\n");
    assert_eq!(project.jsonl("out.jsonl").len(), 2);
    let rejected = project.jsonl("pipeline.rejected.jsonl");
    assert_eq!(
        (&rejected[0]["stage"], &rejected[0]["code"], &rejected[0]["line"], &rejected[0]["values"]["n"]),
        (&"sink".into(), &"value".into(), &3.into(), &"NaN".into())
    );
    assert_eq!(rejected[0]["message"], "out.jsonl: the column `n`: JSON has no number NaN");
}

/// The folder that one pipeline replaces is another one after that, and a pipeline that watches it goes on seeing its files.
#[cfg(unix)]
#[test]
fn a_watched_folder_may_be_replaced_by_another_pipeline() {
    let project = project("", &sink("csv", "out/"));
    fs::create_dir(project.path("out")).unwrap();
    let watching = "[source]\nformat = \"csv\"\npath = \"out\"\nwatch = true\nsettle_ms = 0\n\
                    [checkpoint]\nevery_ms = 0\n[[sink]]\nformat = \"jsonl\"\npath = \"seen.jsonl\"\nmode = \"append\"\n";
    fs::write(project.path("watching.toml"), watching).unwrap();
    let mut run = begin(&project, &["run", "watching.toml"]);
    for (name, rows) in [("1.csv", 0..2), ("2.csv", 2..5)] {
        let seen = rows.end;
        arrive(&project, name, rows);
        if seen > 2 {
            // A commit without rows: the part file after it has a new name.
            fs::remove_file(project.path("in/1.csv")).unwrap();
            fs::write(project.path("in/0.csv"), "a\n").unwrap();
        }
        project.run(&[]);
        eventually("the other pipeline has them", || {
            let text = fs::read_to_string(project.path("seen.jsonl")).unwrap_or_default();
            (text.lines().count() >= seen).then_some(())
        });
    }
    let (ended, said) = end(&mut run, "TERM");
    assert_eq!(ended, Some(143), "{said}");
}

/// A unit that fails after its first batches: none of its rows are committed with the units before it.
#[test]
fn a_unit_that_fails_in_its_middle_is_not_committed_in_part() {
    let project = Project::of_source(
        "format = \"csv\"\npath = \"in\"\nbatch_rows = 10\n",
        &appending("jsonl", "out.jsonl"),
    );
    fs::create_dir(project.path("in")).unwrap();
    arrive(&project, "1.csv", 0..5);
    let rows: String = (5..500).map(|row| format!("{row}\n")).collect();
    fs::write(project.path("in/2.csv"), format!("a\n{rows}bad,record\n")).unwrap();
    project.error(&["run", "pipeline.toml"]);
    fs::write(project.path("in/2.csv"), format!("a\n{rows}")).unwrap();
    project.run(&[]);
    assert_eq!(project.jsonl("out.jsonl").len(), 500);
}

fn copy(from: &Project, to: &str) -> Project {
    let copy = Project::of_source("", "");
    let status = Command::new("cp")
        .arg("-a")
        .arg(format!("{}/.", from.path("").display()))
        .arg(copy.path(to))
        .status();
    assert!(status.unwrap().success());
    copy
}

#[test]
fn a_project_can_be_copied_and_moved_with_its_checkpoint() {
    let original = project("", &appending("jsonl", "out.jsonl"));
    arrive(&original, "1.csv", 0..2);
    fs::write(original.path("in/2.csv"), "a\n2,3\n").unwrap();
    original.error(&["run", "pipeline.toml"]);
    let copy = copy(&original, "");
    fs::remove_file(copy.path("in/2.csv")).unwrap();
    copy.run(&["--restart"]);
    assert_eq!((original.jsonl("out.jsonl").len(), copy.jsonl("out.jsonl").len()), (2, 2));
    copy.run(&[]);
    arrive(&original, "2.csv", 2..4);
    original.run(&[]);
    assert_eq!((original.jsonl("out.jsonl").len(), copy.jsonl("out.jsonl").len()), (4, 2));
}

#[test]
fn a_checkpoint_is_of_one_pipeline() {
    let project = project("", &appending("jsonl", "out.jsonl"));
    edit(&project, "every_ms = 0", "every_ms = 0\npath = \"progress.json\"");
    arrive(&project, "1.csv", 0..2);
    project.run(&[]);
    let other = project.read("pipeline.toml").replace("out.jsonl", "other.jsonl");
    fs::write(project.path("other.toml"), other).unwrap();
    let error = project.error(&["run", "other.toml"]);
    assert!(error.contains("progress.json is the checkpoint of pipeline.toml"), "{error}");
}

#[test]
fn an_interrupted_run_is_started_over_when_its_rows_are_gone() {
    for gone in ["", "a"] {
        let project = project("", &appending("jsonl", "out.jsonl"));
        arrive(&project, "1.csv", 0..2);
        fs::write(project.path("in/2.csv"), "a\n2,3\n").unwrap();
        project.error(&["run", "pipeline.toml"]);
        match gone {
            "" => fs::remove_file(project.path("out.jsonl")).unwrap(),
            _ => fs::write(project.path("out.jsonl"), "").unwrap(),
        }
        arrive(&project, "2.csv", 2..3);
        project.run(&["--restart"]);
        assert_eq!(project.jsonl("out.jsonl").len(), 3);
    }
}

#[test]
fn names_of_part_files_in_a_sinks_folder_are_that_sinks() {
    for sinks in [
        format!("{}{}", sink("csv", "out/"), sink("csv", "out/part-000001.csv")),
        format!("{}{}", sink("csv", "out/part-000001.csv"), sink("csv", "out/")),
        format!("{}[rejected]\npath = \"out/part-000001.jsonl\"\n", sink("csv", "out/")),
    ] {
        let project = project("", &sinks);
        arrive(&project, "1.csv", 0..1);
        let error = project.error(&["run", "pipeline.toml"]);
        assert!(error.contains("the name of a part file"), "{error}");
    }
    let project = project("", &sink("csv", "out/"));
    arrive(&project, "1.csv", 0..1);
    fs::create_dir_all(project.path("out/part-000002.csv")).unwrap();
    let error = project.error(&["run", "pipeline.toml"]);
    assert!(error.contains("is a folder with the name of a part file: rename it"), "{error}");
}

#[test]
fn a_file_that_is_written_while_it_is_read_is_not_committed() {
    let project = project("", &appending("jsonl", "out.jsonl"));
    arrive(&project, "1.csv", 0..2000);
    let mut run = begin(&project, &["run", "pipeline.toml", "--throttle", "1000"]);
    let is_staged =
        || project.names().iter().any(|name| name.starts_with(".out.jsonl.") && name.ends_with(".partial"));
    eventually("the run writes rows", || {
        // A sink tries its place before the first row.
        let before = is_staged();
        std::thread::sleep(std::time::Duration::from_millis(50));
        (before && is_staged()).then_some(())
    });
    arrive(&project, "1.csv", 0..3000);
    let mut said = String::new();
    std::io::Read::read_to_string(run.stderr.as_mut().unwrap(), &mut said).unwrap();
    assert_eq!(run.wait().unwrap().code(), Some(1), "{said}");
    assert!(said.contains("1.csv was changed while it was read"), "{said}");
    project.run(&[]);
    assert_eq!(project.jsonl("out.jsonl").len(), 3000);
}

#[cfg(unix)]
#[test]
fn a_link_to_a_file_that_does_not_exist_yet_is_followed() {
    for mode in ["replace", "append"] {
        let project = project("", &format!("{}mode = \"{mode}\"\n", sink("csv", "out.csv")));
        arrive(&project, "1.csv", 0..1);
        std::os::unix::fs::symlink("real/rows.csv", project.path("out.csv")).unwrap();
        project.run(&[]);
        assert!(project.path("out.csv").is_symlink());
        assert_eq!(project.read("real/rows.csv"), "a\n0\n");
    }
}

fn sqlite(project: &Project) -> Vec<i64> {
    let database = rusqlite::Connection::open(project.path("out.db")).unwrap();
    let mut statement = database.prepare("SELECT CAST(a AS INTEGER) FROM rows ORDER BY 1").unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

/// Two interrupted runs of two pipelines on one table: neither takes the other's collected rows.
#[test]
fn a_table_that_two_pipelines_replace_has_the_rows_of_one() {
    let project = project("", "[[sink]]\nformat = \"sqlite\"\npath = \"out.db\"\ntable = \"rows\"\n");
    arrive(&project, "1.csv", 0..2);
    fs::write(project.path("in/2.csv"), "a\n2,3\n").unwrap();
    project.error(&["run", "pipeline.toml"]);
    fs::create_dir(project.path("other")).unwrap();
    fs::write(project.path("other/1.csv"), "a\n7\n").unwrap();
    let other = project.read("pipeline.toml").replace("path = \"in\"", "path = \"other\"");
    fs::write(project.path("other.toml"), other).unwrap();
    assert!(project.command(&["run", "other.toml"]).output().unwrap().status.success());
    assert_eq!(sqlite(&project), [7]);
    arrive(&project, "2.csv", 2..4);
    project.run(&[]);
    assert_eq!(sqlite(&project), [0, 1, 2, 3]);
    let database = rusqlite::Connection::open(project.path("out.db")).unwrap();
    let tables = "SELECT count(*) FROM sqlite_master WHERE type = 'table'";
    assert_eq!(
        database.query_row(tables, [], |row| row.get::<_, i64>(0)).unwrap(),
        2,
        "nothing is left behind"
    );
}

#[test]
fn a_database_that_is_older_than_the_checkpoint_is_told() {
    for mode in ["replace", "append"] {
        let sinks = format!(
            "[[sink]]\nformat = \"sqlite\"\npath = \"out.db\"\ntable = \"rows\"\nmode = \"{mode}\"\n"
        );
        let project = project("", &sinks);
        arrive(&project, "1.csv", 0..2);
        fs::write(project.path("in/2.csv"), "a\n2,3\n").unwrap();
        project.error(&["run", "pipeline.toml"]);
        fs::remove_file(project.path("out.db")).unwrap();
        arrive(&project, "2.csv", 2..4);
        let error = project.error(&["run", "pipeline.toml"]);
        assert!(error.contains("it has 0 commits of this pipeline, and the checkpoint has 1"), "{error}");
        if mode == "replace" {
            project.run(&["--restart"]);
            assert_eq!(sqlite(&project), [0, 1, 2, 3]);
        }
    }
    // A copy from before the last run.
    let sinks = "[[sink]]\nformat = \"sqlite\"\npath = \"out.db\"\ntable = \"rows\"\nmode = \"append\"\n";
    let project = project("", sinks);
    arrive(&project, "1.csv", 0..2);
    project.run(&[]);
    fs::copy(project.path("out.db"), project.path("copy.db")).unwrap();
    arrive(&project, "2.csv", 2..3);
    project.run(&[]);
    fs::copy(project.path("copy.db"), project.path("out.db")).unwrap();
    arrive(&project, "3.csv", 3..4);
    let error = project.error(&["run", "pipeline.toml"]);
    assert!(error.contains("another database or an older copy"), "{error}");
}

#[test]
fn a_query_that_reads_the_sinks_table_is_refused() {
    let source =
        "format = \"sqlite\"\npath = \"out.db\"\nquery = \"SELECT a FROM rows ORDER BY a\"\nkey = \"a\"\n";
    let table = |name: &str| {
        format!("[[sink]]\nformat = \"sqlite\"\npath = \"./out.db\"\ntable = \"{name}\"\nmode = \"append\"\n")
    };
    let project = Project::of_source(source, &table("rows"));
    rusqlite::Connection::open(project.path("out.db"))
        .unwrap()
        .execute_batch("CREATE TABLE rows (a INT)")
        .unwrap();
    let error = project.error(&["run", "pipeline.toml"]);
    assert!(error.contains("the source's query reads `rows`, and this sink writes it"), "{error}");
    let other = Project::of_source(source, &table("other"));
    rusqlite::Connection::open(other.path("out.db"))
        .unwrap()
        .execute_batch("CREATE TABLE rows (a INT)")
        .unwrap();
    other.run(&[]);
}
