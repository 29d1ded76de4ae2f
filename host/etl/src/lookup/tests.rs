use std::io::Write;

use arrow_schema::DataType;
use tempfile::NamedTempFile;

use super::*;
use crate::bindings::witdock::etl::lookup::LookupError;
use crate::bindings::witdock::etl::types::{BytesColumn, Column, Values};
use crate::columns::timestamp_us;
use crate::pipeline::{
    ColumnType, CsvFormat, FileFormat, FileSource, LookupConfig, OnDrift, SourceConfig, SourceKind,
    SourcePath,
};

fn load(text: &str, key: &[&str], types: &[(&str, ColumnType)]) -> Result<LookupTable, LookupTableError> {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    LookupTable::load(&LookupConfig {
        name: "table".to_owned(),
        source: SourceConfig {
            kind: SourceKind::Files(FileSource {
                paths: vec![SourcePath::Local(file.path().display().to_string())],
                store: Default::default(),
                format: FileFormat::Csv(CsvFormat::default()),
                partitions: Default::default(),
                on_drift: OnDrift::Fail,
                watch: false,
                settle: Default::default(),
            }),
            batch_rows: 8192,
        },
        key: key.iter().map(|name| (*name).to_owned()).collect(),
        types: types.iter().map(|(name, data_type)| ((*name).to_owned(), *data_type)).collect(),
    })
}

fn text(values: &[&str]) -> Column {
    let mut offsets = vec![0];
    offsets.extend(values.iter().scan(0, |end, value| {
        *end += i32::try_from(value.len()).unwrap();
        Some(*end)
    }));
    Column {
        validity: None,
        values: Values::Utf8(BytesColumn { offsets, data: values.concat().into_bytes() }),
    }
}

fn whole(values: &[i64]) -> Column {
    Column { validity: None, values: Values::Int64(values.to_vec()) }
}

const AIRLINES: &str = "carrier,name,fleet\n9E,Endeavor,100\nAA,American,\nUA,United,700\n";

#[test]
fn keys_are_answered_in_their_order_with_nulls_where_nothing_is_found() {
    let table = load(AIRLINES, &["carrier"], &[]).unwrap();
    let found = table
        .get(4, vec![text(&["UA", "??", "AA", "UA"])], &["fleet".to_owned(), "name".to_owned()])
        .unwrap();
    assert_eq!(found.found, [0b1101]);
    assert!(matches!(&found.columns[0].values, Values::Int64(fleet) if fleet[0] == 700 && fleet[3] == 700));
    assert_eq!(found.columns[0].validity, Some(vec![0b1001]), "AA is there, and its fleet is not known");
    assert!(matches!(&found.columns[1].values, Values::Utf8(names) if names.data == b"UnitedAmericanUnited"));
}

#[test]
fn keys_of_several_columns_do_not_run_into_each_other() {
    let table = load("a,b,c\nx,yz,1\nxy,z,2\n", &["a", "b"], &[]).unwrap();
    let found = table.get(2, vec![text(&["xy", "x"]), text(&["z", "yz"])], &["c".to_owned()]).unwrap();
    assert!(matches!(&found.columns[0].values, Values::Int64(values) if values == &[2, 1]));
}

#[test]
fn types_are_taken_from_the_values_or_from_the_pipeline() {
    let zips = "zip,city,day,at\n01067,Dresden,2013-01-01,2013-01-01T05:00:00\n80331,,,\n";
    let guessed = load(zips, &["zip"], &[]).unwrap();
    assert_eq!(guessed.key()[0].data_type(), &DataType::Int64);
    let types: Vec<_> =
        guessed.batch.schema().fields().iter().map(|field| field.data_type().clone()).collect();
    assert_eq!(types, [DataType::Int64, DataType::Utf8, DataType::Date32, timestamp_us()]);
    let told = load(zips, &["zip"], &[("zip", ColumnType::Utf8)]).unwrap();
    assert_eq!(told.get(1, vec![text(&["01067"])], &[]).unwrap().found, [1]);
}

#[test]
fn a_null_key_matches_nothing() {
    let table = load("id,name\n0,zero\n,none\n1,one\n", &["id"], &[]).unwrap();
    let keys = Column { validity: Some(vec![0b10]), ..whole(&[0, 1]) };
    assert_eq!(table.get(2, vec![keys], &[]).unwrap().found, [0b10]);
}

#[test]
fn questions_that_cannot_be_answered_are_errors_and_not_traps() {
    let table = load(AIRLINES, &["carrier"], &[]).unwrap();
    let error = |rows, keys, columns: &[&str]| {
        let columns: Vec<_> = columns.iter().map(|name| (*name).to_owned()).collect();
        match table.get(rows, keys, &columns).unwrap_err() {
            LookupError::Keys(text) | LookupError::NoSuchColumn(text) => text,
            other => panic!("{other}"),
        }
    };
    assert_eq!(error(0, vec![], &[]), "got 0 key columns, expected 1 (carrier)");
    assert_eq!(
        error(1, vec![whole(&[1])], &[]),
        "the key column `carrier`: its values are int64, expected utf8"
    );
    assert!(error(2, vec![text(&["AA"])], &[]).contains("2 offsets for 2 rows"));
    assert_eq!(error(1, vec![text(&["AA"])], &["nam"]), "nam");
}

#[test]
fn tables_that_cannot_be_keyed_are_refused_with_the_place() {
    let error = |text: &str, key: &[&str], types: &[(&str, ColumnType)]| {
        load(text, key, types).unwrap_err().to_string()
    };
    let twice = error("id,b\n1,x\n2,y\n1,z\n", &["id"], &[]);
    assert!(twice.contains(":4: the key (1) is already on line 2"), "{twice}");
    let missing = error(AIRLINES, &["carier"], &[]);
    assert!(
        missing.contains("has no column `carier` (did you mean `carrier`?); it has carrier, name, fleet"),
        "{missing}"
    );
    assert!(error("id,b\n1.5,x\n", &["id"], &[]).contains("contains floating-point numbers"));
    let value = error("id,b\n1,x\n2,y\n", &["id"], &[("b", ColumnType::Int32)]);
    assert!(value.contains(":2: \"x\" in the column `b` is not a valid int32"), "{value}");
    assert!(error("id,b\n1\n", &["id"], &[]).contains(":2: 1 field"));
}

// attack: a lookup that asks for one column 10,000 times, or for one long value again and again
// host: an error of the look-up
#[test]
fn answers_are_bounded() {
    let long = "x".repeat(1 << 20);
    let table = load(&format!("id,text\n1,{long}\n"), &["id"], &[]).unwrap();
    let get = |rows: usize, columns: usize| {
        let columns = vec!["text".to_owned(); columns];
        table.get(u32::try_from(rows).unwrap(), vec![whole(&vec![1; rows])], &columns)
    };
    assert_eq!(get(60, 1).unwrap().found.len(), 8);
    let refused = |rows, columns| match get(rows, columns).unwrap_err() {
        LookupError::Unavailable(text) | LookupError::Keys(text) => text,
        other => panic!("{other}"),
    };
    assert_eq!(refused(1, 10_000), "10000 columns are asked for, and the table has 2");
    assert!(refused(65, 1).contains("ask for fewer keys at once"));
    assert!(refused(40, 2).contains("ask for fewer keys at once"));
    assert!(table.get(u32::MAX, vec![whole(&[])], &[]).unwrap_err().to_string().contains("keys at once"));
}
