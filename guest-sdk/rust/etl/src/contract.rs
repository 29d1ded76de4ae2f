//! Contracts: which columns a transform reads and writes, by name.

use crate::bindings::witdock::etl::types::{self as wit, DataType, Field, OutputField};
use crate::{Error, Schema};
use std::collections::HashSet;

/// The columns that a transform reads and writes. Only the columns that it reads are passed to it, and only the ones that it
/// makes are passed back. Columns that pass through do not cross the boundary.
///
/// ```
/// use witdock_etl_guest::{Contract, DataType, Error, Field, Schema};
///
/// fn describe(input: &Schema) -> Result<Contract, Error> {
///     Contract::of(input)
///         .read("dep_time", DataType::Utf8)
///         .pass_all_except(["dep_time"])
///         .make(Field::int32("dep_time").nullable())
///         .build()
/// }
///
/// let input = Schema::new(vec![Field::utf8("carrier"), Field::utf8("dep_time")]);
/// assert!(describe(&input).is_ok());
/// assert_eq!(
///     describe(&Schema::new(vec![Field::utf8("carrier")])),
///     Err(Error::Schema("there is no column `dep_time`; the columns are carrier".to_owned())),
/// );
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Contract {
    reads: Vec<Read>,
    output: Vec<OutputField>,
    output_fields: Vec<Field>,
    // For each made column, its index among the transform's columns: a row's fields may have another order.
    made_from: Vec<usize>,
}

/// A column that `process` receives.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Read {
    pub(crate) index: u32,
    pub(crate) name: String,
}

impl Contract {
    /// Starts a contract over an input of this schema.
    pub fn of(input: &Schema) -> ContractBuilder<'_> {
        ContractBuilder {
            input,
            contract: Contract {
                reads: Vec::new(),
                output: Vec::new(),
                output_fields: Vec::new(),
                made_from: Vec::new(),
            },
            problem: None,
        }
    }

    /// The schema of the output.
    pub fn output(&self) -> &[Field] {
        &self.output_fields
    }

    /// The columns that the transform makes, in the order of an output.
    pub fn made(&self) -> impl Iterator<Item = &Field> {
        self.output.iter().filter_map(|field| match field {
            OutputField::New(field) => Some(field),
            OutputField::Same(_) => None,
        })
    }

    pub(crate) fn reads(&self) -> &[Read] {
        &self.reads
    }

    /// The origin of each output column.
    pub(crate) fn output_columns(&self) -> &[OutputField] {
        &self.output
    }

    /// For each made column, in the output's order, its index among the transform's columns.
    pub(crate) fn made_from(&self) -> &[usize] {
        &self.made_from
    }

    pub(crate) fn into_wit(self) -> wit::Contract {
        wit::Contract { reads: self.reads.into_iter().map(|read| read.index).collect(), output: self.output }
    }
}

/// Builds a contract. The output's columns are in the order of the calls. [`build`](Self::build) returns the first
/// mismatch with the input as an error.
#[derive(Debug)]
#[must_use]
pub struct ContractBuilder<'s> {
    input: &'s Schema,
    contract: Contract,
    problem: Option<Error>,
}

