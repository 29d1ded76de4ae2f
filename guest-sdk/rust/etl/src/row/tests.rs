use super::*;
use crate::testing::{Processed, Stage, Table};
use crate::{Date, Row, Session, Stateful, Timestamp, reject};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::borrow::Cow;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct NoSettings {}

/// A transform that is one function.
macro_rules! transforms {
    ($($name:ident, $in:ty => $out:ty, $columns:expr, |$row:ident| $body:expr;)*) => {$(
        struct $name;

        impl RowTransform for $name {
            type Settings = NoSettings;
            type In = $in;
            type Out = $out;

            fn new(_: NoSettings) -> Result<Self, Error> {
                Ok($name)
            }

            fn columns(_: &NoSettings) -> Result<Columns, Error> {
                Ok($columns)
            }

            fn row<'a>(&'a mut self, $row: In<'a, Self>) -> Result<Out<'a, Self>, Reject> {
                $body
            }
        }
    )*};
}

transforms! {
    Same, Every<'static> => Every<'static>, Columns::new(), |row| Ok(row);
    Fly, Flight<'static> => Leg, Columns::new(), |row| row.fly();
    Renamed, Flight<'static> => Leg,
        Columns::new().read("from", "to").drop("from").make("from", "stop").make("kilometres", "distance"),
        |row| row.fly();
    Misnamed, Flight<'static> => Leg, Columns::new().read("origin", "from"), |row| row.fly();
    Dropping, Flight<'static> => Leg, Columns::new().drop("to"), |row| row.fly();
    Twice, Flight<'static> => Leg, Columns::new().read("from", "distance"), |row| row.fly();
    Doubled, Flight<'static> => Leg, Columns::new().make("from", "kilometres"), |row| row.fly();
    Split, Word<'static> => Vec<Word<'static>>, Columns::new(), |row| row.split();
    Short, Word<'static> => Option<()>, Columns::new(), |row| Ok((row.word.len() < 3).then_some(()));
    Tighten, Loose => Loose, Columns::new(), |row| Ok(row);
}

fn open<T: RowTransform>(fields: &[Field]) -> Result<Stage<T>, Error> {
    Stage::open(fields, json!({}))
}

#[track_caller]
fn run<T: RowTransform>(fields: &[Field], rows: Value) -> Processed {
    open::<T>(fields).unwrap().process(&Table::json(fields, rows).unwrap()).unwrap()
}

#[track_caller]
fn refused<T: RowTransform>(fields: &[Field], expected: Error) {
    assert_eq!(open::<T>(fields).err(), Some(expected));
}

fn names(fields: &[Field]) -> Vec<&str> {
    fields.iter().map(|field| &*field.name).collect()
}

/// Every type, and each where it may be null.
#[derive(Debug, PartialEq, Row)]
struct Every<'a> {
    truth: bool,
    short: i32,
    long: i64,
    real: f64,
    day: Date,
    time: Timestamp,
    owned: String,
    text: &'a str,
    either: Cow<'a, str>,
    bytes: Vec<u8>,
    lent: &'a [u8],
    no_truth: Option<bool>,
    no_short: Option<i32>,
    no_long: Option<i64>,
    no_real: Option<f64>,
    no_day: Option<Date>,
    no_time: Option<Timestamp>,
    no_owned: Option<String>,
    no_text: Option<&'a str>,
    no_either: Option<Cow<'a, str>>,
    no_bytes: Option<Vec<u8>>,
    no_lent: Option<&'a [u8]>,
}

