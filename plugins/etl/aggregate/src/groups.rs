//! The groups, and how a row finds its own.

use hashbrown::HashMap;
use serde::{Deserialize, Serialize};
use witdock_etl_guest::view::{PrimitiveView, Utf8View};

use crate::sum::Sums;

/// A part of a group's key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Key {
    /// Null.
    Null(()),
    /// A whole number.
    Whole(i64),
    /// Text.
    Text(String),
}

/// The state: the aggregates so far. Groups are numbered in the order in which they came.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Groups {
    /// Describes the aggregation: another one cannot use this state.
    pub(crate) of: Vec<String>,
    pub(crate) keys: Vec<Vec<Key>>,
    /// The number of rows of each group.
    pub(crate) rows: Vec<u64>,
    /// The sums of each aggregated column.
    pub(crate) sums: Vec<Sums>,
}

/// The group's number for each key, whose parts are written one behind the other.
#[derive(Debug, Default)]
pub(crate) struct Index {
    numbers: HashMap<Box<[u8]>, usize>,
    /// The key of the last row, which the next row often has too.
    last: Option<(Vec<u8>, usize)>,
    buffer: Vec<u8>,
}

/// A column of the key.
pub(crate) enum Keys<'b> {
    Int32(PrimitiveView<'b, i32>),
    Int64(PrimitiveView<'b, i64>),
    Text(Utf8View<'b>),
}

impl Keys<'_> {
    fn get(&self, row: usize) -> Key {
        match self {
            Self::Int32(view) => view.get(row).map_or(Key::Null(()), |number| Key::Whole(number.into())),
            Self::Int64(view) => view.get(row).map_or(Key::Null(()), Key::Whole),
            Self::Text(view) => view.get(row).map_or(Key::Null(()), |text| Key::Text(text.to_owned())),
        }
    }

    fn write(&self, row: usize, key: &mut Vec<u8>) {
        match self {
            Self::Int32(view) => write_whole(view.get(row).map(i64::from), key),
            Self::Int64(view) => write_whole(view.get(row), key),
            Self::Text(view) => write_text(view.get(row), key),
        }
    }
}

fn write_whole(number: Option<i64>, key: &mut Vec<u8>) {
    key.push(number.is_some().into());
    if let Some(number) = number {
        key.extend_from_slice(&number.to_le_bytes());
    }
}

/// With its length, so that two keys are the same only part by part. No text is as long as the mark for null.
fn write_text(text: Option<&str>, key: &mut Vec<u8>) {
    let length = text.map_or(usize::MAX, str::len);
    key.extend_from_slice(&length.to_le_bytes());
    key.extend_from_slice(text.unwrap_or_default().as_bytes());
}

impl Index {
    /// The index of groups that were saved.
    pub(crate) fn of(groups: &Groups) -> Self {
        let mut index = Self::default();
        for (number, key) in groups.keys.iter().enumerate() {
            let mut bytes = Vec::new();
            for (part, name) in key.iter().zip(&groups.of) {
                match part {
                    Key::Whole(number) => write_whole(Some(*number), &mut bytes),
                    Key::Text(text) => write_text(Some(text), &mut bytes),
                    Key::Null(()) if name.ends_with(": utf8") => write_text(None, &mut bytes),
                    Key::Null(()) => write_whole(None, &mut bytes),
                }
            }
            index.numbers.insert(bytes.into(), number);
        }
        index
    }

    /// The number of a row's group, which is added if it is new.
    pub(crate) fn number(&mut self, keys: &[Keys<'_>], row: usize, groups: &mut Groups) -> usize {
        self.buffer.clear();
        keys.iter().for_each(|column| column.write(row, &mut self.buffer));
        if let Some((last, number)) = &self.last
            && *last == self.buffer
        {
            return *number;
        }
        let number = *self.numbers.entry_ref(self.buffer.as_slice()).or_insert_with(|| {
            groups.keys.push(keys.iter().map(|column| column.get(row)).collect());
            groups.keys.len() - 1
        });
        let (last, place) = self.last.get_or_insert_default();
        last.clone_from(&self.buffer);
        *place = number;
        number
    }
}
