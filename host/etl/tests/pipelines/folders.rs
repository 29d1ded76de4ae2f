//! The files of a folder: those without rows, those of other programs, and those whose columns differ.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use arrow_array::builder::StringDictionaryBuilder;
use arrow_array::types::Int8Type;
use arrow_array::{
    ArrayRef, Float32Array, Float64Array, Int32Array, Int64Array, LargeStringArray, RecordBatch, StringArray,
};
use arrow_schema::{Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::{BrotliLevel, Compression};
use parquet::file::properties::WriterProperties;
use serde_json::json;

use crate::project::{Project, sink};

/// A pipeline over the files of a folder.
fn folder(source: &str, files: &[(&str, &[u8])]) -> Project {
    let project = Project::of_source(&format!("path = \"in\"\n{source}"), &sink("jsonl", "out.jsonl"));
    fs::create_dir(project.path("in")).unwrap();
    for (name, bytes) in files {
        fs::write(project.path("in").join(name), bytes).unwrap();
    }
    project
}

fn out(project: &Project) -> Vec<String> {
    project.run(&[]);
    project.read("out.jsonl").lines().map(str::to_owned).collect()
}

fn parquet(path: &Path, columns: Vec<(&str, ArrayRef)>, compression: Compression) {
    let fields: Vec<_> =
        columns.iter().map(|(name, array)| Field::new(*name, array.data_type().clone(), true)).collect();
    let schema = Arc::new(Schema::new(fields));
    let columns = columns.into_iter().map(|(_, array)| array).collect();
    let batch = RecordBatch::try_new(Arc::clone(&schema), columns).unwrap();
    let properties = WriterProperties::builder().set_compression(compression).build();
    let mut writer = ArrowWriter::try_new(File::create(path).unwrap(), schema, Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

/// A column of whole numbers.
fn numbers(values: &[i32]) -> ArrayRef {
    Arc::new(Int32Array::from(values.to_vec()))
}

#[test]
fn files_without_rows_and_files_of_other_programs_are_no_trouble() {
    let project = folder(
        "format = \"csv\"",
        &[
            ("0.csv", b""),
            ("1.csv", b"a,b\n"),
            ("2.csv", b"a,b\n1,2\n"),
            ("3.csv", b""),
            ("_SUCCESS", b""),
            ("_metadata", b"PAR1"),
            (".1.csv.crc", b"crc"),
            ("_4.csv", b"a,b\n3,4\n"),
        ],
    );
    let rows = [r#"{"a":"1","b":"2"}"#, r#"{"a":"3","b":"4"}"#];
    assert_eq!(out(&project), rows, "a name with an underscore and an extension is one like others");
    let project = folder(
        "format = \"jsonl\"",
        &[("0.jsonl", b""), ("1.jsonl", b"\n\n"), ("2.jsonl", b"{\"a\":1}\n"), ("_SUCCESS", b"")],
    );
    assert_eq!(out(&project), [r#"{"a":1}"#]);
    let files: [(&str, &[u8]); 3] = [("0.parquet", b""), ("_SUCCESS", b""), ("_common_metadata", b"x")];
    let project = folder("format = \"parquet\"", &files);
    parquet(&project.path("in/1.parquet"), vec![("a", numbers(&[1]))], Compression::SNAPPY);
    assert_eq!(out(&project), [r#"{"a":1}"#]);
    let project = folder("format = \"csv\"", &[("0.csv", b""), ("1.csv", b"")]);
    let error = project.error(&["run", "pipeline.toml"]);
    assert!(error.contains("is empty, so its columns are not known"), "{error}");
    let project = folder("format = \"csv\"\nheader = false\nnames = [\"a\"]", &[("0.csv", b"")]);
    assert_eq!(out(&project), [""; 0]);
    let project = folder("format = \"csv\"", &[("0.csv", b"a\n")]);
    assert_eq!(out(&project), [""; 0], "a header alone is a file without rows");
}

#[test]
fn columns_are_compared_by_what_they_mean() {
    let mut dictionary = StringDictionaryBuilder::<Int8Type>::new();
    dictionary.append_value("x");
    let texts: [ArrayRef; 3] = [
        Arc::new(StringArray::from(vec!["x"])),
        Arc::new(LargeStringArray::from(vec!["x"])),
        Arc::new(dictionary.finish()),
    ];
    let project = folder("format = \"parquet\"", &[]);
    for (number, text) in texts.into_iter().enumerate() {
        let mut columns = vec![("t", text), ("n", numbers(&[1]))];
        if number == 2 {
            columns.reverse();
        }
        parquet(&project.path(&format!("in/{number}.parquet")), columns, Compression::SNAPPY);
    }
    assert_eq!(out(&project), [r#"{"t":"x","n":1}"#; 3]);
}

#[test]
fn columns_that_evolve_take_the_larger_type() {
    let files = |source: &str| {
        let project = folder(&format!("format = \"parquet\"\n{source}"), &[]);
        let one: Vec<(&str, ArrayRef)> =
            vec![("n", numbers(&[1])), ("f", Arc::new(Float32Array::from(vec![0.5])))];
        parquet(&project.path("in/1.parquet"), one, Compression::SNAPPY);
        let (n, f) = (Int64Array::from(vec![1 << 40]), Float64Array::from(vec![0.1]));
        let other: Vec<(&str, ArrayRef)> = vec![("n", Arc::new(n)), ("f", Arc::new(f))];
        parquet(&project.path("in/2.parquet"), other, Compression::SNAPPY);
        project
    };
    let error = files("").error(&["run", "pipeline.toml"]);
    assert!(error.contains("column `n` was int32 and is int64") && error.contains("\"evolve\""), "{error}");
    let project = files("on_drift = \"evolve\"");
    assert_eq!(out(&project), [r#"{"n":1,"f":0.5}"#, r#"{"n":1099511627776,"f":0.1}"#]);
    let text: Vec<(&str, ArrayRef)> = vec![("n", Arc::new(StringArray::from(vec!["x"])))];
    parquet(&project.path("in/3.parquet"), text, Compression::SNAPPY);
    let error = project.error(&["run", "pipeline.toml"]);
    assert!(error.contains("column `n` was int64 and is utf8") && !error.contains("evolve"), "{error}");
}

#[test]
fn json_columns_that_evolve_have_a_type_for_all_files() {
    let project = folder(
        "format = \"jsonl\"\non_drift = \"evolve\"",
        &[
            ("1.jsonl", b"{\"price\":1,\"m\":1}\n"),
            ("2.jsonl", b"{\"price\":19.99,\"m\":\"x\"}\n"),
            ("3.jsonl", b""),
        ],
    );
    assert_eq!(out(&project), [r#"{"price":1.0,"m":"1"}"#, r#"{"price":19.99,"m":"x"}"#]);
}

#[test]
fn every_compression_of_parquet_is_read() {
    let kinds = [
        Compression::BROTLI(BrotliLevel::default()),
        Compression::LZ4_RAW,
        Compression::LZ4,
        Compression::GZIP(Default::default()),
        Compression::ZSTD(Default::default()),
    ];
    for compression in kinds {
        let project = folder("format = \"parquet\"", &[]);
        let column: ArrayRef = Arc::new(Int64Array::from_iter_values(0..1000));
        parquet(&project.path("in/1.parquet"), vec![("n", column)], compression);
        assert_eq!(out(&project).len(), 1000, "{compression:?}");
    }
}

#[test]
fn what_is_not_parquet_is_told_as_what_it_is() {
    let project = folder("format = \"parquet\"", &[("1.parquet", b"a,b\n1,2\n3,4\n")]);
    let error = project.error(&["run", "pipeline.toml"]);
    assert!(error.contains("does not begin as Parquet does") && !error.contains("copied in full"), "{error}");
}

#[test]
fn two_columns_of_one_name_are_refused() {
    let project = folder("format = \"parquet\"", &[]);
    let columns = vec![("a", numbers(&[1])), ("a", numbers(&[2]))];
    parquet(&project.path("in/1.parquet"), columns, Compression::SNAPPY);
    let error = project.error(&["run", "pipeline.toml"]);
    assert!(error.contains("has two columns named `a`: rename one of them"), "{error}");
    let query = Project::of_source(
        "format = \"sqlite\"\npath = \"in.db\"\nquery = \"select 1 as id, 2 as id\"",
        &sink("jsonl", "out.jsonl"),
    );
    let database = rusqlite::Connection::open(query.path("in.db")).unwrap();
    database.execute_batch("create table t (a)").unwrap();
    let error = query.error(&["run", "pipeline.toml"]);
    assert!(error.contains("has two columns named `id`") && error.contains("`AS`"), "{error}");
}

#[test]
fn compressed_files_are_read() {
    let mut bzip2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    bzip2.write_all(b"n\n1\n").unwrap();
    let zstd = zstd::encode_all(&b"n\n2\n"[..], 3).unwrap();
    let skippable = [&[0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 0, 0, 0, 0][..], &zstd].concat();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(b"n\n3\n").unwrap();
    let padded = [gzip.finish().unwrap(), vec![0; 1024]].concat();
    let bzip2 = bzip2.finish().unwrap();
    let files: [(&str, &[u8]); 3] = [("1.csv.bz2", &bzip2), ("2.csv.zst", &skippable), ("3.csv.gz", &padded)];
    let project = folder("format = \"csv\"", &files);
    assert_eq!(out(&project), [r#"{"n":"1"}"#, r#"{"n":"2"}"#, r#"{"n":"3"}"#]);
}

/// What the plugin `partition` writes, and other programs, comes back as it was.
#[test]
fn columns_in_the_names_of_folders_are_read() {
    let source =
        "format = \"jsonl\"\npath = \"lake\"\npartitions = { carrier = \"utf8\", year = \"int32\" }\n";
    let project = Project::of_source(source, &sink("jsonl", "out.jsonl"));
    let write = |folder: &str, text: &str| {
        fs::create_dir_all(project.path(folder)).unwrap();
        fs::write(project.path(folder).join("part-1.jsonl"), text).unwrap();
    };
    write("lake/year=2013/carrier=U%2FA", "{\"n\":1}\n{\"n\":2}\n");
    write("lake/year=2014/carrier=__HIVE_DEFAULT_PARTITION__", "{\"n\":3}\n");
    write("lake/.staged/year=1/carrier=x", "{\"n\":9}\n");
    project.run(&[]);
    let row = |n: i64, carrier: Option<&str>, year: i64| json!({ "n": n, "carrier": carrier, "year": year });
    assert_eq!(
        project.jsonl("out.jsonl"),
        [row(1, Some("U/A"), 2013), row(2, Some("U/A"), 2013), row(3, None, 2014)]
    );
    write("lake/year=soon/carrier=AA", "{\"n\":4}\n");
    let error = project.error(&["run", "pipeline.toml"]);
    assert!(error.contains("`year=soon` is no int32"), "{error}");
    write("lake/carrier=AA", "{\"n\":4}\n");
    let error = project.error(&["run", "pipeline.toml"]);
    assert!(error.contains("no folder of its path is named `year=…`"), "{error}");
}

#[test]
fn standard_input_that_may_evolve_is_read_once() {
    let source = "format = \"csv\"\npath = \"-\"\non_drift = \"evolve\"";
    let project = Project::of_source(source, &sink("csv", "out.csv"));
    let mut run = project
        .command(&["run", "pipeline.toml"])
        .stdin(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    run.stdin.take().unwrap().write_all(b"a\n1\n2\n").unwrap();
    assert!(run.wait().unwrap().success());
    assert_eq!(project.read("out.csv"), "a\n1\n2\n");
}
