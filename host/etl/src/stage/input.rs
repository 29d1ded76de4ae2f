//! The columns that a stage expects, and what happens to rows that have others.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, RecordBatch, UInt32Array, new_null_array};
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_schema::{ArrowError, Field, FieldRef, Schema, SchemaRef};

use crate::bindings::witdock::etl::types::RowError;
use crate::pipeline::{InputContract, OnDrift};
use crate::rows::Rows;
use crate::values::{can_be, exact, type_name};

/// Makes rows fit the columns that a stage expects.
#[derive(Debug)]
pub(super) struct InputFit {
    target: SchemaRef,
    /// For each column of the target, the input column that it is made from.
    from: Vec<Option<usize>>,
    /// Whether values are checked. Otherwise the schemas say that all rows fit.
    checks: bool,
}

impl InputFit {
    /// Compares the input columns with the contract.
    ///
    /// # Errors
    ///
    /// The differences in words, if they end the run.
    pub(super) fn new(contract: &InputContract, input: &SchemaRef) -> Result<Self, String> {
        let declared: Vec<Field> = contract
            .columns
            .iter()
            .map(|(name, kind)| Field::new(name, kind.data_type(), !contract.required.contains(name)))
            .collect();
        match contract.on_drift {
            OnDrift::Fail => Self::exact(&declared, input),
            OnDrift::Quarantine => Self::checked(declared, input),
            OnDrift::Evolve => Ok(Self::evolved(declared, input)),
        }
    }

    /// The columns that the plugin gets.
    pub(super) fn schema(&self) -> SchemaRef {
        Arc::clone(&self.target)
    }

    fn exact(declared: &[Field], input: &SchemaRef) -> Result<Self, String> {
        let mut differences = Vec::new();
        for field in declared {
            match input.field_with_name(field.name()) {
                Err(_) => differences.push(format!("`{}` is missing", field.name())),
                Ok(found) if found.data_type() != field.data_type() => differences.push(format!(
                    "`{}` is {}, declared as {}",
                    field.name(),
                    type_name(found.data_type()),
                    type_name(field.data_type())
                )),
                Ok(found) if found.is_nullable() && !field.is_nullable() => {
                    differences.push(format!("`{}` is required, and can be null", field.name()));
                }
                Ok(_) => {}
            }
        }
        let known = |name: &str| declared.iter().any(|field| field.name() == name);
        differences.extend(
            input
                .fields()
                .iter()
                .filter(|field| !known(field.name()))
                .map(|field| format!("`{}` is not declared", field.name())),
        );
        if !differences.is_empty() {
            return Err(differences.join("; "));
        }
        let from = (0..input.fields().len()).map(Some).collect();
        Ok(Self { target: Arc::clone(input), from, checks: false })
    }

    fn checked(declared: Vec<Field>, input: &SchemaRef) -> Result<Self, String> {
        let from: Vec<_> = declared.iter().map(|field| input.index_of(field.name()).ok()).collect();
        for (field, from) in declared.iter().zip(&from) {
            let Some(found) = from.and_then(|from| input.fields().get(from)) else { continue };
            if !can_be(found.data_type(), field.data_type()) {
                return Err(format!(
                    "`{}` is {}, which cannot be converted to {}",
                    field.name(),
                    type_name(found.data_type()),
                    type_name(field.data_type())
                ));
            }
        }
        Ok(Self { target: Arc::new(Schema::new(declared)), from, checks: true })
    }

    /// The declared columns first, then the other ones of the input. A declared column that is missing is null.
    fn evolved(declared: Vec<Field>, input: &SchemaRef) -> Self {
        let mut fields: Vec<FieldRef> = Vec::new();
        let mut from = Vec::new();
        for field in declared {
            let place = input.index_of(field.name()).ok();
            let found = place.and_then(|place| input.fields().get(place)).map(Arc::clone);
            fields.push(found.unwrap_or_else(|| Arc::new(field.with_nullable(true))));
            from.push(place);
        }
        for (place, field) in input.fields().iter().enumerate() {
            if !from.contains(&Some(place)) {
                fields.push(Arc::clone(field));
                from.push(Some(place));
            }
        }
        Self { target: Arc::new(Schema::new(fields)), from, checks: false }
    }

    /// The rows that fit, with the columns that the plugin gets, and the reasons why the others do not fit.
    ///
    /// # Errors
    ///
    /// When Arrow cannot cast a column.
    pub(super) fn apply(&self, rows: &Rows) -> Result<(Rows, Vec<RowError>), ArrowError> {
        let count = rows.len();
        let mut reasons: Vec<Option<String>> = vec![None; if self.checks { count } else { 0 }];
        let mut columns: Vec<ArrayRef> = Vec::with_capacity(self.from.len());
        for (field, from) in self.target.fields().iter().zip(&self.from) {
            let given = match from {
                Some(from) => Arc::clone(rows.batch.column(*from)),
                None => new_null_array(field.data_type(), count),
            };
            let column = exact(&given, field.data_type())?;
            if self.checks {
                find_misfits(field, &given, &column, &mut reasons)?;
            }
            columns.push(column);
        }
        if reasons.iter().all(Option::is_none) {
            let batch = RecordBatch::try_new(self.schema(), columns)?;
            return Ok((Rows { batch, origin: rows.origin.clone() }, Vec::new()));
        }
        let fitting = (0..).zip(&reasons).filter(|(_, reason)| reason.is_none()).map(|(row, _)| row);
        let fitting: UInt32Array = fitting.collect::<Vec<u32>>().into();
        let columns = columns.iter().map(|column| arrow_select::take::take(column, &fitting, None));
        let batch = RecordBatch::try_new(self.schema(), columns.collect::<Result<_, _>>()?)?;
        let fits = Rows { batch, origin: rows.origin.take(&fitting)? };
        let rejected = (0..)
            .zip(reasons)
            .filter_map(|(row, reason)| Some(RowError { row, code: "schema".to_owned(), message: reason? }));
        Ok((fits, rejected.collect()))
    }
}

