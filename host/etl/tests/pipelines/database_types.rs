//! Values on their way into databases and back, and the rows that a database does not take.

use std::fs::{self, File};
use std::sync::Arc;

use arrow_array::builder::{ListBuilder, StringDictionaryBuilder};
use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, Decimal256Array, Float32Array,
    Float64Array, Int8Array, Int16Array, Int32Array, Int64Array, NullArray, RecordBatch, StringViewArray,
    Time64MicrosecondArray, TimestampMicrosecondArray, TimestampMillisecondArray, TimestampNanosecondArray,
    UInt32Array, UInt64Array,
};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::{Value, json};

use crate::database::Server;
use crate::project::{Project, sink};

fn postgres(server: &Server, table: &str, more: &str) -> String {
    format!("[[sink]]\nformat = \"postgres\"\nurl = \"{}\"\ntable = \"{table}\"\n{more}", server.url())
}

fn write_parquet(project: &Project, columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    let batch = RecordBatch::try_from_iter_with_nullable(
        columns.into_iter().map(|(name, column)| (name, column, true)),
    )
    .unwrap();
    let file = File::create(project.path("in.parquet")).unwrap();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    batch
}

fn read_parquet(project: &Project, name: &str) -> Vec<RecordBatch> {
    let file = File::open(project.path(name)).unwrap();
    ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap().map(Result::unwrap).collect()
}

fn reasons(project: &Project) -> Vec<(u64, String, String)> {
    let text = |row: &Value, key: &str| row[key].as_str().unwrap().to_owned();
    let rows = project.jsonl("pipeline.rejected.jsonl");
    rows.iter().map(|row| (row["row"].as_u64().unwrap(), text(row, "code"), text(row, "message"))).collect()
}

const THINGS: &str = "
    CREATE TYPE mood AS ENUM ('sad', 'ok');
    CREATE DOMAIN price AS numeric(6,2) CHECK (VALUE > 0);
    CREATE TABLE things (b bool, i2 int2, i4 int4, i8 int8, f4 float4, f8 float8, d date, t timestamptz, local timestamp,
        s text, x bytea, n numeric, n2 numeric(10,2), long numeric(60,5), u uuid, j json, jb jsonb, m mood, ti time, tz timetz,
        iv interval, v varchar(5), c char(3), p price, ints int4[], texts text[], numbers numeric(5,1)[], moods mood[],
        ip inet, range int4range, times timestamp[]);
    INSERT INTO things VALUES
        (true, 1, 2, 3, 0.1, 1.25, '2013-01-31', '2013-01-31 12:00:00.25+00', '2013-01-31 12:00:00.25', E'ä\\t\\\\\\n', '\\x00ff', 1.50,
         19.99, 1234567890123456789012345678901234567890.00001, '0b2a1f6e-5a0c-4d0e-8f7a-1b2c3d4e5f60', '{\"a\": 1.0}',
         '{\"b\": [1, null]}', 'ok', '12:34:56.789', '12:00:00+02', '1 year -2 mons 3 days 04:05:06.7', 'äöüß€', 'ab', 0.01,
         '{1,NULL,-3}', '{\"a,b\",\"\",NULL,\"q\\\"\\\\\"}', '{1.5,-2.0}', '{ok,sad}', '10.0.0.1', '[1,5)', '{\"2013-01-31 12:00:00\"}');
    INSERT INTO things VALUES
        (false, -32768, -2147483648, -9223372036854775808, 3.4028235e38, 5e-324, '4713-01-01 BC', '4713-01-01 00:00:00+00 BC',
         '294246-12-31 23:59:59.999999', '', '', 0.00000000000000000001, -99999999.99, -0.00001, null, 'null', '\"\\u00e4\"', 'sad',
         '00:00:00', '23:59:59.999999-15', '-178000000 years', '', '', 9999.99, '{}', '{}', '{}', '{}', '::1/128', 'empty', '{}');
    INSERT INTO things VALUES
        (null, 32767, 2147483647, 9223372036854775807, 'NaN', '-Infinity', '5874897-12-31', null, '0001-01-01 00:00:00 BC',
         null, null, 'NaN', 0, null, null, null, null, null, '23:59:59.999999');
    INSERT INTO things VALUES (null)";

