//! Drops rows whose key occurred among the last rows, for example because they were sent twice.
//!
//! ```toml
//! [stage.settings]
//! key = ["carrier", "flight"]    # columns of text or whole numbers
//! window = 100000                # how many rows are remembered; this is the default
//! ```
//!
//! Nulls are equal to each other, as in SQL's `SELECT DISTINCT`: of the rows whose key is null, the first is kept.
//!
//! The plugin remembers a hash of 128 bits for each row of the window. It survives a reload.

use std::collections::{HashSet, VecDeque};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use witdock_etl_guest::view::{PrimitiveView, Utf8View};
use witdock_etl_guest::{Batch, Contract, DataType, Error, Output, Rows, Schema, Stateful, Transform};

/// The settings: the key columns, and the number of rows to remember.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    key: Vec<String>,
    #[serde(default = "default_window")]
    window: usize,
}

fn default_window() -> usize {
    100_000
}

/// The transform.
#[derive(Debug)]
pub struct Deduplicate {
    columns: Vec<(String, DataType)>,
    window: usize,
    seen: Seen,
    /// The same hashes, for lookup.
    index: HashSet<u128>,
}

/// The keys of the last output rows, the oldest first.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    key: Vec<String>,
    hashes: VecDeque<u128>,
}

witdock_etl_guest::export!(Deduplicate, state);

