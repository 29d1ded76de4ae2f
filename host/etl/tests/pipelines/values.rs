//! Values from the source to the sink: exact, or rejected with the column and the reason.

use std::fs;

use serde_json::Value;

use crate::project::{Project, sink, stage};

/// A pipeline from a file of JSON Lines with this text to another one.
fn jsonl(text: &str, source: &str) -> Project {
    let source = format!("format = \"jsonl\"\npath = \"in.jsonl\"\n{source}");
    let project = Project::of_source(&source, &sink("jsonl", "out.jsonl"));
    fs::write(project.path("in.jsonl"), text).unwrap();
    project
}

/// The code and the message of each rejected row.
fn rejected(project: &Project) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let rows = project.jsonl("pipeline.rejected.jsonl");
    rows.iter().map(|row| (text(&row["code"]), text(&row["message"]))).collect()
}

#[test]
fn a_number_of_a_later_file_is_not_cut() {
    let two = |more: &str| {
        let source = format!("format = \"jsonl\"\npath = \"in\"\n{more}");
        let project = Project::of_source(&source, &sink("jsonl", "out.jsonl"));
        fs::create_dir(project.path("in")).unwrap();
        fs::write(project.path("in/1.jsonl"), "{\"price\":1}\n").unwrap();
        fs::write(project.path("in/2.jsonl"), "{\"price\":19.99}\n").unwrap();
        project
    };
    let project = two("");
    let error = project.error(&["run", "pipeline.toml"]);
    assert!(error.contains("in/2.jsonl:1: column `price`: `19.99` is not int64"), "{error}");
    assert!(error.contains("`columns`") && error.contains("on_bad"), "{error}");
    // What the message advises is right.
    let project = two("columns = { price = \"float64\" }");
    project.run(&[]);
    assert_eq!(project.read("out.jsonl"), "{\"price\":1.0}\n{\"price\":19.99}\n");
    for more in ["", "columns = { price = \"int64\" }\n"] {
        let project = two(&format!("{more}on_bad = \"reject\""));
        project.run(&[]);
        assert_eq!(project.read("out.jsonl"), "{\"price\":1}\n");
        let reason = "column `price`: `19.99` is not int64".to_owned();
        assert_eq!(rejected(&project), [("schema".to_owned(), reason)]);
    }
}

#[test]
fn a_number_after_the_lines_that_set_the_types_is_not_cut() {
    let text = "{\"a\":{\"b\":1}}\n".repeat(10_000) + "{\"a\":{\"b\":1.5}}\n";
    let project = jsonl(&text, "on_bad = \"reject\"");
    assert_eq!(project.summary(&[])["rows_out"], 10_000);
    assert_eq!(rejected(&project)[0].1, "column `a.b`: `1.5` is not int64");
}

#[test]
fn long_integers_are_exact() {
    let text = "{\"a\":18446744073709551615,\"b\":123456789012345678901234567890}\n";
    let project = jsonl(text, "");
    project.run(&[]);
    let expected = "{\"a\":18446744073709551615,\"b\":\"123456789012345678901234567890\"}\n";
    assert_eq!(project.read("out.jsonl"), expected);
    let project = jsonl(text, "columns = { a = \"int64\", b = \"float64\" }\non_bad = \"reject\"");
    project.run(&[]);
    assert_eq!(project.read("out.jsonl"), "");
    assert_eq!(rejected(&project)[0].1, "column `a`: `18446744073709551615` is not int64");
}

#[test]
fn mixed_scalars_are_text() {
    let text = "{\"a\":1}\n{\"a\":\"x\"}\n{\"a\":true}\n{\"a\":1.50}\n{\"a\":null}\n";
    let expected = "{\"a\":\"1\"}\n{\"a\":\"x\"}\n{\"a\":\"true\"}\n{\"a\":\"1.50\"}\n{\"a\":null}\n";
    for source in ["", "columns = { a = \"utf8\" }"] {
        let project = jsonl(text, source);
        project.run(&[]);
        assert_eq!(project.read("out.jsonl"), expected);
    }
}

#[test]
fn a_scalar_beside_an_object_is_a_bad_record() {
    let text = "{\"a\":{\"b\":1}}\n{\"a\":2}\n{\"a\":{\"b\":3}}\n";
    let error = jsonl(text, "").error(&["run", "pipeline.toml"]);
    assert!(error.contains("in.jsonl:2: column `a`"), "{error}");
    let project = jsonl(text, "on_bad = \"reject\"");
    project.run(&[]);
    assert_eq!(project.read("out.jsonl"), "{\"a\":{\"b\":1}}\n{\"a\":{\"b\":3}}\n");
    assert_eq!(rejected(&project).len(), 1);
    // As text, each is there as it is written.
    let project = jsonl(text, "columns = { a = \"utf8\" }");
    project.run(&[]);
    assert_eq!(project.jsonl("out.jsonl")[0]["a"], "{\"b\":1}");
}

