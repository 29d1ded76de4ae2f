//! Numbers the rows of each key: the first row of a key is 1, its second 2, across all batches of the run and across
//! reloads of the plugin. Rows whose key is null are counted together.
//!
//! ```toml
//! [stage.settings]
//! key = "carrier"    # a column of text
//! column = "seen"    # the name of the new column; the default is "count"
//! ```

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use witdock_etl_guest::builder::Int64Builder;
use witdock_etl_guest::{Batch, Contract, DataType, Error, Field, Output, Rows, Schema, Stateful, Transform};

/// The settings: the key column, and the name of the new column.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    key: String,
    #[serde(default = "default_column")]
    column: String,
}

fn default_column() -> String {
    "count".to_owned()
}

/// The transform. All of its data is state.
#[derive(Debug)]
pub struct CountPerKey {
    counts: Counts,
}

/// The number of rows of each key so far.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Counts {
    key: String,
    of_key: BTreeMap<String, i64>,
    without_key: i64,
}

witdock_etl_guest::export!(CountPerKey, state);

impl Transform for CountPerKey {
    type Settings = Settings;

    fn describe(input: &Schema, settings: &Settings) -> Result<Contract, Error> {
        Contract::of(input)
            .read(&settings.key, DataType::Utf8)
            .pass_all()
            .make(Field::int64(&settings.column))
            .build()
    }

    fn new(_input: &Schema, settings: Settings) -> Result<Self, Error> {
        let counts = Counts { key: settings.key, of_key: BTreeMap::new(), without_key: 0 };
        Ok(CountPerKey { counts })
    }

    fn process(&mut self, batch: Batch<'_>) -> Result<Output, Error> {
        let keys = batch.utf8(&self.counts.key)?;
        let numbers = keys.iter().map(|key| self.counts.next(key)).collect::<Int64Builder>();
        Ok(Rows::of(&batch).output(vec![numbers.finish()]))
    }
}

impl Stateful for CountPerKey {
    type State = Counts;

    fn state(&self) -> &Counts {
        &self.counts
    }

    fn restore(&mut self, counts: Counts) -> Result<(), String> {
        if counts.key != self.counts.key {
            return Err(format!(
                "the saved counts are of column `{}`, but this run counts `{}`",
                counts.key, self.counts.key
            ));
        }
        self.counts = counts;
        Ok(())
    }
}

impl Counts {
    fn next(&mut self, key: Option<&str>) -> i64 {
        let count = match key {
            // Not `entry`, which would copy the key of every row.
            Some(key) => match self.of_key.get_mut(key) {
                Some(count) => count,
                None => self.of_key.entry(key.to_owned()).or_default(),
            },
            None => &mut self.without_key,
        };
        *count += 1;
        *count
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use witdock_etl_guest::builder::Utf8Builder;
    use witdock_etl_guest::{OutputRows, Session, Values};

    fn open(key: &str) -> Session<CountPerKey> {
        let fields = ["carrier", "origin"].map(|name| Field::utf8(name).nullable());
        Session::open(fields.into(), &format!(r#"{{"key": "{key}", "column": "seen"}}"#)).unwrap()
    }

    fn count(session: &mut Session<CountPerKey>, keys: &[Option<&str>]) -> Vec<i64> {
        let column = keys.iter().copied().collect::<Utf8Builder>().finish();
        let output = session.process(keys.len() as u32, vec![column]).unwrap();
        assert_eq!(output.rows, OutputRows::All);
        match &output.columns[..] {
            [column] => match &column.values {
                Values::Int64(numbers) => numbers.clone(),
                other => panic!("{other:?}"),
            },
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn counting_goes_on_over_batches_and_over_a_reload() {
        let mut old = open("carrier");
        assert_eq!(count(&mut old, &[Some("UA"), Some("AA"), None, Some("UA")]), [1, 1, 1, 2]);
        assert_eq!(count(&mut old, &[Some("UA"), None]), [3, 2]);

        let mut new = open("carrier");
        new.restore(&old.save().unwrap()).unwrap();
        assert_eq!(count(&mut new, &[Some("UA"), Some("AA"), None]), [4, 2, 3]);
    }

    #[test]
    fn counts_of_another_column_are_refused() {
        let saved = open("carrier").save().unwrap();
        let refused = open("origin").restore(&saved).unwrap_err();
        assert_eq!(refused, "the saved counts are of column `carrier`, but this run counts `origin`");
    }
}
