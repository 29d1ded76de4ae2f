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
        [field] => Ok(field.as_ref().clone()),
        fields => Err(invalid(format!("expected one field, found {}", fields.len()))),
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