#[test]
fn two_values_of_one_key_are_a_bad_record() {
    let text = "{\"a\":1,\"a\":2}\n{\"a\":3}\n{\"a\":4,\"\\u0061\":5}\n";
    let error = jsonl(text, "").error(&["run", "pipeline.toml"]);
    assert!(error.contains("in.jsonl:1: column `a`: the record has two values"), "{error}");
    let project = jsonl(text, "on_bad = \"reject\"");
    project.run(&[]);
    assert_eq!(project.read("out.jsonl"), "{\"a\":3}\n");
}

#[test]
fn a_line_that_is_too_long_is_rejected() {
    let long = format!("{{\"a\":\"{}\"}}", "x".repeat(65 << 20));
    let project = jsonl(&format!("{{\"a\":\"1\"}}\n{long}\n{{\"a\":\"2\"}}\n"), "on_bad = \"reject\"");
    project.run(&[]);
    assert_eq!(project.read("out.jsonl"), "{\"a\":\"1\"}\n{\"a\":\"2\"}\n");
    assert_eq!(rejected(&project), [("bad-json".to_owned(), "the record is longer than 64 MiB".to_owned())]);
    let line = &project.jsonl("pipeline.rejected.jsonl")[0];
    assert_eq!((&line["line"], line["text"].as_str().unwrap().len()), (&Value::from(2), 1000));
}

#[test]
fn json_lines_with_a_byte_order_mark_are_read() {
    let project = jsonl("\u{feff}{\"a\":1}\n", "");
    project.run(&[]);
    assert_eq!(project.read("out.jsonl"), "{\"a\":1}\n");
}

#[test]
fn a_stage_gets_values_of_its_types_or_the_row_is_rejected() {
    let filter = |columns: &str| {
        let input = format!("input = {{ on_drift = \"quarantine\", columns = {{ {columns} }} }}\n");
        let stage = stage("filter", "plugins/etl/filter", "settings = { where = \"n is not null\" }\n");
        let source = "format = \"jsonl\"\npath = \"in.jsonl\"";
        Project::of_source(source, &format!("{stage}{input}{}", sink("jsonl", "out.jsonl")))
    };
    let project = filter("n = \"int64\"");
    fs::write(project.path("in.jsonl"), "{\"n\":1.0}\n{\"n\":1.5}\n{\"n\":1e19}\n{\"n\":null}\n").unwrap();
    assert_eq!(project.summary(&[])["rejected"], 2);
    assert_eq!(project.read("out.jsonl"), "{\"n\":1}\n");
    let reasons = ["column `n`: `1.5` is not int64", "column `n`: `1e19` is not int64"];
    assert_eq!(rejected(&project), reasons.map(|reason| ("schema".to_owned(), reason.to_owned())));

    let project = filter("n = \"int32\", day = \"date32\"");
    let text = "{\"n\":1,\"day\":\"2013-01-02\"}\n{\"n\":1,\"day\":\"2013-01-02T03:04:05\"}\n{\"n\":1,\"day\":\"2013-02-30\"}\n";
    fs::write(project.path("in.jsonl"), text).unwrap();
    assert_eq!(project.summary(&[])["rejected"], 2);
    assert_eq!(project.read("out.jsonl"), "{\"n\":1,\"day\":\"2013-01-02\"}\n");
}

/// A pipeline from a CSV file with these bytes to JSON Lines.
fn csv(bytes: &[u8], source: &str) -> Project {
    let project = Project::of_source(
        &format!("format = \"csv\"\npath = \"in.csv\"\n{source}"),
        &sink("jsonl", "out.jsonl"),
    );
    fs::write(project.path("in.csv"), bytes).unwrap();
    project
}

/// What comes out, a line for each row.
fn out(project: &Project) -> Vec<String> {
    project.run(&[]);
    project.read("out.jsonl").lines().map(str::to_owned).collect()
}

