use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Int32Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, ArrayRef, BooleanArray, PrimitiveArray, StringArray};
use arrow_schema::DataType;

/// Key columns, downcast once so that rows can be read one by one.
pub(super) struct Keys<'a>(Vec<KeyColumn<'a>>);

enum KeyColumn<'a> {
    Boolean(&'a BooleanArray),
    Int32(&'a PrimitiveArray<Int32Type>),
    Int64(&'a PrimitiveArray<Int64Type>),
    Date32(&'a PrimitiveArray<Date32Type>),
    TimestampUs(&'a PrimitiveArray<TimestampMicrosecondType>),
    Utf8(&'a StringArray),
}

impl<'a> Keys<'a> {
    pub(super) fn new(columns: &'a [ArrayRef]) -> Option<Self> {
        let column = |array: &'a ArrayRef| {
            Some(match array.data_type() {
                DataType::Boolean => KeyColumn::Boolean(array.as_boolean_opt()?),
                DataType::Int32 => KeyColumn::Int32(array.as_primitive_opt()?),
                DataType::Int64 => KeyColumn::Int64(array.as_primitive_opt()?),
                DataType::Date32 => KeyColumn::Date32(array.as_primitive_opt()?),
                DataType::Timestamp(..) => KeyColumn::TimestampUs(array.as_primitive_opt()?),
                DataType::Utf8 => KeyColumn::Utf8(array.as_string_opt()?),
                _ => return None,
            })
        };
        Some(Self(columns.iter().map(column).collect::<Option<_>>()?))
    }

    /// Writes the row's key into `key` as bytes that differ for different keys. False when part of the key is null.
    pub(super) fn encode(&self, row: usize, key: &mut Vec<u8>) -> bool {
        key.clear();
        self.0.iter().all(|column| column.encode(row, key))
    }
}

impl KeyColumn<'_> {
    fn encode(&self, row: usize, key: &mut Vec<u8>) -> bool {
        macro_rules! fixed {
            ($array:expr) => {
                $array.is_valid(row) && {
                    key.extend_from_slice(&$array.value(row).to_le_bytes());
                    true
                }
            };
        }
        match self {
            Self::Boolean(array) => {
                array.is_valid(row) && {
                    key.push(u8::from(array.value(row)));
                    true
                }
            }
            Self::Int32(array) => fixed!(array),
            Self::Int64(array) => fixed!(array),
            Self::Date32(array) => fixed!(array),
            Self::TimestampUs(array) => fixed!(array),
            Self::Utf8(array) => {
                array.is_valid(row) && {
                    let text = array.value(row).as_bytes();
                    // The length keeps ("a", "bc") and ("ab", "c") apart.
                    key.extend_from_slice(&(text.len() as u64).to_le_bytes());
                    key.extend_from_slice(text);
                    true
                }
            }
        }
    }
}
