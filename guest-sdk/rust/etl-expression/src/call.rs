//! What functions give.

use std::borrow::Cow;
use std::cmp::Ordering;

use crate::calendar::{Civil, DAY, SECOND};
use crate::cast::ten;
use crate::data_type::Type;
use crate::function::Function;
use crate::problem::Failure;
use crate::text::fits;
use crate::value::Value;

const ARGUMENT: &str = "argument";
const OVERFLOW: &str = "overflow";

/// The result of a function. `from` is the type of its first argument, `to` that of its result.
pub(crate) fn call<'v>(
    function: Function,
    arguments: &[Value<'v>],
    from: Type,
    to: Type,
) -> Result<Value<'v>, Failure> {
    match function {
        Function::Concat => return Ok(concat(arguments)),
        Function::Greatest => return Ok(extreme(arguments, Ordering::Greater)),
        Function::Least => return Ok(extreme(arguments, Ordering::Less)),
        Function::NullIf => {
            return Ok(match arguments {
                [one, other] if one.order(other) != Some(Ordering::Equal) => one.clone(),
                _ => Value::Null,
            });
        }
        _ => {}
    }
    if arguments.iter().any(Value::is_null) {
        return Ok(Value::Null);
    }
    match arguments {
        [Value::Text(text), rest @ ..] if function != Function::DateTrunc => of_text(function, text, rest),
        [time @ (Value::Date(_) | Value::Timestamp(_))] => of_time(function, time),
        [Value::Text(unit), time] => truncated(unit, time),
        [Value::Integer(year), Value::Integer(month), Value::Integer(day)] => {
            let civil = Civil { year: *year, month: *month, day: *day };
            civil
                .days()
                .map(Value::Date)
                .ok_or_else(|| Failure::new(ARGUMENT, format!("there is no day {year}-{month:02}-{day:02}")))
        }
        [Value::Integer(time)] if function == Function::FromEpochMicros => Ok(Value::Timestamp(*time)),
        [Value::Integer(one), Value::Integer(other)] if function == Function::Div => div(*one, *other),
        [Value::Integer(number), ..] => match function {
            Function::Abs => number
                .checked_abs()
                .map(Value::Integer)
                .ok_or_else(|| Failure::new(OVERFLOW, format!("abs({number}) is beyond int64"))),
            _ => Ok(Value::Integer(*number)),
        },
        [Value::Float(number), rest @ ..] => Ok(Value::Float(match (function, rest) {
            (Function::Abs, _) => number.abs(),
            (Function::Floor, _) => number.floor(),
            (Function::Ceil, _) => number.ceil(),
            (Function::Trunc, _) => number.trunc(),
            (Function::Round, [Value::Integer(digits)]) => round(*number, *digits),
            _ => number.round(),
        })),
        [Value::Decimal(number), ..] => decimal(function, *number, from, to),
        _ => Ok(Value::Null),
    }
}