enum View<'b> {
    Int32(PrimitiveView<'b, i32>),
    Int64(PrimitiveView<'b, i64>),
    Text(Utf8View<'b>),
}

impl View<'_> {
    /// Hashes a row's value, so that different values have different input.
    fn put(&self, row: usize, hash: &mut Sha256) {
        let bytes = match self {
            Self::Int32(view) => view.get(row).map(|number| i64::from(number).to_le_bytes().to_vec()),
            Self::Int64(view) => view.get(row).map(|number| number.to_le_bytes().to_vec()),
            Self::Text(view) => view.get(row).map(|text| text.as_bytes().to_vec()),
        };
        match bytes {
            Some(bytes) => {
                hash.update((bytes.len() as u64 + 1).to_le_bytes());
                hash.update(bytes);
            }
            None => hash.update(0_u64.to_le_bytes()),
        }
    }
}

fn columns(input: &Schema, settings: &Settings) -> Result<Vec<(String, DataType)>, Error> {
    if settings.key.is_empty() || settings.window == 0 {
        return Err(Error::Settings(
            "`key` must name at least one column, and `window` must be at least 1".to_owned(),
        ));
    }
    let column = |name: &String| {
        let (_, field) = input.find(name)?;
        match field.data_type {
            DataType::Utf8 | DataType::Int32 | DataType::Int64 => Ok((name.clone(), field.data_type)),
            other => Err(Error::Schema(format!(
                "the key column `{name}` is {}; keys can be text or whole numbers",
                other.name()
            ))),
        }
    };
    settings.key.iter().map(column).collect()
}

impl Transform for Deduplicate {
    type Settings = Settings;

    fn describe(input: &Schema, settings: &Settings) -> Result<Contract, Error> {
        let contract = Contract::of(input).pass_all();
        let columns = columns(input, settings)?;
        columns.iter().fold(contract, |contract, (name, data_type)| contract.read(name, *data_type)).build()
    }

    fn new(input: &Schema, settings: Settings) -> Result<Self, Error> {
        let columns = columns(input, &settings)?;
        let seen = Seen { key: settings.key, hashes: VecDeque::new() };
        Ok(Self { columns, window: settings.window, seen, index: HashSet::new() })
    }

    fn process(&mut self, batch: Batch<'_>) -> Result<Output, Error> {
        let views = self
            .columns
            .iter()
            .map(|(name, data_type)| {
                Ok(match data_type {
                    DataType::Int32 => View::Int32(batch.int32(name)?),
                    DataType::Int64 => View::Int64(batch.int64(name)?),
                    _ => View::Text(batch.utf8(name)?),
                })
            })
            .collect::<Result<Vec<_>, Error>>()?;
        let mut rows = Rows::of(&batch);
        for row in 0..batch.rows() {
            let mut hash = Sha256::new();
            views.iter().for_each(|view| view.put(row, &mut hash));
            let hash = hash.finalize().iter().take(16).fold(0, |sum, byte| sum << 8 | u128::from(*byte));
            if !self.remember(hash) {
                rows.leave_out(row);
            }
        }
        Ok(rows.output(Vec::new()))
    }
}

impl Deduplicate {
    /// Whether the key is new.
    fn remember(&mut self, hash: u128) -> bool {
        if !self.index.insert(hash) {
            return false;
        }
        self.seen.hashes.push_back(hash);
        while self.seen.hashes.len() > self.window {
            if let Some(oldest) = self.seen.hashes.pop_front() {
                self.index.remove(&oldest);
            }
        }
        true
    }
}

impl Stateful for Deduplicate {
    type State = Seen;

    fn state(&self) -> &Seen {
        &self.seen
    }

    fn restore(&mut self, seen: Seen) -> Result<(), String> {
        if seen.key != self.seen.key {
            return Err(format!(
                "the saved keys are of {}, but this run's are of {}",
                seen.key.join(", "),
                self.seen.key.join(", ")
            ));
        }
        self.index.clear();
        self.seen.hashes.clear();
        seen.hashes.into_iter().for_each(|hash| {
            self.remember(hash);
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use witdock_etl_guest::builder::{Int64Builder, Utf8Builder};
    use witdock_etl_guest::{Field, OutputRows, Session};

    fn open(window: usize) -> Session<Deduplicate> {
        let fields = vec![Field::utf8("a").nullable(), Field::int64("b").nullable()];
        Session::open(fields, &format!(r#"{{"key": ["a", "b"], "window": {window}}}"#)).unwrap()
    }

    fn kept(session: &mut Session<Deduplicate>, rows: &[(Option<&str>, Option<i64>)]) -> Vec<u32> {
        let texts = rows.iter().map(|row| row.0).collect::<Utf8Builder>().finish();
        let numbers = rows.iter().map(|row| row.1).collect::<Int64Builder>().finish();
        match session.process(rows.len() as u32, vec![texts, numbers]).unwrap().rows {
            OutputRows::All => (0..rows.len() as u32).collect(),
            OutputRows::Selected(rows) => rows,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_first_of_each_key_is_kept_over_batches_and_a_reload() {
        let mut old = open(100);
        let rows = [
            (Some("x"), Some(1)),
            (Some("x"), Some(2)),
            (Some("x"), Some(1)),
            (None, Some(1)),
            (Some(""), Some(1)),
            (None, Some(1)),
        ];
        assert_eq!(kept(&mut old, &rows), [0, 1, 3, 4], "null is no empty text");
        assert_eq!(kept(&mut old, &[(Some("x"), Some(2)), (Some("y"), None)]), [1]);
        let mut new = open(100);
        new.restore(&old.save().unwrap()).unwrap();
        assert_eq!(kept(&mut new, &[(Some("y"), None), (Some("z"), None)]), [1]);
    }

    #[test]
    fn what_is_older_than_the_window_is_forgotten() {
        let mut session = open(2);
        let row = |text| (Some(text), Some(1));
        assert_eq!(kept(&mut session, &[row("a"), row("b"), row("c"), row("a"), row("c")]), [0, 1, 2, 3]);
    }

    #[test]
    fn a_key_that_cannot_be_one_is_refused() {
        let fields = || vec![Field::float64("f"), Field::utf8("t")];
        let open = |key: &str| {
            Session::<Deduplicate>::open(fields(), &format!(r#"{{"key": {key}}}"#)).err().unwrap()
        };
        assert!(format!("{:?}", open(r#"["f"]"#)).contains("text or whole numbers"));
        assert!(format!("{:?}", open("[]")).contains("at least one column"));
        assert!(format!("{:?}", open(r#"["nope"]"#)).contains("nope"));
    }
}
