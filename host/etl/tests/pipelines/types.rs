//! Types of other programs' files, through the plugins of this repository.

use std::fs::{self, File};
use std::sync::Arc;

use arrow_array::builder::StringDictionaryBuilder;
use arrow_array::types::UInt32Type;
use arrow_array::{
    ArrayRef, Decimal128Array, Float32Array, Int16Array, LargeStringArray, NullArray, RecordBatch,
    StringViewArray, TimestampMillisecondArray, TimestampNanosecondArray, UInt64Array,
};
use arrow_schema::{Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::data_type::{Int96, Int96Type};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

use crate::project::{Project, sink, stage};

/// Columns of five rows, in the types that polars, pandas and DuckDB write.
fn columns() -> Vec<(&'static str, ArrayRef)> {
    let mut carrier = StringDictionaryBuilder::<UInt32Type>::new();
    for text in [Some("AA"), Some("UA"), Some("AA"), None, Some("AA")] {
        carrier.append_option(text);
    }
    let times = vec![Some(1_000), Some(2_000), Some(3_001), None, Some(5_000)];
    let prices = Decimal128Array::from(vec![1999, 250, 0, 1, 7]).with_precision_and_scale(10, 2).unwrap();
    vec![
        ("carrier", Arc::new(carrier.finish())),
        ("dest", Arc::new(StringViewArray::from(vec!["LAX", "SFO", "LAX", "JFK", "LAX"]))),
        ("tail", Arc::new(LargeStringArray::from(vec!["N1", "N2", "N1", "N3", "N1"]))),
        ("delay", Arc::new(Int16Array::from(vec![5, -3, 40, 0, 5]))),
        ("id", Arc::new(UInt64Array::from(vec![1, 2, 3, 4, u64::MAX]))),
        ("ratio", Arc::new(Float32Array::from(vec![0.5, 0.25, 1.0, 2.0, 0.5]))),
        ("at", Arc::new(TimestampNanosecondArray::from(times).with_timezone("Europe/Berlin"))),
        ("local", Arc::new(TimestampMillisecondArray::from(vec![0, 1, 2, 3, 4]))),
        ("price", Arc::new(prices)),
        ("nothing", Arc::new(NullArray::new(5))),
    ]
}

/// A pipeline over these columns in a Parquet file, through a stage into JSON Lines.
fn project(stage: &str) -> Project {
    let project = Project::of_source(
        "format = \"parquet\"\npath = \"in.parquet\"",
        &format!("{stage}{}", sink("jsonl", "out.jsonl")),
    );
    let columns = columns();
    let fields: Vec<_> =
        columns.iter().map(|(name, array)| Field::new(*name, array.data_type().clone(), true)).collect();
    let schema = Arc::new(Schema::new(fields));
    let columns = columns.into_iter().map(|(_, array)| array).collect();
    let batch = RecordBatch::try_new(Arc::clone(&schema), columns).unwrap();
    let file = File::create(project.path("in.parquet")).unwrap();
    let mut writer = ArrowWriter::try_new(file, schema, None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    project
}

fn out(project: &Project) -> Vec<String> {
    project.run(&[]);
    project.read("out.jsonl").lines().map(str::to_owned).collect()
}

/// The messages of rejected rows.
fn rejected(project: &Project) -> Vec<String> {
    let rows = project.jsonl("pipeline.rejected.jsonl");
    rows.iter().map(|row| row["message"].as_str().unwrap().to_owned()).collect()
}

const FIRST: &str = r#"{"carrier":"AA","dest":"LAX","tail":"N1","delay":5,"id":1,"ratio":0.5,"at":"1970-01-01T01:00:00.000001+01:00","local":"1970-01-01T00:00:00","price":19.99,"nothing":null}"#;

#[test]
fn zones_by_name_are_read_and_shown() {
    let project = project("");
    let rows = out(&project);
    assert_eq!((rows.len(), rows[0].as_str()), (5, FIRST));
    let preview = project.command(&["preview", "pipeline.toml"]).output().unwrap();
    let text = String::from_utf8_lossy(&preview.stdout).into_owned();
    assert!(preview.status.success() && text.contains("5 rows read = 5 out"), "{text}");
    let csv = project.read("pipeline.toml").replace("out.jsonl", "out.csv").replace("\"jsonl\"", "\"csv\"");
    fs::write(project.path("pipeline.toml"), csv).unwrap();
    project.run(&[]);
    assert!(project.read("out.csv").contains("1970-01-01T01:00:00.000001+01:00"));
}

#[test]
fn a_filter_sees_text_and_numbers_however_they_are_stored() {
    let condition =
        "carrier = 'AA' and dest = 'LAX' and tail = 'N1' and delay < 10 and ratio = 0.5 and nothing is null";
    let settings = format!("settings = {{ where = \"{condition}\" }}\n");
    let project = project(&stage("filter", "plugins/etl/filter", &settings));
    let rows = out(&project);
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0], FIRST, "values pass as they are");
}

