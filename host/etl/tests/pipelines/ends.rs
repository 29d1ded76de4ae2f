//! Plugins as sources and sinks: rows come from them and go to them through the real program.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use arrow_array::{ArrayRef, Float32Array, RecordBatch, StringArray, UInt64Array};
use serde_json::{Value, json};

use crate::project::{FLIGHTS, Moments, Project, component, repository, sink, stage};

/// A pipeline whose source is this text.
fn project(source: &str, rest: &str) -> Project {
    let project = Project::new("unused".as_ref(), "");
    fs::write(project.path("pipeline.toml"), format!("{source}{rest}")).unwrap();
    project
}

fn fixed_width(more: &str) -> String {
    format!(
        "[source]\nformat = \"plugin\"\nplugin = {:?}\n{more}\
         grants = {{ folders = [{{ path = \"/data\", host = \"in\", access = \"read-only\" }}] }}\n\
         [source.settings]\nsuffix = \".txt\"\ncolumns = [\n\
         {{ name = \"station\", from = 1, to = 4 }}, {{ name = \"celsius\", from = 6, to = 10, type = \"float64\" }}]\n",
        repository("plugins/etl/fixed-width")
    )
}

fn weather(project: &Project) {
    fs::create_dir(project.path("in")).unwrap();
    fs::write(project.path("in/b.txt"), "BERN   4.5\nROMA  warm\nPARI      \n").unwrap();
    fs::write(project.path("in/a.txt"), "OSLO  -7.0\n").unwrap();
}

#[test]
fn a_plugin_reads_files_at_fixed_places() {
    let bern = stage("filter", "plugins/etl/filter", "settings = { where = \"station != 'OSLO'\" }\n");
    let rest = format!("{bern}{}", sink("jsonl", "out.jsonl"));
    let project = project(&fixed_width("on_bad = \"reject\"\n"), &rest);
    weather(&project);
    let summary = project.summary(&[]);
    assert_eq!((&summary["rows_read"], &summary["rejected"]), (&json!(4), &json!(1)), "{summary}");
    let rows = "{\"station\":\"BERN\",\"celsius\":4.5}\n{\"station\":\"PARI\",\"celsius\":null}\n";
    assert_eq!(project.read("out.jsonl"), rows);
    let rejected: Value = serde_json::from_str(&project.read("pipeline.rejected.jsonl")).unwrap();
    assert_eq!(
        (&rejected["source"], &rejected["row"], &rejected["line"], &rejected["code"], &rejected["text"]),
        (&json!("b.txt"), &json!(2), &json!(2), &json!("bad-number"), &json!("ROMA  warm")),
        "{rejected}"
    );
    let plan = project.command(&["plan", "pipeline.toml"]).output().unwrap();
    let plan = String::from_utf8(plan.stdout).unwrap();
    assert!(plan.contains("fixed-width") && plan.contains("celsius"), "{plan}");
}

#[test]
fn a_bad_record_ends_the_run_where_nothing_else_is_said_and_a_grant_is_needed() {
    let project = project(&fixed_width(""), &sink("jsonl", "out.jsonl"));
    weather(&project);
    let error = project.error(&["run", "pipeline.toml"]);
    assert!(error.contains("b.txt") && error.contains("`warm` is not a number"), "{error}");
    assert!(!project.path("out.jsonl").exists());
    let text = project.read("pipeline.toml");
    let without: String =
        text.lines().filter(|line| !line.starts_with("grants")).map(|l| format!("{l}\n")).collect();
    fs::write(project.path("pipeline.toml"), without).unwrap();
    let error = project.error(&["run", "pipeline.toml"]);
    assert!(error.contains("/data") && error.contains("grants"), "{error}");
}

#[test]
fn what_is_new_is_read_by_the_next_run() {
    let sink = format!("{}mode = \"append\"\n", sink("jsonl", "out.jsonl"));
    let project = project(&fixed_width("on_bad = \"reject\"\n"), &sink);
    weather(&project);
    assert_eq!(project.summary(&[])["rows_read"], 4);
    assert_eq!(project.summary(&[])["rows_read"], 0);
    fs::write(project.path("in/c.txt"), "LOND  11.0\n").unwrap();
    assert_eq!(project.summary(&[])["rows_read"], 1);
    assert_eq!(project.read("out.jsonl").lines().count(), 4);
}