impl ContractBuilder<'_> {
    /// Reads the column of this name, which must be of this type.
    pub fn read(self, name: &str, data_type: DataType) -> Self {
        self.read_one_of(name, &[data_type])
    }

    /// Reads the column of this name, which must be of one of these types.
    pub fn read_one_of(self, name: &str, data_types: &[DataType]) -> Self {
        self.with(|input, contract| {
            let (index, field) = input.find(name)?;
            if !data_types.contains(&field.data_type) {
                let expected: Vec<&str> = data_types.iter().map(|data_type| data_type.name()).collect();
                return Err(Error::Schema(format!(
                    "column `{name}` is {}; expected {}",
                    field.data_type.name(),
                    expected.join(" or "),
                )));
            }
            contract.read(index, name)
        })
    }

    /// Reads the column of this name, of any type.
    pub fn read_any(self, name: &str) -> Self {
        self.with(|input, contract| contract.read(input.find(name)?.0, name))
    }

    /// Passes the column of this name through unchanged.
    pub fn pass(self, name: &str) -> Self {
        self.with(|input, contract| {
            let (index, field) = input.find(name)?;
            contract.pass(index, field)
        })
    }

    /// Passes every column through unchanged.
    pub fn pass_all(self) -> Self {
        self.pass_all_except([])
    }

    /// Passes every column through unchanged, except these.
    pub fn pass_all_except<'n>(self, names: impl IntoIterator<Item = &'n str>) -> Self {
        self.with(|input, contract| {
            let left_out = names
                .into_iter()
                .map(|name| input.find(name).map(|_| name))
                .collect::<Result<HashSet<_>, _>>()?;
            input
                .fields()
                .iter()
                .enumerate()
                .filter(|(_, field)| !left_out.contains(field.name.as_str()))
                .try_for_each(|(index, field)| contract.pass(index, field))
        })
    }

    /// Makes a new column.
    pub fn make(self, field: Field) -> Self {
        let index = self.contract.made_from.len();
        self.make_nth(index, field)
    }

    /// Makes a new column, with this index among the transform's columns.
    pub(crate) fn make_nth(self, index: usize, field: Field) -> Self {
        self.with(|_, contract| {
            contract.made_from.push(index);
            contract.output_fields.push(field.clone());
            contract.output.push(OutputField::New(field));
            Ok(())
        })
    }

    /// Passes the column of this index through.
    pub(crate) fn pass_nth(self, index: usize, field: &Field) -> Self {
        self.with(|_, contract| contract.pass(index, field))
    }

    /// Returns the contract.
    ///
    /// # Errors
    ///
    /// [`Error::Schema`] if a column is missing or has another type, or two output columns have the same name.
    pub fn build(self) -> Result<Contract, Error> {
        if let Some(problem) = self.problem {
            return Err(problem);
        }
        let mut names = HashSet::new();
        match self.contract.output_fields.iter().find(|field| !names.insert(field.name.as_str())) {
            Some(field) => Err(Error::Schema(format!("the output would have two columns `{}`", field.name))),
            None => Ok(self.contract),
        }
    }

    fn with(mut self, tell: impl FnOnce(&Schema, &mut Contract) -> Result<(), Error>) -> Self {
        if self.problem.is_none() {
            self.problem = tell(self.input, &mut self.contract).err();
        }
        self
    }
}

impl Contract {
    /// Reads all columns and makes none, as a sink does.
    pub(crate) fn reading_all(input: &Schema) -> Result<Self, Error> {
        let fields = input.fields().iter();
        fields.fold(Self::of(input), |contract, field| contract.read_any(&field.name)).build()
    }

    fn read(&mut self, index: usize, name: &str) -> Result<(), Error> {
        let index = column_index(index)?;
        if self.reads.iter().all(|read| read.index != index) {
            self.reads.push(Read { index, name: name.to_owned() });
        }
        Ok(())
    }

    fn pass(&mut self, index: usize, field: &Field) -> Result<(), Error> {
        self.output.push(OutputField::Same(column_index(index)?));
        self.output_fields.push(field.clone());
        Ok(())
    }
}

fn column_index(index: usize) -> Result<u32, Error> {
    u32::try_from(index).map_err(|_| Error::Schema("the input has more than 2^32 columns".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input() -> Schema {
        Schema::new(vec![Field::utf8("a"), Field::int32("b").nullable(), Field::utf8("c")])
    }

    #[test]
    fn columns_are_found_by_name_and_told_by_index() {
        let made = Field::int64("n");
        let contract = Contract::of(&input())
            .read("c", DataType::Utf8)
            .read_any("b")
            .read("c", DataType::Utf8)
            .make(made.clone())
            .pass_all_except(["b"])
            .build()
            .unwrap();
        assert_eq!(contract.output().iter().map(|field| &*field.name).collect::<Vec<_>>(), ["n", "a", "c"]);
        assert_eq!(contract.made().collect::<Vec<_>>(), [&made]);
        let wit = contract.into_wit();
        assert_eq!(wit.reads, [2, 1]);
        assert_eq!(wit.output, [OutputField::New(made), OutputField::Same(0), OutputField::Same(2)]);
    }

    #[track_caller]
    fn refused(contract: ContractBuilder<'_>, expected: &str) {
        assert_eq!(contract.build(), Err(Error::Schema(expected.to_owned())));
    }

    #[test]
    fn what_does_not_fit_the_input_is_named() {
        let input = input();
        let missing = "there is no column `d`; the columns are a, b, c";
        refused(Contract::of(&input).read("d", DataType::Utf8), missing);
        refused(Contract::of(&input).pass_all_except(["a", "d"]), missing);
        refused(Contract::of(&input).pass("d").read("b", DataType::Utf8), missing);
        refused(Contract::of(&input).read("b", DataType::Utf8), "column `b` is int32; expected utf8");
        refused(
            Contract::of(&input).pass_all().make(Field::int64("b")),
            "the output would have two columns `b`",
        );
    }
}
