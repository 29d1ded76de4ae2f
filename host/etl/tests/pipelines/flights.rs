//! Pipelines over real flights: results, rejected rows, side outputs, messages.

use std::collections::HashMap;
use std::fs::{self, File};

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Int32Type, Int64Type};
use arrow_array::{Array, RecordBatch};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value;

use crate::project::{AIRLINES, FLIGHTS, Project, edited_counter, repository, sink, stage};

/// Clean, enrich, count, into all three formats.
fn pipeline(source: &str) -> Project {
    let rest = format!(
        "batch_rows = 2000\n[[lookup]]\nname = \"airlines\"\npath = {:?}\nkey = [\"carrier\"]\n{}{}{}{}{}{}",
        repository(AIRLINES),
        stage("clean", "plugins/etl/clean-flights", ""),
        stage(
            "airline",
            "plugins/etl/enrich",
            "settings = { table = \"airlines\", key = \"carrier\", columns = { name = \"airline\" } }\n\
             grants = { imports = [\"witdock:etl/*\"] }\n"
        ),
        stage("count", "plugins/etl/count-per-key", "settings = { key = \"carrier\" }\n"),
        sink("parquet", "out/flights.parquet"),
        sink("csv", "out/flights.csv"),
        sink("jsonl", "out/flights.jsonl"),
    );
    Project::new(&repository(source), &rest)
}

fn parquet(project: &Project) -> RecordBatch {
    let reader =
        ParquetRecordBatchReaderBuilder::try_new(File::open(project.path("out/flights.parquet")).unwrap());
    let batches: Vec<_> =
        reader.unwrap().with_batch_size(1 << 20).build().unwrap().map(Result::unwrap).collect();
    assert_eq!(batches.len(), 1);
    batches[0].clone()
}

