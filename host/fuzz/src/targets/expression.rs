use witdock_etl_expression::{Column, Expression, Type, Value};

use crate::Outcome;

/// An expression over columns of many types, evaluated for rows with and without values.
pub(super) fn read(input: &[u8]) -> Outcome {
    let text = String::from_utf8_lossy(input);
    let columns = [
        Column::new("a", Type::Int32),
        Column::new("b", Type::Int64),
        Column::new("f", Type::Float64),
        Column::new("s", Type::Text),
        Column::new("t", Type::Boolean),
    ];
    let checked = Expression::parse(&text).and_then(|parsed| parsed.check(&columns));
    let checked = match checked {
        Ok(checked) => checked,
        Err(problem) => {
            drop(problem.shown(&text));
            return Outcome::Refused(problem.to_string());
        }
    };
    let rows = [
        [
            Value::Integer(3),
            Value::Integer(i64::MAX),
            Value::Float(-0.5),
            Value::from("é5"),
            Value::Boolean(true),
        ],
        [
            Value::Integer(0),
            Value::Integer(i64::MIN),
            Value::Float(f64::NAN),
            Value::from(""),
            Value::Boolean(false),
        ],
        [Value::Null, Value::Null, Value::Null, Value::Null, Value::Null],
    ];
    let results: Vec<String> = rows
        .iter()
        .map(|row| match checked.evaluate(&row[..]) {
            Ok(value) => format!("{}", value.is_null()),
            Err(failure) => format!("{failure:?}"),
        })
        .collect();
    Outcome::Taken(format!("{:?} {results:?}", checked.data_type()))
}
