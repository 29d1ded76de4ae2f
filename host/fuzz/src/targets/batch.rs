use std::sync::Arc;

use arrow_array::{Array, Int32Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use witdock_etl::bindings::witdock::etl::types;
use witdock_etl::contract::Contract;
use witdock_etl::rows::{Origin, Rows};

use super::reader::Reader;
use crate::Outcome;

/// The rows that the plugin gets.
const ROWS: u32 = 5;

fn schema() -> SchemaRef {
    let fields = vec![Field::new("number", DataType::Int32, false), Field::new("text", DataType::Utf8, true)];
    Arc::new(Schema::new(fields))
}

fn input_rows() -> Option<Rows> {
    let numbers: Arc<dyn Array> = Arc::new(Int32Array::from_iter_values((0..).take(ROWS as usize)));
    let texts: Arc<dyn Array> =
        Arc::new(StringArray::from(vec![Some("a"), None, Some(""), Some("é"), Some("b")]));
    let batch = RecordBatch::try_new(schema(), vec![numbers, texts]).ok()?;
    let origin = Origin::numbered(&"rows.csv".into(), 1, ROWS as usize);
    Some(Rows { batch, origin })
}

/// A contract, and an output that may break it in any way. What is taken is a batch whose arrays are valid to the last byte.
pub(super) fn apply(bytes: &[u8]) -> Outcome {
    let Some(rows) = input_rows() else { return Outcome::Refused("no rows".to_owned()) };
    let mut reader = Reader::new(bytes);
    let guest = contract(&mut reader);
    let contract = match Contract::new(&schema(), &guest) {
        Ok(contract) => contract,
        Err(error) => return Outcome::Refused(error.to_string()),
    };
    let output = output(&mut reader, &guest);
    let is_last = reader.one_in(4);
    let applied = if is_last { contract.apply_finish(output) } else { contract.apply(&rows, output) };
    match applied {
        Ok(applied) => {
            assert_eq!(applied.rows.batch.schema().fields(), contract.schema().fields());
            for column in applied.rows.batch.columns() {
                assert_eq!(column.len(), applied.rows.len());
                column.to_data().validate_full().map_or_else(|error| unsound(&error), |()| ());
            }
            Outcome::Taken(format!("{:?}", contract.schema().fields().len()))
        }
        Err(error) => Outcome::Refused(error.to_string()),
    }
}

#[expect(clippy::panic, reason = "this is what the target looks for")]
fn unsound(error: &arrow_schema::ArrowError) {
    panic!("an invalid array was taken: {error}");
}

fn contract(reader: &mut Reader<'_>) -> types::Contract {
    let index = |reader: &mut Reader<'_>| u32::try_from(reader.size()).unwrap_or(u32::MAX);
    let reads = (0..reader.byte() % 4).map(|_| index(reader)).collect();
    let output = (0..reader.byte() % 5)
        .map(|_| match reader.byte() % 3 {
            0 => types::OutputField::Same(u32::from(reader.byte() % 3)),
            _ => types::OutputField::New(types::Field {
                name: reader.text(),
                data_type: data_type(reader),
                nullable: reader.one_in(2),
                ipc_schema: reader.one_in(8).then(|| reader.bytes().to_vec()),
            }),
        })
        .collect();
    types::Contract { reads, output }
}

fn data_type(reader: &mut Reader<'_>) -> types::DataType {
    use types::DataType::{Binary, Boolean, Date32, Float64, Int32, Int64, Ipc, TimestampUs, Utf8};
    match reader.byte() % 9 {
        0 => Boolean,
        1 => Int32,
        2 => Int64,
        3 => Float64,
        4 => Date32,
        5 => TimestampUs,
        6 => Utf8,
        7 => Binary,
        _ => Ipc,
    }
}

fn output(reader: &mut Reader<'_>, contract: &types::Contract) -> types::Output {
    let rows = match reader.byte() % 3 {
        0 => types::OutputRows::All,
        1 => types::OutputRows::Selected(reader.some(|reader| u32::from(reader.byte() % 7))),
        _ => types::OutputRows::Fresh(u32::try_from(reader.size()).unwrap_or(u32::MAX)),
    };
    let length = match &rows {
        types::OutputRows::All => ROWS as usize,
        types::OutputRows::Selected(rows) => rows.len(),
        types::OutputRows::Fresh(count) => (*count as usize).min(1_000),
    };
    let mut columns: Vec<types::Column> = contract
        .output
        .iter()
        .filter_map(|field| match field {
            types::OutputField::New(field) => Some(column(reader, field.data_type, length)),
            types::OutputField::Same(_) => None,
        })
        .collect();
    if reader.one_in(16) {
        columns.pop();
    }
    let rejected = (0..reader.byte() % 3)
        .map(|_| types::RowError {
            row: u32::from(reader.byte() % 7),
            code: reader.text(),
            message: reader.text(),
        })
        .collect();
    types::Output { rows, columns, rejected }
}

/// A column of this type mostly, with this length mostly.
fn column(reader: &mut Reader<'_>, wanted: types::DataType, length: usize) -> types::Column {
    use types::Values;
    let data_type = if reader.one_in(16) { data_type(reader) } else { wanted };
    let length = if reader.one_in(8) { reader.size().min(1_000) } else { length };
    let bitmap =
        |reader: &mut Reader<'_>| -> Vec<u8> { (0..length.div_ceil(8)).map(|_| reader.byte()).collect() };
    let validity = match reader.byte() % 4 {
        0 => Some(bitmap(reader)),
        1 => Some(reader.bytes().to_vec()),
        _ => None,
    };
    let values = match data_type {
        types::DataType::Boolean => Values::Boolean(bitmap(reader)),
        types::DataType::Int32 => Values::Int32(numbers(reader, length)),
        types::DataType::Int64 => Values::Int64((0..length).map(|_| reader.number()).collect()),
        types::DataType::Float64 => {
            Values::Float64((0..length).map(|_| f64::from_bits(reader.number().cast_unsigned())).collect())
        }
        types::DataType::Date32 => Values::Date32(numbers(reader, length)),
        types::DataType::TimestampUs => Values::TimestampUs((0..length).map(|_| reader.number()).collect()),
        types::DataType::Utf8 => Values::Utf8(bytes_column(reader, length)),
        types::DataType::Binary => Values::Binary(bytes_column(reader, length)),
        types::DataType::Ipc => Values::Ipc(reader.bytes().to_vec()),
    };
    types::Column { validity, values }
}

fn numbers(reader: &mut Reader<'_>, length: usize) -> Vec<i32> {
    (0..length).map(|_| i32::try_from(reader.number()).unwrap_or(i32::MIN)).collect()
}

/// Offsets that rise to the end of the data mostly.
fn bytes_column(reader: &mut Reader<'_>, length: usize) -> types::BytesColumn {
    let data = reader.bytes().to_vec();
    let end = i32::try_from(data.len()).unwrap_or(i32::MAX);
    let mut offsets: Vec<i32> = (0..=length).map(|_| i32::from(reader.byte()).min(end)).collect();
    if !reader.one_in(8) {
        offsets.sort_unstable();
        if let Some(first) = offsets.first_mut() {
            *first = 0;
        }
        if let Some(last) = offsets.last_mut() {
            *last = end;
        }
    }
    types::BytesColumn { offsets, data }
}
