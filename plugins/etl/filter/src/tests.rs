use super::*;
use witdock_etl_guest::builder::{Date32Builder, Int32Builder, Utf8Builder};
use witdock_etl_guest::{Date, Field, OutputRows, Session};

fn settings(text: &str) -> String {
    serde_json::json!({ "where": text }).to_string()
}

fn schema() -> Vec<Field> {
    vec![
        Field::int32("delay").nullable(),
        Field::utf8("carrier").nullable(),
        Field::date32("day"),
        Field::binary("bytes"),
    ]
}

/// The output for 20 AA, 5 UA, null AA, 40 null, -3 B6, on the first five days of 2013.
fn output(text: &str) -> Output {
    let mut session = Session::<Filter>::open(schema(), &settings(text)).unwrap();
    let condition = Expression::parse(text).unwrap();
    let columns = condition.columns().into_iter().map(|name| match name {
        "delay" => {
            [Some(20), Some(5), None, Some(40), Some(-3)].into_iter().collect::<Int32Builder>().finish()
        }
        "day" => {
            (1..=5).map(|day| Date::new(2013, 1, day).map(Date::days)).collect::<Date32Builder>().finish()
        }
        _ => [Some("AA"), Some("UA"), Some("AA"), None, Some("B6")]
            .into_iter()
            .collect::<Utf8Builder>()
            .finish(),
    });
    session.process(5, columns.collect()).unwrap()
}

fn kept(text: &str) -> Vec<u32> {
    match output(text).rows {
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
    assert_eq!(kept("carrier NOT IN ('UA', 'B6')"), [0, 2]);
    assert_eq!(kept("carrier like '_A' and carrier not like 'A%'"), [1]);
    assert_eq!(kept("matches(carrier, '^[bU]A$')"), [1]);
    assert_eq!(kept("not matches(carrier, '(?i)^[au]')"), [4], "null is neither");
    assert_eq!(kept("carrier is null or delay is not null and delay <> 5"), [0, 3, 4]);
    assert_eq!(kept("true or delay = 1"), [0, 1, 2, 3, 4]);
}

#[test]
fn days_are_compared() {
    assert_eq!(kept("day >= date '2013-01-04'"), [3, 4]);
    assert_eq!(kept("day between '2013-01-02' and '2013-01-03'"), [1, 2]);
    assert_eq!(kept("day_of_week(day) = 5"), [3], "2013-01-04 was a Friday");
    assert_eq!(kept("day + 1 < timestamp '2013-01-02 00:00:00.000001'"), [0]);
}

#[test]
fn a_row_without_a_value_is_rejected() {
    let output = output("100 / (delay - 5) > 0");
    assert_eq!(output.rows, OutputRows::Selected(vec![0, 3]));
    let told: Vec<_> =
        output.rejected.iter().map(|one| (one.row, one.code.as_str(), one.message.as_str())).collect();
    assert_eq!(told, [(1, "division-by-zero", "100 / 0 is a division by zero")]);
}

#[test]
fn what_is_no_condition_is_pointed_at() {
    let told = refused("delay > 15 and carrier = ");
    assert!(told.contains("expected a column, a number, a text, a function or `(`"), "{told}");
    let told = refused("delay > 'late'");
    assert!(
        told.contains("where: `>` cannot compare int32 with utf8") && told.contains("        ^^^^^^"),
        "{told}"
    );
    assert!(refused("delay").contains("this is int32; expected a condition"));
    assert!(refused("bytes = 'x'").contains("a type without expressions"));
    assert!(refused("dellay > 1").contains("did you mean `delay`?"));
}