#[test]
#[ignore = "needs PostgreSQL"]
fn every_type_of_a_database_goes_into_its_tables_and_new_ones_with_postgres() {
    let server = Server::start();
    server.ask(THINGS);
    server.ask("CREATE TABLE same (LIKE things)");
    let source =
        format!("format = \"postgres\"\nurl = \"{}\"\nquery = \"SELECT * FROM things\"", server.url());
    let project = Project::of_source(
        &source,
        &format!("{}{}", postgres(&server, "same", ""), postgres(&server, "new", "")),
    );
    project.run(&[]);
    let rows = |table: &str| server.ask(&format!("SELECT t::text FROM {table} AS t ORDER BY 1"));
    assert_eq!(rows("same"), rows("things"));
    let columns = |table: &str, columns: &str| {
        server.ask(&format!("SELECT row({columns})::text FROM {table} ORDER BY 1"))
    };
    // Text has no blanks at its end for `char`.
    let texts = "u::text, j::text, jb::text, m::text, tz::text, iv::text, v, p, ints, texts, numbers, moods::text, ip::text, range::text, times";
    for some in ["b, i2, i4, i8, f4, f8, d, t, local, s, x", "n::text, n2, long, ti", texts] {
        assert_eq!(columns("new", some), columns("things", some));
    }
    let types = server.ask(
        "SELECT string_agg(format_type(atttypid, atttypmod), ',' ORDER BY attnum) FROM pg_attribute \
         WHERE attrelid = 'new'::regclass AND attnum > 0",
    );
    assert_eq!(
        types,
        [
            "boolean,smallint,integer,bigint,real,double precision,date,timestamp with time zone,timestamp without time zone,\
          text,bytea,text,numeric(10,2),numeric(60,5),text,text,text,text,time without time zone,text,text,text,text,numeric(6,2),\
          integer[],text[],numeric(5,1)[],text[],text,text,timestamp without time zone[]"
        ]
    );
}

#[test]
#[ignore = "needs PostgreSQL"]
fn what_has_no_form_elsewhere_ends_the_query_with_its_column_with_postgres() {
    let server = Server::start();
    for (value, words) in [
        ("'-infinity'::timestamp", "row 1 of the query: `v` is infinite"),
        ("'infinity'::timestamptz", "`v` is infinite"),
        ("'infinity'::date", "`v` is infinite"),
        ("'NaN'::numeric(5,2)", "`v` is NaN or infinite"),
        ("'24:00'::time", "`v` is 24:00:00"),
        ("'{{1,2},{3,4}}'::int4[]", "`v` is an array of several dimensions"),
        ("'294276-12-31'::timestamp", "`v` is out of the range"),
    ] {
        let query = format!("query = \"SELECT {value} AS v\"");
        let source = format!("format = \"postgres\"\nurl = \"{}\"\n{query}", server.url());
        let project = Project::of_source(&source, &sink("jsonl", "out.jsonl"));
        let error = project.error(&["run", "pipeline.toml"]);
        assert!(error.contains(words) && error.contains("v::text"), "{error}");
        // The advice works.
        let advised = project.read("pipeline.toml").replace(" AS v", "::text AS v");
        fs::write(project.path("pipeline.toml"), advised).unwrap();
        project.run(&[]);
        assert!(project.jsonl("out.jsonl")[0]["v"].is_string());
    }
}

