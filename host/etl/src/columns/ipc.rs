//! Columns whose type has no WIT type of its own, as Arrow IPC streams of one field.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch};
use arrow_buffer::Buffer;
use arrow_ipc::reader::StreamDecoder;
use arrow_ipc::writer::StreamWriter;
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};

use super::error::ColumnError;

pub(super) fn encode_field(field: &Field) -> Result<Vec<u8>, ArrowError> {
    let schema = Schema::new(vec![field.clone()]);
    StreamWriter::try_new(Vec::new(), &schema)?.into_inner()
}

pub(super) fn encode_column(array: &ArrayRef) -> Result<Vec<u8>, ArrowError> {
    let schema = Arc::new(Schema::new(vec![Field::new("", array.data_type().clone(), true)]));
    let batch = RecordBatch::try_new(Arc::clone(&schema), vec![Arc::clone(array)])?;
    let mut writer = StreamWriter::try_new(Vec::new(), &schema)?;
    writer.write(&batch)?;
    writer.into_inner()
}

pub(super) fn decode_field(bytes: &[u8]) -> Result<Field, ColumnError> {
    let (schema, batches) = decode(bytes.to_vec())?;
    if !batches.is_empty() {
        return Err(invalid("expected a schema without rows"));
    }
    match schema.fields().iter().as_slice() {
        [field] => {
            allowed(field.data_type(), DEEPEST)?;
            Ok(field.as_ref().clone())
        }
        fields => Err(invalid(format!("expected one field, found {}", fields.len()))),
    }
}

/// How deep types may nest.
const DEEPEST: usize = 16;

/// Refuses types that sinks cannot write, or that Arrow's own code does not expect: a column has numbers, text, bytes, dates, times,
/// decimals, and lists, structs, maps and dictionaries of these.
fn allowed(data_type: &DataType, deeper: usize) -> Result<(), ColumnError> {
    let refused = || invalid(format!("the type {data_type} is not supported"));
    let inner = |field: &Field| match deeper.checked_sub(1) {
        Some(deeper) => allowed(field.data_type(), deeper),
        None => Err(invalid(format!("its type nests more than {DEEPEST} levels"))),
    };
    match data_type {
        DataType::FixedSizeBinary(..=0) | DataType::FixedSizeList(_, ..=0) => Err(refused()),
        DataType::Union(..)
        | DataType::RunEndEncoded(..)
        | DataType::ListView(_)
        | DataType::LargeListView(_) => Err(refused()),
        DataType::List(field)
        | DataType::LargeList(field)
        | DataType::FixedSizeList(field, _)
        | DataType::Map(field, _) => inner(field),
        DataType::Struct(fields) if fields.is_empty() => Err(refused()),
        DataType::Struct(fields) => fields.iter().try_for_each(|field| inner(field)),
        DataType::Dictionary(keys, values) if keys.is_dictionary_key_type() => match **values {
            DataType::Dictionary(..) => Err(refused()),
            ref values => allowed(values, deeper),
        },
        DataType::Dictionary(..) => Err(refused()),
        _ => Ok(()),
    }
}

/// Decodes a column of the expected type, or of the one in which a guest sees it.
pub(super) fn decode_column(
    bytes: Vec<u8>,
    expected: &DataType,
    seen: &DataType,
) -> Result<ArrayRef, ColumnError> {
    let (_, batches) = decode(bytes)?;
    let [batch] = batches.as_slice() else {
        return Err(invalid(format!("expected one batch, found {}", batches.len())));
    };
    let [column] = batch.columns() else {
        return Err(invalid(format!("expected one column, found {}", batch.num_columns())));
    };
    if column.data_type() != expected && column.data_type() != seen {
        return Err(ColumnError::Type {
            expected: expected.to_string(),
            found: column.data_type().to_string(),
        });
    }
    Ok(Arc::clone(column))
}

/// Reads a whole stream. The push decoder is used because it takes slices of the bytes that are there, where the reader
/// would allocate whatever length a message claims.
fn decode(bytes: Vec<u8>) -> Result<(SchemaRef, Vec<RecordBatch>), ColumnError> {
    // arrow-ipc verifies what it reads but still unwraps here and there (an unknown type code, a missing
    // child), and these bytes are a guest's.
    catch_unwind(AssertUnwindSafe(|| {
        let mut decoder = StreamDecoder::new();
        let mut buffer = Buffer::from_vec(bytes);
        let mut batches = Vec::new();
        while !buffer.is_empty() {
            batches.extend(decoder.decode(&mut buffer)?);
        }
        decoder.finish()?;
        let schema =
            decoder.schema().ok_or_else(|| ArrowError::IpcError("the schema is missing".to_owned()))?;
        Ok((schema, batches))
    }))
    .unwrap_or_else(|_| Err(ArrowError::IpcError("malformed message".to_owned())))
    .map_err(|error: ArrowError| invalid(error.to_string()))
}

fn invalid(reason: impl Into<String>) -> ColumnError {
    ColumnError::Ipc { reason: reason.into() }
}
