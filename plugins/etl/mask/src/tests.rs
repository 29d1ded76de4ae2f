use super::*;
use serde_json::json;
use witdock_etl_guest::Field;
use witdock_etl_guest::testing::{Stage, Table};

/// What one text becomes.
fn masked(mask: Value, text: &str) -> String {
    let table = Table::json(&[Field::utf8("text")], json!([{ "text": text }])).unwrap();
    let settings = json!({ "columns": { "text": mask } });
    let processed = Stage::<MaskColumns>::over(&table, settings).unwrap().process(&table).unwrap();
    processed.json()[0]["text"].as_str().unwrap().to_owned()
}

#[test]
fn columns_are_masked_where_they_stand_and_nulls_stay() {
    let fields = [Field::utf8("email"), Field::int32("age"), Field::utf8("phone").nullable()];
    let rows = json!([
        { "email": "ada@example.org", "age": 36, "phone": "+44 20 7946-0958" },
        { "email": "é", "age": 1, "phone": null },
        { "email": "ada@example.org", "age": 3, "phone": "12 34" },
    ]);
    // The setting's order is not the columns'.
    let settings = json!({ "columns": { "phone": "partial", "email": "hash" }, "salt": "s" });
    let mut stage = Stage::<MaskColumns>::open(&fields, settings).unwrap();
    assert_eq!(stage.output(), fields);
    let processed = stage.process(&Table::json(&fields, rows).unwrap()).unwrap();
    // As `printf 'sada@example.org' | sha256sum` says.
    let hash = "a13749c37b93f769ecab8518733f91e8eaca0c0196173f9e9842633ff8d03705";
    let out = processed.json();
    assert_eq!(
        (&out[0]["phone"], &out[1]["phone"], &out[2]["phone"]),
        (&json!("+** ** ****-0958"), &Value::Null, &json!("** **"))
    );
    assert_eq!((&out[0]["email"], &out[2]["email"], &out[1]["age"]), (&json!(hash), &json!(hash), &json!(1)));
}

#[test]
fn a_hash_is_sha_256_and_with_a_key_hmac() {
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(masked(json!("hash"), "abc"), abc);
    // RFC 4231, test case 2.
    let keyed = Settings {
        columns: [("a".to_owned(), json!("hash"))].into_iter().collect(),
        salt: None,
        key: Some("Jefe".to_owned()),
    };
    let mut text = String::new();
    keyed.masks().unwrap()[0].1.write("what do ya want for nothing?", &mut text);
    assert_eq!(text, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

#[test]
fn a_mask_hides_what_it_says() {
    assert_eq!(masked(json!("redact"), ""), "***");
    assert_eq!(masked(json!("redact"), "Ada"), "***");
    assert_eq!(masked(json!("partial"), "ada@example.org"), "***@******e.org");
    assert_eq!(masked(json!({ "partial": 6 }), "4111 1111 1111 1234"), "**** **** **11 1234");
    assert_eq!(masked(json!({ "partial": 0 }), "Ada"), "***");
    // Letters of any script, and marks that are none: as `\p{L}` and `\p{N}` have it.
    assert_eq!(masked(json!("partial"), "Ådaéжसे½x!"), "****жसे½x!");
    assert_eq!(masked(json!("email"), "ada@example.org"), "a***@example.org");
    assert_eq!(masked(json!("email"), "a@b"), "***@b");
    assert_eq!(masked(json!("email"), "not an address"), "***");
}

#[test]
fn settings_that_do_not_fit_are_refused() {
    let fields = [Field::utf8("email"), Field::int32("age")];
    let refused = |settings: Value, error: fn(String) -> Error, expected: &str| {
        assert_eq!(Stage::<MaskColumns>::open(&fields, settings).err(), Some(error(expected.to_owned())));
    };
    refused(json!({}), Error::Settings, "missing field `columns`");
    refused(json!({ "columns": "email" }), Error::Settings, "invalid type: string \"email\", expected a map");
    refused(
        json!({ "columns": {}, "slat": "" }),
        Error::Settings,
        "unknown field `slat`, expected one of `columns`, `salt`, `key`",
    );
    let names = "`hash`, `redact`, `partial`, `email`";
    refused(
        json!({ "columns": { "email": "hide" } }),
        Error::Settings,
        &format!("column `email`: unknown mask `hide`; expected {names}"),
    );
    refused(
        json!({ "columns": { "email": { "partial": -1 } } }),
        Error::Settings,
        &format!("column `email`: {{\"partial\":-1}} is not a mask; expected {names}, or {{ partial = 6 }}"),
    );
    refused(
        json!({ "columns": {}, "salt": "a", "key": "b" }),
        Error::Settings,
        "`salt` and `key` exclude each other; set one of them",
    );
    refused(json!({ "columns": {}, "key": "" }), Error::Settings, "`key` is empty; set a secret key");
    refused(
        json!({ "columns": { "name": "hash" } }),
        Error::Schema,
        "there is no column `name`; the columns are email, age",
    );
    refused(json!({ "columns": { "age": "hash" } }), Error::Schema, "column `age` is int32; expected utf8");
}
