//! Values that are written as text.

use crate::number::Number;

/// A value that text can stand for.
pub trait FromText: Sized {
    /// The value that the text stands for, if there is exactly one: nothing is rounded or cut.
    fn from_text(text: &str) -> Option<Self>;
}

macro_rules! integer {
    ($($type:ty),*) => {$(
        impl FromText for $type {
            fn from_text(text: &str) -> Option<Self> {
                let text = text.trim_ascii();
                // The usual case first. `2.0` and `3e8` are integers as well.
                text.parse().ok().or_else(|| Number::parse(text)?.integer()?.try_into().ok())
            }
        }
    )*};
}

integer!(i32, i64, u64);

impl FromText for f64 {
    fn from_text(text: &str) -> Option<Self> {
        let text = text.trim_ascii();
        let float: Self = text.parse().ok()?;
        // 15 digits pass through every float and back.
        let short = text.len() <= 15;
        if short && text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+')) {
            return Some(float);
        }
        let exact = match Number::parse(text) {
            Some(number) => number.is(float),
            // `inf` and `NaN` are values of their own.
            None => true,
        };
        exact.then_some(float)
    }
}

impl FromText for bool {
    fn from_text(text: &str) -> Option<Self> {
        let text = text.trim_ascii();
        if text.eq_ignore_ascii_case("true") {
            Some(true)
        } else if text.eq_ignore_ascii_case("false") {
            Some(false)
        } else {
            None
        }
    }
}

/// The decimal that the text stands for, as a count of its last digits.
pub(crate) fn decimal(text: &str, precision: u8, scale: u8) -> Option<i128> {
    let value = Number::parse(text.trim_ascii())?.scaled(i8::try_from(scale).ok()?)?;
    fits(value, precision).then_some(value)
}

/// Whether a decimal has no more than so many digits.
pub(crate) fn fits(value: i128, precision: u8) -> bool {
    10_u128.checked_pow(precision.into()).is_some_and(|limit| value.unsigned_abs() < limit)
}

/// A decimal as text.
pub(crate) fn write_decimal(value: i128, scale: u8) -> String {
    let scale = usize::from(scale);
    let sign = if value < 0 { "-" } else { "" };
    let digits = format!("{:0>width$}", value.unsigned_abs(), width = scale + 1);
    match digits.split_at_checked(digits.len() - scale) {
        Some((whole, fraction)) if scale > 0 => format!("{sign}{whole}.{fraction}"),
        _ => format!("{sign}{digits}"),
    }
}