#[test]
fn a_value_that_no_plugin_can_see_rejects_its_row() {
    let settings = "settings = { where = \"id > 0\" }\n";
    let project = project(&stage("filter", "plugins/etl/filter", settings));
    assert_eq!(out(&project).len(), 4);
    assert_eq!(rejected(&project), ["column `id`: `18446744073709551615` is not int64"]);
    let line = &project.jsonl("pipeline.rejected.jsonl")[0];
    assert_eq!((&line["code"], &line["row"]), (&"schema".into(), &5.into()));
}

#[test]
fn keys_and_groups_are_of_any_text_and_whole_number() {
    let settings = "settings = { key = [\"carrier\", \"dest\", \"delay\"] }\n";
    let deduplicated = project(&stage("deduplicate", "plugins/etl/deduplicate", settings));
    assert_eq!(out(&deduplicated).len(), 4);
    let settings =
        "settings = { by = [\"carrier\"], columns = { rows = \"count\", delay = { sum = \"delay\" } } }\n";
    let aggregated = project(&stage("aggregate", "plugins/etl/aggregate", settings));
    let mut rows = out(&aggregated);
    rows.sort();
    assert_eq!(
        rows,
        [
            r#"{"carrier":"AA","rows":3,"delay":50}"#,
            r#"{"carrier":"UA","rows":1,"delay":-3}"#,
            r#"{"carrier":null,"rows":1,"delay":0}"#
        ]
    );
    let settings = "settings = { columns = { tail = \"redact\" } }\n";
    let masked = project(&stage("mask", "plugins/etl/mask", settings));
    assert_eq!(out(&masked).len(), 5);
}

/// A Parquet file with a column of times in INT96: nanoseconds of the day, and the Julian day.
fn int96(project: &Project, times: &[(u64, u32)]) {
    let schema = Arc::new(parse_message_type("message schema { required int96 at; }").unwrap());
    let file = File::create(project.path("in.parquet")).unwrap();
    let mut writer = SerializedFileWriter::new(file, schema, Default::default()).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    let values: Vec<_> = times
        .iter()
        .map(|(nanoseconds, day)| {
            let low = u32::try_from(nanoseconds & u64::from(u32::MAX)).unwrap();
            Int96::from(vec![low, u32::try_from(nanoseconds >> 32).unwrap(), *day])
        })
        .collect();
    column.typed::<Int96Type>().write_batch(&values, None, None).unwrap();
    column.close().unwrap();
    group.close().unwrap();
    writer.close().unwrap();
}

