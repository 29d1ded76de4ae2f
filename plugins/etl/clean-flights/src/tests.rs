use super::*;
use witdock_etl_guest::{Column, OutputRows, Session, Values};

const FLIGHT: [(&str, &str); 19] = [
    ("year", "2013"),
    ("month", "1"),
    ("day", "1"),
    ("dep_time", "517"),
    ("sched_dep_time", "515"),
    ("dep_delay", "2"),
    ("arr_time", "830"),
    ("sched_arr_time", "819"),
    ("arr_delay", "11"),
    ("carrier", "UA"),
    ("flight", "1545"),
    ("tailnum", "N14228"),
    ("origin", "EWR"),
    ("dest", "IAH"),
    ("air_time", "227"),
    ("distance", "1400"),
    ("hour", "5"),
    ("minute", "15"),
    ("time_hour", "2013-01-01T10:00:00Z"),
];

fn fields() -> Vec<Field> {
    FLIGHT.iter().map(|(name, _)| Field::utf8(*name).nullable()).collect()
}

/// One batch: a good flight, and then one for each of these changes to it.
fn clean(changes: &[&[(&str, &str)]]) -> (Contract, Output) {
    let contract = Session::<CleanFlights>::describe(fields(), "{}").unwrap();
    let columns = FLIGHT.map(|(name, good)| {
        let changed = changes.iter().map(|change| {
            change.iter().find(|(changed, _)| *changed == name).map_or(good, |(_, value)| value)
        });
        std::iter::once(good).chain(changed).collect::<Utf8Builder>().finish()
    });
    let mut session = Session::<CleanFlights>::open(fields(), "{}").unwrap();
    let output = session.process(changes.len() as u32 + 1, columns.into()).unwrap();
    (contract, output)
}

fn column<'o>((contract, output): &'o (Contract, Output), name: &str) -> &'o Column {
    let index = contract.made().position(|field| field.name == name).unwrap();
    &output.columns[index]
}

#[test]
fn a_flight_is_typed_and_its_date_added() {
    let clean = clean(&[]);
    assert_eq!(clean.1.rows, OutputRows::All);
    assert_eq!(column(&clean, "distance").values, Values::Int32(vec![1400]));
    assert_eq!(column(&clean, "time_hour").values, Values::TimestampUs(vec![1_357_034_400_000_000]));
    assert_eq!(column(&clean, "flight_date").values, Values::Date32(vec![15_706]));
    assert_eq!(column(&clean, "cancelled").values, Values::Boolean(vec![0]));
    assert!(clean.0.made().all(|field| field.name != "carrier"), "codes pass on untouched");
}

#[test]
fn a_cancelled_flight_is_kept_and_flagged() {
    let clean = clean(&[&[("dep_time", "NA"), ("dep_delay", ""), ("arr_time", "NA"), ("tailnum", "NA")]]);
    assert_eq!(clean.1.rows, OutputRows::All);
    assert_eq!(column(&clean, "cancelled").values, Values::Boolean(vec![0b10]));
    for null in ["dep_time", "dep_delay", "arr_time", "tailnum"] {
        assert_eq!(column(&clean, null).validity, Some(vec![0b01]), "{null}");
    }
}

#[test]
fn a_bad_row_is_rejected_with_its_column_and_value() {
    let clean = clean(&[
        &[("month", "13")],
        &[("month", "2"), ("day", "30")],
        &[("dep_time", "1260")],
        &[("distance", "0")],
        &[],
        &[("flight", "UA17")],
        &[("carrier", "")],
        &[("time_hour", "yesterday")],
        &[("distance", "-5"), ("year", "13")],
    ]);
    let rejected: Vec<_> =
        clean.1.rejected.iter().map(|error| (error.row, &*error.code, &*error.message)).collect();
    // Column by column: a row's first bad column is the one that is named.
    assert_eq!(
        rejected,
        [
            (9, "out-of-range", "year: \"13\" is not between 1900 and 2100"),
            (1, "out-of-range", "month: \"13\" is not between 1 and 12"),
            (3, "bad-time", "dep_time: \"1260\" is not a time of day, written hhmm, from 0 to 2400"),
            (7, "missing-value", "carrier: the value is missing"),
            (6, "not-a-number", "flight: \"UA17\" is not a whole number"),
            (4, "out-of-range", "distance: \"0\" is not 1 or more"),
            (
                8,
                "bad-timestamp",
                "time_hour: \"yesterday\" is not an instant, written like 2013-01-31T23:00:00Z"
            ),
            (2, "bad-date", "year, month, day: 2013-02-30 does not exist"),
        ]
    );
    assert_eq!(clean.1.rows, OutputRows::Selected(vec![0, 5]));
    assert_eq!(column(&clean, "distance").values, Values::Int32(vec![1400, 1400]));
}

#[test]
fn a_missing_column_is_a_schema_error() {
    let fields = fields().into_iter().filter(|field| field.name != "distance").collect();
    let Err(Error::Schema(text)) = Session::<CleanFlights>::describe(fields, "{}") else { panic!() };
    assert!(text.starts_with("there is no column `distance`; the columns are year, month, day"), "{text}");
}