#[test]
fn every_type_comes_through_and_nulls_do() {
    let some = || Every {
        truth: true,
        short: i32::MIN,
        long: i64::MAX,
        real: -0.5,
        day: Date::new(2013, 1, 31).unwrap(),
        time: Timestamp::from_micros(-1),
        owned: "é".to_owned(),
        text: "a",
        either: Cow::Borrowed(""),
        bytes: vec![0, 255],
        lent: b"\xff",
        no_truth: Some(false),
        no_short: Some(1),
        no_long: Some(2),
        no_real: Some(3.5),
        no_day: Some(Date::from_days(1)),
        no_time: Some(Timestamp::from_micros(1)),
        no_owned: Some("x".to_owned()),
        no_text: Some("y"),
        no_either: Some(Cow::Owned("z".to_owned())),
        no_bytes: Some(vec![1]),
        no_lent: Some(b"2"),
    };
    let none = || Every {
        no_truth: None,
        no_short: None,
        no_long: None,
        no_real: None,
        no_day: None,
        no_time: None,
        no_owned: None,
        no_text: None,
        no_either: None,
        no_bytes: None,
        no_lent: None,
        ..some()
    };
    let table = Table::of([some(), none(), some()]);
    let mut stage = open::<Same>(table.fields()).unwrap();
    let processed = stage.process(&table).unwrap();
    assert_eq!(processed.table, table);
    assert_eq!(processed.rows::<Every>().unwrap(), [some(), none(), some()]);
    // By way of JSON too, which tests are written in.
    assert_eq!(Table::json(table.fields(), table.to_json()).unwrap(), table);
    assert!(table.fields().iter().all(|field| field.nullable == field.name.starts_with("no_")));
}

#[derive(Row)]
struct Flight<'a> {
    #[row(name = "from")]
    origin: &'a str,
    distance: i32,
}

#[derive(Row)]
struct Leg {
    kilometres: f64,
    #[row(name = "from")]
    origin: String,
}

impl Flight<'_> {
    fn fly(&self) -> Result<Leg, Reject> {
        if self.distance < 0 {
            reject!("bad-distance", "{} miles", self.distance);
        }
        Ok(Leg { kilometres: f64::from(self.distance) * 2.0, origin: self.origin.to_lowercase() })
    }
}

fn flights() -> Vec<Field> {
    vec![
        Field::int64("id"),
        Field::utf8("from").nullable(),
        Field::int32("distance").nullable(),
        Field::utf8("to"),
    ]
}

#[test]
fn made_columns_take_their_place_or_the_end_and_the_others_pass() {
    let rows = json!([
        { "id": 1, "from": "EWR", "distance": 10, "to": "IAH" },
        { "id": 2, "from": null, "distance": 10, "to": "IAH" },
        { "id": 3, "from": "EWR", "distance": -1, "to": "IAH" },
        { "id": 4, "from": "EWR", "to": "IAH" },
        { "id": 5, "from": "JFK", "distance": 0, "to": "MIA" },
    ]);
    let processed = run::<Fly>(&flights(), rows);
    assert_eq!(names(processed.table.fields()), ["id", "from", "distance", "to", "kilometres"]);
    assert_eq!(
        processed.json(),
        json!([
            { "id": 1, "from": "ewr", "distance": 10, "to": "IAH", "kilometres": 20.0 },
            { "id": 5, "from": "jfk", "distance": 0, "to": "MIA", "kilometres": 0.0 },
        ])
    );
    assert_eq!(processed.codes(), [(1, "missing-value"), (2, "bad-distance"), (3, "missing-value")]);
    assert_eq!(
        processed.messages(),
        ["from: the value is missing", "-1 miles", "distance: the value is missing"]
    );
    assert_eq!(processed.rows::<Leg>().unwrap()[1].origin, "jfk");
}

#[test]
fn a_column_that_is_missing_or_of_another_type_is_told_with_both_types() {
    let mut fields = flights();
    fields[2] = Field::utf8("distance");
    refused::<Fly>(&fields, Error::Schema("column `distance` is utf8; expected int32".into()));
    fields.remove(1);
    let missing = "there is no column `from`; the columns are id, distance, to";
    refused::<Fly>(&fields, Error::Schema(missing.into()));
}

#[test]
fn settings_may_name_the_columns() {
    let row = json!([{ "id": 1, "distance": 10, "to": "IAH" }]);
    let processed = run::<Renamed>(&flights(), row);
    assert_eq!(
        processed.json(),
        json!([{ "id": 1, "from": null, "distance": 20.0, "stop": "iah" }]),
        "a column that is made takes the place of one that had its name"
    );
    let Err(Error::Schema(text)) = open::<Renamed>(&[Field::int32("distance")]) else { panic!() };
    assert_eq!(text, "there is no column `to`; the columns are distance");
}

