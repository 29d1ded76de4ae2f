use super::*;
use witdock_etl_guest::{OutputRows, Session, Values};

const SETTINGS: &str = r#"{
    "by": ["carrier"],
    "columns": {
        "rows": "count", "sum": { "sum": "delay" }, "mean": { "mean": "delay" }, "most": { "max": "delay" },
        "far": { "sum": "miles" }, "least": { "min": "miles" }
    }
}"#;

fn open() -> Session<Aggregate> {
    let fields =
        vec![Field::utf8("carrier").nullable(), Field::int64("delay").nullable(), Field::float64("miles")];
    Session::open(fields, SETTINGS).unwrap()
}

fn add(session: &mut Session<Aggregate>, rows: &[(Option<&str>, Option<i64>, f64)]) {
    let carriers = rows.iter().map(|row| row.0).collect::<Utf8Builder>().finish();
    let delays = rows.iter().map(|row| row.1).collect::<Int64Builder>().finish();
    let miles = rows.iter().map(|row| Some(row.2)).collect::<Float64Builder>().finish();
    let output = session.process(rows.len() as u32, vec![carriers, delays, miles]).unwrap();
    assert_eq!(output.rows, OutputRows::Fresh(0), "nothing comes out before the end");
}

#[test]
fn groups_come_at_the_end_and_go_on_over_a_reload() {
    let mut old = open();
    add(&mut old, &[(Some("UA"), Some(10), 0.1), (Some("AA"), None, 1.0), (None, Some(-3), 2.0)]);
    let mut new = open();
    new.restore(&old.save().unwrap()).unwrap();
    add(&mut new, &[(Some("UA"), Some(-5), 0.2), (Some("UA"), None, 0.3)]);
    let output = new.finish().unwrap();
    assert_eq!(output.rows, OutputRows::Fresh(3));
    // In the order of the settings: rows, sum, mean, most, far, least; groups in the order of their keys, null first.
    let whole = |column: usize| match &output.columns[column].values {
        Values::Int64(numbers) => numbers.clone(),
        other => panic!("{other:?}"),
    };
    let real = |column: usize| match &output.columns[column].values {
        Values::Float64(numbers) => numbers.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(whole(1), [1, 1, 3]);
    assert_eq!((whole(2)[0], whole(2)[2]), (-3, 5));
    assert_eq!((real(3)[0], real(3)[2]), (-3.0, 2.5));
    assert_eq!((whole(4)[0], whole(4)[2]), (-3, 10));
    assert_eq!(real(5), [2.0, 1.0, 0.6], "no rounding is left");
    assert_eq!(real(6), [2.0, 1.0, 0.1]);
    assert!(output.columns[3].validity.is_some(), "AA has no delay, so no mean");
}

#[test]
fn a_sum_that_does_not_fit_is_an_error_and_no_other_number() {
    let mut session = open();
    let carriers = [Some("UA"); 2].into_iter().collect::<Utf8Builder>().finish();
    let delays = [Some(i64::MAX), Some(1)].into_iter().collect::<Int64Builder>().finish();
    let miles = [Some(1.0); 2].into_iter().collect::<Float64Builder>().finish();
    let error = session.process(2, vec![carriers, delays, miles]).unwrap_err();
    assert!(format!("{error:?}").contains("exceeds 64 bits"));
}

#[test]
fn what_cannot_be_summed_up_is_refused() {
    let open = |settings: &str| {
        let fields = vec![Field::utf8("carrier"), Field::float64("miles")];
        format!("{:?}", Session::<Aggregate>::open(fields, settings).err().unwrap())
    };
    assert!(
        open(r#"{"by": ["miles"], "columns": {"n": "count"}}"#).contains("grouped by text or whole numbers")
    );
    assert!(
        open(r#"{"by": [], "columns": {"n": {"sum": "carrier"}}}"#)
            .contains("only numbers can be aggregated")
    );
    assert!(open(r#"{"by": [], "columns": {}}"#).contains("at least one"));
    assert!(open(r#"{"by": [], "columns": {"n": "median"}}"#).contains("median"));
}

/// Texts of each length around that of a word, and numbers that look like null, over several batches and a reload.
#[test]
fn rows_with_equal_keys_are_one_group_and_no_others() {
    let texts =
        ["", "a", "b", "ab", "1234567", "12345678", "12345678\0", "12345679", "1234567é", "\0", "\0\0"];
    let texts: Vec<Option<&str>> = texts.into_iter().map(Some).chain([None]).collect();
    let numbers = [Some(0), Some(1), Some(-1), Some(i32::MIN), None];
    let fields =
        || vec![Field::utf8("a").nullable(), Field::utf8("b").nullable(), Field::int32("n").nullable()];
    let open = || {
        let settings = r#"{ "by": ["a", "b", "n"], "columns": { "rows": "count" } }"#;
        Session::<Aggregate>::open(fields(), settings).unwrap()
    };
    let mut session = open();
    let mut expected = std::collections::BTreeMap::new();
    for batch in 0..3 {
        let mut rows = Vec::new();
        for (index, a) in texts.iter().enumerate() {
            for (other, b) in texts.iter().enumerate().filter(|(other, _)| (index + other) % 3 != batch) {
                rows.push((*a, *b, numbers[(index * 7 + other) % numbers.len()]));
            }
        }
        for row in &rows {
            *expected.entry((row.0, row.1, row.2)).or_insert(0_i64) += 1;
        }
        let a = rows.iter().map(|row| row.0).collect::<Utf8Builder>().finish();
        let b = rows.iter().map(|row| row.1).collect::<Utf8Builder>().finish();
        let n = rows.iter().map(|row| row.2).collect::<Int32Builder>().finish();
        session.process(rows.len() as u32, vec![a, b, n]).unwrap();
        let mut next = open();
        next.restore(&session.save().unwrap()).unwrap();
        session = next;
    }
    let output = session.finish().unwrap();
    assert_eq!(output.rows, OutputRows::Fresh(expected.len() as u32));
    // Both are in the order of the keys, null first.
    let counts = match &output.columns[3].values {
        Values::Int64(counts) => counts.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(counts, expected.into_values().collect::<Vec<_>>());
}
