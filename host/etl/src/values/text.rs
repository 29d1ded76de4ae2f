//! Values that are written as text.

use arrow_array::types::Date32Type;
use arrow_cast::parse::{Parser, string_to_datetime};
use chrono::Utc;

pub(crate) use witdock_etl_expression::FromText;
use witdock_etl_expression::Number;

/// The decimal that the text stands for, as a count of its last digits.
pub(super) fn decimal(text: &str, precision: u8, scale: i8) -> Option<i128> {
    let value = Number::parse(text.trim_ascii())?.scaled(scale)?;
    let limit = 10_u128.checked_pow(precision.into())?;
    (value.unsigned_abs() < limit).then_some(value)
}

/// Days since 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Days(pub(crate) i32);

impl FromText for Days {
    fn from_text(text: &str) -> Option<Self> {
        let text = text.trim_ascii();
        // Arrow's parser takes a time of day as well, and drops it.
        let extended = text.starts_with(['+', '-']);
        if text.len() <= 10 || extended { Date32Type::parse(text).map(Self) } else { None }
    }
}

/// Microseconds since 1970-01-01T00:00:00 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Microseconds(pub(crate) i64);

impl FromText for Microseconds {
    /// A time without a zone is one of UTC.
    fn from_text(text: &str) -> Option<Self> {
        let text = text.trim_ascii();
        let fraction = text.split_once('.').map_or("", |(_, fraction)| fraction);
        // Arrow's parser reads nine digits, and skips the others.
        let below = fraction.bytes().take_while(u8::is_ascii_digit).skip(6);
        if !below.into_iter().all(|digit| digit == b'0') {
            return None;
        }
        string_to_datetime(&Utc, text).ok().map(|time| Self(time.timestamp_micros()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Debug;

    fn same<T: FromText + PartialEq + Debug>(text: &str, value: T) {
        assert_eq!(T::from_text(text), Some(value), "{text}");
    }

    fn none<T: FromText + PartialEq + Debug>(texts: &[&str]) {
        for text in texts {
            assert_eq!(T::from_text(text), None, "{text}");
        }
    }

    #[test]
    fn an_integer_is_exact() {
        same("-7", -7_i64);
        same(" 7 ", 7_i64);
        same("2.0", 2_i32);
        same("1.5e1", 15_i32);
        same("9223372036854775807", i64::MAX);
        same("-9223372036854775808", i64::MIN);
        same("18446744073709551615", u64::MAX);
        same("0.0", 0_u64);
        none::<i64>(&[
            "19.99",
            "9223372036854775808",
            "1e19",
            "",
            "-",
            ".",
            "1_000",
            "0x10",
            "1e99999999999",
        ]);
        none::<u64>(&["-1", "18446744073709551616", "0.1"]);
        none::<i32>(&["2147483648", "1e-1", "NaN"]);
    }

    #[test]
    fn a_float_is_the_number_that_stands_there() {
        same("19.99", 19.99);
        same("1e3", 1000.0);
        same("-0", -0.0);
        same("0.30000000000000004", 0.30000000000000004);
        same("0.1000000000000000055511151231257827", 0.1);
        same("9007199254740992", 9_007_199_254_740_992.0);
        same("5e-324", 5e-324);
        assert_eq!(f64::from_text("inf"), Some(f64::INFINITY));
        assert!(f64::from_text("NaN").is_some_and(f64::is_nan));
        none::<f64>(&[
            "9007199254740993",
            "18446744073709551615",
            "123456789012345678901234567890",
            "0.1234567890123456789",
            "1e400",
            "1e-400",
            "1,5",
            "",
        ]);
    }

    #[test]
    fn a_decimal_has_no_more_digits_than_its_type() {
        assert_eq!(decimal("19.99", 10, 2), Some(1999));
        assert_eq!(decimal(" -0.5 ", 10, 2), Some(-50));
        assert_eq!(decimal("1e2", 10, 2), Some(10_000));
        assert_eq!(decimal("0", 1, 0), Some(0));
        assert_eq!(decimal("99999999.99", 10, 2), Some(9_999_999_999));
        for text in ["19.999", "100000000", "1e9", "x", "", "NaN"] {
            assert_eq!(decimal(text, 10, 2), None, "{text}");
        }
        assert_eq!(decimal(&"9".repeat(38), 38, 0), Some(10_i128.pow(38) - 1));
        assert_eq!(decimal(&"9".repeat(39), 38, 0), None);
    }

    #[test]
    fn a_boolean_is_a_word() {
        same("true", true);
        same("FALSE", false);
        none::<bool>(&["1", "yes", "t", ""]);
    }

    #[test]
    fn a_date_has_no_time_and_a_time_no_nanoseconds() {
        same("1970-01-02", Days(1));
        same("+12000-01-01", Days(3_663_382));
        none::<Days>(&["1970-01-02T00:00:00", "1970-02-30", "02.01.1970", ""]);
        same("1970-01-01T00:00:01Z", Microseconds(1_000_000));
        same("1970-01-01 00:00:01.000001", Microseconds(1_000_001));
        same("1970-01-01T01:00:00+01:00", Microseconds(0));
        same("1970-01-01T00:00:00.0000010000000Z", Microseconds(1));
        same("1970-01-02", Microseconds(86_400_000_000));
        none::<Microseconds>(&["1970-01-01T00:00:00.0000001Z", "1970-01-01T25:00:00", "soon", ""]);
    }
}
