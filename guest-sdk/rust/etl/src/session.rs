//! One run of a transform, with checked input and output. Unit tests run it natively.

use crate::bindings::witdock::etl::types::{Column, Field, Output, OutputRows};
use crate::{Batch, Contract, Error, Schema, Stateful, Transform, settings};

/// One run of a transform over one stream of batches.
///
/// The host's calls use it, and unit tests can too:
///
/// ```
/// use witdock_etl_guest::{Field, Session, Transform, builder::Utf8Builder};
/// # use witdock_etl_guest::{Batch, Contract, DataType, Error, Output, Rows, Schema};
/// # struct Shout;
/// # #[derive(serde::Deserialize)]
/// # struct Settings {}
/// # impl Transform for Shout {
/// #     type Settings = Settings;
/// #     fn describe(input: &Schema, _: &Settings) -> Result<Contract, Error> {
/// #         Contract::of(input).read("word", DataType::Utf8).make(Field::utf8("word")).build()
/// #     }
/// #     fn new(_: &Schema, _: Settings) -> Result<Self, Error> {
/// #         Ok(Shout)
/// #     }
/// #     fn process(&mut self, batch: Batch<'_>) -> Result<Output, Error> {
/// #         let words: Vec<_> = batch.utf8("word")?.iter().map(|w| w.map(str::to_uppercase)).collect();
/// #         let words = words.iter().map(|word| word.as_deref()).collect::<Utf8Builder>();
/// #         Ok(Rows::of(&batch).output(vec![words.finish()]))
/// #     }
/// # }
///
/// let mut session = Session::<Shout>::open(vec![Field::utf8("word")], "{}").unwrap();
/// let words = ["hello"].into_iter().collect::<Utf8Builder>().finish();
/// let output = session.process(1, vec![words]).unwrap();
/// assert_eq!(output.columns, [["HELLO"].into_iter().collect::<Utf8Builder>().finish()]);
/// ```
#[derive(Debug)]
pub struct Session<T> {
    transform: T,
    contract: Contract,
}

impl<T: Transform> Session<T> {
    /// Returns the columns that a run reads and writes. `settings` is JSON text, an object.
    ///
    /// # Errors
    ///
    /// Invalid settings, or the error of [`Transform::describe`].
    pub fn describe(input: Vec<Field>, settings: &str) -> Result<Contract, Error> {
        T::describe(&Schema::new(input), &settings::parse(settings)?)
    }

    /// Starts a run.
    ///
    /// # Errors
    ///
    /// As [`describe`](Self::describe), or the error of [`Transform::new`].
    pub fn open(input: Vec<Field>, settings: &str) -> Result<Self, Error> {
        let input = Schema::new(input);
        let settings: T::Settings = settings::parse(settings)?;
        let contract = T::describe(&input, &settings)?;
        Ok(Self { transform: T::new(&input, settings)?, contract })
    }

    /// Transforms one batch: the columns that the contract reads, in its order.
    ///
    /// # Errors
    ///
    /// The error of [`Transform::process`], or an output that does not match the contract.
    pub fn process(&mut self, rows: u32, columns: Vec<Column>) -> Result<Output, Error> {
        let batch = Batch::new(to_usize(rows), columns, &self.contract)?;
        let output = self.transform.process(batch)?;
        self.check(rows, output)
    }

    /// Ends the stream.
    ///
    /// # Errors
    ///
    /// The error of [`Transform::finish`], or an output that does not match the contract.
    pub fn finish(&mut self) -> Result<Output, Error> {
        let mut output = self.transform.finish()?;
        if output == Output::nothing() {
            output.columns = self.contract.made().map(|field| Column::empty(field.data_type)).collect();
        }
        self.check(0, output)
    }

    /// The transform itself, for tests.
    pub fn transform(&self) -> &T {
        &self.transform
    }

    pub(crate) fn contract(&self) -> &Contract {
        &self.contract
    }

    /// The host checks the same, but cannot name the mistake and its place in the plugin.
    fn check(&self, input_rows: u32, output: Output) -> Result<Output, Error> {
        let (rows, fields): (_, Vec<&Field>) = match &output.rows {
            OutputRows::All => (to_usize(input_rows), self.contract.made().collect()),
            OutputRows::Selected(rows) => {
                if let Some(row) = rows.iter().find(|&&row| row >= input_rows) {
                    return Err(Error::Data(format!("the output selects row {row} of {input_rows}")));
                }
                (rows.len(), self.contract.made().collect())
            }
            OutputRows::Fresh(rows) => (to_usize(*rows), self.contract.output().iter().collect()),
        };
        if output.columns.len() != fields.len() {
            let names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
            return Err(Error::Data(format!(
                "the output has {} columns, but the contract makes {}: {}",
                output.columns.len(),
                fields.len(),
                names.join(", ")
            )));
        }
        for (field, column) in fields.iter().zip(&output.columns) {
            let wrong =
                |problem: String| Err(Error::Data(format!("the output's `{}` {problem}", field.name)));
            if column.data_type() != field.data_type {
                return wrong(format!(
                    "is {}, but the contract says {}",
                    column.data_type().name(),
                    field.data_type.name()
                ));
            }
            if !column.has_rows(rows) {
                return wrong(format!("does not have the output's {rows} rows"));
            }
            if let (false, Some(row)) = (field.nullable, column.first_null(rows)) {
                return wrong(format!("is null in row {row}, but the contract says that it is not nullable"));
            }
        }
        Ok(output)
    }
}

