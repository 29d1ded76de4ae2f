//! The files are written by the host: a test of `witdock-etl` compares them.

use super::*;

fn words(bytes: &[u8], rows: usize) -> Vec<String> {
    let view = IpcView::new(bytes, rows).unwrap();
    view.iter()
        .map(|value| match value {
            Value::Decimal(decimal) => decimal.to_string(),
            other => format!("{other:?}"),
        })
        .collect()
}

#[test]
fn what_the_host_writes_is_read() {
    assert_eq!(words(include_bytes!("fixtures/decimal.ipc"), 4), ["19.99", "Null", "-0.05", "-99999999.00"]);
    assert_eq!(
        words(include_bytes!("fixtures/list.ipc"), 4),
        ["List([Int(1), Null, Int(-3)])", "Null", "List([])", "List([Int(4)])"]
    );
    assert_eq!(
        words(include_bytes!("fixtures/struct.ipc"), 3),
        [
            r#"Struct({"id": Unsigned(18446744073709551615), "tags": List([Text("a"), Text("ä")]), "real": Float(0.5)})"#,
            r#"Struct({"id": Unsigned(1), "tags": Null, "real": Null})"#,
            "Null"
        ]
    );
    assert_eq!(
        words(include_bytes!("fixtures/map.ipc"), 2),
        [r#"Map({Text("a"): Int(1), Text("b"): Null})"#, "Map({})"]
    );
    assert_eq!(
        words(include_bytes!("fixtures/time.ipc"), 2),
        ["Time { count: 86399999999, unit: Microsecond }", "Null"]
    );
    assert_eq!(
        words(include_bytes!("fixtures/fixed.ipc"), 2),
        ["List([Boolean(true), Boolean(false)])", "List([Null, Boolean(true)])"]
    );
}

#[test]
fn names_lead_to_values_and_not_beyond() {
    let view = IpcView::new(include_bytes!("fixtures/struct.ipc"), 3).unwrap();
    let Value::Struct(first) = view.get(0) else { panic!("{view:?}") };
    assert_eq!((first.get("real"), first.get("none")), (Value::Float(0.5), Value::Null));
    assert_eq!(view.get(3), Value::Null);
}

#[test]
fn bytes_that_are_cut_or_changed_are_an_error_or_other_values() {
    for bytes in [
        &include_bytes!("fixtures/decimal.ipc")[..],
        include_bytes!("fixtures/list.ipc"),
        include_bytes!("fixtures/struct.ipc"),
        include_bytes!("fixtures/map.ipc"),
    ] {
        assert!(IpcView::new(bytes, 99).unwrap_err().contains("values for 99 rows"));
        for length in 0..bytes.len() {
            if let Ok(array) = message::decode(&bytes[..length]) {
                let _ = (0..array.len().min(9)).map(|row| format!("{:?}", array.get(row))).count();
            }
        }
        for place in 0..bytes.len() {
            for bit in 0..8 {
                let mut changed = bytes.to_vec();
                changed[place] ^= 1 << bit;
                if let Ok(array) = message::decode(&changed) {
                    let _ = (0..array.len().min(9)).map(|row| format!("{:?}", array.get(row))).count();
                }
            }
        }
    }
}

#[test]
fn a_decimal_is_written_with_all_of_its_digits() {
    let text = |digits, scale| Decimal { digits, scale }.to_string();
    assert_eq!(text(-5, 2), "-0.05");
    assert_eq!(text(0, 2), "0.00");
    assert_eq!(text(7, 0), "7");
    assert_eq!(text(-7, -2), "-700");
    assert_eq!(text(i128::MIN, 38), "-1.70141183460469231731687303715884105728");
}
