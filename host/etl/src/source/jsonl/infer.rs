//! Column types from the values of the first records.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_schema::{DataType, Field, Fields};

use super::value::{Members, Value, items, members};
use crate::values::FromText;

/// The deepest nesting of lists and objects that columns are made of.
const MAX_DEPTH: usize = 64;

/// What the values of a column are.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// The kind of the first value that is not null.
    first: Option<Shape>,
    boolean: bool,
    text: bool,
    /// Integers that an `i64` holds.
    integer: bool,
    negative: bool,
    /// Integers that a `u64` holds and an `i64` does not.
    unsigned: bool,
    /// Numbers with a fraction or an exponent.
    fraction: bool,
    /// Integers that no 64 bits hold.
    long: bool,
    /// Numbers that no `f64` is.
    no_float: bool,
    object: SeenMembers,
    item: Option<Box<Seen>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Scalar,
    Object,
    List,
}

/// The values of objects, by key, in the order in which the keys occur.
#[derive(Debug, Default)]
pub(super) struct SeenMembers {
    places: HashMap<String, usize>,
    members: Vec<(String, Seen)>,
}

impl SeenMembers {
    /// Adds the members of one object.
    pub(super) fn add(&mut self, members: &Members<'_>, depth: usize) -> Result<(), String> {
        for (key, value) in &members.0 {
            let place = match self.places.get(key.as_ref()) {
                Some(place) => *place,
                None => {
                    let place = self.members.len();
                    self.places.insert(key.to_string(), place);
                    self.members.push((key.to_string(), Seen::default()));
                    place
                }
            };
            if let Some((_, seen)) = self.members.get_mut(place) {
                seen.add(*value, depth)?;
            }
        }
        Ok(())
    }

    pub(super) fn fields(&self) -> impl Iterator<Item = (&str, DataType)> {
        self.members.iter().map(|(name, seen)| (name.as_str(), seen.data_type()))
    }
}

impl Seen {
    fn add(&mut self, value: Value<'_>, depth: usize) -> Result<(), String> {
        if depth > MAX_DEPTH {
            return Err(format!("lists and objects are nested more than {MAX_DEPTH} levels deep"));
        }
        let shape = match value {
            Value::Null => return Ok(()),
            Value::Object(_) => Shape::Object,
            Value::List(_) => Shape::List,
            _ => Shape::Scalar,
        };
        // The others are bad records: no type holds both.
        if *self.first.get_or_insert(shape) != shape {
            return Ok(());
        }
        match value {
            Value::Null => {}
            Value::Boolean(_) => self.boolean = true,
            Value::Text(_) => self.text = true,
            Value::Number(number) => self.number(number),
            Value::Object(text) => self.object.add(&members(text)?, depth + 1)?,
            Value::List(text) => {
                for item in items(text)? {
                    self.item.get_or_insert_default().add(Value::of(item), depth + 1)?;
                }
            }
        }
        Ok(())
    }

    fn number(&mut self, text: &str) {
        if text.contains(['.', 'e', 'E']) {
            self.fraction = true;
            self.no_float |= f64::from_text(text).is_none();
        } else if text.parse::<i64>().is_ok() {
            self.integer = true;
            self.negative |= text.starts_with('-');
            // Up to 15 digits are exact.
            self.no_float |= text.len() > 15 && f64::from_text(text).is_none();
        } else {
            self.no_float |= f64::from_text(text).is_none();
            if text.parse::<u64>().is_ok() {
                self.unsigned = true;
            } else {
                self.long = true;
            }
        }
    }

    /// A type that holds all values exactly.
    fn data_type(&self) -> DataType {
        match self.first {
            Some(Shape::Object) => {
                let fields = self.object.fields().map(|(name, kind)| Field::new(name, kind, true));
                return DataType::Struct(fields.collect::<Fields>());
            }
            Some(Shape::List) => {
                let item = self.item.as_ref().map_or(DataType::Utf8, |item| item.data_type());
                return DataType::List(Arc::new(Field::new_list_field(item, true)));
            }
            Some(Shape::Scalar) | None => {}
        }
        let whole = self.integer || self.unsigned || self.long;
        match (self.boolean, self.fraction || whole) {
            _ if self.text => DataType::Utf8,
            (true, false) => DataType::Boolean,
            (false, true) if self.fraction => {
                if self.no_float {
                    DataType::Utf8
                } else {
                    DataType::Float64
                }
            }
            (false, true) if !self.unsigned && !self.long => DataType::Int64,
            (false, true) if !self.negative && !self.long => DataType::UInt64,
            // Both kinds, a number that no other type holds, or no value at all.
            _ => DataType::Utf8,
        }
    }
}