/// Columns of three rows in the types of Arrow, with their edges.
fn arrow_columns() -> Vec<(&'static str, ArrayRef)> {
    let decimal = |values: Vec<Option<i128>>, digits, scale| {
        Arc::new(Decimal128Array::from(values).with_precision_and_scale(digits, scale).unwrap())
    };
    let mut dictionary = StringDictionaryBuilder::<Int32Type>::new();
    [Some("AA"), None, Some("")].into_iter().for_each(|text| dictionary.append_option(text));
    let mut list = ListBuilder::new(arrow_array::builder::StringBuilder::new());
    list.append_value([Some("a,\"b\\"), None, Some("NULL")]);
    list.append_null();
    list.append_value([None::<&str>; 0]);
    let day = 86_400_000_000_i64;
    vec![
        ("boolean", Arc::new(BooleanArray::from(vec![Some(true), Some(false), None])) as ArrayRef),
        ("int8", Arc::new(Int8Array::from(vec![i8::MIN, i8::MAX, 0]))),
        ("int16", Arc::new(Int16Array::from(vec![i16::MIN, i16::MAX, 0]))),
        ("int32", Arc::new(Int32Array::from(vec![i32::MIN, i32::MAX, 0]))),
        ("int64", Arc::new(Int64Array::from(vec![i64::MIN, i64::MAX, 0]))),
        ("uint32", Arc::new(UInt32Array::from(vec![0, u32::MAX, 1]))),
        ("uint64", Arc::new(UInt64Array::from(vec![0, u64::MAX, 1]))),
        ("float32", Arc::new(Float32Array::from(vec![0.1, f32::MAX, f32::MIN_POSITIVE]))),
        ("float64", Arc::new(Float64Array::from(vec![0.1, f64::MAX, 5e-324]))),
        ("decimal", decimal(vec![Some(1999), Some(-9_999_999_999), None], 10, 2)),
        ("wide", decimal(vec![Some(i128::from(u64::MAX)), Some(-1), Some(0)], 38, 10)),
        (
            "wider",
            Arc::new(
                Decimal256Array::from(vec![
                    arrow_buffer::i256::from_string("1234567890123456789012345678901234567890123456789")
                        .unwrap(),
                    arrow_buffer::i256::from_i128(-1),
                    arrow_buffer::i256::ZERO,
                ])
                .with_precision_and_scale(50, 3)
                .unwrap(),
            ),
        ),
        ("text", Arc::new(StringViewArray::from(vec![Some("a\t\\N\r\n"), Some("\\."), None]))),
        ("dictionary", Arc::new(dictionary.finish())),
        ("binary", Arc::new(BinaryArray::from(vec![&b"\x00\xff\\"[..], b"", b"x"]))),
        ("date", Arc::new(Date32Array::from(vec![0, -719_528 + 366, 2_932_896]))),
        ("time", Arc::new(Time64MicrosecondArray::from(vec![0, day - 1, 250_000]))),
        (
            "seconds",
            Arc::new(TimestampMillisecondArray::from(vec![-1, 0, 1_359_633_600_000]).with_timezone("UTC")),
        ),
        ("local", Arc::new(TimestampMicrosecondArray::from(vec![-1, 0, -62_135_596_800_000_000]))),
        ("nanos", Arc::new(TimestampNanosecondArray::from(vec![1000, -1000, i64::MAX / 1000 * 1000]))),
        ("list", Arc::new(list.finish())),
        ("nothing", Arc::new(NullArray::new(3))),
    ]
}

/// The values as text, column by column.
fn words(batches: &[RecordBatch]) -> Vec<String> {
    let schema = batches[0].schema();
    let column = |index: usize| {
        let text = |batch: &RecordBatch| {
            let column = batch.column(index);
            let options = arrow_cast::display::FormatOptions::new().with_null("null");
            let text = arrow_cast::display::ArrayFormatter::try_new(column, &options).unwrap();
            (0..batch.num_rows()).map(|row| text.value(row).to_string()).collect::<Vec<_>>()
        };
        format!("{}: {:?}", schema.field(index).name(), batches.iter().flat_map(text).collect::<Vec<_>>())
    };
    (0..schema.fields().len()).map(column).collect()
}

#[test]
#[ignore = "needs PostgreSQL"]
fn all_of_arrows_types_go_there_and_come_back_with_postgres() {
    let server = Server::start();
    let there =
        Project::of_source("format = \"parquet\"\npath = \"in.parquet\"", &postgres(&server, "rows", ""));
    let batch = write_parquet(&there, arrow_columns());
    there.run(&[]);
    let source = format!("format = \"postgres\"\nurl = \"{}\"\nquery = \"SELECT * FROM rows\"", server.url());
    let back = Project::of_source(&source, &sink("parquet", "out.parquet"));
    back.run(&[]);
    assert_eq!(words(&read_parquet(&back, "out.parquet")), words(&[batch]));
    // The table that now exists takes the rows as well.
    there.run(&["--fresh"]);
    let types: Vec<_> = read_parquet(&back, "out.parquet")[0]
        .schema()
        .fields()
        .iter()
        .map(|field| field.data_type().to_string())
        .collect();
    assert_eq!(
        types.join(" "),
        "Boolean Int16 Int16 Int32 Int64 Int64 Decimal128(20, 0) Float32 Float64 Decimal128(10, 2) Decimal128(38, 10) \
         Decimal256(50, 3) Utf8 Utf8 Binary Date32 Time64(µs) Timestamp(µs, \"+00:00\") Timestamp(µs) Timestamp(µs) List(Utf8) Utf8"
    );
}