#[test]
fn columns_that_cannot_be_are_refused() {
    let fields = flights();
    let unknown = |name| {
        Error::Schema(format!(
            "the plugin uses an unknown field `{name}` of its row, which has from, distance"
        ))
    };
    refused::<Misnamed>(&fields, unknown("origin"));
    refused::<Dropping>(&fields, unknown("to"));
    let twice = "`from` and `distance` are both read from column `distance`";
    refused::<Twice>(&[Field::utf8("distance")], Error::Settings(twice.into()));
    refused::<Doubled>(&fields, Error::Schema("the output would have two columns `kilometres`".into()));
}

#[derive(Row)]
struct Word<'a> {
    #[row(drop)]
    word: &'a str,
}

impl<'a> Word<'a> {
    fn split(&self) -> Result<Vec<Word<'a>>, Reject> {
        if self.word == "?" {
            reject!("no-word", "{}", self.word);
        }
        Ok(self.word.split_whitespace().map(|word| Word { word }).collect())
    }
}

#[test]
fn a_row_may_become_several_or_none() {
    let fields = [Field::int32("n"), Field::utf8("word")];
    let rows = |words: &[&str]| {
        words.iter().enumerate().map(|(n, word)| json!({ "n": n, "word": word })).collect::<Value>()
    };
    let split = run::<Split>(&fields, rows(&["a b", "", "?", "c"]));
    assert_eq!(
        split.json(),
        json!([{ "n": 0, "word": "a" }, { "n": 0, "word": "b" }, { "n": 3, "word": "c" }])
    );
    assert_eq!(split.codes(), [(2, "no-word")]);
    // As many rows as there were, and still not the same.
    let even = run::<Split>(&fields, rows(&["a b", ""]));
    assert_eq!(even.json(), json!([{ "n": 0, "word": "a" }, { "n": 0, "word": "b" }]));

    let short = run::<Short>(&fields, rows(&["a", "abc", "bc"]));
    assert_eq!(short.json(), json!([{ "n": 0 }, { "n": 2 }]), "the column that is dropped is gone");
}

#[derive(Row)]
struct Loose {
    #[row(convert)]
    truth: Option<bool>,
    #[row(convert)]
    short: Option<i32>,
    #[row(convert)]
    long: Option<i64>,
    #[row(convert)]
    real: f64,
    #[row(convert)]
    day: Option<Date>,
    #[row(convert)]
    time: Option<Timestamp>,
}

#[test]
fn text_and_whole_numbers_are_converted() {
    let names = ["truth", "short", "long", "real", "day", "time"];
    let fields = names.map(|name| Field::utf8(name).nullable());
    let good = json!({ "truth": "True", "short": " 5", "long": "-6", "real": "1e3", "day": "2013-01-31",
        "time": "2013-01-31T01:00:00+01:00" });
    let with = |name: &str, value: Value| {
        let mut row = good.clone();
        row[name] = value;
        row
    };
    let processed = run::<Tighten>(
        &fields,
        json!([
            good,
            { "real": "2" , "truth": "", "short": " ", "day": null },
            with("short", json!("3000000000")),
            with("real", json!("")),
            with("day", json!("2013-02-30")),
            with("truth", json!("yes")),
        ]),
    );
    assert_eq!(
        processed.json(),
        json!([
            { "truth": true, "short": 5, "long": -6, "real": 1000.0, "day": "2013-01-31", "time": "2013-01-31T00:00:00Z" },
            { "truth": null, "short": null, "long": null, "real": 2.0, "day": null, "time": null },
        ])
    );
    assert_eq!(
        processed.codes(),
        [(2, "bad-value"), (3, "missing-value"), (4, "bad-value"), (5, "bad-value")]
    );
    assert_eq!(processed.messages()[0], "short: \"3000000000\" is not a whole number of 32 bits");
    assert_eq!(processed.messages()[2], "day: \"2013-02-30\" is not a day, written like 2013-01-31");

    let fields = [
        Field::boolean("truth"),
        Field::int64("short"),
        Field::int32("long"),
        Field::int64("real"),
        Field::date32("day"),
        Field::timestamp_us("time"),
    ];
    let row = |short: i64, real: i64| json!({ "truth": false, "short": short, "long": 7, "real": real, "day": "2013-01-31", "time": "2013-01-31T00:00:00Z" });
    let processed = run::<Tighten>(&fields, json!([row(1, 2), row(1 << 40, 2), row(1, (1 << 53) + 1)]));
    assert_eq!(processed.json()[0]["real"], json!(2.0));
    assert_eq!(processed.codes(), [(1, "bad-value"), (2, "bad-value")]);

    let mut wrong = fields.clone();
    wrong[1] = Field::float64("short");
    let told = "column `short` is float64; expected int32 or int64 or utf8";
    refused::<Tighten>(&wrong, Error::Schema(told.into()));
}

