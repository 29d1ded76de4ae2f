use std::sync::Arc;

use arrow_array::builder::{
    BooleanBuilder, FixedSizeListBuilder, Int32Builder, ListBuilder, MapBuilder, StringBuilder,
};
use arrow_array::types::Int32Type;
use arrow_array::{
    Array, ArrayRef, BinaryArray, BooleanArray, Date32Array, Date64Array, Decimal128Array, DictionaryArray,
    Float32Array, Float64Array, Int32Array, Int64Array, LargeStringArray, ListArray, NullArray, StringArray,
    StringViewArray, StructArray, Time32SecondArray, Time64MicrosecondArray, TimestampMicrosecondArray,
    TimestampNanosecondArray, TimestampSecondArray, UInt8Array, UInt64Array,
};
use arrow_schema::{DataType, Field};

use super::{
    ColumnError, column_from_guest, column_to_guest, field_from_guest, field_to_guest, timestamp_us, unseen,
    view_type,
};
use crate::bindings::witdock::etl::types::{self, BytesColumn, Column, Values};

/// Arrays of every kind, each of 100 rows with some nulls.
fn arrays() -> Vec<ArrayRef> {
    let rows = 0..100_i32;
    let some = |row: i32| row % 7 != 3;
    let text = |row: i32| some(row).then(|| "ä€x".repeat(usize::try_from(row % 5).unwrap()));
    let numbers: Int32Array = rows.clone().map(|row| some(row).then_some(row)).collect();
    let lists = rows.clone().map(|row| some(row).then(|| vec![Some(row), None]));
    vec![
        Arc::new(numbers),
        Arc::new(rows.clone().map(|row| some(row).then_some(row % 3 == 0)).collect::<BooleanArray>()),
        Arc::new(rows.clone().map(|row| some(row).then_some(i64::from(row) << 40)).collect::<Int64Array>()),
        Arc::new(rows.clone().map(|row| some(row).then(|| f64::from(row) / 3.0)).collect::<Float64Array>()),
        Arc::new(rows.clone().map(|row| some(row).then_some(row * 100)).collect::<Date32Array>()),
        Arc::new(
            rows.clone()
                .map(|row| some(row).then_some(i64::from(row) * 1_000_000))
                .collect::<TimestampMicrosecondArray>()
                .with_data_type(timestamp_us()),
        ),
        Arc::new(rows.clone().map(text).collect::<StringArray>()),
        Arc::new(rows.clone().map(|row| text(row).map(String::into_bytes)).collect::<BinaryArray>()),
        // These are seen in another type.
        Arc::new(
            rows.clone().map(|row| some(row).then_some(i64::from(row))).collect::<TimestampSecondArray>(),
        ),
        Arc::new(
            rows.clone()
                .map(|row| some(row).then_some(i64::from(row) * 1000))
                .collect::<TimestampNanosecondArray>()
                .with_timezone("Europe/Berlin"),
        ),
        Arc::new(rows.clone().map(|row| some(row).then_some("key")).collect::<DictionaryArray<Int32Type>>()),
        Arc::new(rows.clone().map(text).collect::<StringViewArray>()),
        Arc::new(rows.clone().map(text).collect::<LargeStringArray>()),
        Arc::new(
            rows.clone()
                .map(|row| some(row).then_some(row % 100 == 0))
                .map(|some| some.map(u8::from))
                .collect::<UInt8Array>(),
        ),
        Arc::new(
            rows.clone()
                .map(|row| some(row).then_some(u64::from(row.unsigned_abs())))
                .collect::<UInt64Array>(),
        ),
        Arc::new(rows.clone().map(|row| some(row).then_some(0.1 * row as f32)).collect::<Float32Array>()),
        Arc::new(
            rows.clone().map(|row| some(row).then_some(i64::from(row) * 86_400_000)).collect::<Date64Array>(),
        ),
        Arc::new(NullArray::new(100)),
        // These travel as IPC.
        Arc::new(
            rows.clone()
                .map(|row| some(row).then_some(i128::from(row) * 1000))
                .collect::<Decimal128Array>()
                .with_precision_and_scale(20, 3)
                .unwrap(),
        ),
        Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>(lists)),
        Arc::new(rows.clone().map(|row| some(row).then_some(row)).collect::<Time32SecondArray>()),
    ]
}

/// A type that travels as IPC.
const DECIMAL: DataType = DataType::Decimal128(9, 2);

fn field_of(array: &ArrayRef) -> Field {
    Field::new("column", array.data_type().clone(), true)
}

#[test]
fn columns_survive_the_way_there_and_back_whole_and_sliced() {
    for array in arrays() {
        let field = field_of(&array);
        for (offset, length) in [(0, 100), (0, 0), (1, 99), (3, 8), (9, 64), (13, 50), (99, 1), (100, 0)] {
            let slice = array.slice(offset, length);
            let column = column_to_guest(&slice).unwrap();
            let back = column_from_guest(column, &field, length).unwrap();
            assert_eq!(&back, &slice, "{} at {offset}, {length}", array.data_type());
        }
    }
}

