use super::*;
use crate::pipeline::{ColumnType, JsonLayout};
use arrow_array::Array;
use arrow_array::cast::AsArray;
use std::io::Write;

fn read(text: &str, change: impl FnOnce(&mut JsonlFormat)) -> Result<(SchemaRef, Vec<SourceBatch>), String> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    let layout = JsonLayout::Lines;
    let mut options = JsonlFormat {
        layout,
        columns: Default::default(),
        infer_rows: 10,
        encoding: None,
        on_bad: OnBad::Error,
    };
    change(&mut options);
    let path = file.path().display().to_string();
    let mut reader = JsonlReader::open(&file.path().into(), &options, None)
        .map_err(|error| error.to_string().replace(&path, "FILE"))?
        .unwrap();
    let mut batches = Vec::new();
    while let Some(batch) = reader.read(4).map_err(|error| error.to_string().replace(&path, "FILE"))? {
        batches.push(batch);
    }
    Ok((reader.schema(), batches))
}

fn types(schema: &SchemaRef) -> Vec<String> {
    schema.fields().iter().map(|field| format!("{}: {}", field.name(), field.data_type())).collect()
}

#[test]
fn columns_stand_as_in_the_first_lines_and_have_the_types_of_their_values() {
    let text = "{\"z\": 1, \"a\": \"x\"}\n\n{\"a\": null, \"m\": 1.5, \"n\": null}\n{\"t\": true}\n";
    let (schema, batches) = read(text, |_| {}).unwrap();
    assert_eq!(types(&schema), ["z: Int64", "a: Utf8", "m: Float64", "n: Utf8", "t: Boolean"]);
    assert_eq!(batches[0].rows.len(), 3);
    let place = batches[0].rows.origin.place(1).unwrap();
    assert_eq!((place.row, place.line), (2, Some(3)), "blank lines count as lines and not as rows");
}

#[test]
fn types_can_be_given() {
    let (schema, batches) = read("{\"zip\": \"1\", \"n\": 2}\n", |options| {
        options.columns =
            [("n".to_owned(), ColumnType::Float64), ("late".to_owned(), ColumnType::Utf8)].into();
    })
    .unwrap();
    assert_eq!(types(&schema), ["zip: Utf8", "n: Float64", "late: Utf8"]);
    assert_eq!(batches[0].rows.batch.column(2).null_count(), 1);
}

#[test]
fn a_line_that_is_no_row_is_named_or_rejected() {
    let lines = "{\"a\": 1}\n{\"a\": 2\n{\"a\": 3}\n[4]\n{\"a\": \"five\"}\n{\"b\": 6}\n{\"a\": 7} {\"a\": 8}\n{\"a\": 9}\n";
    let error = read(lines, |options| options.infer_rows = 1).unwrap_err();
    assert!(error.starts_with("FILE:2: not JSON"), "{error}");
    let (_, batches) = read(lines, |options| {
        options.infer_rows = 1;
        options.on_bad = OnBad::Reject;
    })
    .unwrap();
    let good: Vec<_> = batches
        .iter()
        .flat_map(|batch| {
            (0..batch.rows.len()).map(|row| batch.rows.origin.place(row).unwrap().line.unwrap())
        })
        .collect();
    let bad: Vec<_> =
        batches.iter().flat_map(|batch| &batch.bad).map(|bad| bad.place.line.unwrap()).collect();
    assert_eq!((good, bad), (vec![1, 3, 8], vec![2, 4, 5, 6, 7]));
}

#[test]
fn a_member_that_was_not_seen_before_is_no_silent_loss() {
    let error = read("{\"a\": 1}\n{\"a\": 1, \"new\": 2}\n", |options| options.infer_rows = 1).unwrap_err();
    assert!(error.contains("FILE:2:") && error.contains("new") && error.contains("`columns`"), "{error}");
}

/// The first row's values of each column, shown by their type.
fn inferred(text: &str) -> String {
    let (schema, _) = read(text, |_| {}).unwrap();
    types(&schema).join(", ")
}

#[test]
fn a_type_holds_all_values_exactly() {
    assert_eq!(inferred("{\"a\": 1}\n{\"a\": 19.99}\n"), "a: Float64");
    assert_eq!(inferred("{\"a\": 18446744073709551615}\n{\"a\": 0}\n"), "a: UInt64");
    assert_eq!(inferred("{\"a\": 18446744073709551615}\n{\"a\": -1}\n"), "a: Utf8");
    assert_eq!(inferred("{\"a\": 123456789012345678901234567890}\n"), "a: Utf8");
    assert_eq!(inferred("{\"a\": 0.1234567890123456789}\n"), "a: Utf8");
    assert_eq!(inferred("{\"a\": 9007199254740993}\n{\"a\": 0.5}\n"), "a: Utf8", "no float is the first one");
    assert_eq!(inferred("{\"a\": 1}\n{\"a\": \"x\"}\n"), "a: Utf8");
    assert_eq!(inferred("{\"a\": 1}\n{\"a\": true}\n"), "a: Utf8");
    assert_eq!(inferred("{\"a\": [1, 2.5, null]}\n{\"a\": []}\n"), "a: List(Float64)");
    assert_eq!(inferred("{\"a\": {\"b\": {\"c\": true}}}\n"), "a: Struct(\"b\": Struct(\"c\": Boolean))");
}

