//! The columns of a correct run.

use crate::bindings::witdock::etl::types::{
    BytesColumn, Column, DataType, Field, Output, OutputRows, Values,
};

pub(crate) fn fields() -> [Field; 2] {
    [("number", DataType::Int64), ("text", DataType::Utf8)].map(|(name, data_type)| Field {
        name: name.to_owned(),
        data_type,
        nullable: false,
        ipc_schema: None,
    })
}

pub(crate) fn honest(rows: u32) -> Output {
    Output { rows: OutputRows::All, columns: vec![numbers(rows), texts(rows)], rejected: Vec::new() }
}

pub(crate) fn nothing() -> Output {
    Output {
        rows: OutputRows::Selected(Vec::new()),
        columns: vec![numbers(0), texts(0)],
        rejected: Vec::new(),
    }
}

pub(crate) fn numbers(rows: u32) -> Column {
    Column { validity: None, values: Values::Int64((0..i64::from(rows)).collect()) }
}

pub(crate) fn texts(rows: u32) -> Column {
    text(rows, |row| row.to_string().into_bytes())
}

/// A column of text of these bytes, whether they are UTF-8 or not.
pub(crate) fn text(rows: u32, bytes: impl Fn(u32) -> Vec<u8>) -> Column {
    let (mut offsets, mut data) = (vec![0], Vec::new());
    for row in 0..rows {
        data.extend(bytes(row));
        offsets.push(i32::try_from(data.len()).unwrap_or(i32::MAX));
    }
    Column { validity: None, values: Values::Utf8(BytesColumn { offsets, data }) }
}