#[test]
fn a_slice_takes_only_its_own_bytes_along() {
    let text: ArrayRef = Arc::new(StringArray::from_iter_values((0..1000).map(|row| row.to_string())));
    let Values::Utf8(column) = column_to_guest(&text.slice(10, 2)).unwrap().values else { panic!() };
    assert_eq!((column.offsets, column.data), (vec![0, 2, 4], b"1011".to_vec()));
    let bits: ArrayRef = Arc::new(BooleanArray::from(vec![true; 100]));
    let Values::Boolean(column) = column_to_guest(&bits.slice(7, 9)).unwrap().values else { panic!() };
    assert_eq!(column.len(), 2);
    assert_eq!((column[0], column[1] & 1), (0xff, 1));
}

#[test]
fn fields_survive_the_way_there_and_back() {
    for array in arrays() {
        for nullable in [true, false] {
            let field = field_of(&array).with_nullable(nullable);
            let seen = Field::new("column", view_type(array.data_type()), nullable);
            assert_eq!(field_from_guest(&field_to_guest(&field).unwrap()).unwrap(), seen);
        }
    }
}

fn column(values: Values) -> Column {
    Column { validity: None, values }
}

fn utf8(offsets: Vec<i32>, data: &[u8]) -> Column {
    column(Values::Utf8(BytesColumn { offsets, data: data.to_vec() }))
}

/// The error of a column for two rows of this type.
fn refused(column: Column, data_type: DataType, nullable: bool) -> String {
    column_from_guest(column, &Field::new("c", data_type, nullable), 2).unwrap_err().to_string()
}

#[test]
fn what_a_guest_gives_is_checked() {
    let cases = [
        (column(Values::Int32(vec![1])), DataType::Int32, "it has 1 values for 2 rows"),
        (column(Values::Int64(vec![1, 2])), DataType::Int32, "its values are int64, expected int32"),
        (column(Values::TimestampUs(vec![1])), timestamp_us(), "it has 1 values"),
        (column(Values::Boolean(vec![])), DataType::Boolean, "0 bytes of booleans for 2 rows, expected 1"),
        (column(Values::Boolean(vec![1, 2])), DataType::Boolean, "it has 2 bytes of booleans"),
        (utf8(vec![0, 1], b"a"), DataType::Utf8, "2 offsets for 2 rows, expected 3"),
        (utf8(vec![], b""), DataType::Utf8, "0 offsets"),
        (utf8(vec![1, 1, 1], b"a"), DataType::Utf8, "its first offset is 1"),
        (utf8(vec![0, 2, 1], b"a"), DataType::Utf8, "fall from 2 to 1 at row 1"),
        (utf8(vec![0, -1, 1], b"a"), DataType::Utf8, "fall from 0 to -1 at row 0"),
        (
            utf8(vec![0, 1, 9], b"ab"),
            DataType::Utf8,
            "its last offset is 9, expected the length of its data, 2",
        ),
        (utf8(vec![0, 1, 1], b"ab"), DataType::Utf8, "its last offset is 1"),
        (utf8(vec![0, 1, 2], b"a\xff"), DataType::Utf8, "its text in row 1 is not UTF-8"),
        (utf8(vec![0, 1, 2], "ä".as_bytes()), DataType::Utf8, "its text in row 0 is not UTF-8"),
        (column(Values::Ipc(vec![1, 2, 3])), DECIMAL, "its Arrow IPC bytes are invalid"),
        (column(Values::Ipc(vec![])), DECIMAL, "the schema is missing"),
    ];
    for (column, data_type, expected) in cases {
        let error = refused(column, data_type, true);
        assert!(error.contains(expected), "{error} does not say {expected}");
    }
}

#[test]
fn nulls_are_only_where_the_field_allows_them() {
    let with = |validity| Column { validity: Some(validity), values: Values::Int32(vec![1, 2]) };
    assert!(refused(with(vec![0b01]), DataType::Int32, false).starts_with("row 1 is null"));
    assert!(refused(with(vec![]), DataType::Int32, true).contains("0 bytes of validity"));
    let array =
        column_from_guest(with(vec![0b1111_1101]), &Field::new("c", DataType::Int32, true), 2).unwrap();
    assert_eq!(array.null_count(), 1, "bits after the last row say nothing");
    // Null inside IPC, where no validity of ours shows it.
    let nulls: ArrayRef = Arc::new(Time32SecondArray::from(vec![Some(1), None]));
    let ipc = column_to_guest(&nulls).unwrap();
    assert!(refused(ipc, nulls.data_type().clone(), false).starts_with("row 1 is null"));
}