#[test]
#[ignore = "needs PostgreSQL"]
fn rows_that_a_table_does_not_take_are_rejected_and_no_sink_has_them_with_postgres() {
    let server = Server::start();
    server.ask(
        "CREATE TABLE parents (id int4 PRIMARY KEY); INSERT INTO parents VALUES (1), (2);
         CREATE TABLE rows (id int4 PRIMARY KEY, small int2 CHECK (small <> 13), u uuid, name varchar(3) NOT NULL,
                            parent int4 REFERENCES parents, j jsonb, price numeric(5,2), at timestamp);
         INSERT INTO rows VALUES (100, 0, null, 'old', 1, null, null, null)",
    );
    let good = json!({"id": 1, "small": 1, "u": null, "name": "abc", "parent": 1, "j": "{}", "price": "1.50",
        "at": "2013-01-31 12:00:00"});
    let with = |changes: Value| {
        let mut row = good.clone();
        changes.as_object().unwrap().iter().for_each(|(key, value)| row[key] = value.clone());
        row
    };
    let rows = [
        with(json!({"id": 1})),
        with(json!({"id": 2_147_483_648_u64})),
        with(json!({"id": 3, "name": "abcd"})),
        with(json!({"id": 4, "name": "a\u{0}"})),
        with(json!({"id": 5, "price": "1.555"})),
        with(json!({"id": 6, "at": "2013-01-31T12:00:00+02:00"})),
        with(json!({"id": 7, "u": "0b2a1f6e-5a0c-4d0e-8f7a-1b2c3d4e5f60"})),
        with(json!({"id": 1, "name": "two"})),
        with(json!({"id": 100})),
        with(json!({"id": 10, "small": 13})),
        with(json!({"id": 11, "u": "no uuid"})),
        with(json!({"id": 12, "name": null})),
        with(json!({"id": 13, "parent": 3})),
        with(json!({"id": 14, "j": "{"})),
        with(json!({"id": 15, "price": "much"})),
        with(json!({"id": 16})),
    ];
    let text: String = rows.iter().map(|row| format!("{row}\n")).collect();
    for mode in ["append", "upsert\"\nkey = [\"id\"]\n# \""] {
        let sinks = format!(
            "{}{}mode = \"append\"\n",
            postgres(&server, "rows", &format!("mode = \"{mode}\"\n")),
            sink("jsonl", "out.jsonl")
        );
        let project = Project::of_source("format = \"jsonl\"\npath = \"in.jsonl\"", &sinks);
        fs::write(project.path("in.jsonl"), &text).unwrap();
        let summary = project.summary(&[]);
        let upserts = mode.starts_with("upsert");
        let taken = if upserts { vec![1, 7, 1, 100, 16] } else { vec![1, 7, 16] };
        let out: Vec<_> = project.jsonl("out.jsonl").iter().map(|row| row["id"].as_i64().unwrap()).collect();
        assert_eq!(out, taken, "{summary}");
        assert_eq!(
            server.ask("SELECT count(*), count(*) FILTER (WHERE name = 'two') FROM rows")[0],
            if upserts { "4|1" } else { "4|0" }
        );
        let reasons = reasons(&project);
        let of = |row: u64| {
            reasons
                .iter()
                .find(|(of, ..)| *of == row)
                .map_or_else(String::new, |(_, code, words)| format!("{code} {words}"))
        };
        for (row, words) in [
            (2, "value rows in PostgreSQL 127.0.0.1:"),
            (2, ": the column `id`: 2147483648 is not exactly a value of int4"),
            (3, "the column `name`: the text has 4 characters, and varchar(3) 3"),
            (4, "the column `name`: the text has a NUL character"),
            (5, "the column `price`: 1.555 does not fit into numeric(5,2)"),
            (6, "the column `at`: \"2013-01-31T12:00:00+02:00\" is not exactly a value of timestamp"),
            (10, "refused rows in PostgreSQL"),
            (10, "violates check constraint \"rows_small_check\""),
            (11, "the column `u`: invalid input syntax for type uuid: \"no uuid\""),
            (12, "null value in column \"name\""),
            (13, "violates foreign key constraint \"rows_parent_fkey\"; Key (parent)=(3) is not present"),
            (14, "the column `j`: invalid input syntax for type json"),
            (15, "the column `price`: invalid input syntax for type numeric: \"much\""),
        ] {
            assert!(of(row).contains(words), "{row}: {}", of(row));
        }
        let duplicate =
            "duplicate key value violates unique constraint \"rows_pkey\"; Key (id)=(1) already exists.";
        assert_eq!(of(8).contains(duplicate), !upserts, "{}", of(8));
        assert_eq!(reasons.len() + taken.len(), rows.len());
        server.ask("DELETE FROM rows WHERE id <> 100");
        // A line of the source as well.
        assert_eq!(project.jsonl("pipeline.rejected.jsonl")[0]["line"], 2);
    }
}