/// Notes for each row why its value in this column does not fit. The first reason of a row counts.
fn find_misfits(
    field: &Field,
    given: &ArrayRef,
    column: &ArrayRef,
    reasons: &mut [Option<String>],
) -> Result<(), ArrowError> {
    // Dictionaries, runs and columns of the type `null` have their nulls elsewhere.
    let nulls = given.logical_nulls();
    let is_null = |row: usize| nulls.as_ref().is_some_and(|nulls| nulls.is_null(row));
    let null_count = nulls.as_ref().map_or(0, |nulls| nulls.null_count());
    let lost = column.logical_null_count() > null_count;
    let missing = !field.is_nullable() && null_count > 0;
    if !lost && !missing {
        return Ok(());
    }
    let options = FormatOptions::default();
    let text = ArrayFormatter::try_new(given.as_ref(), &options)?;
    for (row, reason) in reasons.iter_mut().enumerate().filter(|(row, _)| column.is_null(*row)) {
        if reason.is_some() {
            continue;
        }
        if !is_null(row) {
            let value = text.value(row);
            *reason =
                Some(format!("column `{}`: `{value}` is not {}", field.name(), type_name(field.data_type())));
        } else if missing {
            *reason = Some(format!("column `{}` is required, and the value is null", field.name()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::ColumnType;
    use crate::rows::Origin;
    use arrow_array::{Int32Array, StringArray};
    use arrow_schema::DataType;

    fn contract(on_drift: OnDrift) -> InputContract {
        let columns = [("n".to_owned(), ColumnType::Int32), ("when".to_owned(), ColumnType::Date32)];
        InputContract { on_drift, columns: columns.into(), required: vec!["n".to_owned()] }
    }

    fn schema(fields: &[(&str, DataType, bool)]) -> SchemaRef {
        let field = |(name, kind, null): &(&str, DataType, bool)| Field::new(*name, kind.clone(), *null);
        Arc::new(Schema::new(fields.iter().map(field).collect::<Vec<_>>()))
    }

    #[test]
    fn a_run_that_must_not_drift_ends_with_every_difference() {
        let input = schema(&[("n", DataType::Utf8, true), ("gate", DataType::Utf8, true)]);
        let refused = InputFit::new(&contract(OnDrift::Fail), &input).unwrap_err();
        assert_eq!(refused, "`n` is utf8, declared as int32; `when` is missing; `gate` is not declared");
        let nullable = schema(&[("n", DataType::Int32, true), ("when", DataType::Date32, true)]);
        let refused = InputFit::new(&contract(OnDrift::Fail), &nullable).unwrap_err();
        assert_eq!(refused, "`n` is required, and can be null");
        let exact = schema(&[("when", DataType::Date32, false), ("n", DataType::Int32, false)]);
        assert_eq!(InputFit::new(&contract(OnDrift::Fail), &exact).unwrap().schema(), exact);
    }

    #[test]
    fn a_row_that_does_not_fit_is_put_aside_with_its_value() {
        let input = schema(&[
            ("gate", DataType::Utf8, true),
            ("when", DataType::Utf8, true),
            ("n", DataType::Utf8, true),
        ]);
        let fit = InputFit::new(&contract(OnDrift::Quarantine), &input).unwrap();
        let column = |values: [Option<&str>; 4]| Arc::new(StringArray::from(values.to_vec())) as ArrayRef;
        let columns = vec![
            column([None; 4]),
            column([Some("2013-01-31"), Some("2013-02-31"), None, None]),
            column([Some("1"), Some("two"), Some("3"), None]),
        ];
        let batch = RecordBatch::try_new(input, columns).unwrap();
        let rows = Rows { batch, origin: Origin::numbered(&"unit".into(), 1, 4) };
        let (fits, rejected) = fit.apply(&rows).unwrap();
        let numbers = fits.batch.column_by_name("n").unwrap();
        assert_eq!(numbers.as_any().downcast_ref::<Int32Array>().unwrap(), &Int32Array::from(vec![1, 3]));
        assert_eq!(fits.origin.place(1).unwrap().row, 3);
        let told: Vec<_> = rejected.iter().map(|reason| (reason.row, reason.message.as_str())).collect();
        assert_eq!(
            told,
            [(1, "column `n`: `two` is not int32"), (3, "column `n` is required, and the value is null")],
            "the first reason of a row counts"
        );
    }

    #[test]
    fn a_schema_that_evolves_keeps_what_is_new_and_has_null_for_what_is_gone() {
        let input = schema(&[("gate", DataType::Utf8, true), ("n", DataType::Int64, false)]);
        let fit = InputFit::new(&contract(OnDrift::Evolve), &input).unwrap();
        let expected = schema(&[
            ("n", DataType::Int64, false),
            ("when", DataType::Date32, true),
            ("gate", DataType::Utf8, true),
        ]);
        assert_eq!(fit.schema(), expected);
    }
}