#[test]
fn what_a_source_says_is_checked() {
    let faulty = |fault: &str, more: &str| {
        let source = format!(
            "[source]\nformat = \"plugin\"\nplugin = {:?}\nsettings = {{ fault = \"{fault}\" }}\n{more}",
            repository("plugins/faults/faulty-source")
        );
        project(&source, &sink("jsonl", "out.jsonl"))
    };
    assert_eq!(faulty("none", "").summary(&[])["rows_out"], 6);
    let says = |fault: &str, more: &str, words: &str| {
        let project = faulty(fault, more);
        let error = project.error(&["run", "pipeline.toml"]);
        assert!(error.contains(words) && error.contains("faulty-source"), "{fault}: {error}");
        assert!(!project.path("out.jsonl").exists(), "{fault}");
    };
    says("no-columns", "", "no column");
    says("same-columns", "", "two columns with the name `n`");
    says("same-unit", "", "the unit `one` twice in a row");
    says("error", "", "503");
    says("panic", "", "the reader fell over");
    says("loop", "limits = { deadline_ms = 200 }\n", "deadline of 200ms");
    says("rows", "", "column `n`");
    says("columns", "", "1 column, expected 2");
    says("type", "", "column `n`");
    says("offsets", "", "column `word`");
    says("utf8", "", "column `word`");
    says("null", "", "column `n`");
    says("numbers", "", "must rise, and 1 follows 2");
    says("few-numbers", "", "1 numbers for 3 rows");
    says("bad", "", "half of it is missing");
    let project = faulty("bad", "on_bad = \"reject\"\n");
    assert_eq!(project.summary(&[])["rejected"], 2);
    let rejected = project.read("pipeline.rejected.jsonl");
    assert!(rejected.contains("\"code\":\"torn\"") && rejected.contains("\"line\":20"), "{rejected}");
    says("unheard-of", "", "unknown variant `unheard-of`");
}

#[test]
fn a_sink_that_fails_at_any_step_ends_the_run() {
    let faulty = |step: &str, kind: &str| {
        let rest = format!(
            "[[sink]]\nformat = \"plugin\"\nplugin = {:?}\nlimits = {{ deadline_ms = 300 }}\n\
             settings = {{ fault = \"{step}\", kind = \"{kind}\" }}\n",
            repository("plugins/faults/faulty-sink")
        );
        Project::new(&repository(FLIGHTS), &rest)
    };
    assert_eq!(faulty("none", "error").summary(&[])["rows_out"], 11_000);
    for step in ["check", "open", "offer", "write", "prepare", "publish"] {
        let error = faulty(step, "error").error(&["run", "pipeline.toml"]);
        assert!(error.contains("faulty-sink: the tape is torn"), "{step}: {error}");
    }
    let error = faulty("write", "panic").error(&["run", "pipeline.toml"]);
    assert!(error.contains("the tape caught fire") && error.contains("lib.rs"), "{error}");
    let error = faulty("offer", "lie").error(&["run", "pipeline.toml"]);
    assert!(error.contains("faulty-sink: it refuses the row 8192 of 8192"), "{error}");
    let error = faulty("prepare", "loop").error(&["run", "pipeline.toml"]);
    assert!(error.contains("deadline of 300ms"), "{error}");
}