#[test]
#[ignore = "needs PostgreSQL"]
fn a_row_whose_key_is_null_is_rejected_with_postgres() {
    let server = Server::start();
    null_keys(&format!("format = \"postgres\"\nurl = \"{}\"", server.url()), |sql| server.ask(sql));
}

/// `place` is a database as a sink's lines name it, and `ask` asks it.
fn null_keys(place: &str, ask: impl Fn(&str) -> Vec<String>) {
    let sink = format!("[[sink]]\n{place}\ntable = \"rows\"\nmode = \"upsert\"\nkey = [\"id\"]\n");
    let project = Project::of_source("format = \"jsonl\"\npath = \"in.jsonl\"", &sink);
    fs::write(project.path("in.jsonl"), "{\"id\":1,\"n\":1}\n{\"id\":null,\"n\":2}\n{\"id\":null,\"n\":3}\n")
        .unwrap();
    assert_eq!(project.summary(&[])["rejected"], 2);
    let reasons = reasons(&project);
    assert!(reasons[0].2.ends_with("the column `id`: a key of rows cannot be null"), "{reasons:?}");
    assert_eq!(ask("SELECT id || '|' || n FROM rows"), ["1|1"]);
}

#[test]
#[ignore = "needs PostgreSQL"]
fn a_replaced_table_keeps_its_types_and_constraints_with_postgres() {
    let server = Server::start();
    server.ask(
        "CREATE TABLE rows (id int4 GENERATED ALWAYS AS IDENTITY, u uuid UNIQUE, n numeric(4,1) CHECK (n > 0), twice numeric GENERATED ALWAYS AS (n * 2) STORED);
         INSERT INTO rows (u, n) VALUES (null, 1)",
    );
    let project = Project::of_source("format = \"csv\"\npath = \"in.csv\"", &postgres(&server, "rows", ""));
    let uuid = "0b2a1f6e-5a0c-4d0e-8f7a-1b2c3d4e5f60";
    fs::write(project.path("in.csv"), format!("u,n\n{uuid},2.5\n{uuid},3\n,-1\n,4\n")).unwrap();
    assert_eq!(project.summary(&[])["rejected"], 2);
    assert_eq!(
        server.ask("SELECT u, n, twice FROM rows ORDER BY n"),
        [format!("{uuid}|2.5|5.0"), "null|4.0|8.0".to_owned()]
    );
}

#[test]
#[ignore = "needs PostgreSQL"]
fn a_table_belongs_to_one_run_at_a_time_with_postgres() {
    let server = Server::start();
    let project = Project::of_source(
        "format = \"csv\"\npath = \"in.csv\"",
        &postgres(&server, "rows", "mode = \"append\"\n"),
    );
    fs::write(project.path("in.csv"), "a\n1\n").unwrap();
    let error = server
        .while_asking("SELECT pg_advisory_lock(hashtextextended('witdock public.rows', 0))", || {
            project.error(&["run", "pipeline.toml"])
        });
    assert!(
        error.contains("rows in PostgreSQL 127.0.0.1") && error.contains("is being written by another run"),
        "{error}"
    );
    project.run(&[]);
    assert_eq!(server.ask("SELECT a FROM rows"), ["1"]);
}

