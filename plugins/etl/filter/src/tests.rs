use super::*;
use witdock_etl_guest::builder::{Int32Builder, Utf8Builder};
use witdock_etl_guest::{Field, OutputRows, Session};

fn settings(text: &str) -> String {
    serde_json::json!({ "where": text }).to_string()
}

fn schema() -> Vec<Field> {
    vec![Field::int32("delay").nullable(), Field::utf8("carrier").nullable(), Field::date32("day")]
}

/// Rows that are kept of: 20 AA, 5 UA, null AA, 40 null, -3 B6.
fn kept(text: &str) -> Vec<u32> {
    let mut session = Session::<Filter>::open(schema(), &settings(text)).unwrap();
    let condition = Expression::parse(text).unwrap();
    let columns = condition.columns().into_iter().map(|name| match name {
        "delay" => {
            [Some(20), Some(5), None, Some(40), Some(-3)].into_iter().collect::<Int32Builder>().finish()
        }
        _ => [Some("AA"), Some("UA"), Some("AA"), None, Some("B6")]
            .into_iter()
            .collect::<Utf8Builder>()
            .finish(),
    });
    let output = session.process(5, columns.collect()).unwrap();
    match output.rows {
        OutputRows::All => (0..5).collect(),
        OutputRows::Selected(rows) => rows,
        other => panic!("{other:?}"),
    }
}

fn refused(text: &str) -> String {
    match Session::<Filter>::open(schema(), &settings(text)) {
        Err(error) => format!("{error:?}"),
        Ok(_) => panic!("{text} is taken"),
    }
}

#[test]
fn rows_are_kept_for_which_it_is_true() {
    assert_eq!(kept("delay > 15"), [0, 3]);
    assert_eq!(kept("not delay > 15"), [1, 4], "null is neither");
    assert_eq!(kept("delay > 15 or carrier = 'AA'"), [0, 2, 3]);
    assert_eq!(kept("delay > 15 and carrier = 'AA' or delay < 0"), [0, 4]);
    assert_eq!(kept("delay > 15 and (carrier = 'AA' or delay < 0)"), [0]);
    assert_eq!(kept("carrier in ('UA', 'B6')"), [1, 4]);
    assert_eq!(kept("carrier NOT IN ('UA', 'B6')"), [0, 2]);
    assert_eq!(kept("carrier like '_A' and carrier not like 'A%'"), [1]);
    assert_eq!(kept("carrier is null or delay is not null and delay <> 5"), [0, 3, 4]);
    assert_eq!(kept("delay * 2 + 1 >= -(-41)"), [0, 3]);
    assert_eq!(kept("delay / 0 > 1"), [0_u32; 0], "a division by zero is null");
    assert_eq!(kept("true or delay = 1"), [0, 1, 2, 3, 4]);
}

#[test]
fn what_is_no_condition_is_pointed_at() {
    let told = refused("delay > 15 and carrier = ");
    assert!(told.contains("expected a column, a number, a text or `(` here"), "{told}");
    let told = refused("delay > 'late'");
    assert!(told.contains("`>` cannot compare a number with text") && told.contains("        ^"), "{told}");
    assert!(refused("delay").contains("this is a number; expected true or false"));
    assert!(refused("carrier in ('AA'").contains("expected `,` or `)`"));
    assert!(refused("carrier = 'AA").contains("this ' is never closed"));
    assert!(refused("day is null").contains("conditions support"));
    assert!(refused("delay > 1 delay").contains("`and`, `or` or the end"));
    assert!(refused("delay ! 1").contains("expected `!=`"));
    assert!(refused("dellay > 1").contains("dellay"));
    assert!(refused(&"(".repeat(10_000)).contains("nested more than"));
    assert!(refused(&format!("{}1 = 1", "-".repeat(10_000))).contains("too many signs"));
    assert!(refused("99999999999999999999 = delay").contains("too large"));
}

#[test]
fn a_pattern_of_many_stars_ends() {
    let text = format!("carrier like '{}b'", "%a".repeat(30));
    assert_eq!(kept(&text), [0_u32; 0]);
}
