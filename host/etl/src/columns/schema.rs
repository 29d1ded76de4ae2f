use std::sync::Arc;

use arrow_schema::{Field, SchemaRef};

/// The first difference between two schemas, in words.
pub(crate) fn schema_difference(before: &SchemaRef, now: &SchemaRef) -> Option<String> {
    let show = |field: &Field| {
        let null = if field.is_nullable() { ", nullable" } else { "" };
        format!("`{}` ({}{null})", field.name(), field.data_type())
    };
    // What else a field says about itself changes no value.
    let same = |one: &Field, other: &Field| {
        one.name() == other.name()
            && one.data_type() == other.data_type()
            && one.is_nullable() == other.is_nullable()
    };
    let as_many = before.fields().len() == now.fields().len();
    let mut both = before.fields().iter().zip(now.fields());
    if Arc::ptr_eq(before, now) || as_many && both.all(|(before, now)| same(before, now)) {
        return None;
    }
    let mut pairs = before.fields().iter().zip(now.fields()).enumerate();
    Some(match pairs.find(|(_, (before, now))| !same(before, now)) {
        Some((index, (before, now))) => {
            format!("column {} was {} and would be {}", index + 1, show(before), show(now))
        }
        None => {
            format!("there were {} columns, and there would be {}", before.fields().len(), now.fields().len())
        }
    })
}