#[test]
fn a_row_whose_key_is_null_is_rejected() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.db");
    null_keys(&format!("format = \"sqlite\"\npath = {path:?}"), |sql| sqlite(&path, sql));
}

/// The values of the first column that a query gives, as text.
fn sqlite(path: &std::path::Path, sql: &str) -> Vec<String> {
    let database = rusqlite::Connection::open(path).unwrap();
    let mut statement = database.prepare(sql).unwrap();
    let text = |row: &rusqlite::Row<'_>| row.get::<_, Option<String>>(0);
    statement.query_map([], text).unwrap().map(|text| text.unwrap().unwrap_or("null".into())).collect()
}

#[test]
fn rows_that_a_table_does_not_take_are_rejected_and_no_sink_has_them() {
    let sinks = format!(
        "[[sink]]\nformat = \"sqlite\"\npath = \"out.db\"\ntable = \"rows\"\nmode = \"append\"\n{}mode = \"append\"\n",
        sink("jsonl", "out.jsonl")
    );
    let project = Project::of_source("format = \"jsonl\"\npath = \"in.jsonl\"", &sinks);
    let path = project.path("out.db");
    rusqlite::Connection::open(&path)
        .unwrap()
        .execute_batch(
            "CREATE TABLE parents (id INTEGER PRIMARY KEY); INSERT INTO parents VALUES (1);
             CREATE TABLE rows (id INTEGER PRIMARY KEY, small INTEGER CHECK (small <> 13), name TEXT NOT NULL,
                                parent INTEGER REFERENCES parents, price DECIMAL(10,2))",
        )
        .unwrap();
    fs::write(
        project.path("in.jsonl"),
        r#"{"id":1,"small":1,"name":"a","parent":1,"price":"10.50"}
{"id":1,"small":1,"name":"a","parent":1,"price":"10"}
{"id":2,"small":13,"name":"a","parent":1,"price":"10"}
{"id":3,"small":1,"name":null,"parent":1,"price":"10"}
{"id":4,"small":1,"name":"a","parent":2,"price":"10"}
{"id":5,"small":1,"name":"a","parent":1,"price":"12345678901234567890.12"}
{"id":6,"small":null,"name":"","parent":null,"price":"free"}
"#,
    )
    .unwrap();
    project.run(&[]);
    assert_eq!(project.jsonl("out.jsonl").len(), 2);
    assert_eq!(
        sqlite(&path, "SELECT id || ' ' || typeof(price) || ' ' || price FROM rows"),
        ["1 real 10.5", "6 text free"]
    );
    let reasons = reasons(&project);
    let expected = [
        (6, "value", "the column `price`: 12345678901234567890.12 has more digits"),
        (2, "refused", "UNIQUE constraint failed: rows.id"),
        (3, "refused", "CHECK constraint failed: small <> 13"),
        (4, "refused", "NOT NULL constraint failed: rows.name"),
        (5, "refused", "FOREIGN KEY constraint failed"),
    ];
    assert_eq!(reasons.len(), expected.len());
    for ((row, code, words), (expected_row, expected_code, expected)) in reasons.iter().zip(expected) {
        assert_eq!((*row, code.as_str()), (expected_row, expected_code));
        assert!(words.contains(expected), "{words}");
    }
}

/// Rows that refer to one another, in batches of two. The first refers to a row of the second batch, the third to none.
const TREE: &str = r#"{"id":1,"parent":4,"code":"a"}
{"id":2,"parent":null,"code":"b"}
{"id":3,"parent":9,"code":"c"}
{"id":4,"parent":null,"code":"d"}
{"id":5,"parent":1,"code":"b"}
"#;

