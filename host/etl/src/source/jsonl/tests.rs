use super::*;
use crate::pipeline::ColumnType;
use std::io::Write;

fn read(text: &str, change: impl FnOnce(&mut JsonlFormat)) -> Result<(SchemaRef, Vec<SourceBatch>), String> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    let mut options = JsonlFormat { columns: Default::default(), infer_rows: 10, on_bad: OnBad::Error };
    change(&mut options);
    let path = file.path().display().to_string();
    let mut reader = JsonlReader::open(file.path(), &options, None)
        .map_err(|error| error.to_string().replace(&path, "FILE"))?;
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
    assert!(error.contains("FILE:2:") && error.contains("new") && error.contains("infer_rows"), "{error}");
}
