//! Rows in the [text format of COPY](https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.2). It has a form for the values of
//! every type, those of extensions included.

use std::fmt::Write;
use std::ops::Range;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Float32Type, Float64Type, Int16Type, Int32Type, Int64Type, Time64MicrosecondType,
    TimestampMicrosecondType,
};
use arrow_array::{Array, ArrayRef};
use arrow_schema::{DataType, TimeUnit};
use bytes::Bytes;

use super::calendar::{put_date, put_time, put_timestamp};

/// These rows of the columns.
pub(super) fn rows(columns: &[ArrayRef], rows: Range<usize>) -> Result<Bytes, std::fmt::Error> {
    let mut text = String::new();
    let mut value = String::new();
    for row in rows {
        for (index, column) in columns.iter().enumerate() {
            if index > 0 {
                text.push('\t');
            }
            if is_null(column, row) {
                text.push_str("\\N");
                continue;
            }
            value.clear();
            put(&mut value, column, row)?;
            escape(&mut text, &value);
        }
        text.push('\n');
    }
    Ok(Bytes::from(text))
}

fn is_null(column: &ArrayRef, row: usize) -> bool {
    column.is_null(row) || column.data_type().is_null()
}

fn put(text: &mut String, column: &ArrayRef, row: usize) -> std::fmt::Result {
    match column.data_type() {
        DataType::Boolean => text.push(if column.as_boolean().value(row) { 't' } else { 'f' }),
        DataType::Int16 => write!(text, "{}", column.as_primitive::<Int16Type>().value(row))?,
        DataType::Int32 => write!(text, "{}", column.as_primitive::<Int32Type>().value(row))?,
        DataType::Int64 => write!(text, "{}", column.as_primitive::<Int64Type>().value(row))?,
        // With an exponent where it is shorter.
        DataType::Float32 => write!(text, "{:?}", column.as_primitive::<Float32Type>().value(row))?,
        DataType::Float64 => write!(text, "{:?}", column.as_primitive::<Float64Type>().value(row))?,
        DataType::Date32 => put_date(text, column.as_primitive::<Date32Type>().value(row))?,
        DataType::Time64(TimeUnit::Microsecond) => {
            put_time(text, column.as_primitive::<Time64MicrosecondType>().value(row))?;
        }
        DataType::Timestamp(TimeUnit::Microsecond, zone) => {
            let zone = if zone.is_some() { "+00" } else { "" };
            put_timestamp(text, column.as_primitive::<TimestampMicrosecondType>().value(row), zone)?;
        }
        DataType::Binary => {
            text.push_str("\\x");
            column.as_binary::<i32>().value(row).iter().try_for_each(|byte| write!(text, "{byte:02x}"))?;
        }
        DataType::List(_) => {
            let items = column.as_list::<i32>().value(row);
            text.push('{');
            let mut value = String::new();
            for item in 0..items.len() {
                if item > 0 {
                    text.push(',');
                }
                if is_null(&items, item) {
                    text.push_str("NULL");
                    continue;
                }
                value.clear();
                put(&mut value, &items, item)?;
                text.push('"');
                for part in value.split_inclusive(['"', '\\']) {
                    match part.strip_suffix(['"', '\\']) {
                        Some(plain) => {
                            text.push_str(plain);
                            text.push('\\');
                            text.push_str(part.get(plain.len()..).unwrap_or_default());
                        }
                        None => text.push_str(part),
                    }
                }
                text.push('"');
            }
            text.push('}');
        }
        // The column has been converted to one of these types.
        _ => text.push_str(column.as_string_opt::<i32>().ok_or(std::fmt::Error)?.value(row)),
    }
    Ok(())
}

/// Escapes what separates values and rows.
fn escape(text: &mut String, value: &str) {
    if !value.contains(['\\', '\n', '\r', '\t']) {
        text.push_str(value);
        return;
    }
    for character in value.chars() {
        match character {
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            other => text.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{ListArray, StringArray};

    use super::*;

    #[test]
    fn values_of_text_cannot_end_their_row() {
        let texts: ArrayRef = Arc::new(StringArray::from(vec![Some("a\t\\b\r\nc"), None, Some("\\N")]));
        let mut lists = arrow_array::builder::ListBuilder::new(arrow_array::builder::StringBuilder::new());
        lists.append_value([Some("a\"b\\"), None, Some("NULL"), Some("")]);
        lists.append_null();
        lists.append_value([None::<&str>; 0]);
        let lists: ListArray = lists.finish();
        let bytes = rows(&[texts, Arc::new(lists)], 0..3).unwrap();
        assert_eq!(
            str::from_utf8(&bytes).unwrap(),
            "a\\t\\\\b\\r\\nc\t{\"a\\\\\"b\\\\\\\\\",NULL,\"NULL\",\"\"}\n\\N\t\\N\n\\\\N\t{}\n"
        );
    }
}
