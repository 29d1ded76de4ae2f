//! Files, folders and pipelines by what they are: under another name, at another place, or with two names.

use std::fs;
use std::path::Path;

use crate::project::{Project, sink};

/// A pipeline over the CSV files in a folder, beside it or elsewhere.
fn project(source: &Path, more: &str) -> Project {
    Project::of_source(&format!("format = \"csv\"\npath = {source:?}\non_bad = \"reject\"\n"), more)
}

fn appending(format: &str, path: &str) -> String {
    format!("{}mode = \"append\"\n", sink(format, path))
}

/// A project with one good and one bad record in `in/1.csv`.
fn with_input(more: &str) -> Project {
    let project = project(Path::new("in"), more);
    fs::create_dir(project.path("in")).unwrap();
    fs::write(project.path("in/1.csv"), "a\n1\n2,3\n").unwrap();
    project
}

fn said(output: &std::process::Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn a_file_of_rejected_rows_has_one_owner() {
    for sinks in [sink("jsonl", "out.jsonl"), appending("jsonl", "out.jsonl")] {
        for rejected in ["rejected.jsonl", "rejected.jsonl.gz", "bad/rejected.jsonl"] {
            let project = with_input(&format!("{sinks}[rejected]\npath = \"{rejected}\"\n"));
            project.run(&[]);
            let before = fs::read(project.path(rejected)).unwrap();
            let other = project.read("pipeline.toml").replace("out.jsonl", "other.jsonl");
            fs::write(project.path("other.toml"), other).unwrap();
            for more in [&["run", "other.toml"][..], &["run", "other.toml", "--retry"]] {
                let error = project.error(more);
                let owner = if rejected.starts_with("bad") { "../pipeline.toml" } else { "pipeline.toml" };
                let words = format!("has the rejected rows of {owner}: give this pipeline another `path`");
                assert!(error.contains(&words), "{error}");
            }
            assert_eq!(fs::read(project.path(rejected)).unwrap(), before);
            // Of a pipeline that is gone they are nobody's.
            fs::remove_file(project.path("pipeline.toml")).unwrap();
            said(&project.command(&["run", "other.toml"]).output().unwrap());
        }
    }
}

#[test]
fn a_compressed_file_of_rejected_rows_runs_again() {
    let project =
        with_input(&format!("{}[rejected]\npath = \"rejected.jsonl.gz\"\n", appending("jsonl", "out.jsonl")));
    project.run(&[]);
    let kept = project.run(&["--retry"]);
    assert!(said(&kept).contains("kept 1 row that the source rejected"), "{}", said(&kept));
}

#[test]
fn a_renamed_pipeline_goes_on() {
    let stays = "[checkpoint]\npath = \"progress.json\"\n[rejected]\npath = \"bad.jsonl\"\n";
    for more in ["", stays] {
        let project = with_input(&format!("{}{more}", appending("jsonl", "out.jsonl")));
        project.run(&[]);
        fs::rename(project.path("pipeline.toml"), project.path("renamed.toml")).unwrap();
        fs::write(project.path("in/2.csv"), "a\n4\n").unwrap();
        let again = || said(&project.command(&["run", "renamed.toml"]).output().unwrap());
        let words = again();
        assert!(words.contains("pipeline.toml is now renamed.toml, and its runs continue"), "{words}");
        assert_eq!(words.contains("its rejected rows are in"), more.is_empty(), "{words}");
        assert_eq!(project.jsonl("out.jsonl").len(), 2);
        assert!(!again().contains("is now"), "once is enough");
        assert_eq!(project.jsonl("out.jsonl").len(), 2);
        // A copy is another pipeline, whose rows are its own.
        fs::copy(project.path("renamed.toml"), project.path("copy.toml")).unwrap();
        let copied = project.command(&["run", "copy.toml"]).output().unwrap();
        assert_eq!(copied.status.success(), more.is_empty());
        assert_eq!(project.jsonl("out.jsonl").len(), if more.is_empty() { 4 } else { 2 });
    }
}

/// It was killed between the commit of its database and the checkpoint, and renamed then.
#[test]
fn a_prepared_commit_moves_with_the_name() {
    let table = "[[sink]]\nformat = \"sqlite\"\npath = \"out.db\"\ntable = \"rows\"\nmode = \"append\"\n";
    for cut in [false, true] {
        let project = with_input(table);
        project.run(&[]);
        // What such a run leaves; and if a crash has cut the move, one file has the new name already.
        let prepared = if cut { "renamed" } else { "pipeline" };
        let checkpoint = project.path("pipeline.checkpoint.json");
        let next = project.path(&format!("{prepared}.checkpoint.json.next"));
        if cut { fs::copy(&checkpoint, next).map(drop) } else { fs::rename(&checkpoint, next) }.unwrap();
        fs::rename(project.path("pipeline.toml"), project.path("renamed.toml")).unwrap();
        said(&project.command(&["run", "renamed.toml"]).output().unwrap());
        let database = rusqlite::Connection::open(project.path("out.db")).unwrap();
        let rows: i64 = database.query_row("SELECT count(*) FROM rows", [], |row| row.get(0)).unwrap();
        assert_eq!(rows, 1);
        assert!(!project.names().iter().any(|name| name.starts_with("pipeline.checkpoint")));
    }
}

#[test]
fn a_renamed_pipeline_with_two_pasts_does_not_guess() {
    let project = with_input(&appending("jsonl", "out.jsonl"));
    fs::copy(project.path("pipeline.toml"), project.path("other.toml")).unwrap();
    project.run(&[]);
    said(&project.command(&["run", "other.toml"]).output().unwrap());
    fs::rename(project.path("pipeline.toml"), project.path("renamed.toml")).unwrap();
    fs::remove_file(project.path("other.toml")).unwrap();
    let error = project.error(&["run", "renamed.toml"]);
    assert!(error.contains("remove all but the one to continue from"), "{error}");
    // Another source is another pipeline.
    let text = project.read("renamed.toml").replace("path = \"in\"", "path = \"in/1.csv\"");
    fs::write(project.path("renamed.toml"), text).unwrap();
    said(&project.command(&["run", "renamed.toml"]).output().unwrap());
}

#[test]
fn a_folder_that_has_moved_is_not_read_again() {
    let elsewhere = tempfile::tempdir().unwrap();
    let (before, after) = (elsewhere.path().join("mnt"), elsewhere.path().join("data/mnt"));
    for year in ["year=1", "year=2"] {
        fs::create_dir_all(before.join(year)).unwrap();
        // One size, and one time: `tar` keeps whole seconds.
        let file = before.join(year).join("part.csv");
        fs::write(&file, "a\n1\n").unwrap();
        let time =
            fs::FileTimes::new().set_modified(std::time::UNIX_EPOCH + std::time::Duration::from_secs(9));
        fs::File::options().write(true).open(file).unwrap().set_times(time).unwrap();
    }
    let project = project(
        &before,
        &format!("partitions = {{ year = \"int32\" }}\n{}", appending("jsonl", "out.jsonl")),
    );
    project.run(&[]);
    fs::create_dir(elsewhere.path().join("data")).unwrap();
    fs::rename(&before, &after).unwrap();
    fs::create_dir(after.join("year=3")).unwrap();
    fs::write(after.join("year=3/part.csv"), "a\n1\n").unwrap();
    let text = project.read("pipeline.toml");
    fs::write(project.path("pipeline.toml"), text.replace(before.to_str().unwrap(), after.to_str().unwrap()))
        .unwrap();
    let words = said(&project.run(&[]));
    assert!(
        words.contains("2 files that were read have moved, as") && words.contains("not read again"),
        "{words}"
    );
    let years: Vec<_> = project.jsonl("out.jsonl").iter().map(|row| row["year"].as_i64().unwrap()).collect();
    assert_eq!(years, [1, 2, 3]);
    assert!(!said(&project.run(&[])).contains("moved"), "the checkpoint has the new names");
    // A copy without times may be other files.
    let copy = elsewhere.path().join("copy");
    assert!(std::process::Command::new("cp").arg("-r").args([&after, &copy]).status().unwrap().success());
    fs::remove_dir_all(&after).unwrap();
    let text = project.read("pipeline.toml");
    fs::write(project.path("pipeline.toml"), text.replace(after.to_str().unwrap(), copy.to_str().unwrap()))
        .unwrap();
    let words = said(&project.run(&[]));
    assert!(words.contains("if the folder was copied without times, its rows are added again"), "{words}");
}

#[cfg(unix)]
#[test]
fn two_names_of_one_file_are_one_file() {
    let link = |project: &Project, from: &str, to: &str| {
        fs::create_dir_all(project.path(to).parent().unwrap()).unwrap();
        fs::hard_link(project.path(from), project.path(to)).unwrap();
    };
    for (from, to, sinks) in [
        ("in/1.csv", "out.csv", appending("csv", "out.csv")),
        ("in/1.csv", "out.csv", sink("csv", "out.csv")),
        ("pipeline.toml", "out.csv", sink("csv", "out.csv")),
        ("one.csv", "two.csv", format!("{}{}", sink("csv", "one.csv"), sink("csv", "two.csv"))),
        ("in/1.csv", "pipeline.rejected.jsonl", sink("csv", "out.csv")),
        (
            "one.db",
            "two.db",
            ["one", "two"]
                .map(|name| format!("[[sink]]\nformat = \"sqlite\"\npath = \"{name}.db\"\ntable = \"t\"\n"))
                .concat(),
        ),
    ] {
        let project = with_input(&sinks);
        for name in ["one.csv", "one.db"] {
            fs::write(project.path(name), "").unwrap();
        }
        link(&project, from, to);
        let before = fs::read(project.path(from)).unwrap();
        let error = project.error(&["run", "pipeline.toml"]);
        assert!(error.contains("is another name of"), "{from}, {to}: {error}");
        assert_eq!(fs::read(project.path(from)).unwrap(), before);
    }
    // A pattern and a deep folder are looked through as well.
    for source in ["path = \"*/1.*\"", "path = \".\"\npartitions = { b = \"utf8\" }"] {
        let project =
            Project::of_source(&format!("format = \"csv\"\n{source}\n"), &appending("csv", "o/out"));
        fs::create_dir(project.path("b=1")).unwrap();
        fs::write(project.path("b=1/1.csv"), "a\n1\n").unwrap();
        link(&project, "b=1/1.csv", "o/out");
        let error = project.error(&["run", "pipeline.toml"]);
        assert!(error.contains("hard link") || error.contains("the source reads"), "{error}");
    }
}

#[test]
fn a_long_name_is_a_name() {
    let name = format!("{}.csv", "n".repeat(251));
    for mode in ["replace", "append"] {
        let project = with_input(&format!("{}mode = \"{mode}\"\n", sink("csv", &name)));
        project.run(&[]);
        fs::write(project.path("in/2.csv"), "a\n4\n").unwrap();
        project.run(&[]);
        assert_eq!(project.read(&name), "a\n1\n4\n");
        let hidden = project.names().into_iter().filter(|name| name.starts_with('.')).count();
        assert_eq!(hidden, 0, "{:?}", project.names());
    }
    let folder = "n".repeat(255);
    let project = with_input(&sink("csv", &format!("{folder}/")));
    project.run(&[]);
    assert_eq!(fs::read_dir(project.path(&folder)).unwrap().count(), 1);
}

#[test]
fn a_file_in_the_place_of_a_folder_is_told() {
    for path in ["out/", "out/rows.csv", "out/more/"] {
        let project = with_input(&sink("csv", path));
        fs::write(project.path("out"), "mine").unwrap();
        let error = project.error(&["run", "pipeline.toml"]);
        assert!(error.contains("is a file"), "{path}: {error}");
        assert_eq!(project.read("out"), "mine");
    }
}

#[test]
fn part_files_of_another_format_are_not_removed() {
    let project = with_input(&sink("csv", "out/"));
    project.run(&[]);
    let other = project.read("pipeline.toml").replace("\"csv\"\npath = \"out", "\"jsonl\"\npath = \"out");
    fs::write(project.path("other.toml"), other).unwrap();
    let error = project.error(&["run", "other.toml"]);
    assert!(error.contains("part-000001.csv is a part file of another format"), "{error}");
    project.run(&[]);
    assert_eq!(fs::read_dir(project.path("out")).unwrap().count(), 1);
}

#[test]
fn rejected_rows_name_their_file_alike() {
    let stage = crate::project::stage(
        "clean",
        "plugins/etl/filter",
        "settings = { where = \"a > 0\" }\n\
         input = { on_drift = \"quarantine\", columns = { a = \"int32\" } }\n",
    );
    let project = with_input(&format!("{stage}{}", sink("jsonl", "out.jsonl")));
    fs::write(project.path("in/1.csv"), "a\n1\n2,3\nx\n").unwrap();
    project.run(&[]);
    let file = project.path("in/1.csv").canonicalize().unwrap();
    let rows = project.jsonl("pipeline.rejected.jsonl");
    let named: Vec<_> = rows.iter().map(|row| (row["stage"].as_str(), row["source"].as_str())).collect();
    assert_eq!(named.len(), 2);
    for (stage, source) in named {
        assert_eq!(source, file.to_str(), "{stage:?}");
    }
}
