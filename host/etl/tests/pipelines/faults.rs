//! Plugins that misbehave: a row that makes one fail is rejected, and other failures end the run without any output.

use std::fs;

use serde_json::Value;

use crate::project::{AIRLINES, FLIGHTS, Project, component, edited_counter, repository, sink, stage};

/// Flights through one faulty stage, with an earlier result in the sink's place. On a busy machine too there is one commit.
fn faulty(settings: &str, limits: &str) -> Project {
    let more = format!(
        "max_failures = 0\nsettings = {{ {settings} }}\nlimits = {{ {limits} }}\ngrants = {{ imports = [\"witdock:etl/*\"] }}\n"
    );
    let rest = format!(
        "batch_rows = 1000\n[checkpoint]\nevery_ms = 3_600_000\n[[lookup]]\nname = \"airlines\"\npath = {:?}\nkey = [\"carrier\"]\n{}{}",
        repository(AIRLINES),
        stage("faulty", "plugins/faults/faulty-transform", &more),
        sink("csv", "out.csv")
    );
    let project = Project::new(&repository(FLIGHTS), &rest);
    fs::write(project.path("out.csv"), "earlier").unwrap();
    project
}

/// What is said of a run with this fault, after which everything is as it was.
fn error(settings: &str, limits: &str) -> String {
    let project = faulty(settings, limits);
    let error = project.error(&["run", "pipeline.toml"]);
    assert!(error.contains("stage `faulty`"), "{error}");
    assert_eq!(project.read("out.csv"), "earlier");
    assert_eq!(project.names(), ["out.csv", "pipeline.toml"]);
    error
}

fn says(error: &str, parts: &[&str]) {
    for part in parts {
        assert!(error.contains(part), "{part:?} is not in: {error}");
    }
}

#[test]
fn a_well_behaved_run_replaces_the_earlier_result() {
    let project = faulty("fault = \"none\"", "");
    assert_eq!(project.summary(&[])["rows_out"], 11_000);
    assert_eq!(project.read("out.csv").lines().count(), 11_001);
}

#[test]
fn trouble_in_a_batch_names_its_rows() {
    let third = "flights.csv rows 2001 to 3000 (lines 2002 to 3001)";
    says(&error("fault = \"panic\", after = 2", ""), &[third, "panicked: ", "src/trouble.rs:"]);
    says(&error("fault = \"trap\", after = 2", ""), &[third, "trapped"]);
    says(&error("fault = \"loop\", after = 2", "deadline_ms = 200"), &[third, "deadline of 200ms"]);
    says(&error("fault = \"allocate\", after = 2", "memory_mb = 16"), &[third, "its limit is 16.0 MiB"]);
    says(&error("fault = \"stack\", after = 2", ""), &[third, "ran out of stack"]);
    says(&error("fault = \"loop\", after = 2", "fuel = 9_000_000"), &[third, "its fuel of 9000000"]);
    says(
        &error("fault = \"handles\", table = \"airlines\", after = 2", "handles = 50"),
        &[third, "held more than 50 handles"],
    );
    says(
        &error(
            "fault = \"big-host-call\", after = 2",
            "host_call_mb = 1, memory_mb = 1024, deadline_ms = 60_000",
        ),
        &[third, "passed more than 1.0 MiB to the host at once"],
    );
    says(&error("fault = \"error\", after = 2", ""), &[third, "it cannot process the batch"]);
}

#[test]
fn trouble_outside_of_a_batch_is_told_as_well() {
    says(&error("fault = \"panic\", at = \"describe\"", ""), &["panicked"]);
    says(&error("fault = \"panic\", at = \"open\"", ""), &["panicked"]);
    says(&error("fault = \"panic\", at = \"finish\"", ""), &["finish", "panicked"]);
}