fn of_text<'v>(function: Function, text: &Cow<'v, str>, rest: &[Value<'v>]) -> Result<Value<'v>, Failure> {
    let trimmed = |trim: fn(&str) -> &str| match text {
        Cow::Borrowed(text) => Value::Text(Cow::Borrowed(trim(text))),
        Cow::Owned(text) => Value::Text(Cow::Owned(trim(text).to_owned())),
    };
    let owned = |text: String| Value::Text(Cow::Owned(text));
    Ok(match (function, rest) {
        (Function::Upper, _) => owned(text.to_uppercase()),
        (Function::Lower, _) => owned(text.to_lowercase()),
        (Function::Trim, _) => trimmed(str::trim),
        (Function::TrimLeft, _) => trimmed(str::trim_start),
        (Function::TrimRight, _) => trimmed(str::trim_end),
        (Function::Length, _) => Value::Integer(i64::try_from(text.chars().count()).unwrap_or(i64::MAX)),
        (Function::Left, [Value::Integer(count)]) => {
            owned(text.chars().take(size(function, *count)?).collect())
        }
        (Function::Right, [Value::Integer(count)]) => {
            let all = text.chars().count();
            owned(text.chars().skip(all.saturating_sub(size(function, *count)?)).collect())
        }
        (Function::Substring, [Value::Integer(start), rest @ ..]) => {
            let length = match rest {
                [Value::Integer(length)] => size(function, *length)?,
                _ => usize::MAX,
            };
            let skipped = start.checked_sub(1).and_then(|skipped| usize::try_from(skipped).ok());
            let skipped = skipped.ok_or_else(|| {
                Failure::new(ARGUMENT, format!("substring from {start}: characters are counted from 1"))
            })?;
            owned(text.chars().skip(skipped).take(length).collect())
        }
        (Function::Replace, [Value::Text(from), Value::Text(to)]) if !from.is_empty() => {
            owned(text.replace(from.as_ref(), to))
        }
        (Function::Replace, _) => Value::Text(text.clone()),
        (Function::StartsWith, [Value::Text(part)]) => Value::Boolean(text.starts_with(part.as_ref())),
        (Function::EndsWith, [Value::Text(part)]) => Value::Boolean(text.ends_with(part.as_ref())),
        (Function::Contains, [Value::Text(part)]) => Value::Boolean(text.contains(part.as_ref())),
        (Function::SplitPart, [Value::Text(separator), Value::Integer(number)]) => {
            let place = number.checked_sub(1).and_then(|place| usize::try_from(place).ok());
            let place = place.ok_or_else(|| {
                Failure::new(ARGUMENT, format!("split_part of the number {number}: parts are counted from 1"))
            })?;
            let part = match separator.as_ref() {
                "" => (place == 0).then_some(text.as_ref()),
                separator => text.split(separator).nth(place),
            };
            owned(part.unwrap_or_default().to_owned())
        }
        _ => Value::Null,
    })
}

fn size(function: Function, count: i64) -> Result<usize, Failure> {
    usize::try_from(count).map_err(|_| {
        Failure::new(
            ARGUMENT,
            format!("{} of {count} characters: there are no fewer than 0", function.name()),
        )
    })
}

fn concat<'v>(parts: &[Value<'v>]) -> Value<'v> {
    let texts = parts.iter().filter_map(|part| match part {
        Value::Text(text) => Some(text.as_ref()),
        _ => None,
    });
    Value::Text(Cow::Owned(texts.collect()))
}

fn extreme<'v>(values: &[Value<'v>], wanted: Ordering) -> Value<'v> {
    let known = values.iter().filter(|value| !value.is_null());
    let best = known.reduce(|best, next| if next.order(best) == Some(wanted) { next } else { best });
    best.cloned().unwrap_or(Value::Null)
}

fn div(one: i64, other: i64) -> Result<Value<'static>, Failure> {
    if other == 0 {
        return Err(Failure::new("division-by-zero", format!("div({one}, 0) is a division by zero")));
    }
    let quotient = one.checked_div(other);
    quotient
        .map(Value::Integer)
        .ok_or_else(|| Failure::new(OVERFLOW, format!("div({one}, {other}) is beyond int64")))
}

/// A float rounded to digits behind the point; exact halves go away from zero.
fn round(number: f64, digits: i64) -> f64 {
    let places = usize::try_from(digits).unwrap_or_default();
    let unit = 10_f64.powi(i32::try_from(digits).unwrap_or_default());
    let scaled = number * unit;
    if places == 0 {
        return number.round();
    }
    // A half that is one exactly: the product has not been rounded.
    if scaled.fract().abs() == 0.5 && number.mul_add(unit, -scaled) == 0.0 {
        return scaled.round() / unit;
    }
    // The decimal form of the number itself, since the product may have been rounded to another side.
    format!("{number:.places$}").parse().unwrap_or(number)
}

fn decimal(function: Function, number: i128, from: Type, to: Type) -> Result<Value<'static>, Failure> {
    let beyond = || Failure::new(OVERFLOW, format!("the result of {} is beyond {to}", function.name()));
    let Type::Decimal { precision, scale } = to else { return Ok(Value::Null) };
    let unit = ten(from.scale().saturating_sub(scale)).ok_or_else(beyond)?;
    let (below, rest) = (number.div_euclid(unit), number.rem_euclid(unit));
    let result = match function {
        Function::Abs => number.abs(),
        Function::Floor => below,
        Function::Ceil => below + i128::from(rest > 0),
        Function::Trunc => number / unit,
        // A half of a negative number goes down.
        _ if number < 0 => below + i128::from(rest > unit / 2),
        _ => below + i128::from(unit > 1 && rest >= unit / 2),
    };
    if fits(result, precision) { Ok(Value::Decimal(result)) } else { Err(beyond()) }
}

