use super::*;
use serde_json::json;
use witdock_etl_guest::Field;
use witdock_etl_guest::testing::{Processed, Stage, Table};

fn fields() -> Vec<Field> {
    vec![Field::int32("id"), Field::utf8("payload").nullable()]
}

fn open(columns: Value) -> Result<Stage<Flatten>, Error> {
    Stage::open(&fields(), json!({ "column": "payload", "columns": columns }))
}

fn flatten(columns: Value, payloads: &[Option<&str>]) -> Processed {
    let rows =
        payloads.iter().zip(0..).map(|(payload, id)| json!({ "id": id, "payload": payload })).collect();
    open(columns).unwrap().process(&Table::json(&fields(), rows).unwrap()).unwrap()
}

#[test]
fn paths_become_typed_columns_and_what_is_missing_is_null() {
    let columns = json!({
        "user": "user.name",
        "user_id": { "path": "$.user.id", "type": "int64" },
        "mail": "user.\"e-mail\"",
        "first": "tags[0]",
        "last": { "path": "tags[-1]" },
        "tags": "tags",
        "score": { "path": "score", "type": "float64" },
        "ok": { "path": "ok", "type": "boolean" },
        "day": { "path": "day", "type": "date32" },
        "at": { "path": "at", "type": "timestamp-us" },
        "small": { "path": "small", "type": "int32" },
    });
    let full = r#"{"user": {"name": "Ada", "id": 9007199254740993, "e-mail": "a@b"}, "tags": ["x", {"y": 1}], "score": 1,
        "ok": true, "day": "2013-01-31", "at": "2013-01-31T01:00:00+01:00", "small": 5.0}"#;
    let texts =
        r#"{"user": {"name": 7, "id": "42"}, "tags": [], "score": "1e3", "ok": "false", "small": "-1"}"#;
    let processed = flatten(columns, &[Some(full), Some(texts), Some("{\"user\": null}"), None, Some("[]")]);
    assert_eq!(processed.rejected, []);
    let rows = processed.json();
    assert_eq!(
        rows[0],
        json!({ "id": 0, "user": "Ada", "user_id": 9_007_199_254_740_993_i64, "mail": "a@b", "first": "x",
            "last": "{\"y\":1}", "tags": "[\"x\",{\"y\":1}]", "score": 1.0, "ok": true, "day": "2013-01-31",
            "at": "2013-01-31T00:00:00Z", "small": 5 })
    );
    assert_eq!(
        rows[1],
        json!({ "id": 1, "user": "7", "user_id": 42, "mail": null, "first": null, "last": null, "tags": "[]",
            "score": 1000.0, "ok": false, "day": null, "at": null, "small": -1 })
    );
    for row in 2..5 {
        assert!(rows[row].as_object().unwrap().iter().all(|(name, value)| name == "id" || value.is_null()));
    }
}

#[test]
fn one_row_comes_out_for_each_element() {
    let columns = json!({ "sku": "order.items[].sku", "n": { "path": "order.items[].n", "type": "int32" }, "who": "who" });
    let processed = flatten(
        columns,
        &[
            Some(r#"{"who": "a", "order": {"items": [{"sku": "x", "n": 1}, {"sku": "y"}]}}"#),
            Some(r#"{"who": "b", "order": {"items": []}}"#),
            Some(r#"{"who": "c", "order": {"items": {"sku": "x"}}}"#),
            Some(r#"{"who": "d", "order": {"items": [{"n": 1}, {"n": "many"}]}}"#),
            Some(r#"{"who": "e"}"#),
        ],
    );
    assert_eq!(
        processed.json(),
        json!([
            { "id": 0, "sku": "x", "n": 1, "who": "a" },
            { "id": 0, "sku": "y", "n": null, "who": "a" },
            { "id": 1, "sku": null, "n": null, "who": "b" },
            { "id": 4, "sku": null, "n": null, "who": "e" },
        ])
    );
    assert_eq!(processed.codes(), [(2, "wrong-type"), (3, "wrong-type")]);
    assert_eq!(
        processed.messages(),
        [
            "`order.items[].sku` iterates over {\"sku\":\"x\"}, which is not an array",
            "`order.items[].n` is \"many\"; expected int32"
        ]
    );
    let numbers = flatten(json!({ "n": { "path": "[]", "type": "int32" } }), &[Some("[1, 2]")]);
    assert_eq!(numbers.json(), json!([{ "id": 0, "n": 1 }, { "id": 0, "n": 2 }]));
}

#[test]
fn bad_json_and_wrong_types_are_rejected_with_the_reason() {
    let columns = json!({ "n": { "path": "n", "type": "int32", "required": true } });
    let deep = "[".repeat(1000);
    let bad = [
        "{\"n\": 1",
        "",
        "nothing",
        "{\"n\": 1} {}",
        &deep,
        "{\"n\": 2.5}",
        "{\"n\": 3000000000}",
        "{\"n\": null}",
        "{}",
    ];
    let payloads: Vec<_> = bad.iter().map(|text| Some(*text)).chain([None, Some("{\"n\": 1}")]).collect();
    let processed = flatten(columns, &payloads);
    assert_eq!(processed.json(), json!([{ "id": 10, "n": 1 }]));
    assert!(!processed.table.fields()[1].nullable);
    let codes: Vec<_> = processed.codes().iter().map(|(_, code)| *code).collect();
    assert_eq!(codes, [["bad-json"; 5].as_slice(), &["wrong-type"; 2], &["missing-value"; 3]].concat());
    assert_eq!(processed.messages()[0], "payload: EOF while parsing an object at line 1 column 7");
    assert_eq!(processed.messages()[4], "payload: recursion limit exceeded at line 1 column 128");
    assert_eq!(processed.messages()[5], "`n` is 2.5; expected int32");
    assert_eq!(processed.messages()[7], "`n` is required, but missing");
}

#[test]
fn settings_that_do_not_fit_are_refused() {
    let refused = |columns: Value, expected: &str| {
        assert_eq!(open(columns).err(), Some(Error::Settings(expected.to_owned())));
    };
    refused(json!({}), "`columns` must name at least one column, such as user = \"user.name\"");
    refused(json!({ "a": { "type": "int32" } }), "column `a`: missing field `path`");
    refused(
        json!({ "a": { "path": "a", "typ": "int32" } }),
        "column `a`: unknown field `typ`, expected one of `path`, `type`, `required`",
    );
    let types = "expected one of `utf8`, `boolean`, `int32`, `int64`, `float64`, `date32`, `timestamp-us`";
    refused(
        json!({ "a": { "path": "a", "type": "int" } }),
        &format!("column `a`: unknown variant `int`, {types}"),
    );
    for (path, problem) in [
        ("", "expected a name at character 1"),
        ("a..b", "expected a name at character 3"),
        ("é.", "expected a name at character 3"),
        ("a[x]", "expected a whole number and `]` at character 3"),
        ("a[1", "expected a whole number and `]` at character 3"),
        ("a]", "expected `.` or `[` at character 2"),
        ("\"a", "expected a name at character 1"),
        ("a[].b[]", "a path can iterate over one array only at character 6"),
    ] {
        refused(json!({ "a": path }), &format!("column `a`: the path `{path}`: {problem}"));
    }
    refused(
        json!({ "a": "x[].a", "b": "y[].b" }),
        "column `b`: `y[].b` and `x[].a` iterate over different arrays",
    );
    let twice = "the output would have two columns `id`".to_owned();
    assert_eq!(open(json!({ "id": "id" })).err(), Some(Error::Schema(twice)));
}
