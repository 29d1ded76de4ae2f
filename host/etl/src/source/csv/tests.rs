use super::*;
use arrow_array::Array;
use arrow_array::cast::AsArray;
use std::io::Write;
use tempfile::NamedTempFile;

fn options() -> CsvFormat {
    CsvFormat { null_values: vec![String::new(), "NA".to_owned()], ..CsvFormat::default() }
}

fn file(bytes: &[u8]) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    file
}

/// The line of each row.
fn lines(bytes: &[u8]) -> Vec<u64> {
    let file = file(bytes);
    let mut reader = CsvReader::open(&file.path().into(), &options()).unwrap().unwrap();
    let batch = reader.read_batch(8192).unwrap().unwrap();
    (0..batch.rows.len()).map(|row| batch.rows.origin.place(row).unwrap().line.unwrap()).collect()
}

/// The error's text after the file's path.
fn error(bytes: &[u8]) -> String {
    let file = file(bytes);
    let error =
        CsvReader::open(&file.path().into(), &options()).and_then(|reader| reader.unwrap().read_batch(8192));
    let text = error.unwrap_err().to_string();
    let path = file.path().display().to_string();
    assert!(text.contains(&path), "{text} does not name the file");
    text.split_once(&path).unwrap().1.to_owned()
}

#[test]
fn rows_know_their_lines() {
    assert_eq!(lines(b"a,b\n1,2\n3,4\n"), [2, 3]);
    assert_eq!(lines(b"a,b\n1,2\n3,4"), [2, 3], "no line feed at the end");
    assert_eq!(lines(b"a,b\r\n1,2\r\n3,4\r\n5,6"), [2, 3, 4], "CRLF");
    assert_eq!(lines(b"a,b\n\n1,2\n\n\n3,4\n"), [3, 6], "blank lines");
    assert_eq!(lines(b"a,b\r\n\r\n1,2\r\n\r\n3,4\r\n"), [3, 5], "blank lines with CRLF");
    assert_eq!(lines(b"a,b\n1,\"x\ny\nz\"\n3,4\n"), [2, 5], "line feeds in quotes");
    assert_eq!(lines(b"a,b\r\n1,\"x\r\ny\"\r\n3,4\r\n"), [2, 4], "CRLF in quotes");
    assert_eq!(lines(b"a,b\r\n\r\n1,2\n3,4\n\n5,6\r\n7,8"), [3, 4, 6, 7], "all of it mixed");
    let long = format!("a\n{}", "0123456789abcdef\n".repeat(50_000));
    assert!(lines(long.as_bytes()).into_iter().eq(2..8194), "over many reads");
}

#[test]
fn every_column_is_text_and_null_where_the_options_say() {
    let file = file(b"\xef\xbb\xbfa,b\n1,NA\n,\"x,y\"\n");
    let mut reader = CsvReader::open(&file.path().into(), &options()).unwrap().unwrap();
    let batch = reader.read_batch(8192).unwrap().unwrap().rows.batch;
    assert_eq!(batch.schema().field(0).name(), "a", "the byte order mark is no part of the name");
    let (a, b) = (batch.column(0).as_string::<i32>(), batch.column(1).as_string::<i32>());
    assert_eq!((a.value(0), a.is_null(1)), ("1", true));
    assert_eq!((b.is_null(0), b.value(1)), (true, "x,y"));
    assert!(reader.read_batch(8192).unwrap().is_none());
}

#[test]
fn without_a_header_the_first_record_is_a_row() {
    let file = file(b"1;2\n3;4\n");
    let options = CsvFormat { header: false, delimiter: b';', ..options() };
    let mut reader = CsvReader::open(&file.path().into(), &options).unwrap().unwrap();
    let batch = reader.read_batch(8192).unwrap().unwrap().rows;
    assert_eq!(batch.batch.schema().field(1).name(), "column_2");
    assert_eq!(batch.origin.place(0), Some(SourcePlace { row: 1, line: Some(1) }));
    assert_eq!(batch.len(), 2);
}

#[test]
fn a_quote_inside_of_a_bare_field_is_text() {
    assert_eq!(lines(b"a,b\n5\" pipe,2\n3,\"x\ny\"\n4,5\n"), [2, 3, 5]);
    assert_eq!(lines(b"a,b\n5\" pipe,2\n"), [2]);
}

#[test]
fn batches_have_the_rows_that_were_asked_for_and_rows_are_numbered_through() {
    let file = file(b"a\n1\n2\n3\n4\n5\n");
    let mut reader = CsvReader::open(&file.path().into(), &options()).unwrap().unwrap();
    let mut seen = Vec::new();
    while let Some(batch) = reader.read_batch(2).unwrap() {
        let (first, last) = batch.rows.origin.range().unwrap();
        seen.push((first.row, last.row));
    }
    assert_eq!(seen, [(1, 2), (3, 4), (5, 5)]);
}

#[test]
fn ragged_records_can_be_rejected_with_their_place() {
    let file = file(b"a,b\n1,2\n3\n4,5,6\n7,8\n");
    let rejecting = CsvFormat { on_bad: OnBad::Reject, ..options() };
    let mut reader = CsvReader::open(&file.path().into(), &rejecting).unwrap().unwrap();
    let batch = reader.read_batch(8192).unwrap().unwrap();
    assert_eq!(batch.rows.origin.place(1), Some(SourcePlace { row: 4, line: Some(5) }));
    let places: Vec<_> = batch.bad.iter().map(|bad| (bad.place.line, bad.message.as_str())).collect();
    let expected = [(Some(3), "1 field, expected 2"), (Some(4), "3 fields, expected 2")];
    assert_eq!(places, expected);
}

#[test]
fn bad_input_is_named_with_its_line_and_the_fix() {
    assert!(error(b"a,b,a\n").contains(":1: the columns 1 and 3 are both named `a`"));
    assert!(error(b"a,,c\n").contains(":1: column 2 has no name"));
    assert!(error(b"a,b\n1,2\n3\n").contains(":3: 1 field, expected 2: fix the line, or set"));
    assert!(error(b"a,b\n1,\"2\n3,4\n").contains(":2: a quote in this record is not closed"));
    assert!(error(b"a,b\n\"1,2\n3,4\n\"\n5,6\n").contains("a quote on this line is probably not closed"));
    assert!(error(b"a\n1\n2;3,4\n").contains("check the `delimiter`"));
    let latin1 = error(b"a,b\n1,2\n3,M\xfcnchen\n");
    assert!(latin1.contains(":3: column 2 (`b`) is not UTF-8 at byte 1: set the `encoding`"), "{latin1}");
    assert!(error(b"a,b\n1\0,\xfc\0\n").contains("utf-16le"));
    assert!(error(b"a,\xfc\n").contains(":1: column 2"));
}
