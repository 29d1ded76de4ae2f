//! Arithmetic on two values of one type: exact, but for floating-point numbers, which are rounded as IEEE 754 says.

use std::fmt;

use crate::data_type::Type;
use crate::problem::Failure;
use crate::text::{fits, write_decimal};
use crate::value::Value;

/// An operator of arithmetic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`, of floating-point numbers alone.
    Divide,
    /// `%`
    Remainder,
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Remainder => "%",
        })
    }
}

const ZERO: &str = "division-by-zero";
const OVERFLOW: &str = "overflow";

/// The result for two values. Both are of one type, decimals of the scales in `scales`; `data_type` is that of the result.
pub(crate) fn compute(
    operator: Operator,
    one: &Value<'_>,
    other: &Value<'_>,
    scales: (u8, u8),
    data_type: Type,
) -> Result<Value<'static>, Failure> {
    match (one, other) {
        (Value::Integer(one), Value::Integer(other)) => integers(operator, *one, *other).map(Value::Integer),
        (Value::Float(one), Value::Float(other)) => floats(operator, *one, *other).map(Value::Float),
        (Value::Decimal(one), Value::Decimal(other)) => {
            decimals(operator, *one, *other, scales, data_type).map(Value::Decimal)
        }
        (Value::Date(day), Value::Integer(days)) => {
            let signed = if operator == Operator::Subtract { days.checked_neg() } else { Some(*days) };
            let moved = signed.and_then(|days| days.checked_add((*day).into())?.try_into().ok());
            moved.map(Value::Date).ok_or_else(|| {
                Failure::new(
                    OVERFLOW,
                    format!("there is no day {days} days from {}", crate::calendar::write_date(*day)),
                )
            })
        }
        (Value::Date(one), Value::Date(other)) => Ok(Value::Integer(i64::from(*one) - i64::from(*other))),
        _ => Ok(Value::Null),
    }
}

fn integers(operator: Operator, one: i64, other: i64) -> Result<i64, Failure> {
    let result = match operator {
        Operator::Add => one.checked_add(other),
        Operator::Subtract => one.checked_sub(other),
        Operator::Multiply => one.checked_mul(other),
        Operator::Divide | Operator::Remainder if other == 0 => {
            return Err(Failure::new(ZERO, format!("{one} {operator} 0 is a division by zero")));
        }
        Operator::Divide => one.checked_div(other),
        // The remainder of the least integer by -1 is 0, although its quotient overflows.
        Operator::Remainder => Some(one.wrapping_rem(other)),
    };
    result.ok_or_else(|| Failure::new(OVERFLOW, format!("{one} {operator} {other} is beyond int64")))
}

fn floats(operator: Operator, one: f64, other: f64) -> Result<f64, Failure> {
    let result = match operator {
        Operator::Add => one + other,
        Operator::Subtract => one - other,
        Operator::Multiply => one * other,
        Operator::Divide | Operator::Remainder if other == 0.0 => {
            return Err(Failure::new(ZERO, format!("{one} {operator} 0 is a division by zero")));
        }
        Operator::Divide => one / other,
        Operator::Remainder => one % other,
    };
    if result.is_infinite() && one.is_finite() && other.is_finite() {
        return Err(Failure::new(OVERFLOW, format!("{one:?} {operator} {other:?} is beyond float64")));
    }
    Ok(result)
}

fn decimals(
    operator: Operator,
    one: i128,
    other: i128,
    scales: (u8, u8),
    data_type: Type,
) -> Result<i128, Failure> {
    let words = || (write_decimal(one, scales.0), write_decimal(other, scales.1));
    let result = match operator {
        Operator::Add => one.checked_add(other),
        Operator::Subtract => one.checked_sub(other),
        Operator::Multiply => one.checked_mul(other),
        Operator::Divide | Operator::Remainder if other == 0 => {
            return Err(Failure::new(ZERO, format!("{} {operator} 0 is a division by zero", words().0)));
        }
        Operator::Divide => one.checked_div(other),
        Operator::Remainder => Some(one.wrapping_rem(other)),
    };
    let precision = match data_type {
        Type::Decimal { precision, .. } => precision,
        _ => 0,
    };
    result.filter(|result| fits(*result, precision)).ok_or_else(|| {
        let (one, other) = words();
        Failure::new(OVERFLOW, format!("{one} {operator} {other} is beyond {data_type}"))
    })
}
