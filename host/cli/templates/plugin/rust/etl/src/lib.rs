//! Takes the space around a column of text away, and rejects rows in which nothing is left. The beginning of {{name}}.
//!
//! ```toml
//! [stage.settings]
//! column = "name"
//! ```

use serde::Deserialize;
use witdock_etl_guest::builder::Utf8Builder;
use witdock_etl_guest::{Batch, Contract, DataType, Error, Field, Output, Rows, Schema, Transform, log};

/// What a pipeline sets.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    column: String,
}

/// The transform. What it holds between two batches are its fields.
#[derive(Debug)]
pub struct {{type}} {
    settings: Settings,
}

witdock_etl_guest::export!({{type}});

impl Transform for {{type}} {
    type Settings = Settings;

    /// What is read and what is made: only these columns cross between the host and the plugin.
    fn describe(input: &Schema, settings: &Settings) -> Result<Contract, Error> {
        let column = settings.column.as_str();
        Contract::of(input)
            .read(column, DataType::Utf8)
            .pass_all_except([column])
            .make(Field::utf8(column))
            .build()
    }

    fn new(_input: &Schema, settings: Settings) -> Result<Self, Error> {
        Ok({{type}} { settings })
    }

    fn process(&mut self, batch: Batch<'_>) -> Result<Output, Error> {
        let column = self.settings.column.as_str();
        let texts = batch.utf8(column)?;
        let mut rows = Rows::of(&batch);
        let mut tidy = Utf8Builder::with_capacity(batch.rows());
        for row in 0..batch.rows() {
            match texts.get(row).map(str::trim) {
                Some(text) if !text.is_empty() => tidy.push(text),
                _ => rows.reject(row, "empty", format!("`{column}` is empty, and a text was expected")),
            }
        }
        log::debug!("{} rows", batch.rows());
        Ok(rows.output(vec![tidy.finish()]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use witdock_etl_guest::{OutputRows, Session};

    fn texts(texts: &[&str]) -> witdock_etl_guest::Column {
        texts.iter().copied().collect::<Utf8Builder>().finish()
    }

    #[test]
    fn texts_are_tidied_and_empty_ones_rejected() {
        let input = vec![Field::utf8("name").nullable(), Field::int32("age")];
        let mut session = Session::<{{type}}>::open(input, r#"{"column": "name"}"#).unwrap();
        let output = session.process(3, vec![texts(&[" Ada ", " ", "Grace"])]).unwrap();
        assert_eq!(output.rows, OutputRows::Selected(vec![0, 2]));
        assert_eq!(output.columns, [texts(&["Ada", "Grace"])]);
        assert_eq!(output.rejected[0].code, "empty");
    }

    #[test]
    fn a_column_that_is_not_there_is_told_before_the_first_row() {
        let refused = Session::<{{type}}>::describe(vec![Field::utf8("name")], r#"{"column": "nam"}"#);
        assert!(matches!(refused, Err(Error::Schema(_))));
    }
}
