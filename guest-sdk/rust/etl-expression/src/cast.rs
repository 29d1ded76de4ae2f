//! Values of one type as values of another: exact, or not at all.

use std::borrow::Cow;

use crate::calendar::{DAY, parse_date, parse_timestamp, write_date, write_timestamp};
use crate::data_type::Type;
use crate::number::Number;
use crate::text::{FromText, decimal, fits, write_decimal};
use crate::value::Value;

/// Whether values of one type can be values of another.
pub(crate) fn castable(from: Type, to: Type) -> bool {
    let other = |data_type| matches!(data_type, Type::Other | Type::Null);
    from == to
        || from == Type::Null
        || from == Type::Text && !other(to)
        || to == Type::Text && !other(from)
        || from.is_number() && to.is_number()
        || from == Type::Boolean && to.is_integer()
        || from.is_integer() && to == Type::Boolean
        || matches!((from, to), (Type::Date, Type::Timestamp) | (Type::Timestamp, Type::Date))
}

/// The value in another type, if that holds it exactly.
pub(crate) fn cast(value: &Value<'_>, from: Type, to: Type) -> Option<Value<'static>> {
    let scale = match from {
        Type::Decimal { scale, .. } => scale,
        _ => 0,
    };
    match (value, to) {
        (Value::Null, _) => Some(Value::Null),
        (_, Type::Text) => text(value, scale).map(|text| Value::Text(Cow::Owned(text))),
        (Value::Text(text), _) => of_text(text, to),
        (Value::Boolean(truth), Type::Boolean) => Some(Value::Boolean(*truth)),
        (Value::Boolean(truth), _) if to.is_integer() => Some(Value::Integer((*truth).into())),
        (Value::Integer(number @ (0 | 1)), Type::Boolean) => Some(Value::Boolean(*number == 1)),
        (Value::Date(day), Type::Date) => Some(Value::Date(*day)),
        (Value::Date(day), Type::Timestamp) => i64::from(*day).checked_mul(DAY).map(Value::Timestamp),
        (Value::Timestamp(time), Type::Timestamp) => Some(Value::Timestamp(*time)),
        (Value::Timestamp(time), Type::Date) if time % DAY == 0 => {
            i32::try_from(time / DAY).ok().map(Value::Date)
        }
        (Value::Integer(_) | Value::Float(_) | Value::Decimal(_), _) => number(value, scale, to),
        _ => None,
    }
}

fn text(value: &Value<'_>, scale: u8) -> Option<String> {
    Some(match value {
        Value::Boolean(truth) => truth.to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => format!("{number:?}"),
        Value::Decimal(number) => write_decimal(*number, scale),
        Value::Text(text) => text.to_string(),
        Value::Date(day) => write_date(*day),
        Value::Timestamp(time) => write_timestamp(*time),
        Value::Null | Value::Other => return None,
    })
}

fn of_text(text: &str, to: Type) -> Option<Value<'static>> {
    Some(match to {
        Type::Boolean => Value::Boolean(bool::from_text(text)?),
        Type::Int32 => Value::Integer(i32::from_text(text)?.into()),
        Type::Int64 => Value::Integer(i64::from_text(text)?),
        Type::Float64 => Value::Float(f64::from_text(text)?),
        Type::Decimal { precision, scale } => Value::Decimal(decimal(text, precision, scale)?),
        Type::Date => Value::Date(parse_date(text)?),
        Type::Timestamp => Value::Timestamp(parse_timestamp(text)?),
        Type::Null | Type::Text | Type::Other => return None,
    })
}

