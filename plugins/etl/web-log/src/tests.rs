use super::*;
use serde_json::{Value, json};
use witdock_etl_guest::Field;
use witdock_etl_guest::testing::{Processed, Stage, Table};

fn fields() -> Vec<Field> {
    vec![Field::int32("shard"), Field::utf8("line").nullable()]
}

fn parse(lines: &[Option<&str>]) -> Processed {
    let rows = lines.iter().map(|line| json!({ "shard": 7, "line": line })).collect();
    let table = Table::json(&fields(), rows).unwrap();
    Stage::<WebLog>::over(&table, json!({})).unwrap().process(&table).unwrap()
}

struct Parts<'a> {
    time: &'a str,
    request: &'a str,
    status: &'a str,
    bytes: &'a str,
    end: &'a str,
}

const GOOD: Parts<'_> = Parts {
    time: "10/Oct/2023:13:55:36 -0700",
    request: "GET /a?b=1 HTTP/1.1",
    status: "200",
    bytes: "2326",
    end: "",
};

fn line(Parts { time, request, status, bytes, end }: Parts<'_>) -> String {
    format!("203.0.113.9 - - [{time}] \"{request}\" {status} {bytes}{end}")
}

#[test]
fn common_log_format_has_no_referrer_and_no_user_agent() {
    let processed = parse(&[Some(&line(GOOD))]);
    assert_eq!(processed.rejected, []);
    assert_eq!(
        processed.json(),
        json!([{
            "shard": 7,
            "ip": "203.0.113.9",
            "time": "2023-10-10T20:55:36Z",
            "method": "GET",
            "path": "/a?b=1",
            "status": 200,
            "bytes": 2326,
            "referrer": null,
            "user_agent": null,
        }])
    );
}

#[test]
fn combined_log_format_has_both_with_quotes_escaped() {
    let processed = parse(&[
        Some(&line(Parts { end: r#" "https://example.org/é" "an \"agent\" \\ 1""#, ..GOOD })),
        Some(&line(Parts { end: r#" "-" "curl" "#, bytes: "-", ..GOOD })),
        Some(r#"::1 - ada [the] lovelace [29/Feb/2024:00:00:00 +0530] "OPTIONS *" 204 0 "-" "-""#),
    ]);
    let rows = processed.json();
    let both = |row: usize| (&rows[row]["referrer"], &rows[row]["user_agent"]);
    assert_eq!(both(0), (&json!("https://example.org/é"), &json!("an \"agent\" \\ 1")));
    assert_eq!(both(1), (&Value::Null, &json!("curl")));
    assert_eq!(both(2), (&Value::Null, &Value::Null));
    assert_eq!(rows[1]["bytes"], Value::Null);
    assert_eq!(
        (&rows[2]["ip"], &rows[2]["method"], &rows[2]["path"]),
        (&json!("::1"), &json!("OPTIONS"), &json!("*"))
    );
    assert_eq!(rows[2]["time"], "2024-02-28T18:30:00Z");
}

#[test]
fn a_line_that_is_none_is_rejected_with_what_is_wrong() {
    let time = |time| line(Parts { time, ..GOOD });
    let request = |request| line(Parts { request, ..GOOD });
    let bytes = |bytes| line(Parts { bytes, ..GOOD });
    let bad = [
        (String::new(), "not-a-log-line"),
        ("hello".to_owned(), "not-a-log-line"),
        (line(Parts { end: " extra", ..GOOD }), "not-a-log-line"),
        (line(Parts { end: " \"-\"", ..GOOD }), "not-a-log-line"),
        (line(Parts { end: " \"-\" \"open", ..GOOD }), "not-a-log-line"),
        ("::1 - [10/Oct/2023:13:55:36 -0700] \"GET /\" 200 0".to_owned(), "not-a-log-line"),
        (time("30/Feb/2023:13:55:36 -0700"), "bad-time"),
        (time("10/Okt/2023:13:55:36 -0700"), "bad-time"),
        (time("10/Oct/2023:24:00:00 -0700"), "bad-time"),
        (time("10/Oct/2023:13:55:36"), "bad-time"),
        (time("10/Oct/2023:13:55:36 -0760"), "bad-time"),
        (request("-"), "bad-request"),
        (request(r"\x16\x03"), "bad-request"),
        (request("get / HTTP/1.1"), "bad-request"),
        (request("GET / HTTP/11"), "bad-request"),
        (request("GET  / HTTP/1.1"), "bad-request"),
        (line(Parts { status: "999", ..GOOD }), "bad-status"),
        (bytes("many"), "bad-bytes"),
        (bytes("9999999999999999999"), "bad-bytes"),
    ];
    let good = line(GOOD);
    let mut lines = vec![Some(&*good), None];
    lines.extend(bad.iter().map(|(line, _)| Some(&**line)));
    lines.push(Some(&good));
    let processed = parse(&lines);
    assert_eq!(processed.table.len(), 2);
    let expected = std::iter::once("not-a-log-line").chain(bad.iter().map(|(_, code)| *code));
    assert_eq!(processed.codes(), (1..).zip(expected).collect::<Vec<_>>());
    assert_eq!(processed.messages()[13], r"`\x16\x03` is not a request such as GET / HTTP/1.1");
}

#[test]
fn the_column_of_lines_has_a_name_and_may_stay() {
    let open = |settings: Value| Stage::<WebLog>::open(&[Field::utf8("line"), Field::utf8("raw")], settings);
    let first = |settings: Value, count| {
        let stage = open(settings).unwrap();
        stage.output().iter().take(count).map(|field| field.name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(first(json!({}), 2), ["raw", "ip"]);
    assert_eq!(first(json!({ "column": "raw", "keep": true }), 3), ["line", "raw", "ip"]);
    let missing = "there is no column `x`; the columns are line, raw".to_owned();
    assert_eq!(open(json!({ "column": "x" })).err(), Some(Error::Schema(missing)));
    let unknown = "unknown field `colunm`, expected `column` or `keep`".to_owned();
    assert_eq!(open(json!({ "colunm": "x" })).err(), Some(Error::Settings(unknown)));
}