/// What a database checks at the end of the transaction only is known row by row as well.
fn assert_rows_that_refer_to_later_ones_are_taken(
    table: &str,
    words: [&str; 2],
    ask: impl Fn() -> Vec<String>,
) {
    let sinks = format!("{table}mode = \"append\"\n{}mode = \"append\"\n", sink("jsonl", "out.jsonl"));
    let project = Project::of_source("format = \"jsonl\"\npath = \"in.jsonl\"\nbatch_rows = 2", &sinks);
    fs::write(project.path("in.jsonl"), TREE).unwrap();
    project.run(&[]);
    assert_eq!(ask(), ["1", "2", "4"]);
    let mut rows: Vec<_> = project.jsonl("out.jsonl").iter().map(|row| row["id"].as_i64().unwrap()).collect();
    rows.sort_unstable();
    assert_eq!(rows, [1, 2, 4], "no sink has what another one does not take");
    let mut reasons = reasons(&project);
    reasons.sort();
    assert_eq!(
        reasons.iter().map(|(row, code, _)| (*row, code.as_str())).collect::<Vec<_>>(),
        [(3, "refused"), (5, "refused")]
    );
    for ((_, _, found), words) in reasons.iter().zip(words) {
        assert!(found.contains(words), "{found}");
    }
}

#[test]
fn rows_that_refer_to_later_ones_are_taken() {
    for deferred in ["", "DEFERRABLE INITIALLY DEFERRED"] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.db");
        let sql = format!(
            "CREATE TABLE rows (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES rows {deferred}, code TEXT UNIQUE)"
        );
        rusqlite::Connection::open(&path).unwrap().execute_batch(&sql).unwrap();
        let table = format!("[[sink]]\nformat = \"sqlite\"\npath = {path:?}\ntable = \"rows\"\n");
        let words = ["FOREIGN KEY constraint failed", "UNIQUE constraint failed"];
        assert_rows_that_refer_to_later_ones_are_taken(&table, words, || {
            sqlite(&path, "SELECT CAST(id AS TEXT) FROM rows ORDER BY id")
        });
    }
}

#[test]
#[ignore = "needs PostgreSQL"]
fn rows_that_refer_to_later_ones_are_taken_with_postgres() {
    let server = Server::start();
    for deferred in ["", "DEFERRABLE INITIALLY DEFERRED"] {
        server.ask(&format!(
            "DROP TABLE IF EXISTS witdock_commits; DROP TABLE IF EXISTS rows;
             CREATE TABLE rows (id int4 PRIMARY KEY, parent int4 REFERENCES rows {deferred}, code text UNIQUE {deferred})"
        ));
        let words = ["violates foreign key constraint", "duplicate key value violates unique constraint"];
        assert_rows_that_refer_to_later_ones_are_taken(&postgres(&server, "rows", ""), words, || {
            server.ask("SELECT id FROM rows ORDER BY id")
        });
    }
}

#[test]
fn all_of_arrows_types_go_into_sqlite() {
    let project = Project::of_source(
        "format = \"parquet\"\npath = \"in.parquet\"",
        "[[sink]]\nformat = \"sqlite\"\npath = \"out.db\"\ntable = \"rows\"\n",
    );
    let columns: Vec<_> = arrow_columns().into_iter().filter(|(name, _)| *name != "list").collect();
    write_parquet(&project, columns);
    assert_eq!(project.summary(&[])["rejected"], 1, "2^64 - 1 is out of range");
    let path = project.path("out.db");
    let of = |column: &str| {
        sqlite(&path, &format!("SELECT typeof(\"{column}\") || ' ' || \"{column}\" FROM rows"))
    };
    assert_eq!(of("int64"), [format!("integer {}", i64::MIN), "integer 0".to_owned()]);
    assert_eq!(of("uint32"), ["integer 0", "integer 1"]);
    assert_eq!(of("decimal"), ["text 19.99", "null"]);
    assert_eq!(of("wider")[0], "text 1234567890123456789012345678901234567890123456.789");
    assert_eq!(of("dictionary"), ["text AA", "text "]);
    assert_eq!(of("date"), ["text 1970-01-01", "text 9999-12-31"]);
    assert_eq!(of("time"), ["text 00:00:00", "text 00:00:00.250"]);
    assert_eq!(of("seconds"), ["text 1969-12-31 23:59:59.999", "text 2013-01-31 12:00:00"]);
    assert_eq!(of("nothing"), ["null", "null"]);
}