#[test]
fn lies_in_an_output_are_found_before_they_are_rows() {
    for (fault, word) in [
        ("bad-lengths", "rows, expected"),
        ("bad-validity", "bytes of validity"),
        ("bad-utf8", "is not UTF-8"),
        ("split-utf8", "is not UTF-8"),
        ("bad-offsets", "offset"),
        ("offsets-past-end", "offset"),
        ("null-in-non-nullable", "is null"),
        ("missing-column", "its contract promises"),
        ("wrong-type", ", expected"),
        ("row-out-of-range", "it selected row"),
        ("reject-out-of-range", "it rejected row"),
        ("duplicate-reject", "twice"),
        ("reject-and-keep", "it both rejected and selected row"),
        ("too-many-fresh", "rows"),
    ] {
        let error = error(&format!("fault = \"{fault}\", after = 1"), "");
        says(
            &error,
            &[
                "flights.csv rows 1001 to 2000",
                "plugin faulty-transform, process: it breaks its contract",
                word,
            ],
        );
    }
}

#[test]
fn lies_in_a_contract_are_found_before_the_first_row() {
    says(&error("fault = \"lying-contract\"", ""), &["reads the input column"]);
    says(&error("fault = \"pass-out-of-range\"", ""), &["passes on the input column"]);
    says(&error("fault = \"duplicate-names\"", ""), &["two output columns the name"]);
}

#[test]
fn what_is_not_granted_is_refused_with_the_grant_that_is_missing() {
    let rest = format!(
        "{}{}",
        stage("faulty", "plugins/faults/faulty-transform", "settings = { fault = \"none\" }\n"),
        sink("csv", "out.csv")
    );
    let error = Project::new(&repository(FLIGHTS), &rest).error(&["validate", "pipeline.toml"]);
    says(&error, &["asks for more than it is granted", "imports = [\"witdock:etl/lookup\"]"]);
}

#[test]
fn a_flood_of_log_lines_is_cut_and_harms_nothing() {
    let project =
        faulty("fault = \"flood-log\", after = 10", "deadline_ms = 60000, log_lines_per_second = 20");
    let output = project.run(&["-v"]);
    let log = String::from_utf8(output.stderr).unwrap();
    let lines = log.lines().filter(|line| line.contains("plugin")).count();
    assert!((10..2000).contains(&lines), "{lines} of a million lines were let through");
}

#[test]
fn what_is_no_plugin_of_this_host_is_explained() {
    let whole = component("plugins/etl/enrich");
    for (bytes, words) in [
        (&b"not wasm at all"[..], "WebAssembly"),
        (b"", "empty"),
        (b"\0asm\x01\0\0\0", "core WebAssembly module"),
        (&whole[..whole.len() / 2], "bytes"),
        (&component("plugins/faults/other-world"), "witdock:etl/transform"),
    ] {
        let rest = format!("[[stage]]\nname = \"s\"\nplugin = \"p.wasm\"\n{}", sink("csv", "out.csv"));
        let project = Project::new(&repository(FLIGHTS), &rest);
        fs::write(project.path("p.wasm"), bytes).unwrap();
        says(&project.error(&["run", "pipeline.toml"]), &["stage `s`", "does not fit", words]);
    }
    let rest = format!("{}{}", stage("s", "plugins/nowhere", ""), sink("csv", "out.csv"));
    let error = Project::new(&repository(FLIGHTS), &rest).error(&["run", "pipeline.toml"]);
    says(&error, &["plugins/nowhere", "does not exist", "pipeline.toml:"]);
}

/// A source of single-column rows, of which some make the plugin fail.
fn poisoned(more: &str) -> Project {
    let component = edited_counter(
        "let numbers = keys",
        "if keys.iter().any(|key| key == Some(\"poison\")) { panic!(\"a poisoned row\") } let numbers = keys",
    );
    let rest = format!(
        "batch_rows = 100\n[[stage]]\nname = \"count\"\nplugin = \"count.wasm\"\n\
         settings = {{ key = \"key\" }}\n{more}{}",
        sink("csv", "out.csv")
    );
    let project = Project::new("rows.csv".as_ref(), &rest);
    let rows =
        (1..=1000).map(|row| if row == 137 || row == 138 || row == 900 { "poison\n" } else { "good\n" });
    fs::write(project.path("rows.csv"), format!("key\n{}", rows.collect::<String>())).unwrap();
    fs::write(project.path("count.wasm"), component).unwrap();
    project
}