/// Adds rows up, and gives the sum at the end.
#[derive(Debug)]
struct Sum(Held);

#[derive(Debug, Default, Serialize, Deserialize)]
struct Held {
    sum: i64,
}

#[derive(Row)]
struct Number {
    n: i64,
}

impl RowTransform for Sum {
    type Settings = NoSettings;
    type In = Number;
    type Out = Option<Number>;

    fn new(_: NoSettings) -> Result<Self, Error> {
        Ok(Sum(Held::default()))
    }

    fn columns(_: &NoSettings) -> Result<Columns, Error> {
        Ok(Columns::new().pass_none())
    }

    fn row(&mut self, row: Number) -> Result<Option<Number>, Reject> {
        if row.n == 13 {
            return Err(Error::Data("out of luck".to_owned()).into());
        }
        self.0.sum += row.n;
        Ok(None)
    }

    fn finish(&mut self) -> Result<Vec<Number>, Error> {
        Ok(vec![Number { n: self.0.sum }])
    }
}

impl Stateful for Sum {
    type State = Held;

    fn state(&self) -> &Held {
        &self.0
    }

    fn restore(&mut self, state: Held) -> Result<(), String> {
        self.0 = state;
        Ok(())
    }
}

#[test]
fn rows_of_its_own_come_at_the_end_and_state_goes_over_a_reload() {
    let fields = [Field::int64("n"), Field::utf8("other")];
    let table =
        |n: &[i64]| Table::json(&fields, n.iter().map(|n| json!({ "n": n, "other": "" })).collect()).unwrap();
    let mut stage = Stage::<Sum>::open(&fields, json!({})).unwrap();
    assert!(stage.process(&table(&[1, 2])).unwrap().table.is_empty());
    let mut stage = stage.reload().unwrap();
    assert_eq!(
        stage.process(&table(&[1, 13])),
        Err(Error::Data("out of luck".to_owned())),
        "the batch fails"
    );
    assert_eq!(stage.finish().unwrap().to_json(), json!([{ "n": 4 }]));
}

#[test]
fn settings_are_checked_by_serde() {
    let refused = Session::<Sum>::open(vec![Field::int64("n")], r#"{"m": 1}"#).err();
    assert_eq!(refused, Some(Error::Settings("unknown field `m`, there are no fields".to_owned())));
}

#[test]
fn a_table_of_a_test_says_what_is_wrong_with_it() {
    let fields = [Field::int32("n"), Field::date32("day").nullable()];
    let wrong = |rows| Table::json(&fields, rows).unwrap_err().to_string();
    for (rows, expected) in [
        (json!({}), "{} is not an array of rows"),
        (json!([1]), "row 0 is 1; expected an object"),
        (json!([{ "m": 1 }]), "row 0 has an unknown column `m`"),
        (json!([{ "n": 1 }, {}]), "row 1 has no `n`, which is not nullable"),
        (json!([{ "n": 1_i64 << 40 }]), "`n` of row 0 is 1099511627776; expected int32"),
        (json!([{ "n": 1, "day": 5 }]), "`day` of row 0 is 5; expected date32"),
    ] {
        assert!(wrong(rows).contains(expected), "{expected}");
    }
    let table = Table::json(&fields, json!([{ "n": 1 }])).unwrap();
    let mut stage = Stage::<Sum>::open(&[Field::int64("n")], json!({})).unwrap();
    assert!(matches!(stage.process(&table), Err(Error::Schema(_))));
    assert!(matches!(table.rows::<Number>(), Err(Error::Schema(_))));
}