#[test]
fn ipc_has_to_be_what_was_promised() {
    let seconds: ArrayRef = Arc::new(Time32SecondArray::from(vec![1, 2, 3]));
    let ipc = || column_to_guest(&seconds).unwrap();
    assert!(refused(ipc(), DECIMAL, true).contains("its values are Time32(s), expected Decimal128(9, 2)"));
    assert!(refused(ipc(), seconds.data_type().clone(), true).contains("it has 3 values for 2 rows"));
    let validity = Column { validity: Some(vec![1]), ..ipc() };
    assert!(refused(validity, seconds.data_type().clone(), true).contains("contains the nulls"));

    let field = field_to_guest(&field_of(&seconds)).unwrap();
    let cases = [
        types::Field { ipc_schema: None, ..field.clone() },
        types::Field { data_type: types::DataType::Utf8, ..field.clone() },
        types::Field { ipc_schema: Some(vec![0; 9]), ..field.clone() },
        // A whole batch where a schema alone is expected.
        types::Field {
            ipc_schema: Some(match ipc().values {
                Values::Ipc(bytes) => bytes,
                _ => panic!(),
            }),
            ..field
        },
    ];
    for case in cases {
        assert!(field_from_guest(&case).is_err(), "{case:?}");
    }
}

#[test]
fn bytes_that_were_meddled_with_never_bring_the_host_down() {
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = || {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random
    };
    // The hook would print each panic that the fence catches; other tests keep it.
    let (usual, this) = (std::panic::take_hook(), std::thread::current().id());
    std::panic::set_hook(Box::new(move |panic| {
        if std::thread::current().id() != this {
            usual(panic);
        }
    }));
    let (mut taken, mut refused) = (0, 0);
    for array in arrays() {
        let Values::Ipc(good) = column_to_guest(&array).unwrap().values else { continue };
        for _ in 0..4000 {
            let mut bytes = good.clone();
            for _ in 0..=next() % 3 {
                let place = usize::try_from(next()).unwrap() % bytes.len();
                bytes[place] = u8::try_from(next() & 0xff).unwrap();
            }
            match column_from_guest(column(Values::Ipc(bytes)), &field_of(&array), 100) {
                // What is taken can be read to its last row.
                Ok(array) => {
                    taken += arrow_cast::pretty::pretty_format_columns("c", &[array]).map_or(0, |_| 1)
                }
                Err(ColumnError::Ipc { .. } | ColumnError::Type { .. } | ColumnError::Length { .. }) => {
                    refused += 1
                }
                Err(error) => panic!("{error}"),
            }
        }
    }
    drop(std::panic::take_hook());
    assert!(taken > 0 && refused > 0, "{taken} taken, {refused} refused");
}

#[test]
fn values_are_seen_in_the_type_that_holds_them() {
    let seen = |array: ArrayRef| column_to_guest(&array).unwrap().values;
    let keys: DictionaryArray<Int32Type> = vec!["a", "bc", "a"].into_iter().collect();
    let Values::Utf8(texts) = seen(Arc::new(keys)) else { panic!() };
    assert_eq!((texts.offsets, texts.data), (vec![0, 1, 3, 4], b"abca".to_vec()));
    let times = TimestampSecondArray::from(vec![1]).with_timezone("Europe/Berlin");
    assert!(matches!(seen(Arc::new(times)), Values::TimestampUs(us) if us == [1_000_000]));
    assert!(matches!(seen(Arc::new(UInt8Array::from(vec![255]))), Values::Int32(values) if values == [255]));
    assert!(
        matches!(seen(Arc::new(Float32Array::from(vec![0.5]))), Values::Float64(values) if values == [0.5])
    );
    assert!(
        matches!(seen(Arc::new(Date64Array::from(vec![86_400_000]))), Values::Date32(values) if values == [1])
    );
}

#[test]
fn a_value_that_no_plugin_can_see_is_found_and_never_cut() {
    let reasons = |array: ArrayRef| {
        assert!(column_to_guest(&array).is_err());
        unseen("c", &array).unwrap()
    };
    let times = TimestampNanosecondArray::from(vec![Some(1000), None, Some(1001)]);
    let expected = "column `c`: `1970-01-01T00:00:00.000001001` is not timestamp-us";
    assert_eq!(reasons(Arc::new(times)), [(2, expected.to_owned())]);
    let large = UInt64Array::from(vec![u64::MAX, 1]);
    let expected = "column `c`: `18446744073709551615` is not int64";
    assert_eq!(reasons(Arc::new(large)), [(0, expected.to_owned())]);
    // What a guest gives back in the larger type has to fit as well.
    let field = |data_type| Field::new("c", data_type, true);
    let column = |values| Column { validity: None, values };
    let error =
        column_from_guest(column(Values::Int32(vec![1, 256])), &field(DataType::UInt8), 2).unwrap_err();
    assert_eq!(error.to_string(), "its value in row 1 is not uint8");
    let error = column_from_guest(utf8(vec![0, 1], b"a"), &field(DataType::Null), 1).unwrap_err();
    assert_eq!(error.to_string(), "its value in row 0 is not null");
}