#[test]
fn a_row_that_brings_the_plugin_down_is_rejected_alone_and_no_state_is_lost() {
    let project = poisoned("");
    let summary = project.summary(&[]);
    assert_eq!((&summary["rows_out"], &summary["rejected"]), (&Value::from(997), &Value::from(3)));
    assert_eq!(summary["stages"][0]["failures"], 3);
    let lines: Vec<Value> = project
        .read("pipeline.rejected.jsonl")
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let rows: Vec<_> = lines.iter().map(|line| line["row"].as_u64().unwrap()).collect();
    assert_eq!(rows, [137, 138, 900]);
    assert_eq!(
        (&lines[0]["code"], &lines[0]["values"]["key"]),
        (&Value::from("trap"), &Value::from("poison"))
    );
    assert!(lines[0]["message"].as_str().unwrap().contains("a poisoned row"), "{}", lines[0]);
    let counted: Vec<_> =
        project.read("out.csv").lines().skip(1).map(|line| line.replace("good,", "")).collect();
    assert!(
        counted.iter().map(|count| count.parse::<u32>().unwrap()).eq(1..=997),
        "counts go on over failures"
    );
}

#[test]
fn too_many_rows_that_bring_the_plugin_down_end_the_run() {
    let error = poisoned("max_failures = 2\n").error(&["run", "pipeline.toml"]);
    says(&error, &["3 rows made the plugin fail", "`max_failures` of the stage allows 2", "a poisoned row"]);
}

/// Rows whose values drift are rejected one by one before the plugin has them, and run again once the contract takes them.
#[test]
fn a_stages_input_contract_puts_aside_what_does_not_fit() {
    let input = |on_drift: &str, delay: &str| {
        format!(
            "input = {{ on_drift = \"{on_drift}\", columns = {{ carrier = \"utf8\", delay = \"{delay}\", gate = \"utf8\" }}, \
             required = [\"carrier\", \"delay\"] }}\nsettings = {{ key = \"carrier\" }}\n"
        )
    };
    let text = |input: &str| {
        let sink = sink("jsonl", "out.jsonl").replace("out.jsonl\"", "out.jsonl\"\nmode = \"append\"");
        format!("{}{sink}", stage("count", "plugins/etl/count-per-key", input))
    };
    let project = Project::new("in.csv".as_ref(), &text(&input("fail", "int32")));
    fs::write(project.path("in.csv"), "carrier,delay,extra\nUA,5,x\nAA,late,x\nUA,,x\nUA,7,x\n").unwrap();
    let error = project.error(&["run", "pipeline.toml"]);
    says(
        &error,
        &[
            "stage `count`: its input has other columns",
            "`delay` is utf8, declared as int32",
            "`gate` is missing",
            "`extra` is not declared",
        ],
    );

    let write = |input: &str| {
        let source = "[source]\nformat = \"csv\"\npath = \"in.csv\"\n";
        fs::write(project.path("pipeline.toml"), format!("{source}{}", text(input))).unwrap();
    };
    write(&input("quarantine", "int32"));
    let summary = project.summary(&[]);
    assert_eq!((&summary["rows_out"], &summary["rejected"]), (&2.into(), &2.into()), "{summary}");
    assert_eq!(
        project.read("out.jsonl").lines().next().unwrap(),
        r#"{"carrier":"UA","delay":5,"gate":null,"count":1}"#
    );
    let rejected = project.read("pipeline.rejected.jsonl");
    says(
        &rejected,
        &["column `delay`: `late` is not int32", "`delay` is required, and the value is null", "\"line\":3"],
    );

    // Another type takes one of the two.
    write(&input("quarantine", "utf8"));
    let summary = project.summary(&["--retry"]);
    assert_eq!((&summary["rows_out"], &summary["rejected"]), (&1.into(), &1.into()), "{summary}");

    write(&input("evolve", "int32"));
    let plan = project.command(&["plan", "pipeline.toml"]).output().unwrap();
    says(&String::from_utf8(plan.stdout).unwrap(), &["gate", "extra"]);
    write("input = { on_drift = \"fail\", columns = { a = \"utf8\" }, required = [\"b\"] }\n");
    says(&project.error(&["validate", "pipeline.toml"]), &["`b` is in `required` and not in `columns`"]);
}
