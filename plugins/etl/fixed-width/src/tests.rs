use super::*;
use witdock_etl_guest::source::read_all;

const COLUMNS: &str = r#""columns": [{"name": "station", "from": 1, "to": 4},
    {"name": "celsius", "from": 6, "to": 10, "type": "float64"}, {"name": "count", "from": 11, "to": 13, "type": "int64"}]"#;

fn settings(folder: &Path) -> String {
    format!(r#"{{"folder": {:?}, "suffix": ".txt", "skip_lines": 1, {COLUMNS}}}"#, folder)
}

#[test]
fn files_are_units_and_bad_lines_are_told_with_their_place() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &[u8]| fs::write(folder.path().join(name), text).unwrap();
    write("b.txt", b"head\nZ\xc3\xbcri  -1.5  7\r\nBERN  warm  1\n\nB\xffRN\n");
    write("a.txt", b"head\nOSLO     2\n");
    write("a.csv", b"not for us");
    let units = read_all::<FixedWidth>(&settings(folder.path()), 100).unwrap();
    assert_eq!(units.iter().map(|(unit, _)| unit.id.as_str()).collect::<Vec<_>>(), ["a.txt", "b.txt"]);
    let chunk = &units[1].1[0];
    let text = [Some("Züri"), None].into_iter().collect::<Utf8Builder>().finish();
    let celsius = [Some(-1.5), None].into_iter().collect::<Float64Builder>().finish();
    let count = [Some(7), None].into_iter().collect::<Int64Builder>().finish();
    assert_eq!(chunk.rows.columns, [text, celsius, count]);
    assert_eq!(chunk.numbers, [1, 3]);
    let bad: Vec<_> = chunk.bad.iter().map(|bad| (bad.number, bad.line, bad.message.as_str())).collect();
    assert_eq!(
        bad,
        [
            (2, Some(3), "column `celsius`: `warm` is not a number"),
            (4, Some(5), "invalid UTF-8 at byte 2 of the line")
        ]
    );
}

#[test]
fn places_that_are_none_are_refused() {
    let refused =
        read_all::<FixedWidth>(r#"{"columns": [{"name": "a", "from": 0, "to": 1}]}"#, 1).unwrap_err();
    assert!(matches!(refused, Error::Settings(text) if text.contains("from 0 to 1")));
}