#[test]
fn a_quote_in_the_middle_is_never_altered() {
    let text = br#"a,b
1,"bad"tail
2,"say \"hi\""
3,5" nail
"#;
    let error = csv(text, "").error(&["run", "pipeline.toml"]);
    let parts =
        ["in.csv:2: text follows the closing quote of column 2", "`escape`", "`quote = \"\"`", "on_bad"];
    for part in parts {
        assert!(error.contains(part), "{error}");
    }
    let project = csv(text, "on_bad = \"reject\"");
    assert_eq!(out(&project), [r#"{"a":"3","b":"5\" nail"}"#]);
    let lines = project.jsonl("pipeline.rejected.jsonl");
    assert_eq!(lines[0]["text"], "1,\"bad\"tail");
    assert_eq!((&lines[1]["code"], &lines[1]["line"]), (&Value::from("quotes"), &Value::from(3)));
    // The settings that the message names are right.
    let project = csv(b"a,b\n2,\"say \\\"hi\\\"\"\n", "escape = \"\\\\\"");
    assert_eq!(out(&project), [r#"{"a":"2","b":"say \"hi\""}"#]);
    let project = csv(b"a,b\n1,\"bad\"tail\n", "quote = \"\"");
    assert_eq!(out(&project), [r#"{"a":"1","b":"\"bad\"tail"}"#]);
}

#[test]
fn a_final_newline_makes_no_difference() {
    let text = "a,b\n1,5\" nail\n2,\"multi\nline\"";
    let expected = [r#"{"a":"1","b":"5\" nail"}"#, r#"{"a":"2","b":"multi\nline"}"#];
    assert_eq!(out(&csv(text.as_bytes(), "")), expected);
    assert_eq!(out(&csv(format!("{text}\n").as_bytes(), "")), expected);
}

#[test]
fn a_stray_quote_costs_its_line_and_not_the_file() {
    let mut text = "a,b\n1,\"5 inch\n".to_owned();
    while text.len() < 70 << 20 {
        text.push_str(&"2,0123456789012345678901234567890123456789\n".repeat(1000));
    }
    let project = csv(text.as_bytes(), "on_bad = \"reject\"\nbatch_rows = 65536");
    let summary = project.summary(&[]);
    let rows = Value::from(text.lines().count() - 1);
    assert_eq!((&summary["rejected"], &summary["rows_read"]), (&Value::from(1), &rows));
    assert_eq!(rejected(&project), [("quotes".to_owned(), "a quote is not closed".to_owned())]);
    let error = csv(b"a,b\n1,\"5 inch\n2,x\n", "").error(&["run", "pipeline.toml"]);
    assert!(error.contains("in.csv:2: a quote in this record is not closed"), "{error}");
}

#[test]
fn a_csv_file_is_read_as_its_dialect_says() {
    let text = b"produced by x\n# notes\n'it''s';2\n# more\nb;3\n";
    let source = r##"
delimiter = ";"
quote = "'"
comment = "#"
skip_lines = 1
header = false
names = ["a", "n"]
columns = { n = "int64" }
"##;
    assert_eq!(out(&csv(text, source)), [r#"{"a":"it's","n":2}"#, r#"{"a":"b","n":3}"#]);
    // With a header, the names replace it.
    let project = csv(b"x,x\n1,2\n", "header = true\nnames = [\"a\", \"b\"]");
    assert_eq!(out(&project), [r#"{"a":"1","b":"2"}"#]);
    let error = csv(b"x,x\n1,2\n", "").error(&["run", "pipeline.toml"]);
    assert!(error.contains("the columns 1 and 2 are both named `x`") && error.contains("`names`"), "{error}");
    let error = csv(b"1,2\n", "header = false\nnames = [\"a\"]").error(&["run", "pipeline.toml"]);
    assert!(error.contains("has 2 columns, and `names` of [source] has 1"), "{error}");
    let error = csv(b"1,2\n", "names = [\"a\", \"b\"]").error(&["run", "pipeline.toml"]);
    assert!(error.contains("`names` is given, and not whether the file has a header"), "{error}");
    let error = csv(b"a\n1\n", "skip_lines = 9000000000000000000").error(&["run", "pipeline.toml"]);
    assert!(error.contains("is empty, so its columns are not known"), "{error}");
    assert_eq!(out(&csv(b"sep=;\r\na;b\r\n1;2\r\n", "")), [r#"{"a":"1","b":"2"}"#]);
    assert_eq!(out(&csv(b"a\n1\n\n3\n", "")).len(), 3, "a blank line is a row of one column");
    let error = csv(b"a\n", "quote = \"'\"\ndelimiter = \"'\"").error(&["run", "pipeline.toml"]);
    assert!(error.contains("`quote` and `delimiter` are the same character"), "{error}");
}

#[test]
fn text_of_another_encoding_is_read() {
    let expected = ["{\"a\":\"München\"}"];
    let error = csv(b"a\nM\xfcnchen\n", "").error(&["run", "pipeline.toml"]);
    assert!(error.contains("is not UTF-8 at byte 1: set the `encoding`"), "{error}");
    assert_eq!(out(&csv(b"a\nM\xfcnchen\n", "encoding = \"latin1\"")), expected);
    let utf16: Vec<u8> = "\u{feff}a\nMünchen\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(out(&csv(&utf16, "")), expected, "its byte order mark says what it is");
    let error = csv(b"a\n", "encoding = \"latin-17\"").error(&["run", "pipeline.toml"]);
    assert!(error.contains("unknown encoding `latin-17`"), "{error}");
    let project = csv(b"a,b\n\x81,x\n1,y\n", "encoding = \"shift_jis\"\non_bad = \"reject\"");
    assert_eq!(out(&project), [r#"{"a":"1","b":"y"}"#]);
    assert_eq!(rejected(&project)[0].1, "`a` is not Shift_JIS at byte 0");
    let project = jsonl("", "encoding = \"windows-1252\"");
    fs::write(project.path("in.jsonl"), b"{\"a\":\"M\xfcnchen\"}\n").unwrap();
    assert_eq!(out(&project), expected);
}

#[test]
fn what_is_no_text_is_told_and_never_sent_to_iconv() {
    for (bytes, part) in [
        (&b"PK\x03\x04\x14\x00\x00\x00\x08\x00\x00"[..], "it is a zip archive"),
        (b"PAR1\x15\x04\x15\x00\x00\x00\x00", "set `format = \"parquet\"`"),
        (b"a\0,\0b\0\n\0\xfc\0,\0\xfc\0\n\0", "encoding = \"utf-16le\""),
    ] {
        let error = csv(bytes, "").error(&["run", "pipeline.toml"]);
        assert!(error.contains(part) && !error.contains("iconv"), "{error}");
    }
}

#[test]
fn csv_values_have_the_types_that_the_pipeline_gives() {
    let text = b"id,price,day,ok,at\n1,19.99,2013-01-02,true,2013-01-02T03:04:05.000001Z\n\
                 2,,,,\n3.5,1,,,\n4,1e400,,,\n";
    let types = "columns = { id = \"int64\", price = \"float64\", day = \"date32\", ok = \"boolean\", \
                 at = \"timestamp-us\" }";
    let error = csv(text, types).error(&["run", "pipeline.toml"]);
    assert!(
        error.contains("in.csv:4: column `id`: `3.5` is not int64") && error.contains("`columns`"),
        "{error}"
    );
    let project = csv(text, &format!("{types}\non_bad = \"reject\""));
    let expected = [
        r#"{"id":1,"price":19.99,"day":"2013-01-02","ok":true,"at":"2013-01-02T03:04:05.000001Z"}"#,
        r#"{"id":2,"price":null,"day":null,"ok":null,"at":null}"#,
    ];
    assert_eq!(out(&project), expected);
    let reasons = ["column `id`: `3.5` is not int64", "column `price`: `1e400` is not float64"];
    assert_eq!(rejected(&project), reasons.map(|reason| ("schema".to_owned(), reason.to_owned())));
    let error = csv(b"a\n1\n", "columns = { b = \"int64\" }").error(&["run", "pipeline.toml"]);
    assert!(error.contains("has no column `b`, which `columns` of [source] names; it has a"), "{error}");
}

#[test]
fn json_values_of_a_list_are_rows() {
    let project = Project::of_source("format = \"json\"\npath = \"in.json\"", &sink("jsonl", "out.jsonl"));
    let text = "[\n  {\n    \"a\": 1\n  },\n  {\n    \"a\": 2\n  }\n]\n";
    fs::write(project.path("in.json"), text).unwrap();
    assert_eq!(out(&project), ["{\"a\":1}", "{\"a\":2}"]);
    let error = jsonl("[{\"a\":1}]\n", "").error(&["run", "pipeline.toml"]);
    assert!(error.contains("set `format = \"json\"`"), "{error}");
}

#[test]
fn decimals_have_every_digit() {
    let text = "{\"a\":19.99}\n{\"a\":\"1234567890123456.78\"}\n{\"a\":0.001}\n{\"a\":1e20}\n";
    let project = jsonl(text, "columns = { a = \"decimal(18, 2)\" }\non_bad = \"reject\"");
    assert_eq!(out(&project), ["{\"a\":19.99}", "{\"a\":1234567890123456.78}"]);
    let reasons = ["column `a`: `0.001` is not decimal(18, 2)", "column `a`: `1e20` is not decimal(18, 2)"];
    assert_eq!(rejected(&project), reasons.map(|reason| ("schema".to_owned(), reason.to_owned())));
    let project = csv(b"a\n19.990\n19.999\n", "columns = { a = \"decimal(10, 2)\" }\non_bad = \"reject\"");
    assert_eq!(out(&project), ["{\"a\":19.99}"]);
    let error = csv(b"a\n1\n", "columns = { a = \"decimal(99, 2)\" }").error(&["run", "pipeline.toml"]);
    assert!(error.contains("unknown type `decimal(99, 2)`; valid types are"), "{error}");
}
