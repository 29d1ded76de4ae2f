use super::*;
use serde_json::{Value, json};
use witdock_etl_guest::testing::{Stage, Table};

fn fields() -> Vec<Field> {
    vec![
        Field::utf8("distance"),
        Field::utf8("station"),
        Field::float64("temp").nullable(),
        Field::int32("altitude"),
    ]
}

#[test]
fn columns_change_where_they_stand_or_become_new_ones() {
    let settings = json!({ "columns": {
        "temp": { "from": "°F", "to": "°C", "digits": 1 },
        "altitude": { "from": "ft", "to": "m", "into": "metres" },
        "distance": { "from": "mi", "to": "km" },
    } });
    let rows = json!([
        { "distance": " 1400", "station": "EWR", "temp": 39.02, "altitude": 1000 },
        { "distance": "far", "station": "JFK", "temp": 0.0, "altitude": 0 },
        { "distance": "NA", "station": "LGA", "temp": null, "altitude": -1 },
        { "distance": "inf", "station": "LGA", "temp": null, "altitude": -1 },
    ]);
    let mut stage = Stage::<Units>::open(&fields(), settings).unwrap();
    let nullable: Vec<_> = stage.output().iter().map(|field| (&*field.name, field.nullable)).collect();
    assert_eq!(
        nullable,
        [("distance", true), ("station", false), ("temp", true), ("altitude", false), ("metres", false)]
    );
    let processed = stage.process(&Table::json(&fields(), rows).unwrap()).unwrap();
    assert_eq!(
        processed.json(),
        json!([
            { "distance": 2253.0816, "station": "EWR", "temp": 3.9, "altitude": 1000, "metres": 304.8 },
            { "distance": null, "station": "LGA", "temp": null, "altitude": -1, "metres": -0.3048 },
        ])
    );
    assert_eq!(processed.codes(), [(1, "not-a-number"), (3, "not-a-number")]);
    assert_eq!(processed.messages()[0], "distance: \"far\" is not a number");
}

#[test]
fn settings_that_do_not_fit_are_refused() {
    let refused = |settings: Value, error: fn(String) -> Error, expected: &str| {
        assert_eq!(Stage::<Units>::open(&fields(), settings).err(), Some(error(expected.to_owned())));
    };
    let column =
        |name: &str, from: &str, to: &str| json!({ "columns": { name: { "from": from, "to": to } } });
    refused(
        column("temp", "farenheit", "°C"),
        Error::Settings,
        "column `temp`: unknown unit `farenheit`; did you mean `fahrenheit`?",
    );
    refused(
        column("temp", "°F", "km"),
        Error::Settings,
        "column `temp`: `°F` is a temperature, and `km` is a length",
    );
    refused(
        column("humidity", "m", "km"),
        Error::Schema,
        "there is no column `humidity`; the columns are distance, station, temp, altitude",
    );
    refused(
        json!({ "columns": { "temp": { "from": "K", "to": "°C", "digits": 16 } } }),
        Error::Settings,
        "column `temp`: `digits` is 16; expected at most 15",
    );
    refused(
        json!({ "columns": { "temp": { "from": "K", "to": "°C", "in": "t" } } }),
        Error::Settings,
        "unknown field `in`, expected one of `from`, `to`, `into`, `digits`",
    );
    refused(
        json!({ "columns": {} }),
        Error::Settings,
        "`columns` must name at least one column, such as distance = { from = \"mi\", to = \"km\" }",
    );
    let mut day = fields();
    day.push(Field::date32("day"));
    let refusal = Stage::<Units>::open(&day, column("day", "d", "h")).err();
    assert_eq!(
        refusal,
        Some(Error::Schema("column `day` is date32; expected float64 or int64 or int32 or utf8".to_owned()))
    );
}