#[test]
fn flights_pass_through_three_plugins_into_three_formats() {
    let project = pipeline(FLIGHTS);
    let summary = project.summary(&[]);
    assert_eq!((&summary["rows_read"], &summary["rows_out"]), (&Value::from(11_000), &Value::from(11_000)));
    assert_eq!(summary["stages"][2]["batches"], 6, "memory does not grow with the input");
    assert_eq!(summary["stages"][1]["metrics"]["counters"]["lookup-hits"], 11_000);

    let rows = parquet(&project);
    assert_eq!(rows.num_rows(), 11_000);
    // Everything is compared with the source as another reader sees it.
    let mut reader = csv::Reader::from_path(repository(FLIGHTS)).unwrap();
    let header = reader.headers().unwrap().clone();
    let mut airlines = csv::Reader::from_path(repository(AIRLINES)).unwrap();
    let airlines: HashMap<String, String> = airlines.deserialize().map(Result::unwrap).collect();
    let column = |name: &str| rows.column_by_name(name).unwrap();
    let ints = |name: &str| column(name).as_primitive::<Int32Type>();
    let texts = |name: &str| column(name).as_string::<i32>();
    let counts = column("count").as_primitive::<Int64Type>();
    let mut seen: HashMap<String, i64> = HashMap::new();
    for (row, record) in reader.records().map(Result::unwrap).enumerate() {
        let cell = |name: &str| &record[header.iter().position(|column| column == name).unwrap()];
        for name in ["year", "dep_delay", "distance"] {
            let number = (!ints(name).is_null(row)).then(|| ints(name).value(row));
            assert_eq!(number, cell(name).parse().ok(), "{name} in row {row}");
        }
        assert_eq!(texts("tailnum").is_null(row), matches!(cell("tailnum"), "" | "NA"));
        assert_eq!(texts("airline").value(row), airlines[cell("carrier")]);
        let count = seen.entry(cell("carrier").to_owned()).or_default();
        *count += 1;
        assert_eq!(counts.value(row), *count, "row {row}");
    }
    let dates = column("flight_date").as_primitive::<Date32Type>();
    assert_eq!(dates.value_as_date(0).unwrap().to_string(), "2013-01-01");

    // The text formats hold the same rows.
    let mut written = csv::Reader::from_path(project.path("out/flights.csv")).unwrap();
    let names: Vec<_> = rows.schema().fields().iter().map(|field| field.name().clone()).collect();
    assert_eq!(written.headers().unwrap().iter().collect::<Vec<_>>(), names);
    let counted = written.records().map(|row| row.unwrap()[names.len() - 1].parse::<i64>().unwrap());
    assert!(counted.eq(counts.values().iter().copied()));
    let lines: Vec<Value> =
        project.read("out/flights.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 11_000);
    assert_eq!(lines[0]["airline"], texts("airline").value(0));
    assert!(lines.iter().all(|line| line.as_object().unwrap().len() == names.len()));
    assert_eq!(project.read("pipeline.rejected.jsonl"), "");
}

#[test]
fn rejected_rows_say_who_what_and_where() {
    let project = pipeline("docs/tutorial/flights/flights-broken.csv");
    let summary = project.summary(&[]);
    let numbers = ["rows_read", "rows_out", "rejected", "dropped"].map(|key| summary[key].as_u64().unwrap());
    assert_eq!(numbers, [11, 3, 8, 0]);
    let rejected: Vec<Value> = project
        .read("pipeline.rejected.jsonl")
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(rejected.len(), 8);
    let first = &rejected[0];
    assert_eq!((&first["row"], &first["line"]), (&Value::from(2), &Value::from(3)));
    assert_eq!((&first["stage"], &first["code"]), (&Value::from("clean"), &Value::from("out-of-range")));
    assert_eq!(first["values"]["month"], "13", "the row itself, as it came");
    assert_eq!(first["plugin"], summary["stages"][0]["sha256"]);
    assert!(first["message"].as_str().unwrap().contains("\"13\" is not between 1 and 12"));
}

/// Rows keep their place in the source through filters, batches and stages.
#[test]
fn a_later_stage_still_knows_the_line() {
    let broken = fs::read_to_string(repository("docs/tutorial/flights/flights-broken.csv")).unwrap();
    let source = tempfile::NamedTempFile::new().unwrap();
    fs::write(source.path(), broken.replacen('\n', "\r\n\r\n", 3)).unwrap();
    let rest = format!(
        "batch_rows = 3\n[[lookup]]\nname = \"airlines\"\npath = {:?}\nkey = [\"carrier\"]\n{}{}{}",
        repository(AIRLINES),
        stage("clean", "plugins/etl/clean-flights", ""),
        stage(
            "airline",
            "plugins/etl/enrich",
            "settings = { table = \"airlines\", key = \"carrier\", columns = { name = \"airline\" }, on_missing = \"reject\" }\n\
             grants = { imports = [\"witdock:etl/*\"] }\n"
        ),
        sink("csv", "out.csv"),
    );
    let project = Project::new(source.path(), &rest);
    let summary = project.summary(&[]);
    assert_eq!((&summary["rows_out"], &summary["rejected"]), (&Value::from(2), &Value::from(9)));
    let unknown: Value = project
        .read("pipeline.rejected.jsonl")
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .find(|row| row["stage"] == "airline")
        .unwrap();
    // Row 11 is on line 12 of the file, and three blank lines were put before it.
    assert_eq!((&unknown["row"], &unknown["line"]), (&Value::from(11), &Value::from(15)));
    assert_eq!(unknown["values"]["carrier"], "ZZ");
}

#[test]
fn ragged_records_are_rejected_if_the_pipeline_says_so() {
    let source = tempfile::NamedTempFile::new().unwrap();
    fs::write(source.path(), "a,b\n1,2\n3\n4,5\n").unwrap();
    let project =
        Project::new(source.path(), &format!("on_bad = \"reject\"\n{}", sink("jsonl", "out.jsonl")));
    let summary = project.summary(&[]);
    assert_eq!((&summary["rows_read"], &summary["rows_out"]), (&Value::from(3), &Value::from(2)));
    let line: Value = serde_json::from_str(&project.read("pipeline.rejected.jsonl")).unwrap();
    assert_eq!(
        (&line["line"], &line["fields"], &line["code"]),
        (&Value::from(3), &serde_json::json!(["3"]), &Value::from("ragged"))
    );
    let refuse = Project::new(source.path(), &sink("jsonl", "out.jsonl"));
    assert!(refuse.error(&["run", "pipeline.toml"]).contains(":3: 1 field, expected 2"));
    assert_eq!(refuse.names(), ["pipeline.toml"], "nothing is left behind");
    let rest = format!("on_bad = \"reject\"\n{}[rejected]\nmax_rows = 0\n", sink("jsonl", "out.jsonl"));
    let bounded = Project::new(source.path(), &rest);
    assert!(
        bounded.error(&["run", "pipeline.toml"]).contains("allows 0; most frequent: `ragged` by source (1)")
    );
    assert_eq!(bounded.names(), ["pipeline.toml"]);
}

#[test]
fn a_plugin_sends_rows_to_its_side_output() {
    let emit = "let tens: Vec<i64> = (0..i64::from(batch.rows() as u32)).filter(|row| row % 10 == 0).collect();
        let column = tens.iter().map(|row| Some(*row)).collect::<Int64Builder>().finish();
        witdock_etl_guest::side_output::emit(\"tens\", &[Field::int64(\"row\")], tens.len() as u32, vec![column])?;";
    let component = edited_counter("let keys = batch", &format!("{emit} let keys = batch"));
    let stage = |outputs: &str| {
        format!(
            "[[stage]]\nname = \"count\"\nplugin = \"count.wasm\"\nsettings = {{ key = \"carrier\" }}\n\
             grants = {{ imports = [\"witdock:etl/side-output\"] }}\n{outputs}{}",
            sink("csv", "out.csv")
        )
    };
    let project = Project::new(&repository(FLIGHTS), &stage("outputs = { tens = \"side/tens.jsonl\" }\n"));
    fs::write(project.path("count.wasm"), &component).unwrap();
    let summary = project.summary(&["--limit", "95"]);
    assert_eq!(summary["side_outputs"][0]["rows"], 10);
    assert_eq!(project.read("side/tens.jsonl").lines().last(), Some("{\"row\":90}"));
    assert_eq!(project.read("out.csv").lines().count(), 96, "the main stream has all rows");

    let without = Project::new(&repository(FLIGHTS), &stage(""));
    fs::write(without.path("count.wasm"), &component).unwrap();
    let error = without.error(&["run", "pipeline.toml"]);
    assert!(
        error.contains("the stage has none: add `tens = \"file.jsonl\"` to its [stage.outputs]"),
        "{error}"
    );
}

#[test]
fn people_get_tables_and_pipes_get_clean_text() {
    let project = pipeline(FLIGHTS);
    let output = project.run(&["--limit", "300", "--preview", "3"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(!text.contains('\u{1b}'), "no control sequences in a pipe");
    let lines: Vec<_> = text.lines().collect();
    assert!(
        lines[0].starts_with("year") && lines[0].contains('…'),
        "wide rows lose their middle: {}",
        lines[0]
    );
    assert!(text.contains("… and 297 more rows"), "{text}");
    assert!(text.contains("300 rows read = 300 out + 0 rejected + 0 dropped"), "{text}");
    let stage = lines.iter().find(|line| line.starts_with("count ")).unwrap();
    assert_eq!(stage.split_whitespace().collect::<Vec<_>>()[1..5], ["300", "300", "0", "0"]);
}

#[test]
fn wrong_usage_is_exit_code_2_and_a_wrong_pipeline_shows_the_place() {
    let project = Project::new(&repository(FLIGHTS), "delimeter = \";\"\n");
    assert_eq!(project.command(&["run"]).output().unwrap().status.code(), Some(2));
    assert_eq!(project.command(&["fly"]).output().unwrap().status.code(), Some(2));
    let error = project.error(&["run", "pipeline.toml"]);
    for part in ["unknown key `delimeter`", "pipeline.toml:4:1", "did you mean `delimiter`?"] {
        assert!(error.contains(part), "{error}");
    }
    assert!(project.error(&["validate", "nix.toml"]).contains("cannot read the pipeline file nix.toml"));
}

#[test]
fn a_plugin_speaks_for_itself_about_settings_and_input() {
    let rest = format!(
        "{}{}",
        stage("count", "plugins/etl/count-per-key", "settings = { kee = \"carrier\" }\n"),
        sink("csv", "out.csv")
    );
    let error = Project::new(&repository(FLIGHTS), &rest).error(&["run", "pipeline.toml"]);
    assert!(
        error.contains("stage `count`")
            && error.contains("does not accept its settings: unknown field `kee`"),
        "{error}"
    );
    let rest = format!("{}{}", stage("clean", "plugins/etl/clean-flights", ""), sink("csv", "out.csv"));
    let error = Project::new(&repository(AIRLINES), &rest).error(&["run", "pipeline.toml"]);
    assert!(error.contains("does not accept its input: there is no column"), "{error}");
}

#[test]
fn rejected_rows_run_again_from_the_stage_that_rejected_them() {
    let pipeline = |mode: &str| {
        let rest = format!(
            "on_bad = \"reject\"\n[[lookup]]\nname = \"airlines\"\npath = \"airlines.csv\"\nkey = [\"carrier\"]\n{}{}{}{mode}",
            stage("clean", "plugins/etl/clean-flights", ""),
            stage(
                "airline",
                "plugins/etl/enrich",
                "settings = { table = \"airlines\", key = \"carrier\", columns = { name = \"airline\" }, on_missing = \"reject\" }\n\
                 grants = { imports = [\"witdock:etl/*\"] }\n"
            ),
            sink("csv", "out.csv"),
        );
        let project = Project::new("flights.csv".as_ref(), &rest);
        let broken = fs::read_to_string(repository("docs/tutorial/flights/flights-broken.csv")).unwrap();
        fs::write(project.path("flights.csv"), format!("{broken}too,short\n")).unwrap();
        fs::copy(repository(AIRLINES), project.path("airlines.csv")).unwrap();
        project
    };
    let project = pipeline("mode = \"append\"\n");
    let summary = project.summary(&[]);
    assert_eq!((&summary["rows_out"], &summary["rejected"]), (&Value::from(2), &Value::from(10)));
    let before = project.read("pipeline.rejected.jsonl");

    // Nothing has changed, so nothing changes.
    let summary = project.summary(&["--retry"]);
    assert_eq!(
        (&summary["rows_read"], &summary["rows_out"], &summary["rejected"]),
        (&Value::from(9), &Value::from(0), &Value::from(9))
    );
    let sorted = |text: &str| {
        let mut lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        lines.sort_by_key(|line| line["line"].as_u64());
        lines
    };
    assert_eq!(
        sorted(&project.read("pipeline.rejected.jsonl")),
        sorted(&before),
        "the places in the source are kept"
    );

    // The missing airline is in the table now: its row continues after the stage that it has passed.
    let airlines = project.read("airlines.csv");
    fs::write(project.path("airlines.csv"), format!("{}\nZZ,Zed Air\n", airlines.trim_end())).unwrap();
    let output = project.run(&["--retry", "--json"]);
    let summary: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&summary["rows_out"], &summary["rejected"]), (&Value::from(1), &Value::from(8)));
    assert_eq!(summary["stages"][0]["rows"]["rows_in"], 8, "the first stage had only its own");
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("kept 1 row that the source rejected"), "{told}");
    let out = project.read("out.csv");
    assert!(out.lines().count() == 4 && out.lines().last().unwrap().ends_with("Zed Air"), "{out}");
    let rejected = project.read("pipeline.rejected.jsonl");
    assert_eq!(rejected.lines().count(), 9);
    assert!(rejected.contains("\"fields\":[\"too\",\"short\"]"), "a record that is no row stays as it was");

    let replacing = pipeline("");
    replacing.run(&[]);
    let error = replacing.error(&["run", "pipeline.toml", "--retry"]);
    assert!(error.contains("is replaced by each run") && error.contains("\"append\""), "{error}");
}

#[test]
fn rows_are_filtered_and_come_once() {
    let rest = format!(
        "{}{}{}{}",
        stage("clean", "plugins/etl/clean-flights", ""),
        stage(
            "long",
            "plugins/etl/filter",
            "settings = { where = \"distance >= 1000 and carrier in ('UA', 'B6') and tailnum is not null\" }\n"
        ),
        stage("once", "plugins/etl/deduplicate", "settings = { key = [\"carrier\", \"flight\"] }\n"),
        sink("csv", "out.csv"),
    );
    let project = Project::new(&repository(FLIGHTS), &rest);
    let summary = project.summary(&[]);
    let mut reader = csv::Reader::from_path(repository(FLIGHTS)).unwrap();
    let header = reader.headers().unwrap().clone();
    let place = |name: &str| header.iter().position(|column| column == name).unwrap();
    let (mut long, mut seen) = (0, std::collections::HashSet::new());
    for row in reader.records().map(Result::unwrap) {
        let distance: i32 = row[place("distance")].parse().unwrap();
        let carrier = &row[place("carrier")];
        if distance >= 1000
            && (carrier == "UA" || carrier == "B6")
            && !matches!(&row[place("tailnum")], "" | "NA")
        {
            long += 1;
            seen.insert((carrier.to_owned(), row[place("flight")].to_owned()));
        }
    }
    assert_eq!(summary["stages"][1]["rows"]["rows_out"], long);
    assert_eq!(summary["rows_out"], seen.len());
    assert!(long > seen.len() && seen.len() > 100, "{long} {}", seen.len());
}
