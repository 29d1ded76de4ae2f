//! The sums of one column in one group.

use serde::{Deserialize, Serialize};
use witdock_etl_guest::Error;

/// A value of a column of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Number {
    /// A whole number.
    Whole(i64),
    /// Any other.
    Real(f64),
}

impl Number {
    pub(crate) fn real(self) -> f64 {
        match self {
            Self::Whole(number) => number as f64,
            Self::Real(number) => number,
        }
    }

    /// The value of a column of whole numbers.
    pub(crate) fn whole(self) -> i64 {
        match self {
            Self::Whole(number) => number,
            Self::Real(number) => number as i64,
        }
    }
}

/// The aggregates of the values so far.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Sum {
    count: u64,
    whole: i64,
    /// A sum with its rounding error: Kahan's summation in Neumaier's variant (1974).
    real: f64,
    rest: f64,
    least: Option<Number>,
    most: Option<Number>,
}

impl Sum {
    pub(crate) fn add(&mut self, number: Number) -> Result<(), Error> {
        self.count += 1;
        match number {
            Number::Whole(number) => {
                self.whole = self.whole.checked_add(number).ok_or_else(|| {
                    Error::Data("a sum exceeds 64 bits; cast the column to float64 first".to_owned())
                })?;
            }
            Number::Real(number) => {
                let sum = self.real + number;
                self.rest += if self.real.abs() >= number.abs() {
                    (self.real - sum) + number
                } else {
                    (number - sum) + self.real
                };
                self.real = sum;
            }
        }
        let less = |one: Number, other: Number| match (one, other) {
            (Number::Whole(one), Number::Whole(other)) => one < other,
            _ => one.real() < other.real(),
        };
        if self.least.is_none_or(|least| less(number, least)) {
            self.least = Some(number);
        }
        if self.most.is_none_or(|most| less(most, number)) {
            self.most = Some(number);
        }
        Ok(())
    }

    pub(crate) fn sum(&self) -> Option<Number> {
        Some(match self.least? {
            Number::Whole(_) => Number::Whole(self.whole),
            Number::Real(_) => Number::Real(self.real + self.rest),
        })
    }

    pub(crate) fn mean(&self) -> Option<Number> {
        Some(Number::Real(self.sum()?.real() / self.count as f64))
    }

    pub(crate) fn min(&self) -> Option<Number> {
        self.least
    }

    pub(crate) fn max(&self) -> Option<Number> {
        self.most
    }
}