#[test]
fn columns_of_sqlite_have_the_types_of_its_documentation() {
    let project = Project::of_source(
        "format = \"sqlite\"\npath = \"in.db\"\nquery = \"SELECT *, price * 2 AS twice, CASE id WHEN 1 THEN 1 ELSE 'b' END AS mixed FROM rows\"",
        &sink("jsonl", "out.jsonl"),
    );
    rusqlite::Connection::open(project.path("in.db"))
        .unwrap()
        .execute_batch(
            "CREATE TABLE rows (id INTEGER, price DECIMAL(10,2), at DATETIME, name VARCHAR(3), any);
             INSERT INTO rows VALUES (1, 10, 1359590400, 'a', 1), (2, 10.5, '2013-01-31', 'b', 2.5), (3, NULL, NULL, NULL, NULL)",
        )
        .unwrap();
    project.run(&[]);
    assert_eq!(
        project.read("out.jsonl").lines().collect::<Vec<_>>(),
        [
            r#"{"id":1,"price":10.0,"at":"1359590400","name":"a","any":1.0,"twice":20.0,"mixed":"1"}"#,
            r#"{"id":2,"price":10.5,"at":"2013-01-31","name":"b","any":2.5,"twice":21.0,"mixed":"b"}"#,
            r#"{"id":3,"price":null,"at":null,"name":null,"any":null,"twice":null,"mixed":"b"}"#,
        ]
    );
}

#[test]
fn a_replaced_table_keeps_its_types_and_constraints() {
    let project = Project::of_source(
        "format = \"csv\"\npath = \"in.csv\"",
        "[[sink]]\nformat = \"sqlite\"\npath = \"out.db\"\ntable = \"rows\"\n",
    );
    let path = project.path("out.db");
    let create = "CREATE TABLE \"rows\" (id INTEGER PRIMARY KEY, u UNIQUE, n REAL CHECK (n > 0)); INSERT INTO rows VALUES (1, 1, 1)";
    rusqlite::Connection::open(&path).unwrap().execute_batch(create).unwrap();
    fs::write(project.path("in.csv"), "u,n\na,2.5\na,3\nb,-1\nc,4\n").unwrap();
    assert_eq!(project.summary(&[])["rejected"], 2);
    assert_eq!(sqlite(&path, "SELECT id || u || n FROM rows ORDER BY id"), ["1a2.5", "2c4.0"]);
}

#[test]
#[ignore = "needs PostgreSQL"]
fn the_url_says_if_a_connection_is_encrypted_and_whom_it_trusts_with_postgres() {
    let server = Server::start();
    let certificate = server.with_tls();
    let project = |host: &str, parameters: &str| {
        let url = server.url().replace("127.0.0.1", host) + parameters;
        let query = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
        Project::of_source(
            &format!("format = \"postgres\"\nurl = \"{url}\"\nquery = \"{query}\""),
            &sink("jsonl", "out.jsonl"),
        )
    };
    let certificate = format!("?sslmode=verify-full&sslrootcert={}", certificate.display());
    for (host, parameters, is_encrypted) in [
        ("127.0.0.1", "", true),
        ("127.0.0.1", "?sslmode=disable", false),
        ("127.0.0.1", "?sslmode=require", true),
        ("localhost", &certificate, true),
    ] {
        let project = project(host, parameters);
        project.run(&[]);
        assert_eq!(project.jsonl("out.jsonl"), [json!({ "ssl": is_encrypted })], "{host}{parameters}");
    }
    for (host, parameters, words) in [
        ("localhost", "?sslmode=verify-full", "certificate"),
        ("127.0.0.1", &*certificate, "certificate not valid for name"),
        ("localhost", "?sslrootcert=/nowhere", "cannot read the certificates in /nowhere"),
        ("localhost", "?sslmode=verify-ca", "`sslmode` is `disable`, `prefer`, `require` or `verify-full`"),
    ] {
        let error = project(host, parameters).error(&["run", "pipeline.toml"]);
        assert!(error.contains(words), "{error}");
    }
}