fn of_time(function: Function, time: &Value<'_>) -> Result<Value<'static>, Failure> {
    let (days, of_day) = match time {
        Value::Date(days) => (i64::from(*days), 0),
        Value::Timestamp(time) => (time.div_euclid(DAY), time.rem_euclid(DAY)),
        _ => return Ok(Value::Null),
    };
    let civil = Civil::of(days);
    let seconds = of_day / SECOND;
    Ok(Value::Integer(match function {
        Function::Year => civil.year,
        Function::Quarter => (civil.month + 2) / 3,
        Function::Month => civil.month,
        Function::Day => civil.day,
        // 1970-01-01 was a Thursday.
        Function::DayOfWeek => (days + 3).rem_euclid(7) + 1,
        Function::DayOfYear => {
            let first = Civil { month: 1, day: 1, ..civil }.days().map_or(days, i64::from);
            days - first + 1
        }
        Function::Hour => seconds / 3600,
        Function::Minute => seconds / 60 % 60,
        Function::Second => seconds % 60,
        Function::DateOf => {
            let day = i32::try_from(days);
            return Ok(day.map_or(Value::Null, Value::Date));
        }
        Function::EpochMicros => {
            let micros = days.checked_mul(DAY).and_then(|time| time.checked_add(of_day));
            return micros
                .map(Value::Integer)
                .ok_or_else(|| Failure::new(OVERFLOW, "the microseconds since 1970 are beyond int64"));
        }
        _ => return Ok(Value::Null),
    }))
}

/// The units of `date_trunc`, and whether dates have them.
pub(crate) const UNITS: [(&str, bool); 8] = [
    ("year", true),
    ("quarter", true),
    ("month", true),
    ("week", true),
    ("day", true),
    ("hour", false),
    ("minute", false),
    ("second", false),
];

fn truncated(unit: &str, time: &Value<'_>) -> Result<Value<'static>, Failure> {
    let beyond = || Failure::new(OVERFLOW, format!("the first moment of the {unit} is beyond the type"));
    let first_day = |days: i64| {
        let civil = Civil::of(days);
        let first = |month| Civil { month, day: 1, ..civil }.days().map(i64::from);
        match unit {
            "year" => first(1),
            "quarter" => first((civil.month - 1) / 3 * 3 + 1),
            "month" => first(civil.month),
            // Weeks begin on Monday.
            "week" => Some(days - (days + 3).rem_euclid(7)),
            _ => Some(days),
        }
    };
    match time {
        Value::Date(days) => {
            let first = first_day((*days).into()).and_then(|first| i32::try_from(first).ok());
            first.map(Value::Date).ok_or_else(beyond)
        }
        Value::Timestamp(time) => {
            let length = match unit {
                "hour" => 3600 * SECOND,
                "minute" => 60 * SECOND,
                "second" => SECOND,
                _ => {
                    let first = first_day(time.div_euclid(DAY)).and_then(|first| first.checked_mul(DAY));
                    return first.map(Value::Timestamp).ok_or_else(beyond);
                }
            };
            let first = time.checked_sub(time.rem_euclid(length));
            first.map(Value::Timestamp).ok_or_else(beyond)
        }
        _ => Ok(Value::Null),
    }
}

#[cfg(test)]
mod tests {
    use super::round;

    #[test]
    fn floats_are_rounded_by_their_own_value() {
        for (number, digits, expected) in [
            (2.5, 0, 3.0),
            (-2.5, 0, -3.0),
            (0.125, 2, 0.13),
            (-0.125, 2, -0.13),
            // It is a little less than 1.005.
            (1.005, 2, 1.0),
            (2.675, 2, 2.67),
            (1e300, 3, 1e300),
            (0.05, 1, 0.1),
        ] {
            assert_eq!(round(number, digits), expected, "{number}");
        }
        assert!(round(f64::NAN, 2).is_nan());
    }
}
