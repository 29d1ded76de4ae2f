//! The groups, and how a row finds its own: by a word of 64 bits for each part of its key.

use hashbrown::{HashMap, HashTable};
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
}

/// The group of each key.
#[derive(Debug, Default)]
pub(crate) struct Index {
    numbers: HashTable<usize>,
    /// The hash of each group's key.
    hashes: Vec<u64>,
    parts: Vec<PartWords>,
    /// The hashes of a batch's rows.
    of_rows: Vec<u64>,
}

/// The words of one part of the key. Two parts are equal if both of their words are.
#[derive(Debug, Default)]
struct PartWords {
    /// Of each group: its word, and whether it is null.
    of_groups: Vec<(u64, bool)>,
    /// Of each row of a batch: its word.
    of_rows: Vec<u64>,
    /// Which rows of a batch are null, if one is.
    nulls: Vec<bool>,
    /// The numbers of texts that are too long for a word.
    long: HashMap<Box<[u8]>, u64>,
}

/// The most bytes of a text that a word has beside their number.
const SHORT: usize = 7;
/// In place of the length: the other bytes are the number of a long text.
const LONG: u64 = 0xff << 56;

/// A short text, which begins here: its bytes, and their number in the last one. One load and no call, where it is not among the last bytes of a column.
fn short(data: &[u8], length: usize) -> u64 {
    let bytes = match data.first_chunk() {
        Some(eight) => u64::from_le_bytes(*eight) & ((1 << (8 * length)) - 1),
        None => data.iter().take(length).rev().fold(0, |word, byte| word << 8 | u64::from(*byte)),
    };
    bytes | (length as u64) << 56
}

/// A multiplication and a shift for each word: what decides whether two keys are the same are the words.
fn mix(hash: u64, word: u64) -> u64 {
    let product = (hash ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    product ^ product >> 32
}

impl PartWords {
    fn text(&mut self, text: &[u8]) -> u64 {
        if text.len() <= SHORT {
            return short(text, text.len());
        }
        let next = LONG | self.long.len() as u64;
        *self.long.entry_ref(text).or_insert(next)
    }

    fn of(&mut self, key: &Key) -> (u64, bool) {
        match key {
            Key::Null(()) => (0, true),
            Key::Whole(number) => (number.cast_unsigned(), false),
            Key::Text(text) => (self.text(text.as_bytes()), false),
        }
    }

    /// Makes the words of a batch.
    fn read(&mut self, column: &Keys<'_>) {
        let mut words = std::mem::take(&mut self.of_rows);
        words.clear();
        let has_nulls = match column {
            Keys::Int32(view) => {
                words.extend(view.values().iter().map(|number| i64::from(*number).cast_unsigned()));
                view.has_nulls()
            }
            Keys::Int64(view) => {
                words.extend(view.values().iter().map(|number| number.cast_unsigned()));
                view.has_nulls()
            }
            Keys::Text(view) => {
                let (offsets, data) = view.bytes();
                words.extend(offsets.iter().zip(offsets.iter().skip(1)).map(|(begin, end)| {
                    // Offsets ascend within the data.
                    let (begin, length) = (*begin as usize, (end - begin) as usize);
                    let rest = data.get(begin..).unwrap_or_default();
                    if length <= SHORT {
                        return short(rest, length);
                    }
                    self.text(rest.get(..length).unwrap_or_default())
                }));
                view.has_nulls()
            }
        };
        self.nulls.clear();
        if has_nulls {
            self.nulls.extend((0..words.len()).map(|row| column.get(row) == Key::Null(())));
            let nulls = words.iter_mut().zip(&self.nulls).filter(|(_, null)| **null);
            nulls.for_each(|(word, _)| *word = 0);
        }
        self.of_rows = words;
    }

    fn row(&self, row: usize) -> (u64, bool) {
        let word = self.of_rows.get(row).copied().unwrap_or_default();
        (word, self.nulls.get(row).copied().unwrap_or_default())
    }
}

impl Index {
    /// The index of groups that were saved.
    pub(crate) fn of(groups: &Groups) -> Self {
        let mut index = Self::default();
        for (number, key) in groups.keys.iter().enumerate() {
            index.parts.resize_with(key.len(), PartWords::default);
            let mut hash = 0;
            for (part, key) in index.parts.iter_mut().zip(key) {
                let word = part.of(key);
                part.of_groups.push(word);
                hash = mix(hash, word.0);
            }
            index.insert(hash, number);
        }
        index
    }

    fn insert(&mut self, hash: u64, number: usize) {
        self.hashes.push(hash);
        let hashes = &self.hashes;
        let hash_of = |number: &usize| hashes.get(*number).copied().unwrap_or_default();
        self.numbers.insert_unique(hash, number, hash_of);
    }

    /// The numbers of the rows' groups, which are added where they are new.
    pub(crate) fn number(
        &mut self,
        keys: &[Keys<'_>],
        rows: usize,
        groups: &mut Groups,
        numbers: &mut Vec<usize>,
    ) {
        self.parts.resize_with(keys.len(), PartWords::default);
        let mut hashes = std::mem::take(&mut self.of_rows);
        hashes.clear();
        hashes.resize(rows, 0);
        for (part, column) in self.parts.iter_mut().zip(keys) {
            part.read(column);
            hashes.iter_mut().zip(&part.of_rows).for_each(|(hash, word)| *hash = mix(*hash, *word));
        }
        numbers.clear();
        numbers.extend(hashes.iter().enumerate().map(|(row, hash)| {
            let same = |number: &usize| {
                self.parts.iter().all(|part| part.of_groups.get(*number) == Some(&part.row(row)))
            };
            if let Some(number) = self.numbers.find(*hash, same) {
                return *number;
            }
            let number = groups.keys.len();
            groups.keys.push(keys.iter().map(|column| column.get(row)).collect());
            for part in &mut self.parts {
                let word = part.row(row);
                part.of_groups.push(word);
            }
            self.insert(*hash, number);
            number
        }));
        self.of_rows = hashes;
    }
}
