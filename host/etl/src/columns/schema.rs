use std::sync::Arc;

use arrow_schema::{Field, SchemaRef};

/// The first difference between two schemas, in words.
pub(crate) fn schema_difference(before: &SchemaRef, now: &SchemaRef) -> Option<String> {
    let show = |field: &Field| {
        let null = if field.is_nullable() { ", nullable" } else { "" };
        format!("`{}` ({}{null})", field.name(), field.data_type())
    };
    if Arc::ptr_eq(before, now) || before.fields() == now.fields() {
        return None;
    }
    let mut pairs = before.fields().iter().zip(now.fields()).enumerate();
    Some(match pairs.find(|(_, (before, now))| before != now) {
        Some((index, (before, now))) => {
            format!("column {} was {} and would be {}", index + 1, show(before), show(now))
        }
        None => {
            format!("there were {} columns, and there would be {}", before.fields().len(), now.fields().len())
        }
    })
}