#[test]
fn times_of_spark_are_of_any_year() {
    let source = "format = \"parquet\"\npath = \"in.parquet\"";
    let project = Project::of_source(source, &sink("jsonl", "out.jsonl"));
    // 1970-01-01 is the day 2440588, and 9999-12-31 the day 5373484.
    int96(&project, &[(1_000, 2_440_588), (0, 5_373_484), (86_399_999_999_000, 1_721_426)]);
    let expected = ["1970-01-01T00:00:00.000001", "9999-12-31T00:00:00", "0001-01-01T23:59:59.999999"];
    assert_eq!(out(&project), expected.map(|time| format!("{{\"at\":\"{time}\"}}")));
    int96(&project, &[(1_000, 2_440_588), (1_001, 2_440_588)]);
    let error = project.error(&["run", "pipeline.toml"]);
    assert!(error.contains("row 2 has a time with nanoseconds in the old format INT96"), "{error}");
    let text = project.read("pipeline.toml").replacen("parquet\"\n", "parquet\"\non_bad = \"reject\"\n", 1);
    fs::write(project.path("pipeline.toml"), text).unwrap();
    int96(&project, &[(1_000, 2_440_588), (1_001, 2_440_588), (2_000, 2_440_588)]);
    assert_eq!(out(&project).len(), 2);
    let rows = project.jsonl("pipeline.rejected.jsonl");
    assert_eq!((rows.len(), &rows[0]["row"], &rows[0]["code"]), (1, &2.into(), &"schema".into()));
    assert_eq!(rows[0]["text"], r#"{"at":"1970-01-01T00:00:00.000001"}"#);
}

#[test]
fn nulls_as_keys_are_one_group_in_every_plugin() {
    let rows = |stage: &str| {
        let source = "format = \"jsonl\"\npath = \"in.jsonl\"";
        let project = Project::of_source(source, &format!("{stage}{}", sink("jsonl", "out.jsonl")));
        fs::write(project.path("in.jsonl"), "{\"k\":\"a\"}\n{\"k\":null}\n{\"k\":\"\"}\n{\"k\":null}\n")
            .unwrap();
        let mut rows = out(&project);
        rows.sort();
        rows
    };
    let deduplicated =
        rows(&stage("deduplicate", "plugins/etl/deduplicate", "settings = { key = [\"k\"] }\n"));
    assert_eq!(deduplicated, [r#"{"k":""}"#, r#"{"k":"a"}"#, r#"{"k":null}"#]);
    let settings = "settings = { by = [\"k\"], columns = { n = \"count\" } }\n";
    let grouped = rows(&stage("aggregate", "plugins/etl/aggregate", settings));
    assert_eq!(grouped, [r#"{"k":"","n":1}"#, r#"{"k":"a","n":1}"#, r#"{"k":null,"n":2}"#]);
    let settings = "settings = { key = \"k\", column = \"n\" }\n";
    let counted = rows(&stage("count", "plugins/etl/count-per-key", settings));
    assert_eq!(
        counted,
        [r#"{"k":"","n":1}"#, r#"{"k":"a","n":1}"#, r#"{"k":null,"n":1}"#, r#"{"k":null,"n":2}"#]
    );
}

#[test]
fn a_row_that_runs_again_has_the_values_that_it_had() {
    let filter = |condition: &str| {
        let settings = format!("settings = {{ where = \"{condition}\" }}\n");
        stage("filter", "plugins/etl/filter", &settings)
    };
    let project = project(&filter("id > 0"));
    let text = project.read("pipeline.toml") + "mode = \"append\"\n";
    fs::write(project.path("pipeline.toml"), &text).unwrap();
    assert_eq!(out(&project).len(), 4);
    fs::write(project.path("pipeline.toml"), text.replace("id > 0", "delay > -9")).unwrap();
    assert_eq!(project.summary(&["--retry"])["rows_out"], 1);
    let row = project.read("out.jsonl").lines().last().unwrap().to_owned();
    assert_eq!(
        row,
        r#"{"carrier":"AA","dest":"LAX","tail":"N1","delay":5,"id":18446744073709551615,"ratio":0.5,"at":"1970-01-01T01:00:00.000005+01:00","local":"1970-01-01T00:00:00.004","price":0.07,"nothing":null}"#
    );
    assert_eq!(project.read("pipeline.rejected.jsonl"), "");
}

#[test]
fn columns_are_made_in_the_order_in_which_they_are_written() {
    let flatten = "[stage.settings]\ncolumn = \"j\"\n[stage.settings.columns]\nzebra = \"z\"\napple = { path = \"a\", type = \"int32\" }\nmango = \"m\"\n";
    let source = "format = \"jsonl\"\npath = \"in\"\npartitions = { year = \"int32\", carrier = \"utf8\" }";
    let stages = stage("flatten", "plugins/etl/flatten", flatten);
    let project = Project::of_source(source, &format!("{stages}{}", sink("jsonl", "out.jsonl")));
    fs::create_dir_all(project.path("in/carrier=UA/year=2013")).unwrap();
    let row = r#"{"j":"{\"m\":\"3\",\"a\":2,\"z\":\"1\"}"}"#;
    fs::write(project.path("in/carrier=UA/year=2013/1.jsonl"), row).unwrap();
    project.run(&[]);
    assert_eq!(
        project.read("out.jsonl"),
        "{\"year\":2013,\"carrier\":\"UA\",\"zebra\":\"1\",\"apple\":2,\"mango\":\"3\"}\n"
    );
}
