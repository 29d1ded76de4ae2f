//! Values in messages.

use arrow_array::{Array, ArrayRef, make_array};
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_schema::DataType;

/// The most characters of a value in a message.
const LONGEST: usize = 60;

/// A value for a message. A date beyond the calendar of the library is its number of days or of other units.
pub(super) fn shown(column: &ArrayRef, row: usize) -> String {
    let options = FormatOptions::new().with_display_error(false);
    let text = |column: &ArrayRef| {
        let formatter = ArrayFormatter::try_new(column.as_ref(), &options).ok()?;
        formatter.value(row).try_to_string().ok()
    };
    let number = || {
        let width =
            if column.data_type().primitive_width() == Some(4) { DataType::Int32 } else { DataType::Int64 };
        text(&make_array(column.to_data().into_builder().data_type(width).build().ok()?))
    };
    let mut text = text(column).or_else(number).unwrap_or_else(|| format!("a {}", column.data_type()));
    if let Some((end, _)) = text.char_indices().nth(LONGEST) {
        text.truncate(end);
        text.push('…');
    }
    if column.data_type().is_string() { format!("{text:?}") } else { text }
}