fn number(value: &Value<'_>, scale: u8, to: Type) -> Option<Value<'static>> {
    Some(match to {
        Type::Int32 => Value::Integer(i32::try_from(integer(value, scale)?).ok()?.into()),
        Type::Int64 => Value::Integer(integer(value, scale)?),
        Type::Float64 => Value::Float(float(value, scale)?),
        Type::Decimal { precision, scale: wanted } => {
            let number = match value {
                Value::Integer(number) => i128::from(*number).checked_mul(ten(wanted)?)?,
                Value::Decimal(number) => rescale(*number, scale, wanted)?,
                Value::Float(number) => {
                    Number::parse(&number.to_string())?.scaled(i8::try_from(wanted).ok()?)?
                }
                _ => return None,
            };
            Value::Decimal(Some(number).filter(|number| fits(*number, precision))?)
        }
        _ => return None,
    })
}

fn integer(value: &Value<'_>, scale: u8) -> Option<i64> {
    match value {
        Value::Integer(number) => Some(*number),
        Value::Decimal(number) => rescale(*number, scale, 0)?.try_into().ok(),
        Value::Float(number) => {
            // 2^63 is a float, and the greatest integer is not.
            const LIMIT: f64 = 9_223_372_036_854_775_808.0;
            let whole = number.fract() == 0.0 && (-LIMIT..LIMIT).contains(number);
            whole.then_some(*number as i64)
        }
        _ => None,
    }
}

fn float(value: &Value<'_>, scale: u8) -> Option<f64> {
    match value {
        Value::Float(number) => Some(*number),
        Value::Integer(number) => {
            let float = *number as f64;
            (float as i128 == i128::from(*number)).then_some(float)
        }
        Value::Decimal(number) => Number::parse(&write_decimal(*number, scale))?.float(),
        _ => None,
    }
}

/// A decimal with another number of digits behind the point, if none is lost.
pub(crate) fn rescale(value: i128, from: u8, to: u8) -> Option<i128> {
    if to >= from {
        return value.checked_mul(ten(to - from)?);
    }
    let unit = ten(from - to)?;
    (value % unit == 0).then_some(value / unit)
}

pub(crate) fn ten(power: u8) -> Option<i128> {
    10_i128.checked_pow(power.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const DECIMAL: Type = Type::Decimal { precision: 10, scale: 2 };

    #[test]
    fn values_are_exact_or_none() {
        for (value, from, to, expected) in [
            (Value::Float(1.0), Type::Float64, Type::Int64, Some(Value::Integer(1))),
            (Value::Float(1.5), Type::Float64, Type::Int64, None),
            (Value::Float(1e19), Type::Float64, Type::Int64, None),
            (Value::Float(9_223_372_036_854_775_808.0), Type::Float64, Type::Int64, None),
            (Value::Float(f64::NAN), Type::Float64, Type::Int64, None),
            (
                Value::Integer(1 << 53),
                Type::Int64,
                Type::Float64,
                Some(Value::Float(9_007_199_254_740_992.0)),
            ),
            (Value::Integer((1 << 53) + 1), Type::Int64, Type::Float64, None),
            (Value::Integer(i64::MAX), Type::Int64, Type::Float64, None),
            (Value::Integer(1 << 31), Type::Int64, Type::Int32, None),
            (Value::Decimal(200), DECIMAL, Type::Int64, Some(Value::Integer(2))),
            (Value::Decimal(199), DECIMAL, Type::Int64, None),
            (Value::Decimal(199), DECIMAL, Type::Float64, Some(Value::Float(1.99))),
            (Value::Decimal(-5), DECIMAL, Type::Text, Some(Value::from("-0.05"))),
            (Value::Float(0.1), Type::Float64, DECIMAL, Some(Value::Decimal(10))),
            (Value::Float(0.001), Type::Float64, DECIMAL, None),
            (Value::Integer(100_000_000), Type::Int64, DECIMAL, None),
            (Value::from("19.99"), Type::Text, DECIMAL, Some(Value::Decimal(1999))),
            (Value::from("19.99"), Type::Text, Type::Int64, None),
            (Value::from(" 7 "), Type::Text, Type::Int32, Some(Value::Integer(7))),
            (Value::from("1970-01-02"), Type::Text, Type::Date, Some(Value::Date(1))),
            (Value::from("soon"), Type::Text, Type::Timestamp, None),
            (Value::Timestamp(DAY), Type::Timestamp, Type::Date, Some(Value::Date(1))),
            (Value::Timestamp(DAY + 1), Type::Timestamp, Type::Date, None),
            (Value::Timestamp(0), Type::Timestamp, Type::Text, Some(Value::from("1970-01-01T00:00:00Z"))),
            (Value::Integer(2), Type::Int64, Type::Boolean, None),
        ] {
            assert!(castable(from, to));
            assert_eq!(cast(&value, from, to), expected, "{value:?} as {to}");
        }
    }
}