impl<T: Stateful> Session<T> {
    /// Returns the state for the next generation.
    ///
    /// # Errors
    ///
    /// A text for the plugin's author.
    pub fn save(&self) -> Result<Vec<u8>, String> {
        witdock_guest::state::save(self.transform.state())
    }

    /// Takes over the state that an earlier generation saved.
    ///
    /// # Errors
    ///
    /// A text for the plugin's author.
    pub fn restore(&mut self, saved: &[u8]) -> Result<(), String> {
        self.transform.restore(witdock_guest::state::restore(saved)?)
    }
}

fn to_usize(rows: u32) -> usize {
    usize::try_from(rows).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builder::Int32Builder;
    use crate::{DataType, Rows};
    use serde::{Deserialize, Serialize};

    /// Adds up a column, and gives whatever columns its settings say.
    struct Sum {
        makes: Vec<Option<i32>>,
        sum: Held,
    }

    #[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
    struct Held {
        sum: i64,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Settings {
        makes: Vec<Option<i32>>,
    }

    impl Transform for Sum {
        type Settings = Settings;

        fn describe(input: &Schema, _: &Settings) -> Result<Contract, Error> {
            Contract::of(input).read("n", DataType::Int32).pass("n").make(Field::int32("made")).build()
        }

        fn new(_: &Schema, settings: Settings) -> Result<Self, Error> {
            Ok(Sum { makes: settings.makes, sum: Held::default() })
        }

        fn process(&mut self, batch: Batch<'_>) -> Result<Output, Error> {
            self.sum.sum += batch.int32("n")?.iter().flatten().map(i64::from).sum::<i64>();
            let made = self.makes.iter().copied().collect::<Int32Builder>().finish();
            Ok(Rows::of(&batch).output(vec![made]))
        }
    }

    impl Stateful for Sum {
        type State = Held;

        fn state(&self) -> &Held {
            &self.sum
        }

        fn restore(&mut self, state: Held) -> Result<(), String> {
            self.sum = state;
            Ok(())
        }
    }

    fn numbers(values: &[i32]) -> Vec<Column> {
        vec![values.iter().copied().collect::<Int32Builder>().finish()]
    }

    fn open(settings: &str) -> Result<Session<Sum>, Error> {
        Session::open(vec![Field::int32("n")], settings)
    }

    #[test]
    fn settings_that_serde_refuses_are_told_in_its_words() {
        let refused = |settings, expected: &str| match open(settings) {
            Err(Error::Settings(text)) => assert_eq!(text, expected),
            other => panic!("{:?}", other.map(|_| ())),
        };
        refused("{}", "missing field `makes`");
        refused(r#"{"makes": [], "mokes": 1}"#, "unknown field `mokes`, expected `makes`");
        refused(r#"{"makes": 1}"#, "invalid type: integer `1`, expected a sequence");
    }

    #[test]
    fn an_output_that_the_contract_does_not_allow_is_refused_by_name() {
        let outcome = |makes: &str, n: &[i32]| {
            let rows = u32::try_from(n.len()).unwrap();
            open(&format!(r#"{{"makes": {makes}}}"#))
                .unwrap()
                .process(rows, numbers(n))
                .map(|output| output.columns)
        };
        assert_eq!(outcome("[7, 8]", &[1, 2]), Ok(numbers(&[7, 8])));
        let refused = |text: &str| Err(Error::Data(text.to_owned()));
        assert_eq!(outcome("[7]", &[1, 2]), refused("the output's `made` does not have the output's 2 rows"));
        assert_eq!(
            outcome("[7, null]", &[1, 2]),
            refused("the output's `made` is null in row 1, but the contract says that it is not nullable")
        );
    }

    #[test]
    fn a_stream_that_ends_gives_the_columns_that_are_made_without_rows() {
        let output = open(r#"{"makes": []}"#).unwrap().finish().unwrap();
        assert_eq!(output, Output::selected(vec![], vec![Column::empty(DataType::Int32)]));
    }

    #[test]
    fn the_next_session_goes_on_from_what_the_last_one_saved() {
        let mut old = open(r#"{"makes": [0, 0]}"#).unwrap();
        old.process(2, numbers(&[40, 2])).unwrap();
        let mut new = open(r#"{"makes": [0]}"#).unwrap();
        new.restore(&old.save().unwrap()).unwrap();
        new.process(1, numbers(&[1])).unwrap();
        assert_eq!(new.transform().sum, Held { sum: 43 });
    }
}