/// Rows that a plugin does not take are in no sink, whichever comes first, and run again.
#[test]
fn rows_that_a_plugin_does_not_take_are_rejected() {
    let plugin = format!(
        "[[sink]]\nformat = \"plugin\"\nplugin = {:?}\nmode = \"append\"\nsettings = {{ by = [\"kind\"] }}\n\
         grants = {{ folders = [{{ path = \"/out\", host = \"lake\", access = \"read-write\" }}] }}\n",
        repository("plugins/etl/partition")
    );
    let text = format!("{}mode = \"append\"\n", sink("csv", "out.csv"));
    for sinks in [format!("{plugin}{text}"), format!("{text}{plugin}")] {
        let project = Project::of_source("format = \"parquet\"\npath = \"in.parquet\"\n", &sinks);
        fs::create_dir(project.path("lake")).unwrap();
        let columns: [(_, ArrayRef); 3] = [
            ("kind", Arc::new(StringArray::from(vec!["a", "b", "a", "b"]))),
            ("n", Arc::new(Float32Array::from(vec![0.5, f32::NAN, 1.5, 2.5]))),
            ("big", Arc::new(UInt64Array::from(vec![1, 2, u64::MAX, 4]))),
        ];
        let batch = RecordBatch::try_from_iter(columns).unwrap();
        let file = fs::File::create(project.path("in.parquet")).unwrap();
        let mut writer = parquet::arrow::ArrowWriter::try_new(file, batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        assert_eq!(project.summary(&[])["rejected"], 2);
        let rejected = project.jsonl("pipeline.rejected.jsonl");
        let said = |number: u64, code: &str, words: &str| {
            let row = rejected.iter().find(|row| row["row"] == number).unwrap();
            row["code"] == code && row["message"].as_str().unwrap().contains(words)
        };
        assert!(said(2, "value", "the column `n`: JSON has no number NaN"), "{rejected:?}");
        assert!(said(3, "value", "column `big`: `18446744073709551615` is not int64"), "{rejected:?}");
        assert_eq!(lake(&project.path("lake")), [r#"{"n":0.5,"big":1}"#, r#"{"n":2.5,"big":4}"#]);
        assert_eq!(project.read("out.csv"), "kind,n,big\na,0.5,1\nb,2.5,4\n");
    }
}

/// All lines below the lake, in order.
fn lake(folder: &Path) -> Vec<String> {
    let mut lines = Vec::new();
    for carrier in fs::read_dir(folder).unwrap() {
        for part in fs::read_dir(carrier.unwrap().path()).unwrap() {
            lines.extend(fs::read_to_string(part.unwrap().path()).unwrap().lines().map(str::to_owned));
        }
    }
    lines.sort();
    lines
}

/// A sink plugin, killed at random moments in both modes: the rows are those of an uninterrupted run.
#[test]
fn a_plugins_rows_are_as_if_nothing_had_happened() {
    for (mode, kills) in [("replace", 25), ("append", 25)] {
        let rest = format!(
            "[[stage]]\nname = \"count\"\nplugin = \"count.wasm\"\nsettings = {{ key = \"carrier\" }}\n\
             [checkpoint]\nevery_ms = 0\n\
             [[sink]]\nformat = \"plugin\"\nplugin = \"partition.wasm\"\nmode = \"{mode}\"\nsettings = {{ by = [\"carrier\"] }}\n\
             grants = {{ folders = [{{ path = \"/out\", host = \"lake\", access = \"read-write\" }}] }}\n"
        );
        let project = Project::new("in/*.csv".as_ref(), &rest);
        project.cut_flights(40);
        fs::create_dir(project.path("lake")).unwrap();
        fs::write(project.path("count.wasm"), component("plugins/etl/count-per-key")).unwrap();
        fs::write(project.path("partition.wasm"), component("plugins/etl/partition")).unwrap();
        let manifest = fs::read_to_string(repository("plugins/etl/partition/plugin.toml")).unwrap();
        let grants = manifest.split("[grants]").nth(1).unwrap();
        let manifest = format!("[plugin]\nname = \"partition\"\n[grants]{grants}");
        fs::write(project.path("partition.toml"), manifest).unwrap();

        let begun = std::time::Instant::now();
        project.run(&[]);
        let whole = begun.elapsed();
        let expected = lake(&project.path("lake"));
        assert_eq!(expected.len(), 11_000);
        if mode == "append" {
            fs::remove_dir_all(project.path("lake")).unwrap();
            fs::create_dir(project.path("lake")).unwrap();
            fs::remove_file(project.path("pipeline.checkpoint.json")).unwrap();
        }
        let mut moments = Moments(7);
        let mut cut = 0;
        for _ in 0..kills {
            let mut child = project
                .command(&["run", "pipeline.toml", "--throttle", "15000"])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            std::thread::sleep(
                whole.min(Duration::from_millis(200)) + moments.next(Duration::from_millis(200)),
            );
            cut += usize::from(child.try_wait().unwrap().is_none());
            child.kill().unwrap();
            child.wait().unwrap();
        }
        assert!(cut > kills / 4, "{mode}: only {cut} runs were cut");
        project.run(&[]);
        assert!(lake(&project.path("lake")) == expected, "{mode}: the rows differ");
        assert!(!project.path("lake/.staged").exists(), "{mode}: something is left behind");
    }
}