/// Columns that the SDK for Rust reads in its tests. `WITDOCK_BLESS=1` writes them.
#[test]
fn the_sdk_reads_what_the_host_writes() {
    let decimals = Decimal128Array::from(vec![Some(1999), None, Some(-5), Some(-9_999_999_900)]);
    let lists = [Some(vec![Some(1), None, Some(-3)]), None, Some(vec![]), Some(vec![Some(4)])];
    let mut tags = ListBuilder::new(StringBuilder::new());
    tags.append_value([Some("a"), Some("ä")]);
    tags.append_null();
    tags.append_null();
    let fields: Vec<(&str, ArrayRef)> = vec![
        ("id", Arc::new(UInt64Array::from(vec![u64::MAX, 1, 2]))),
        ("tags", Arc::new(tags.finish())),
        ("real", Arc::new(Float32Array::from(vec![Some(0.5), None, None]))),
    ];
    let (names, columns): (Vec<_>, Vec<_>) = fields
        .into_iter()
        .map(|(name, column)| (Field::new(name, column.data_type().clone(), true), column))
        .unzip();
    let structs = StructArray::new(names.into(), columns, Some(vec![true, true, false].into()));
    let mut maps = MapBuilder::new(None, StringBuilder::new(), Int32Builder::new());
    maps.keys().append_value("a");
    maps.values().append_value(1);
    maps.keys().append_value("b");
    maps.values().append_null();
    maps.append(true).unwrap();
    maps.append(true).unwrap();
    let mut fixed = FixedSizeListBuilder::new(BooleanBuilder::new(), 2);
    for pair in [[Some(true), Some(false)], [None, Some(true)]] {
        pair.into_iter().for_each(|value| fixed.values().append_option(value));
        fixed.append(true);
    }
    let columns: [(_, ArrayRef); 6] = [
        ("decimal", Arc::new(decimals.with_precision_and_scale(10, 2).unwrap())),
        ("list", Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>(lists))),
        ("struct", Arc::new(structs)),
        ("map", Arc::new(maps.finish())),
        ("time", Arc::new(Time64MicrosecondArray::from(vec![Some(86_399_999_999), None]))),
        ("fixed", Arc::new(fixed.finish())),
    ];
    for (name, column) in columns {
        let Values::Ipc(bytes) = column_to_guest(&column).unwrap().values else { panic!("{name}") };
        let path =
            format!("{}/../../guest-sdk/rust/etl/src/ipc/fixtures/{name}.ipc", env!("CARGO_MANIFEST_DIR"));
        if std::env::var_os("WITDOCK_BLESS").is_some() {
            std::fs::write(&path, &bytes).unwrap();
        }
        assert!(std::fs::read(&path).unwrap() == bytes, "{path} is not what the host writes");
    }
}

// attack: an IPC column of a union, or of `FixedSizeBinary(0)`
// host: refuses the contract
#[test]
fn ipc_has_the_types_that_sinks_can_write() {
    let described = |data_type: DataType| {
        field_from_guest(&types::Field {
            name: "x".to_owned(),
            data_type: types::DataType::Ipc,
            nullable: true,
            ipc_schema: Some(super::ipc::encode_field(&Field::new("x", data_type, true)).unwrap()),
        })
    };
    let item = |data_type| Arc::new(Field::new("item", data_type, true));
    let nested = |levels: usize| (0..levels).fold(DataType::Int32, |inner, _| DataType::List(item(inner)));
    for data_type in [
        DataType::FixedSizeBinary(16),
        DataType::FixedSizeList(item(DataType::Utf8), 2),
        DataType::Struct(vec![Field::new("a", DataType::Decimal128(9, 2), true)].into()),
        nested(16),
    ] {
        assert_eq!(*described(data_type.clone()).unwrap().data_type(), data_type);
    }
    let union = || {
        let fields = arrow_schema::UnionFields::from_fields([Field::new("a", DataType::Int32, true)]);
        DataType::Union(fields, arrow_schema::UnionMode::Sparse)
    };
    for data_type in [
        DataType::FixedSizeBinary(0),
        DataType::FixedSizeList(item(DataType::Int32), 0),
        DataType::Struct(arrow_schema::Fields::empty()),
        union(),
        DataType::List(item(union())),
        DataType::ListView(item(DataType::Int32)),
        nested(17),
    ] {
        let error = described(data_type.clone()).unwrap_err().to_string();
        assert!(
            error.contains("is not supported") || error.contains("nests more than 16 levels"),
            "{data_type}: {error}"
        );
    }
}
