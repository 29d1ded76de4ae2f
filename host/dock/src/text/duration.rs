//! Formats durations for people.

use std::fmt;
use std::time::Duration;

/// A duration in one unit: `100 ms`, `1.2 s`.
pub(crate) struct Short(pub(crate) Duration);

impl fmt::Display for Short {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (value, unit) = match self.0.as_secs_f64() {
            s if s >= 1.0 => (s, "s"),
            s if s >= 1e-3 => (s * 1e3, "ms"),
            s if s >= 1e-6 => (s * 1e6, "µs"),
            s => (s * 1e9, "ns"),
        };
        // Whole numbers and numbers of three digits have no decimals.
        let decimals = usize::from(value < 99.95 && (value * 10.0).round() % 10.0 != 0.0);
        write!(f, "{value:.decimals$} {unit}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_in_one_unit_with_at_most_one_decimal() {
        for (nanos, text) in [
            (0, "0 ns"),
            (300, "300 ns"),
            (1_500, "1.5 µs"),
            (100_000_000, "100 ms"),
            (123_456_789, "123 ms"),
            (1_234_000_000, "1.2 s"),
            (5_000_000_000, "5 s"),
            (3_600_000_000_000, "3600 s"),
        ] {
            assert_eq!(Short(Duration::from_nanos(nanos)).to_string(), text);
        }
    }
}
