use super::*;
use serde_json::{Value, json};
use witdock_etl_guest::Field;
use witdock_etl_guest::testing::{Processed, Stage, Table};

fn run(fields: &[Field], settings: Value, rows: Value) -> Processed {
    let table = Table::json(fields, rows).unwrap();
    Stage::<Geohash>::over(&table, settings).unwrap().process(&table).unwrap()
}

fn numbers() -> [Field; 2] {
    [Field::float64("lat").nullable(), Field::float64("lon").nullable()]
}

#[test]
fn places_have_their_known_geohashes() {
    let text = [Field::utf8("lat").nullable(), Field::utf8("lon").nullable()];
    let settings = |length: usize| json!({ "latitude": "lat", "longitude": "lon", "length": length });
    // As pygeohash has them: the example of geohash.org, one of Wikipedia, LaGuardia, the corners.
    for (lat, lon, geohash) in [
        (57.64911, 10.40744, "u4pruydqqvj8"),
        (42.605, -5.603, "ezs42s000esk"),
        (40.777245, -73.872608, "dr5ryzr8emrj"),
        (-90.0, -180.0, "000000000000"),
        (90.0, 180.0, "zzzzzzzzzzzz"),
        (0.0, 180.0, "xbpbpbpbpbpb"),
        (90.0, 0.0, "upbpbpbpbpbp"),
    ] {
        for length in 1..=12 {
            let expected = json!(geohash[..length]);
            let row = run(&numbers(), settings(length), json!([{ "lat": lat, "lon": lon }]));
            assert_eq!(row.json()[0]["geohash"], expected, "{lat} {lon}");
            let row = json!([{ "lat": lat.to_string(), "lon": format!("{lon} ") }]);
            assert_eq!(run(&text, settings(length), row).json()[0]["geohash"], expected, "as text");
        }
    }
}

#[test]
fn places_off_the_earth_are_rejected_and_missing_ones_have_no_geohash() {
    let rows = json!([
        { "lat": 90.1, "lon": 0.0 },
        { "lat": null, "lon": 0.0 },
        { "lat": 0.0, "lon": -180.5 },
        { "lat": 0.0, "lon": 0.0 },
    ]);
    let processed =
        run(&numbers(), json!({ "latitude": "lat", "longitude": "lon", "geohash": "h", "length": 2 }), rows);
    assert_eq!(
        processed.json(),
        json!([{ "lat": null, "lon": 0.0, "h": null }, { "lat": 0.0, "lon": 0.0, "h": "s0" }])
    );
    assert_eq!(processed.codes(), [(0, "out-of-range"), (2, "out-of-range")]);
    assert_eq!(
        processed.messages(),
        ["the latitude 90.1 is not between -90 and 90", "the longitude -180.5 is not between -180 and 180"]
    );
    let nan = Encode { length: 3, text: String::new() }
        .row(Place { latitude: Some(f64::NAN), longitude: Some(0.0) })
        .map(|_| ());
    assert_eq!(nan.unwrap_err().code(), Some("out-of-range"));
}

#[test]
fn a_geohash_is_decoded_to_the_middle_of_its_cell() {
    let fields = [Field::utf8("geohash").nullable()];
    let rows = json!([{ "geohash": "ezs42" }, { "geohash": "EZS42" }, { "geohash": null }, { "geohash": "ezsa2" }, { "geohash": "" },
        { "geohash": "0123456789bcd" }]);
    let processed = run(&fields, json!({ "decode": true }), rows);
    let place = |row: usize| {
        (processed.json()[row]["latitude"].as_f64(), processed.json()[row]["longitude"].as_f64())
    };
    assert_eq!(place(0), (Some(42.60498046875), Some(-5.60302734375)));
    assert_eq!(place(1), place(0));
    assert_eq!(place(2), (None, None));
    assert_eq!(processed.codes(), [(3, "bad-geohash"), (4, "bad-geohash"), (5, "bad-geohash")]);
    assert_eq!(processed.messages()[0], "`ezsa2` is not a geohash: `a` is not a letter of geohashes");
}

#[test]
fn encoding_inverts_decoding() {
    for text in ["9q8yy", "dr5ryzr8emrj", "zzzzzzzzzzzz", "0", "s00000000000"] {
        let (latitude, longitude) = cell::decode(text).unwrap();
        assert_eq!(cell::encode(latitude, longitude, text.len()).unwrap(), text);
    }
}

#[test]
fn invalid_settings_are_refused() {
    let refused = |settings: Value| Stage::<Geohash>::open(&numbers(), settings).err().unwrap().to_string();
    for (settings, expected) in [
        (json!({ "length": 13 }), "`length` is 13; expected 1 to 12"),
        (json!({ "length": 0 }), "`length` is 0; expected 1 to 12"),
        (
            json!({ "lattitude": "lat" }),
            "unknown field `lattitude`, expected one of `latitude`, `longitude`, `geohash`, `length`, `decode`",
        ),
        (json!({}), "there is no column `latitude`; the columns are lat, lon"),
        (
            json!({ "latitude": "lat", "longitude": "lat" }),
            "`latitude` and `longitude` are both read from column `lat`",
        ),
        (json!({ "decode": true }), "there is no column `geohash`; the columns are lat, lon"),
    ] {
        assert!(refused(settings).contains(expected), "{expected}");
    }
}