/// The problem of the second line, which comes after the types are known.
fn problem(first: &str, second: &str) -> String {
    let (_, batches) = read(&format!("{first}\n{second}\n"), |options| {
        options.infer_rows = 1;
        options.on_bad = OnBad::Reject;
    })
    .unwrap();
    batches
        .into_iter()
        .flat_map(|batch| batch.bad)
        .map(|bad| format!("{}: {}", bad.code, bad.message))
        .collect()
}

#[test]
fn a_value_that_a_type_does_not_hold_is_rejected_with_its_column() {
    for (first, second, expected) in [
        ("{\"a\": 1}", "{\"a\": 19.99}", "schema: column `a`: `19.99` is not int64"),
        ("{\"a\": 1}", "{\"a\": \"x\"}", "schema: column `a`: `\"x\"` is not int64"),
        (
            "{\"a\": 1}",
            "{\"a\": 9223372036854775808}",
            "schema: column `a`: `9223372036854775808` is not int64",
        ),
        (
            "{\"a\": 1.5}",
            "{\"a\": 9007199254740993}",
            "schema: column `a`: `9007199254740993` is not float64",
        ),
        (
            "{\"a\": {\"b\": [1]}}",
            "{\"a\": {\"b\": [1, 2.5]}}",
            "schema: column `a.b[1]`: `2.5` is not int64",
        ),
        ("{\"a\": {\"b\": 1}}", "{\"a\": 1}", "schema: column `a`: `1` is not struct"),
        (
            "{\"a\": 1}",
            "{\"a\": {\"b\": 1}}",
            "schema: column `a`: the value is an object, and the column is int64",
        ),
        (
            "{\"a\": 1}",
            "{\"a\": 1, \"a\": 2}",
            "schema: column `a`: the record has two values for it, and only one could be kept",
        ),
        ("{\"a\": 1}", "{\"a\": \"\\ud800\"}", "schema: column `a`: not JSON: "),
        ("{\"a\": 1}", "{\"a\": 1, \"b\": 2}", "schema: column `b`: the first records have no such column"),
    ] {
        let found = problem(first, second);
        assert!(found.starts_with(expected), "{second}: {found}");
    }
    assert_eq!(problem("{\"a\": 1}", "{\"a\": 2.0}"), "", "an integer with a fraction of nothing");
    assert_eq!(problem("{\"a\": \"x\"}", "{\"a\": 1.50}"), "", "text takes every scalar, as it is written");
}

#[test]
fn text_that_the_pipeline_asks_for_is_every_value_as_it_is_written() {
    let text =
        "{\"a\": 1.50}\n{\"a\": true}\n{\"a\": {\"b\": [1,  2]}}\n{\"a\": \"\\u00e4\"}\n{\"a\": null}\n";
    let (_, batches) =
        read(text, |options| options.columns = [("a".to_owned(), ColumnType::Utf8)].into()).unwrap();
    let texts: Vec<_> = batches
        .iter()
        .flat_map(|batch| {
            let column = batch.rows.batch.column(0).as_string::<i32>().clone();
            column.iter().map(|text| text.map(str::to_owned)).collect::<Vec<_>>()
        })
        .collect();
    let expected = [Some("1.50"), Some("true"), Some("{\"b\": [1,  2]}"), Some("ä"), None];
    assert_eq!(texts, expected.map(|text| text.map(str::to_owned)));
}

#[test]
fn objects_of_a_list_or_one_after_the_other_are_rows() {
    for text in [
        "[{\"a\": 1}, {\"a\": 2}\n,\n{\"a\":\n3}]\n",
        "{\"a\": 1} {\"a\": 2}{\n\"a\": 3}",
        "\u{feff}\n\n[ {\"a\": 1},{\"a\": 2},\n\n\n {\"a\": 3} ]",
    ] {
        let (_, batches) = read(text, |options| options.layout = JsonLayout::Values).unwrap();
        assert_eq!(batches.iter().map(|batch| batch.rows.len()).sum::<usize>(), 3, "{text}");
    }
    let text = "[\n{\"a\": \"]},\\\"\"},\n4,\n{\"a\": [\"}\"]},\n{\"a\": \"x\"}]";
    let (_, batches) = read(text, |options| {
        options.layout = JsonLayout::Values;
        options.on_bad = OnBad::Reject;
    })
    .unwrap();
    let origin = &batches[0].rows.origin;
    let lines: Vec<_> = (0..2).map(|row| origin.place(row).unwrap().line.unwrap()).collect();
    assert_eq!(lines, [2, 5]);
    let bad: Vec<_> = batches[0].bad.iter().map(|bad| (bad.place.line, &*bad.code)).collect();
    assert_eq!(bad, [(Some(3), "bad-json"), (Some(4), "schema")]);
    for (text, problem) in [
        ("[{\"a\": 1} {\"a\": 2}]", "line 1: expected `,` or `]` after an item of the list"),
        ("[{\"a\": 1},\n", "line 2: the list is not closed"),
        ("[{\"a\": 1}]\nx", "line 2: expected nothing after the list"),
    ] {
        let error = read(text, |options| options.layout = JsonLayout::Values).err().unwrap();
        assert!(error.contains(problem), "{error}");
    }
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_first_line() {
    assert_eq!(inferred("\u{feff}{\"a\": 1}\n"), "a: Int64");
}
