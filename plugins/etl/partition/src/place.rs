//! The folder of a row: `carrier=UA/month=1`.

use serde_json::Value;
use witdock_etl_guest::{DataType, Field};

use crate::json::Cells;

/// Hive's folder name for rows without a value.
const NULL: &str = "__HIVE_DEFAULT_PARTITION__";

pub(crate) fn can_name_a_folder(data_type: DataType) -> bool {
    use DataType::{Boolean, Date32, Int32, Int64, Utf8};
    matches!(data_type, Boolean | Int32 | Int64 | Date32 | Utf8)
}

/// The folder of a row, relative to the sink's folder.
pub(crate) fn of(fields: &[Field], columns: &[Cells<'_>], row: usize) -> String {
    let part = |(field, cells): (&Field, &Cells<'_>)| {
        let value = match cells.value(row) {
            Value::Null => NULL.to_owned(),
            Value::String(text) if text.is_empty() => NULL.to_owned(),
            Value::String(text) => escaped(&text),
            other => other.to_string(),
        };
        format!("{}={value}", escaped(&field.name))
    };
    fields.iter().zip(columns).map(part).collect::<Vec<_>>().join("/")
}

/// Whether this is the name of a partition folder of one of the columns.
pub(crate) fn is_part(name: &str) -> bool {
    name.contains('=') && !name.starts_with('.')
}

/// The text with characters that file names cannot contain, or that Hive escapes, as `%XX`.
fn escaped(text: &str) -> String {
    let mut name = String::with_capacity(text.len());
    for character in text.chars() {
        let kept = !character.is_control() && !"\"#%'*/:=?\\{[]^<>|.".contains(character);
        if kept {
            name.push(character);
        } else {
            let mut bytes = [0; 4];
            for byte in character.encode_utf8(&mut bytes).bytes() {
                name.push_str(&format!("%{byte:02X}"));
            }
        }
    }
    name
}
