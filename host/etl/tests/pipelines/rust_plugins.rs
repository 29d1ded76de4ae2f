//! Plugins in Rust over real or realistic rows: what comes out, and what is rejected. The web log and the masks are with the
//! [other languages](crate::languages).

use std::fs;
use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{ArrayRef, Decimal128Array, ListArray, RecordBatch};
use serde_json::{Value, json};

use crate::project::{FLIGHTS, Project, built, repository, sink, stage};

/// A pipeline over a file of this text, run: the rows that come out, and line, code and message of those that are rejected.
fn run(format: &str, input: &str, stages: &str) -> (Vec<Value>, Vec<(u64, String, String)>) {
    let project = Project::new("unused".as_ref(), "");
    let source = format!("[source]\nformat = \"{format}\"\npath = \"in\"\n");
    fs::write(project.path("pipeline.toml"), format!("{source}{stages}{}", sink("jsonl", "out.jsonl")))
        .unwrap();
    fs::write(project.path("in"), input).unwrap();
    project.run(&[]);
    (lines(&project.read("out.jsonl")), rejected(&project))
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn rejected(project: &Project) -> Vec<(u64, String, String)> {
    let text = fs::read_to_string(project.path("pipeline.rejected.jsonl")).unwrap_or_default();
    let text_of = |row: &Value, key: &str| row[key].as_str().unwrap().to_owned();
    lines(&text)
        .iter()
        .map(|row| (row["line"].as_u64().unwrap(), text_of(row, "code"), text_of(row, "message")))
        .collect()
}

#[test]
fn json_is_flattened_into_typed_rows() {
    let orders = [
        r#"{"order":1,"payload":"{\"customer\":{\"name\":\"Ada\",\"since\":\"2013-01-31\"},\"items\":[{\"sku\":\"A-1\",\"n\":2,\"price\":9.5},{\"sku\":\"B-2\",\"n\":1,\"price\":3}]}"}"#,
        r#"{"order":2,"payload":"{\"customer\":{\"name\":\"Bob\"},\"items\":[]}"}"#,
        r#"{"order":3,"payload":"{\"customer\":"}"#,
        r#"{"order":4,"payload":"{\"customer\":{\"name\":\"Eve\"},\"items\":[{\"sku\":\"A-1\",\"n\":\"some\"}]}"}"#,
        r#"{"order":5,"payload":null}"#,
    ];
    let settings = "[stage.settings]\ncolumn = \"payload\"\n[stage.settings.columns]\n\
        customer = { path = \"customer.name\", required = true }\n\
        since = { path = \"customer.since\", type = \"date32\" }\n\
        sku = \"items[].sku\"\n\
        n = { path = \"items[].n\", type = \"int32\" }\n\
        price = { path = \"items[].price\", type = \"float64\" }\n";
    let (rows, rejected) =
        run("jsonl", &orders.join("\n"), &stage("flatten", "plugins/etl/flatten", settings));
    assert_eq!(
        rows,
        [
            json!({ "order": 1, "customer": "Ada", "since": "2013-01-31", "sku": "A-1", "n": 2, "price": 9.5 }),
            json!({ "order": 1, "customer": "Ada", "since": "2013-01-31", "sku": "B-2", "n": 1, "price": 3.0 }),
            json!({ "order": 2, "customer": "Bob", "since": null, "sku": null, "n": null, "price": null }),
        ]
    );
    let rejected: Vec<_> =
        rejected.iter().map(|(line, code, text)| (*line, code.as_str(), text.as_str())).collect();
    assert_eq!(
        rejected,
        [
            (3, "bad-json", "payload: EOF while parsing a value at line 1 column 12"),
            (4, "wrong-type", "`items[].n` is \"some\"; expected int32"),
            (5, "missing-value", "`customer.name` is required, but missing"),
        ]
    );
}

#[test]
fn airports_have_geohashes_and_these_lead_back() {
    // Of the airports of nycflights13.
    let airports = "faa,lat,lon\nJFK,40.639751,-73.778925\nHNL,21.318681,-157.922428\nXXX,140.1,7\nYYY,,7\nZZZ,north,7\n";
    let columns = "latitude = \"lat\", longitude = \"lon\", geohash = \"cell\"";
    let stages = [
        stage("encode", "plugins/etl/geohash", &format!("settings = {{ {columns}, length = 7 }}\n")),
        stage(
            "decode",
            "plugins/etl/geohash",
            "settings = { geohash = \"cell\", latitude = \"north\", longitude = \"east\", decode = true }\n",
        ),
    ];
    let (rows, rejected) = run("csv", airports, &stages.concat());
    let cells: Vec<_> = rows.iter().map(|row| (&row["faa"], &row["cell"])).collect();
    let null = Value::Null;
    assert_eq!(
        cells,
        [(&json!("JFK"), &json!("dr5x1n5")), (&json!("HNL"), &json!("87z9q2u")), (&json!("YYY"), &null)]
    );
    for row in &rows[..2] {
        let degrees = |name: &str| match &row[name] {
            Value::String(text) => text.parse::<f64>().unwrap(),
            number => number.as_f64().unwrap(),
        };
        // Half a cell of seven characters.
        let half = 180.0 / f64::from(1 << 17) / 2.0;
        assert!((degrees("north") - degrees("lat")).abs() <= half, "{row}");
        assert!((degrees("east") - degrees("lon")).abs() <= half, "{row}");
    }
    assert_eq!((&rows[2]["north"], &rows[2]["lat"]), (&null, &null));
    let told: Vec<_> =
        rejected.iter().map(|(line, code, text)| (*line, code.as_str(), text.as_str())).collect();
    assert_eq!(
        told,
        [
            (4, "out-of-range", "the latitude 140.1 is not between -90 and 90"),
            (6, "bad-value", "lat: \"north\" is not a number"),
        ]
    );
}

#[test]
fn distances_of_real_flights_are_converted() {
    let settings = "[stage.settings.columns]\n\
        distance = { from = \"mi\", to = \"km\", digits = 3 }\n\
        air_time = { from = \"min\", to = \"h\", into = \"hours\" }\n";
    let stages = format!("{}{}", stage("units", "plugins/etl/units", settings), sink("jsonl", "out.jsonl"));
    let flights = repository(FLIGHTS);
    let project = Project::new(&flights, &stages);
    let summary = project.summary(&[]);
    assert_eq!((&summary["rows_out"], &summary["rejected"]), (&json!(11_000), &json!(0)));

    let rows = lines(&project.read("out.jsonl"));
    let text = fs::read_to_string(flights).unwrap();
    let mut records = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let header = records.next().unwrap();
    let column = |name: &str| header.iter().position(|column| *column == name).unwrap();
    let (distance, air_time) = (column("distance"), column("air_time"));
    for (row, record) in rows.iter().zip(records) {
        let kilometres = record[distance].parse::<f64>().unwrap() * 1.609_344;
        assert!((row["distance"].as_f64().unwrap() - kilometres).abs() <= 0.000_5, "{row}");
        assert_eq!(row["air_time"], record[air_time], "the column itself is as it was");
        match record[air_time].parse::<f64>() {
            Ok(minutes) => assert!((row["hours"].as_f64().unwrap() - minutes / 60.0).abs() < 1e-9, "{row}"),
            Err(_) => assert_eq!(row["hours"], Value::Null, "{row}"),
        }
    }

    let wrong = project.read("pipeline.toml").replace("\"mi\"", "\"milles\"");
    fs::write(project.path("pipeline.toml"), wrong).unwrap();
    let error = project.error(&["plan", "pipeline.toml"]);
    assert!(error.contains("unknown unit `milles`; did you mean `miles`?"), "{error}");
}

/// Says of a decimal what it is, and of a list how long.
const NESTED: &str = r#"
use witdock_etl_guest::builder::Utf8Builder;
use witdock_etl_guest::ipc::Value;
use witdock_etl_guest::{Batch, Contract, DataType, Error, Field, Output, Rows, Schema, Transform};

witdock_etl_guest::export!(Nested);

#[derive(Debug)]
struct Nested;

#[derive(serde::Deserialize)]
struct Settings {}

impl Transform for Nested {
    type Settings = Settings;

    fn describe(input: &Schema, _: &Settings) -> Result<Contract, Error> {
        let columns = Contract::of(input).read("price", DataType::Ipc).read("tags", DataType::Ipc);
        columns.make(Field::utf8("text")).build()
    }

    fn new(_: &Schema, _: Settings) -> Result<Self, Error> {
        Ok(Self)
    }

    fn process(&mut self, batch: Batch<'_>) -> Result<Output, Error> {
        let (prices, tags) = (batch.ipc("price")?, batch.ipc("tags")?);
        let texts = prices.iter().zip(tags.iter()).map(|(price, tags)| {
            let price = if let Value::Decimal(price) = price { price.to_string() } else { "free".to_owned() };
            let tags = if let Value::List(tags) = tags { tags.len() } else { 0 };
            format!("{price} {tags}")
        });
        let texts: Vec<String> = texts.collect();
        let texts = texts.iter().map(String::as_str).collect::<Utf8Builder>().finish();
        Ok(Rows::of(&batch).output(vec![texts]))
    }
}
"#;

#[test]
fn a_plugin_reads_decimals_and_lists() {
    let project = Project::of_source(
        "format = \"parquet\"\npath = \"in.parquet\"\n",
        &format!("[[stage]]\nname = \"nested\"\nplugin = \"nested.wasm\"\n{}", sink("jsonl", "out.jsonl")),
    );
    let component = built("nested", NESTED);
    assert!(component.len() < 200_000, "{} bytes", component.len());
    fs::write(project.path("nested.wasm"), component).unwrap();
    let prices =
        Decimal128Array::from(vec![Some(1999), None, Some(-5)]).with_precision_and_scale(10, 2).unwrap();
    let tags = [Some(vec![Some(1), None]), Some(vec![]), None];
    let columns: [(_, ArrayRef); 2] = [
        ("price", Arc::new(prices)),
        ("tags", Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>(tags))),
    ];
    let batch =
        RecordBatch::try_from_iter_with_nullable(columns.map(|(name, column)| (name, column, true))).unwrap();
    let file = fs::File::create(project.path("in.parquet")).unwrap();
    let mut writer = parquet::arrow::ArrowWriter::try_new(file, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    project.run(&[]);
    let texts: Vec<_> =
        project.jsonl("out.jsonl").iter().map(|row| row["text"].as_str().unwrap().to_owned()).collect();
    assert_eq!(texts, ["19.99 2", "free 0", "-0.05 0"]);
}
